//! The last step of harvests: the catalog is told of all that came to an end since it was told
//! last, in one transaction, and then they are reported as finished. One thread does it, so that
//! no harvest waits for the catalog, and one sync of the disk does for many.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
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
/// Harvests that one transaction may have: none waits for many others to be read.
const TOGETHER: usize = 64;

/// A harvest of which the catalog has not heard.
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
        let mut together = vec![first];
        together.extend(ended.try_iter().take(TOGETHER - 1));
        for (job, key, result) in told(&shared.context, &mut catalog, together) {
            shared.finished(job, key, result);
        }
    }
}

/// Tells the catalog of all of them; where that fails, of each by itself.
fn told(
    context: &Context,
    catalog: &mut Option<Catalog>,
    ended: Vec<Ended>,
) -> Vec<(JobId, String, Result<Outcome>)> {
    let updates = ended.iter().flat_map(|e| &e.harvested.updates);
    let updates: Vec<Update> = updates.cloned().collect();
    let error = tell(context, catalog, &updates).err();
    // Of a catalog that another process keeps, each by itself would wait as long again.
    let is_of_all = ended.len() == 1 || error.as_ref().is_some_and(is_busy);
    let fault = error.as_ref().map(Fault::from);
    let ended = ended.into_iter().map(|ended| {
        let updates = &ended.harvested.updates;
        let told = match &fault {
            Some(fault) if is_of_all && !updates.is_empty() => Err(fault.clone().into_error()),
            Some(_) => tell(context, catalog, updates),
            None => Ok(()),
        };
        (ended.job, ended.key, ended.harvested.told(told))
    });
    ended.collect()
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
