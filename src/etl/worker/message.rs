//! What the program and its workers say to each other: JSON in frames. Both are the same
//! binary; the version is there for the moment in which a running program's file is
//! replaced by a newer one.

use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::fault::{Fault, PathText};
use crate::{
    Error,
    base::{CancelToken, Progress, ProgressSink},
    catalog::Update,
    harvest::{Harvested, LogRef, Options, Outcome, Session},
    infer::Proposal,
    lake::{Context, Lake, lock::Owner},
    profile::Profile,
    source::scan::Links,
    text,
};

/// Raised whenever a message changes.
pub const PROTOCOL: u32 = 7;

/// What the program says. The end of the pipe means: end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Comes first.
    Start {
        /// [`PROTOCOL`] of the program.
        protocol: u32,
        /// Bytes of data that the worker may have; `None`: as many as it likes.
        memory: Option<u64>,
    },
    /// Harvest a log; answered by [`Report::Accepted`], then in the end by one
    /// [`Report::Finished`].
    Harvest(Box<Task>),
    /// Propose a profile for the log at this path; answered by [`Report::Accepted`], then by
    /// [`Report::Proposed`].
    Propose(PathText),
    /// Give up what is being harvested.
    Cancel,
}

/// One log to harvest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    data_dir: PathText,
    links: Links,
    cache_dir: PathText,
    /// `None` on the way: the one that came with the worker's last task.
    #[serde(with = "shared_profile")]
    profile: Option<Arc<Profile>>,
    /// The log's key.
    pub key: String,
    /// Its path below the data directory, for a log that is found without a catalog.
    path: Option<PathText>,
    /// How.
    pub options: Options,
    /// The program, for which the worker holds the log's lock.
    pub owner: Owner,
}

impl Task {
    /// For one log.
    pub fn new(context: &Context, log: LogRef<'_>, options: Options, owner: Owner) -> Self {
        let path = match log {
            LogRef::Known(_) => None,
            LogRef::At { raw, .. } => Some(Path::new(OsStr::from_bytes(raw)).into()),
        };
        Self {
            data_dir: context.data_dir.as_path().into(),
            links: context.links,
            cache_dir: context.lake.root().into(),
            profile: Some(context.profile.clone()),
            key: log.key().to_owned(),
            path,
            options,
            owner,
        }
    }

    /// Leaves the profile out for a worker whose last task came with `known`, if it is that one.
    /// Returns what was left out.
    pub(super) fn leave_out(&mut self, known: Option<&Arc<Profile>>) -> Option<Arc<Profile>> {
        let is_known = |own: &mut Arc<Profile>| known.is_some_and(|known| Arc::ptr_eq(own, known));
        self.profile.take_if(is_known)
    }

    /// Puts the profile in the place of one that was left out, or remembers the task's own in
    /// `known`. False: there is none.
    pub(super) fn fill_in(&mut self, known: &mut Option<Arc<Profile>>) -> bool {
        match &self.profile {
            Some(own) => *known = Some(own.clone()),
            None => self.profile.clone_from(known),
        }
        self.profile.is_some()
    }

    /// Harvests the log in this process.
    pub fn harvest(
        &self,
        session: &mut Session,
        sink: &dyn ProgressSink,
        cancel: &CancelToken,
    ) -> Harvested {
        let Some(context) = self.context() else {
            return Harvested::failed(Error::Fatal("the task has no profile".into()));
        };
        let path = self.path.as_ref().map(PathBuf::from);
        let log = match &path {
            None => LogRef::Known(&self.key),
            Some(path) => LogRef::At {
                key: &self.key,
                raw: path.as_os_str().as_bytes(),
            },
        };
        session.harvest(&context, log, self.options, sink, cancel)
    }

    /// Where logs lie, where results go, and under which rules; `None` while the profile is left out.
    fn context(&self) -> Option<Context> {
        Some(Context {
            data_dir: PathBuf::from(&self.data_dir),
            links: self.links,
            lake: Lake::new(PathBuf::from(&self.cache_dir)),
            profile: self.profile.clone()?,
        })
    }
}

