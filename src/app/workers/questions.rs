//! Threads that answer questions to the catalog and the lake.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::{
    gently,
    pace::{Pace, forward_when_due},
};

use crate::{
    app::{
        event::{Event, Message},
        query::{Answer, Question},
    },
    etl::{Error, Result, catalog::Catalog, lake::Context},
};

/// Threads that answer quick questions; a slow one must not keep the others waiting.
const QUICK: usize = 3;
/// The first look at the data directory waits so long for the watch over it: what moves after that
/// has begun is told, so that one look is enough. Very many folders, and those of a share, take
/// longer; they are looked at twice.
const WATCHED: Duration = Duration::from_secs(2);

/// Threads that answer questions. Dropping it waits for what they are at, and for what is not
/// cancelled yet: drop the state before, which cancels what it waits for.
pub struct Questions {
    /// The scan of the data directory has a thread of its own: it may take long.
    slow: Option<Sender<Question>>,
    quick: Option<Sender<Question>>,
    /// What was answered just now, and is not due yet.
    later: Option<Sender<(Instant, Question)>>,
    pace: Pace,
    threads: Vec<JoinHandle<()>>,
    /// Whether the browser ends.
    ends: Arc<AtomicBool>,
}

/// Tells that the data directory is watched, and whether that need not be waited for any more.
struct Watched {
    is_watched: Receiver<()>,
    ends: Arc<AtomicBool>,
}

impl Watched {
    /// Waits until the data directory is watched, at most [`WATCHED`]. Where nothing watches there is
    /// nothing to wait for.
    fn wait(&self) {
        let began = Instant::now();
        while began.elapsed() < WATCHED && !self.ends.load(Ordering::Relaxed) {
            let told = self.is_watched.recv_timeout(Duration::from_millis(20));
            if told != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }
}

impl Questions {
    /// Starts the threads; `is_watched` tells that the data directory is watched.
    pub fn start(
        context: &Context,
        events: &Sender<Event>,
        is_watched: Receiver<()>,
    ) -> Result<Self> {
        let ends = Arc::new(AtomicBool::new(false));
        let mut watched = Some(Watched {
            is_watched,
            ends: ends.clone(),
        });
        let (slow, slow_questions) = unbounded();
        let (quick, quick_questions) = unbounded();
        let (later, later_questions) = unbounded();
        let pace = Pace::default();
        let mut threads = Vec::with_capacity(QUICK + 3);
        let (due, due_questions) = unbounded();
        let thread = std::thread::Builder::new()
            .name("questions-later".into())
            .spawn(move || forward_when_due(&later_questions, &due))
            .map_err(|e| Error::Fatal(format!("cannot start a thread: {e}")))?;
        threads.push(thread);
        for n in 0..=QUICK + 1 {
            let questions = match n {
                0 => slow_questions.clone(),
                1..=QUICK => quick_questions.clone(),
                _ => due_questions.clone(),
            };
            let (context, events, pace) = (context.clone(), events.clone(), pace.clone());
            // The first thread, which looks, gets it.
            let watched = watched.take();
            let thread = std::thread::Builder::new()
                .name(format!("questions-{n}"))
                .spawn(move || {
                    if n > QUICK {
                        // What is read again and again takes no time from keys.
                        gently();
                    }
                    answer_all(&context, &questions, &events, &pace, watched);
                })
                .map_err(|e| Error::Fatal(format!("cannot start a thread: {e}")))?;
            threads.push(thread);
        }
        Ok(Self {
            slow: Some(slow),
            quick: Some(quick),
            later: Some(later),
            pace,
            threads,
            ends,
        })
    }

    pub fn ask(&self, question: Question) {
        let due = question.repeated().and_then(|what| self.pace.due(what));
        if let (Some(due), Some(later)) = (due, &self.later) {
            let _ = later.send((due, question));
            return;
        }
        let lane = if question.is_slow() {
            &self.slow
        } else {
            &self.quick
        };
        if let Some(lane) = lane {
            // The threads end only after the lane is closed.
            let _ = lane.send(question);
        }
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        (self.slow, self.quick, self.later) = (None, None, None);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer_all(
    context: &Context,
    questions: &Receiver<Question>,
    events: &Sender<Event>,
    pace: &Pace,
    mut watched: Option<Watched>,
) {
    let mut catalog = None;
    for question in questions {
        if let Some(watched) = watched.take() {
            watched.wait();
        }
        let (name, repeated, began) = (question.name(), question.repeated(), Instant::now());
        let answer = answer_apart(question, context, &mut catalog);
        let seconds = began.elapsed().as_secs_f64();
        let Some(answer) = answer else {
            tracing::debug!(
                "query {name} stopped after {seconds:.3} s: its answer is not needed any more"
            );
            continue;
        };
        if let Some(what) = repeated {
            pace.answered(what, began.elapsed());
        }
        tracing::debug!("query {name} took {seconds:.3} s");
        if events.send(Event::Worker(Message::Answer(answer))).is_err() {
            return;
        }
    }
}

/// Answers on a thread that ends with the answer. The GNU library's allocator keeps what a thread
/// frees for that thread; of one that has ended the next thread takes it over. So a list is read,
/// filtered and sorted in the memory that one before it took.
fn answer_apart(
    question: Question,
    context: &Context,
    catalog: &mut Option<Catalog>,
) -> Option<Answer> {
    let (mut question, mut answer) = (Some(question), None);
    thread::scope(|scope| {
        let run = || answer = question.take().and_then(|q| q.run(context, catalog));
        let thread = thread::Builder::new().name("question".into());
        // It is joined at the end of the scope.
        let _ = thread.spawn_scoped(scope, run);
    });
    match question {
        // No thread can be had.
        Some(question) => question.run(context, catalog),
        None => answer,
    }
}
