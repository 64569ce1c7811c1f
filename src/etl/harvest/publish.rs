//! Tables on their way into the lake. The disk takes its time to sync one; meanwhile the threads that
//! make tables make the next.

use std::thread;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::{
    Error, Result,
    base::CancelToken,
    lake::{Lake, files::TempPath, run_file::Unsynced},
};

/// A thread that waits for the disk needs little, and its stack counts as memory of the process.
const STACK: usize = 256 << 10;

/// A table that is written to a temporary file.
pub(super) struct Finished {
    /// Its file.
    pub(super) file: Unsynced,
    /// Where the file lies.
    pub(super) temp: TempPath,
    /// The name that it gets.
    pub(super) name: String,
}

/// Syncs tables of one log, then publishes them.
pub(super) struct Publisher<'a> {
    lake: &'a Lake,
    key: &'a str,
    cancel: &'a CancelToken,
    /// To threads that do nothing else; `None`: there are none.
    queue: Option<Sender<(Finished, Sender<Result<()>>)>>,
    /// For the only table of a log.
    helper: Option<&'a Helper>,
}

/// A thread that publishes the only table of one log after the other, while their records are written.
/// To start a thread for each costs more than small logs wait.
#[derive(Debug)]
pub(super) struct Helper(Sender<Task>);

/// What the helper is given.
struct Task {
    lake: Lake,
    key: String,
    table: Finished,
    cancel: CancelToken,
    told: Sender<Result<()>>,
}

impl Helper {
    /// `None` when the system gives no thread. It ends with this value.
    pub(super) fn start() -> Option<Self> {
        let (queue, tasks) = bounded::<Task>(1);
        let work = move || {
            for task in tasks {
                let result = publish(&task.lake, &task.key, &task.table, &task.cancel);
                // Nothing of it is left once its end is told.
                drop((task.table, task.lake));
                let _ = task.told.send(result);
            }
        };
        let thread = thread::Builder::new().name("publish".into());
        let started = thread.stack_size(STACK).spawn(work);
        started
            .map(|_| Self(queue))
            .inspect_err(|e| tracing::debug!("no thread to publish tables: {e}"))
            .ok()
    }
}

/// A table that is being published.
pub(super) enum Publication {
    /// Nothing is left to wait for.
    Ended(Result<()>),
    /// By another thread.
    Pending(Receiver<Result<()>>),
}

impl Publication {
    /// Waits for its end.
    ///
    /// # Errors
    /// [`Error::Io`] when it could not be synced or published, [`Error::Cancelled`].
    pub(super) fn wait(mut self) -> Result<()> {
        match &mut self {
            Self::Ended(result) => std::mem::replace(result, Ok(())),
            Self::Pending(result) => result.recv().unwrap_or_else(|_| {
                let lost = "the thread that publishes tables ended early";
                Err(Error::Fatal(lost.to_owned()))
            }),
        }
    }
}

impl Drop for Publication {
    /// While a table is on its way its log stays locked, also when the log is given up.
    fn drop(&mut self) {
        if let Self::Pending(result) = self {
            let _ = result.recv();
        }
    }
}

impl<'a> Publisher<'a> {
    /// Does `work`, which makes so many tables of log `key`, with a publisher, and waits until all
    /// are published or were given up. A single one is left to `helper`, which is not waited for, or
    /// published where it is made.
    pub(super) fn beside<T>(
        (lake, key): (&'a Lake, &'a str),
        tables: usize,
        helper: Option<&'a Helper>,
        cancel: &'a CancelToken,
        work: impl FnOnce(&Self) -> T,
    ) -> T {
        let helper = helper.filter(|_| tables == 1);
        // As many as make tables.
        let threads = match tables {
            0 | 1 => 0,
            several => several.min(rayon::current_num_threads()),
        };
        // Bounded: a table that waits holds a file open.
        let (queue, tables) = bounded::<(Finished, Sender<Result<()>>)>(threads);
        thread::scope(|scope| {
            // It goes when `work` ends, however it does, and with it the queue and the threads.
            let mut publisher = Self {
                lake,
                key,
                cancel,
                queue: None,
                helper,
            };
            for _ in 0..threads {
                let tables = tables.clone();
                let started = thread::Builder::new()
                    .name("publish".into())
                    .stack_size(STACK)
                    .spawn_scoped(scope, move || {
                        for (table, told) in tables {
                            // Who gave up the log does not ask any more.
                            let _ = told.send(publish(lake, key, &table, cancel));
                        }
                    });
                match started {
                    Ok(_) => publisher.queue = Some(queue.clone()),
                    Err(e) => tracing::debug!("no thread to publish tables: {e}"),
                }
            }
            drop(queue);
            work(&publisher)
        })
    }

