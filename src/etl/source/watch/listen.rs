//! The operating system's notices (inotify) of what moves below the data directory, and of
//! locks that come and go in the lake.

use std::{os::unix::fs::MetadataExt, path::Path};

use crossbeam_channel::{Receiver, bounded};
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, ModifyKind},
};

use super::Places;
use crate::source::scan::Links;

/// Listens until dropped.
pub(super) struct Listening {
    _watcher: RecommendedWatcher,
    /// Something below the data directory moved.
    pub changes: Receiver<()>,
    /// A lock in the lake came or went: somebody harvests.
    pub harvests: Receiver<()>,
    /// The system cannot tell any more: too many folders, the data directory itself is gone.
    pub broken: Receiver<notify::Error>,
    /// The directory that is listened to.
    pub folder: Option<Identity>,
}

/// Device and inode of a directory: another one of the same name is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

/// `None` when it is not there.
pub(super) fn identity(path: &Path) -> Option<Identity> {
    let meta = std::fs::metadata(path).ok()?;
    Some(Identity(meta.dev(), meta.ino()))
}

impl Listening {
    pub fn start(places: &Places) -> notify::Result<Self> {
        let (changed, changes) = bounded::<()>(1);
        let (harvesting, harvests) = bounded::<()>(1);
        let (broke, broken) = bounded::<notify::Error>(1);
        let folder = identity(&places.data);
        let filter = places.clone();
        let mut watcher = RecommendedWatcher::new(
            move |notice: notify::Result<Event>| match notice {
                Ok(event) if is_end(&filter, &event) => {
                    let _ = broke.try_send(notify::Error::path_not_found());
                }
                // Full: somebody is about to look already.
                Ok(event) => {
                    let _ = match concerns(&filter, &event) {
                        Some(Notice::Data) => changed.try_send(()),
                        Some(Notice::Harvest) => harvesting.try_send(()),
                        None => Ok(()),
                    };
                }
                Err(e) => {
                    let _ = broke.try_send(e);
                }
            },
            notify::Config::default().with_follow_symlinks(places.links == Links::Follow),
        )?;
        watcher.watch(&places.data, RecursiveMode::Recursive)?;
        // Who can only look must do without; so must a lake that is on another kind of disk.
        let there = std::fs::create_dir_all(&places.locks).map_err(notify::Error::io);
        let listened =
            there.and_then(|()| watcher.watch(&places.locks, RecursiveMode::NonRecursive));
        if let Err(e) = listened {
            tracing::info!("harvests of other processes are noticed by polling: {e}");
        }
        Ok(Self {
            _watcher: watcher,
            changes,
            harvests,
            broken,
            folder,
        })
    }
}

/// What moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    Data,
    Harvest,
}

/// Whether a notice means that a log may be another. Opening and reading are not:
/// the look that a notice leads to opens every folder itself.
fn concerns(places: &Places, event: &Event) -> Option<Notice> {
    let moved = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    };
    let outside = |p: &std::path::PathBuf| !p.starts_with(&places.cache);
    if moved && (event.paths.is_empty() || event.paths.iter().any(outside)) {
        return Some(Notice::Data);
    }
    // A lock comes when a harvest begins and goes with its end; a process that harvests log after log
    // moves its own.
    let comes_or_goes = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    let lock = |p: &std::path::PathBuf| p.parent() == Some(&places.locks);
    (comes_or_goes && event.paths.iter().any(lock)).then_some(Notice::Harvest)
}

/// The data directory itself is gone, and every notice with it.
fn is_end(places: &Places, event: &Event) -> bool {
    let gone = matches!(
        event.kind,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
    );
    gone && event.paths.first() == Some(&places.data)
}
