//! Harvests that follow each other: what is kept from one to the next.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    LogRef, Options, Outcome,
    index::Index,
    one::{self, Request},
    threads::Threads,
};
use crate::{
    Error, Result,
    base::{CancelToken, ProgressSink},
    catalog::{Catalog, Update},
    lake::{Context, Lake, Presence},
};

/// While logs follow each other, leftovers of dead processes are looked for this often.
const CLEAR_EVERY: Duration = Duration::from_secs(1);

/// Harvests logs one after the other. The catalog stays open, and the process present in the lake,
/// until [`Session::rest`].
#[derive(Default)]
pub struct Session {
    threads: Threads,
    place: Option<Place>,
}

/// The lake of the last log.
struct Place {
    lake: Lake,
    /// `None`: only logs that are found without it were harvested.
    catalog: Option<Catalog>,
    presence: Arc<Presence>,
    /// When leftovers of dead processes were looked for last.
    cleared: Option<Instant>,
}

/// A harvest that came to an end and is not acknowledged yet: its record is to be settled, and the
/// catalog to be told. Both are cheaper for many harvests at once.
#[derive(Debug)]
#[must_use = "it is to be acknowledged"]
pub struct Harvested {
    /// What it did, or why it failed; see [`harvest_log`].
    pub result: Result<Outcome>,
    /// What the catalog is to be told, also of a harvest that failed.
    pub updates: Vec<Update>,
    /// Whether the record does not last yet: see [`crate::lake::Store::settle`].
    pub unsettled: bool,
}

impl Harvested {
    /// A harvest that could not begin.
    pub(crate) fn failed(error: Error) -> Self {
        Self {
            result: Err(error),
            updates: Vec::new(),
            unsettled: false,
        }
    }

    /// Settles the record of log `key`, tells `catalog`, and returns the result.
    ///
    /// # Errors
    /// That of the harvest, or why it could not be acknowledged: what was committed stays, and the
    /// next look at the lake finds it.
    pub fn acknowledge(
        self,
        context: &Context,
        key: &str,
        catalog: &mut Catalog,
    ) -> Result<Outcome> {
        let keys = if self.unsettled { &[key][..] } else { &[] };
        let settled = context.lake.results().settle(keys);
        let told = catalog.apply(context, &self.updates);
        self.acknowledged(settled.and(told))
    }

    /// The result, now that the record is settled and the catalog told, or why it could not be.
    pub(crate) fn acknowledged(self, done: Result<()>) -> Result<Outcome> {
        match (self.result, done) {
            (result, Ok(())) => result,
            (Ok(_), Err(error)) => Err(error),
            // The first error is the one to report.
            (Err(first), Err(error)) => {
                tracing::error!("a failure ({first}) cannot be written down: {error}");
                Err(first)
            }
        }
    }
}

/// Harvests the log `key`, which the catalog knows, and tells the catalog.
///
/// # Errors
/// [`Error::Usage`] for an unknown key; [`Error::Log`] when the log is at fault;
/// [`Error::Io`], [`Error::Moving`] and [`Error::Busy`] when trying again may help;
/// [`Error::Cancelled`].
pub fn harvest_log(
    context: &Context,
    key: &str,
    options: Options,
    sink: &dyn ProgressSink,
    cancel: &CancelToken,
) -> Result<Outcome> {
    let mut session = Session::default();
    let harvested = session.harvest(context, LogRef::Known(key), options, sink, cancel);
    match session.place.and_then(|place| place.catalog) {
        Some(mut catalog) => harvested.acknowledge(context, key, &mut catalog),
        None => harvested.result,
    }
}

impl Session {
    /// For a thread that does nothing else: it harvests small logs without waking other threads.
    pub fn with_own_threads() -> Self {
        Self {
            threads: Threads::own(),
            place: None,
        }
    }

    /// Harvests a log. The catalog is read, and told nothing.
    pub fn harvest(
        &mut self,
        context: &Context,
        log: LogRef<'_>,
        options: Options,
        sink: &dyn ProgressSink,
        cancel: &CancelToken,
    ) -> Harvested {
        let reads_catalog = matches!(log, LogRef::Known(_));
        let begun = cancel
            .check()
            .and_then(|()| Place::begin(self.place.take(), &context.lake, reads_catalog));
        let place = match begun {
            Ok(place) => self.place.insert(place),
            Err(error) => return Harvested::failed(error),
        };
        let clears = place.cleared.is_none_or(|at| at.elapsed() >= CLEAR_EVERY);
        if clears {
            place.cleared = Some(Instant::now());
        }
        let mut index = Index::new(place.catalog.as_mut().filter(|_| reads_catalog));
        let request = Request {
            context,
            log,
            options,
            threads: &self.threads,
            clears,
        };
        let result = one::harvest(&request, &mut index, sink, cancel);
        let harvested = index.harvested(result);
        if matches!(harvested.result, Err(Error::Catalog { .. })) {
            self.rest();
        }
        harvested
    }

    /// Lets go of what was kept: no log follows at once.
    pub fn rest(&mut self) {
        self.place = None;
    }
}

impl Place {
    /// What is kept of `lake`, without what is not in its place any more.
    fn begin(kept: Option<Self>, lake: &Lake, reads_catalog: bool) -> Result<Self> {
        let is_there =
            |place: &Self| place.lake.root() == lake.root() && place.presence.is_in_place();
        let (catalog, presence, cleared) = match kept.filter(is_there) {
            Some(place) => (place.catalog, Some(place.presence), place.cleared),
            None => (None, None, None),
        };
        let catalog = match catalog.filter(Catalog::is_in_place) {
            // First: it says why nothing can be written.
            None if reads_catalog => Some(Catalog::open(lake)?),
            open => open,
        };
        let presence = match presence {
            Some(presence) => presence,
            None => Presence::in_lake(lake)?,
        };
        Ok(Self {
            lake: lake.clone(),
            catalog,
            presence,
            cleared,
        })
    }
}
