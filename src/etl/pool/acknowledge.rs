//! The last step of harvests: the records of all that came to an end since the last time are
//! settled, the catalog is told of them in one transaction, and then they are reported as finished.
//! One thread does it, so that no harvest waits for the disk, and one sync does for many.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use super::{JobId, Shared};
use crate::{
    Error, Result,
    catalog::{Catalog, Update},
    harvest::{Harvested, Outcome},
    lake::Context,
    worker::Fault,
};

/// How long the catalog stays open when nothing comes.
const LINGER: Duration = Duration::from_millis(100);
/// While other logs are being harvested, so long is waited for harvests to be acknowledged together.
const GATHER: Duration = Duration::from_millis(25);
/// What came meanwhile is looked for this often: to be woken by each costs the workers more.
const PAUSE: Duration = Duration::from_millis(5);
/// Harvests that are acknowledged together: their records are in memory at once.
const TOGETHER: usize = 64;

/// A harvest that is not acknowledged yet.
pub(super) struct Ended {
    pub(super) job: JobId,
    pub(super) key: String,
    pub(super) harvested: Harvested,
}

/// Acknowledges what comes until no more can come.
pub(super) fn acknowledge(shared: &Shared, ended: &Receiver<Ended>) {
    let mut catalog = None;
    loop {
        let first = match ended.recv_timeout(LINGER) {
            Err(RecvTimeoutError::Timeout) => {
                catalog = None;
                ended.recv().ok()
            }
            received => received.ok(),
        };
        let Some(first) = first else { return };
        let together = gathered(shared, ended, first);
        for (job, key, result) in acknowledged(&shared.context, &mut catalog, together) {
            shared.finished(job, key, result);
        }
    }
}

/// `first` and what follows it soon, as long as more can follow.
fn gathered(shared: &Shared, ended: &Receiver<Ended>, first: Ended) -> Vec<Ended> {
    let until = Instant::now() + GATHER;
    let mut together = vec![first];
    while together.len() < TOGETHER && together.len() < shared.queue().jobs.len() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(left.min(PAUSE));
        together.extend(ended.try_iter().take(TOGETHER - together.len()));
    }
    together
}

/// Acknowledges all of them.
fn acknowledged(
    context: &Context,
    catalog: &mut Option<Catalog>,
    ended: Vec<Ended>,
) -> Vec<(JobId, String, Result<Outcome>)> {
    let updates = ended.iter().flat_map(|e| &e.harvested.updates);
    let updates: Vec<Update> = updates.cloned().collect();
    let unsettled = settle(context, &ended).err().as_ref().map(Fault::from);
    let error = tell(context, catalog, &updates).err();
    // Of a catalog that another process keeps, each by itself would wait as long again.
    let is_of_all = ended.len() == 1 || error.as_ref().is_some_and(is_busy);
    let fault = error.as_ref().map(Fault::from);
    let ended = ended.into_iter().map(|ended| {
        let settled = match &unsettled {
            Some(fault) if ended.harvested.unsettled => Err(fault.clone().into_error()),
            _ => Ok(()),
        };
        let updates = &ended.harvested.updates;
        let told = match &fault {
            Some(fault) if is_of_all && !updates.is_empty() => Err(fault.clone().into_error()),
            Some(_) => tell(context, catalog, updates),
            None => Ok(()),
        };
        let result = ended.harvested.acknowledged(settled.and(told));
        (ended.job, ended.key, result)
    });
    ended.collect()
}

/// Settles the records of all of them. What failed to sync once is not asked again: the system may
/// have dropped what it could not write, and say that all is well.
fn settle(context: &Context, ended: &[Ended]) -> Result<()> {
    let unsettled = ended.iter().filter(|e| e.harvested.unsettled);
    let keys: Vec<&str> = unsettled.map(|e| e.key.as_str()).collect();
    context.lake.results().settle(&keys)
}

/// An open catalog is used again; one that failed is opened anew the next time.
fn tell(context: &Context, catalog: &mut Option<Catalog>, updates: &[Update]) -> Result<()> {
    if updates.is_empty() {
        return Ok(());
    }
    let mut open = match catalog.take() {
        Some(open) if open.is_in_place() => open,
        _ => Catalog::open(&context.lake)?,
    };
    open.apply(context, updates)?;
    *catalog = Some(open);
    Ok(())
}

fn is_busy(error: &Error) -> bool {
    let Error::Catalog { source, .. } = error else {
        return false;
    };
    source.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}
