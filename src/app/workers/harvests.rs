//! The pool of harvests behind a thread of its own: queueing and cancelling tens of thousands
//! of logs, and waiting for a pool that is busy with it, keep no key waiting.

use std::thread::JoinHandle;

use crossbeam_channel::{Sender, unbounded};

use super::gently;
use crate::{
    app::{
        event::{Event, Message},
        jobs::ToHarvest,
    },
    etl::{
        Error, Result,
        harvest::Options,
        lake::Context,
        pool::{JobId, Pool},
        time,
        worker::Executor,
    },
};

/// What the browser wants of the pool.
pub enum Request {
    /// Queue these logs.
    Queue(ToHarvest),
    /// Cancel this job.
    Cancel(JobId),
    /// Cancel all jobs.
    CancelAll,
}

/// The pool. Dropping it cancels what runs and waits for it.
pub struct Harvests {
    requests: Option<Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Harvests {
    /// Starts `jobs` harvesters; what happens to jobs goes to `events`.
    ///
    /// # Errors
    /// [`Error::Fatal`] when the thread cannot be started.
    pub fn start(
        context: Context,
        executor: Executor,
        jobs: usize,
        events: Sender<Event>,
    ) -> Result<Self> {
        let (sender, requests) = unbounded();
        let serve = move || {
            gently();
            // What a thread starts is as gentle as itself.
            let pool = Pool::new(context, executor, jobs, move |event| {
                let at_us = time::now();
                // The receiver is gone only when the browser ends.
                let _ = events.send(Event::Worker(Message::Job { at_us, event }));
            });
            for request in requests {
                match request {
                    Request::Queue(logs) => pool.submit(logs.keys(), Options::default()),
                    Request::Cancel(job) => pool.cancel(job),
                    Request::CancelAll => pool.cancel_all(),
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("harvests".into())
            .spawn(serve)
            .map_err(|e| Error::Fatal(format!("cannot start a thread: {e}")))?;
        Ok(Self {
            requests: Some(sender),
            thread: Some(thread),
        })
    }

    /// Has the pool do `request`, after those that came before.
    pub fn request(&self, request: Request) {
        if let Some(requests) = &self.requests {
            // The thread ends only after the channel is closed.
            let _ = requests.send(request);
        }
    }
}

impl Drop for Harvests {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
