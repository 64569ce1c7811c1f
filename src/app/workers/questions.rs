//! Questions to the catalog and the lake: the latest of each slot wins.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    thread::JoinHandle,
    time::Instant,
};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{
    gently,
    pace::{Pace, forward_when_due},
    remember,
};

use crate::{
    app::{
        compare,
        effect::{Answer, Request, Slot},
        event::{Event, Message},
        export, run,
    },
    etl::{Error, Result, base::CancelToken, catalog::Catalog, lake::Context, text},
};

/// Threads that answer quick questions; a slow one must not keep the others waiting.
const QUICK: usize = 3;

pub(super) struct Question {
    pub slot: Slot,
    pub generation: u64,
    pub request: Request,
    pub cancel: CancelToken,
}

/// Threads that answer questions. Dropping it cancels all and waits for them.
pub struct Questions {
    /// The look at the data directory has a thread of its own: it may take long.
    slow: Option<Sender<Question>>,
    quick: Option<Sender<Question>>,
    /// What was answered just now, and is not due yet.
    later: Option<Sender<(Instant, Question)>>,
    pace: Pace,
    latest: HashMap<Slot, (u64, CancelToken)>,
    generation: u64,
    threads: Vec<JoinHandle<()>>,
}

impl Questions {
    pub fn start(context: &Context, events: &Sender<Event>) -> Result<Self> {
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
            let thread = std::thread::Builder::new()
                .name(format!("questions-{n}"))
                .spawn(move || {
                    if n > QUICK {
                        // What is read again and again takes no time from keys.
                        gently();
                    }
                    answer_all(&context, &questions, &events, &pace);
                })
                .map_err(|e| Error::Fatal(format!("cannot start a thread: {e}")))?;
            threads.push(thread);
        }
        Ok(Self {
            slow: Some(slow),
            quick: Some(quick),
            later: Some(later),
            pace,
            latest: HashMap::new(),
            generation: 0,
            threads,
        })
    }

    pub fn ask(&mut self, slot: Slot, request: Request) {
        self.generation += 1;
        let (generation, cancel) = (self.generation, CancelToken::new());
        if let Some((_, older)) = self.latest.insert(slot, (generation, cancel.clone())) {
            older.cancel();
        }
        let question = Question {
            slot,
            generation,
            request,
            cancel,
        };
        if let (Some(due), Some(later)) = (self.pace.due(&question), &self.later) {
            let _ = later.send((due, question));
            return;
        }
        let lane = if slot == Slot::Refresh {
            &self.slow
        } else {
            &self.quick
        };
        if let Some(lane) = lane {
            // The threads end only after the lane is closed.
            let _ = lane.send(question);
        }
    }

    pub fn forget(&mut self, slot: Slot) {
        if let Some((_, cancel)) = self.latest.remove(&slot) {
            cancel.cancel();
        }
    }

    pub fn is_latest(&self, slot: Slot, generation: u64) -> bool {
        self.latest
            .get(&slot)
            .is_some_and(|(latest, _)| *latest == generation)
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        for (slot, (_, cancel)) in &self.latest {
            // What was chosen last is still remembered.
            if *slot != Slot::Columns {
                cancel.cancel();
            }
        }
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
) {
    let mut catalog = None;
    for question in questions {
        let slot = question.slot;
        if question.cancel.is_cancelled() {
            tracing::debug!("query {slot:?} dropped: a later one takes its place");
            continue;
        }
        let began = Instant::now();
        let answered = catch_unwind(AssertUnwindSafe(|| {
            answer(context, &mut catalog, &question.request, &question.cancel)
        }));
        let result = match answered {
            Ok(Err(Error::Cancelled)) => {
                let seconds = began.elapsed().as_secs_f64();
                tracing::debug!("query {slot:?} stopped after {seconds:.3} s");
                continue;
            }
            Ok(result) => result.map_err(|e| e.to_string()),
            Err(panic) => {
                // A half-done transaction goes with its connection.
                catalog = None;
                Err(panic_sentence(panic.as_ref()))
            }
        };
        pace.answered(&question, began.elapsed());
        tracing::debug!("query {slot:?} took {:.3} s", began.elapsed().as_secs_f64());
        let Question {
            slot, generation, ..
        } = question;
        let message = Message::Answer {
            slot,
            generation,
            result,
        };
        if events.send(Event::Worker(message)).is_err() {
            return;
        }
    }
}

/// Answers a request here and now, over a catalog that is opened when it is first needed.
///
/// # Errors
/// Whatever the catalog, the lake or the disk refuse; [`Error::Cancelled`].
pub fn answer(
    context: &Context,
    catalog: &mut Option<Catalog>,
    request: &Request,
    cancel: &CancelToken,
) -> Result<Answer> {
    // Asks nothing of the catalog, so it must not fail with it.
    if let Request::Remember { file, content } = request {
        return remember::write(file, content).map(|()| Answer::Remembered);
    }
    match request {
        Request::ArrangeLogs(wanted) => return Ok(Answer::ArrangedLogs(wanted.arrange(cancel)?)),
        Request::ArrangeRuns(wanted) => return Ok(Answer::ArrangedRuns(wanted.arrange(cancel)?)),
        Request::SeekLogs(sought) => return Ok(Answer::FoundLogs(sought.find(cancel)?)),
        Request::SeekRuns(sought) => return Ok(Answer::FoundRuns(sought.find(cancel)?)),
        Request::CountLogs { rows, read, open } => {
            return Ok(Answer::CountedLogs(open.count(rows.read(), read)));
        }
        _ => {}
    }
    let catalog = match catalog {
        Some(catalog) => catalog,
        None => catalog.insert(Catalog::open_to_look(&context.lake)?),
    };
    Ok(match request {
        Request::Refresh => Answer::Refreshed(catalog.refresh(context, cancel)?),
        Request::FirstLogs(limit) => Answer::Logs(catalog.first_logs(*limit)?.into()),
        Request::Logs => Answer::Logs(catalog.logs()?.into()),
        Request::LogDetail(key) => Answer::LogDetail(catalog.log_detail(key)?.map(Box::new)),
        Request::Runs(log) => Answer::Runs(catalog.runs(log.as_deref())?),
        Request::Machines => Answer::Machines(catalog.machines()?),
        Request::History(limit) => Answer::History(catalog.history(*limit)?),
        Request::ArrangeLogs(wanted) => Answer::ArrangedLogs(wanted.arrange(cancel)?),
        Request::ArrangeRuns(wanted) => Answer::ArrangedRuns(wanted.arrange(cancel)?),
        Request::SeekLogs(sought) => Answer::FoundLogs(sought.find(cancel)?),
        Request::SeekRuns(sought) => Answer::FoundRuns(sought.find(cancel)?),
        Request::CountLogs { rows, read, open } => {
            Answer::CountedLogs(open.count(rows.read(), read))
        }
        Request::Remember { .. } => Answer::Remembered,
        Request::Export(wanted) => Answer::Exported(export::write(wanted, context, cancel)?),
        Request::Run(request) => Answer::Run(run::perform(request, context, catalog, cancel)?),
        Request::Compare(request) => {
            Answer::Compare(compare::perform(request, context, catalog, cancel)?)
        }
    })
}

fn panic_sentence(panic: &(dyn std::any::Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    format!("reading gave up: {}", text::quoted(&what, 300))
}