/// A profile that is shared, as text.
mod shared_profile {
    use super::{Arc, Deserialize, Profile};
    use serde::{Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        profile: &Option<Arc<Profile>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        profile.as_deref().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Arc<Profile>>, D::Error> {
        Ok(Option::<Profile>::deserialize(deserializer)?.map(Arc::new))
    }
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// Comes first.
    Ready {
        /// [`PROTOCOL`] of the worker.
        protocol: u32,
        /// `mdtui 0.1.0`.
        program: String,
    },
    /// The worker begins with the log. Only after this can a log be the cause of a crash.
    Accepted,
    /// How far it is.
    Progress(Progress),
    /// It decodes a large piece of this column, perhaps others beside it.
    Reading {
        /// The column's name.
        column: String,
    },
    /// It is through with such a piece.
    Read {
        /// The column's name.
        column: String,
    },
    /// The log is over; see [`Harvested`].
    Finished {
        /// What the harvest did, or why it failed.
        result: Result<Outcome, Fault>,
        /// What the catalog is to be told.
        updates: Vec<Update>,
        /// Whether the record is to be settled.
        unsettled: bool,
    },
    /// The proposed profile, or why there is none.
    Proposed(Result<Proposal, Fault>),
}

impl Report {
    /// What it is, with an article, for a message about one that comes at the wrong moment.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Ready { .. } => "a greeting",
            Self::Accepted => "that it begins",
            Self::Progress(_) => "its progress",
            Self::Reading { .. } | Self::Read { .. } => "the name of a column",
            Self::Finished { result: Ok(_), .. } => "a result",
            Self::Proposed(Ok(_)) => "a profile",
            Self::Finished { result: Err(_), .. } | Self::Proposed(Err(_)) => "an error",
        }
    }
}

/// A message that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a message that cannot be understood: {0}")]
pub struct Garbled(String);

/// A message from its bytes.
///
/// # Errors
/// [`Garbled`] with the place, as harmless text.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Garbled> {
    serde_json::from_slice(bytes).map_err(|e| Garbled(text::quoted(&e.to_string(), 200)))
}

/// A message as bytes.
///
/// # Errors
/// [`Garbled`] for a number that JSON does not have.
pub fn write(message: &impl Serialize) -> Result<Vec<u8>, Garbled> {
    serde_json::to_vec(message).map_err(|e| Garbled(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::Stage, harvest::Summary};

    fn context() -> Context {
        Context {
            data_dir: Path::new(OsStr::from_bytes(b"not\xffutf-8")).to_owned(),
            links: Links::Follow,
            lake: Lake::new("cache"),
            profile: Arc::new(Profile::built_in().unwrap()),
        }
    }

    fn there_and_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: T) {
        assert_eq!(parse::<T>(&write(&message).unwrap()).unwrap(), message);
    }

    #[test]
    fn messages_come_back_as_they_went_paths_that_are_not_utf8_too() {
        let task = Task::new(
            &context(),
            LogRef::At {
                key: "a/b",
                raw: b"a/\xff.csv",
            },
            Options {
                force: true,
                ..Options::default()
            },
            Owner {
                id: "0".repeat(32),
                pid: 1,
                host: "press-2".into(),
            },
        );
        let of_task = task.context().unwrap();
        assert_eq!(of_task.data_dir, context().data_dir);
        assert_eq!(of_task.lake.root(), context().lake.root());
        assert_eq!(of_task.profile.rules(), context().profile.rules());
        there_and_back(Request::Harvest(Box::new(task)));
        there_and_back(Request::Cancel);
        let mut progress = Progress::start(7);
        progress.stage = Stage::Transforming;
        there_and_back(Report::Progress(progress));
        let summary = Summary {
            run_errors: vec!["run 1: broken".into()],
            seconds: 0.1 + 0.2,
            ..Summary::default()
        };
        let updates = vec![Update::Forget { key: "a".into() }];
        there_and_back(Report::Finished {
            result: Ok(Outcome::Harvested(summary)),
            updates,
            unsettled: true,
        });
        there_and_back(Report::Finished {
            result: Err(Fault::Log("bad".into())),
            updates: Vec::new(),
            unsettled: false,
        });
    }

    #[test]
    fn a_profile_is_sent_once_while_it_is_the_same() {
        let owner = Owner {
            id: "0".repeat(32),
            pid: 1,
            host: "press-2".into(),
        };
        let [first, second] = [context(), context()];
        let (mut told, mut known) = (None::<Arc<Profile>>, None);
        for (context, is_sent) in [(&first, true), (&first, false), (&second, true)] {
            let of = LogRef::Known("a");
            let mut task = Task::new(context, of, Options::default(), owner.clone());
            let left_out = task.leave_out(told.as_ref());
            assert_eq!(
                (left_out.is_none(), task.context().is_some()),
                (is_sent, is_sent)
            );
            told = Some(context.profile.clone());
            let mut heard: Task = parse(&write(&task).unwrap()).unwrap();
            assert!(heard.fill_in(&mut known));
            assert_eq!(heard.context().unwrap().profile, context.profile);
        }
        let mut task = Task::new(&first, LogRef::Known("a"), Options::default(), owner);
        task.leave_out(Some(&first.profile));
        assert!(!task.fill_in(&mut None));
    }

    #[test]
    fn what_is_no_message_is_said_to_be_none_in_harmless_words() {
        for bytes in [&b""[..], b"{}", b"\xff", b"\"cancel", b"{\"start\":{}}"] {
            assert!(parse::<Request>(bytes).is_err());
        }
        let deep = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
        assert!(parse::<Report>(&deep).is_err());
        let escape = parse::<Report>(b"\"\\u001b[31m\"").unwrap_err().to_string();
        assert!(!escape.contains('\u{1b}'), "{escape}");
    }
}
