//! Questions to the catalog and the lake: typed, answered by workers, matched by identity.
//!
//! A view holds a [`Pending`] for each kind of question that it asks. A question that is asked
//! gets a [`Ticket`] that no other ever has, so its answer finds the very handle that waits for
//! it and no other: not that of another run, and not one that has asked something newer. A
//! handle that asks again, or is dropped with its view, cancels what it asked before.

use std::{
    any::{Any, TypeId, type_name},
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use super::effect::Effect;
use crate::etl::{Error, Result, base::CancelToken, catalog::Catalog, lake::Context, text};

/// Something that a worker finds out.
pub trait Query: fmt::Debug + Send + 'static {
    /// What it finds.
    type Answer: Send + 'static;

    /// Whether it may take so long that it gets the thread for slow queries.
    const SLOW: bool = false;

    /// Whether it is completed even when the view that asked is closed: it writes something.
    const OUTLIVES_VIEW: bool = false;

    /// Names what is read by a query that is asked again whenever a harvest ends, apart from
    /// others of its type: it is answered only so often. `None`: it is answered at once.
    fn repeats(&self) -> Option<u64> {
        None
    }

    /// Finds the answer, on a worker's thread.
    ///
    /// # Errors
    /// Whatever the catalog, the lake or the disk refuse; [`Error::Cancelled`].
    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer>;
}

/// What a query works on.
pub struct QueryContext<'a> {
    /// The data directory, the lake and the profile.
    pub lake: &'a Context,
    /// Set when the answer is not needed any more.
    pub cancel: &'a CancelToken,
    catalog: &'a mut Option<Catalog>,
}

impl<'a> QueryContext<'a> {
    /// Works on a lake, over a catalog that is opened when it is first needed.
    pub fn new(
        lake: &'a Context,
        catalog: &'a mut Option<Catalog>,
        cancel: &'a CancelToken,
    ) -> Self {
        Self {
            lake,
            cancel,
            catalog,
        }
    }

    /// The catalog, opened when it is first needed, and again when its file is not in its place any
    /// more: with a lake that was deleted goes what was known of it.
    ///
    /// # Errors
    /// As [`Catalog::open_for_reading`].
    pub fn catalog(&mut self) -> Result<&mut Catalog> {
        if self.catalog.as_ref().is_some_and(|c| !c.is_in_place()) {
            *self.catalog = None;
        }
        match &mut self.catalog {
            Some(catalog) => Ok(catalog),
            none => Ok(none.insert(Catalog::open_for_reading(&self.lake.lake)?)),
        }
    }
}

/// Names one question among all that this process asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

impl Ticket {
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// What is read by a query that is asked again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Repeated(TypeId, u64);

/// Names what a query reads, for [`Query::repeats`].
pub fn name_of(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// A query on its way to a worker.
pub struct Question {
    ticket: Ticket,
    cancel: CancelToken,
    slow: bool,
    repeated: Option<Repeated>,
    query: Box<dyn ErasedQuery>,
}

trait ErasedQuery: Any + fmt::Debug + Send {
    fn name(&self) -> &'static str;
    fn run(self: Box<Self>, on: &mut QueryContext<'_>) -> Result<Box<dyn Any + Send>>;
}

impl<Q: Query> ErasedQuery for Q {
    fn name(&self) -> &'static str {
        type_name::<Q>()
    }

    fn run(self: Box<Self>, on: &mut QueryContext<'_>) -> Result<Box<dyn Any + Send>> {
        let answer = Query::run(*self, on)?;
        Ok(Box::new(answer))
    }
}

impl Question {
    /// Whether it goes to the thread for slow queries.
    pub fn is_slow(&self) -> bool {
        self.slow
    }

    /// The type of the query, for the program's log.
    pub fn name(&self) -> &'static str {
        self.query.name()
    }

    /// What it reads, if that is read again and again.
    pub fn repeated(&self) -> Option<Repeated> {
        self.repeated
    }

    /// Whether its answer is not needed any more.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// The query, if it is of this kind.
    pub fn query<Q: Query>(&self) -> Option<&Q> {
        let query: &dyn Any = self.query.as_ref();
        query.downcast_ref()
    }

    /// Runs it here and now, over a catalog that is opened when it is first needed; `None` when
    /// it was cancelled. A panic becomes its error.
    pub fn run(self, lake: &Context, catalog: &mut Option<Catalog>) -> Option<Answer> {
        let Self {
            ticket,
            cancel,
            query,
            ..
        } = self;
        let done = catch_unwind(AssertUnwindSafe(|| {
            cancel.check()?;
            query.run(&mut QueryContext::new(lake, catalog, &cancel))
        }));
        let result = match done {
            Ok(Err(Error::Cancelled)) => return None,
            Ok(result) => result.map_err(|e| e.to_string()),
            Err(panic) => {
                // A half-done transaction goes with its connection.
                *catalog = None;
                Err(panic_sentence(panic.as_ref()))
            }
        };
        Some(Answer {
            ticket,
            result: Some(result),
        })
    }

    /// An answer to it that no worker found, for tests.
    pub fn fail(&self, sentence: &str) -> Answer {
        Answer {
            ticket: self.ticket,
            result: Some(Err(sentence.into())),
        }
    }

    /// As [`Question::fail`], with what was found.
    pub fn reply<Q: Query>(&self, result: Result<Q::Answer, String>) -> Answer {
        Answer::new::<Q>(self.ticket, result)
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.query.fmt(f)
    }
}

/// One question is equal to itself alone.
impl PartialEq for Question {
    fn eq(&self, other: &Self) -> bool {
        self.ticket == other.ticket
    }
}

/// What a worker found, or one sentence on why it found nothing. [`Pending::receive`] takes it.
pub struct Answer {
    ticket: Ticket,
    /// `None` once the handle that waited has it.
    result: Option<Result<Box<dyn Any + Send>, String>>,
}

impl Answer {
    fn new<Q: Query>(ticket: Ticket, result: Result<Q::Answer, String>) -> Self {
        let result = result.map(|answer| Box::new(answer) as Box<dyn Any + Send>);
        Self {
            ticket,
            result: Some(result),
        }
    }