    /// Syncs and publishes a table, or leaves that to another thread.
    pub(super) fn publish(&self, table: Finished) -> Publication {
        if let Some(Helper(queue)) = self.helper {
            let (told, result) = bounded(1);
            let task = Task {
                lake: self.lake.clone(),
                key: self.key.to_owned(),
                table,
                cancel: self.cancel.clone(),
                told,
            };
            return match queue.send(task) {
                Ok(()) => Publication::Pending(result),
                Err(refused) => Publication::Ended(self.publish_here(&refused.into_inner().table)),
            };
        }
        if let Some(queue) = &self.queue {
            let (told, result) = bounded(1);
            return match queue.send((table, told)) {
                Ok(()) => Publication::Pending(result),
                Err(refused) => {
                    let (table, _) = refused.into_inner();
                    Publication::Ended(self.publish_here(&table))
                }
            };
        }
        Publication::Ended(self.publish_here(&table))
    }

    fn publish_here(&self, table: &Finished) -> Result<()> {
        publish(self.lake, self.key, table, self.cancel)
    }
}

/// A file that has its name is complete, also after a power cut: it is synced before.
fn publish(lake: &Lake, key: &str, table: &Finished, cancel: &CancelToken) -> Result<()> {
    cancel.check()?;
    table.file.sync()?;
    lake.results().publish(table.temp.path(), key, &table.name)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::{lake::run_file::write_unsynced, transform::RunTable};

    fn finished(lake: &Lake, name: &str) -> Finished {
        let temp = TempPath::new(lake).unwrap();
        let (table, cancel) = (RunTable::default(), CancelToken::new());
        let written = write_unsynced(temp.path(), &table, &cancel, |_| "null".into());
        Finished {
            file: written.unwrap().1,
            temp,
            name: name.to_owned(),
        }
    }

    /// Publishes tables of these names; the results in their order.
    fn publish_all(
        lake: &Lake,
        names: &[&str],
        helper: Option<&Helper>,
        cancel: &CancelToken,
    ) -> Vec<Result<()>> {
        let all = Publisher::beside((lake, "a"), names.len(), helper, cancel, |publisher| {
            let publish = |name: &&str| publisher.publish(finished(lake, name));
            names.iter().map(publish).collect::<Vec<_>>()
        });
        all.into_iter().map(Publication::wait).collect()
    }

    #[test]
    fn each_table_is_published_or_tells_its_own_error() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        // A directory that is not empty is in the way of the second.
        std::fs::create_dir_all(lake.location("a", "run_1.parquet").join("x")).unwrap();
        let helper = Helper::start();
        for (names, helper) in [
            (
                &["run_0.parquet", "run_1.parquet", "run_2.parquet"][..],
                None,
            ),
            (&["run_1.parquet"], None),
            (&["run_3.parquet"], None),
            (&["run_1.parquet"], helper.as_ref()),
            (&["run_4.parquet"], helper.as_ref()),
        ] {
            let results = publish_all(&lake, names, helper, &CancelToken::new());
            for (name, result) in names.iter().zip(results) {
                assert_eq!(result.is_ok(), *name != "run_1.parquet", "{result:?}");
                assert_eq!(lake.location("a", name).is_file(), result.is_ok());
            }
        }
    }

    #[test]
    fn nothing_is_published_after_a_cancellation_and_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        let cancel = CancelToken::new();
        cancel.cancel();
        let helper = Helper::start();
        for (names, helper) in [
            (&["run_0.parquet", "run_1.parquet"][..], None),
            (&["run_0.parquet"], None),
            (&["run_0.parquet"], helper.as_ref()),
        ] {
            let results = publish_all(&lake, names, helper, &cancel);
            let cancelled = |result: &Result<()>| matches!(result, Err(Error::Cancelled));
            assert!(results.iter().all(cancelled), "{results:?}");
        }
        assert!(!lake.location("a", "run_0.parquet").exists());
        let left = std::fs::read_dir(lake.local().tmp()).unwrap();
        assert_eq!(left.count(), 0, "temporary files");
    }

    #[test]
    fn a_panic_of_what_makes_tables_ends_the_threads() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        let cancel = CancelToken::new();
        let run = || {
            Publisher::beside((&lake, "a"), 2, None, &cancel, |publisher| {
                let _ = publisher.publish(finished(&lake, "run_0.parquet"));
                panic!("made none");
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
        assert!(lake.location("a", "run_0.parquet").is_file());
    }

    #[test]
    fn a_table_that_is_given_up_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let lake = Lake::new(dir.path());
        let (helper, cancel) = (Helper::start(), CancelToken::new());
        for n in 0..20 {
            let name = format!("run_{n}.parquet");
            Publisher::beside((&lake, "a"), 1, helper.as_ref(), &cancel, |publisher| {
                drop(publisher.publish(finished(&lake, &name)));
            });
            assert!(lake.location("a", &name).is_file(), "{name}");
        }
    }
}