    /// Whether no handle waited for it.
    pub fn is_stale(&self) -> bool {
        self.result.is_some()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ticket.fmt(f)
    }
}

/// Waits for the answer to the latest query of one kind.
#[derive(Debug)]
pub struct Pending<Q: Query> {
    asked: Option<(Ticket, CancelToken)>,
    /// What to ask once the answer is there.
    next: Option<Q>,
}

impl<Q: Query> Default for Pending<Q> {
    fn default() -> Self {
        Self {
            asked: None,
            next: None,
        }
    }
}

impl<Q: Query> Pending<Q> {
    /// Asks; what was asked before is cancelled.
    pub fn ask(&mut self, query: Q, effects: &mut Vec<Effect>) {
        let (ticket, cancel) = (Ticket::next(), CancelToken::new());
        self.cancel();
        self.asked = Some((ticket, cancel.clone()));
        effects.push(Effect::Ask(Question {
            ticket,
            cancel,
            slow: Q::SLOW,
            repeated: query
                .repeats()
                .map(|name| Repeated(TypeId::of::<Q>(), name)),
            query: Box::new(query),
        }));
    }

    /// Asks now, or, while a query is under way, once more after its answer: what changes
    /// meanwhile is read by one more query, however often it changes.
    pub fn ask_after(&mut self, query: Q, effects: &mut Vec<Effect>) {
        if self.is_asked() {
            self.next = Some(query);
        } else {
            self.ask(query, effects);
        }
    }

    /// The answer, if it is the one that is waited for. Asks what [`Pending::ask_after`] put off.
    pub fn receive(
        &mut self,
        answer: &mut Answer,
        effects: &mut Vec<Effect>,
    ) -> Option<Result<Q::Answer, String>> {
        self.asked.take_if(|(ticket, _)| *ticket == answer.ticket)?;
        if let Some(query) = self.next.take() {
            self.ask(query, effects);
        }
        let result = answer.result.take()?;
        Some(result.and_then(|found| match found.downcast() {
            Ok(found) => Ok(*found),
            Err(_) => Err(format!("no worker answers {}", type_name::<Q>())),
        }))
    }

    /// Whether an answer is waited for.
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Waits for no answer any more.
    pub fn cancel(&mut self) {
        self.next = None;
        if let Some((_, cancel)) = self.asked.take() {
            cancel.cancel();
        }
    }

    /// An answer to what is waited for; asked in passing if nothing is.
    #[cfg(test)]
    pub fn reply(&mut self, result: Result<Q::Answer, String>) -> Answer {
        let asked = self
            .asked
            .get_or_insert_with(|| (Ticket::next(), CancelToken::new()));
        Answer::new::<Q>(asked.0, result)
    }
}

impl<Q: Query> Drop for Pending<Q> {
    fn drop(&mut self) {
        if !Q::OUTLIVES_VIEW {
            self.cancel();
        }
    }
}

fn panic_sentence(panic: &(dyn Any + Send)) -> String {
    let what = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".into());
    format!(
        "internal error (please report): {}",
        text::quoted(&what, 300)
    )
}

#[cfg(test)]
#[path = "query_tests.rs"]
mod tests;
