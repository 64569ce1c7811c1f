//! One thing that is not as it should be: where, what, and what to do.

use std::path::{Path, PathBuf};

use crate::{
    lake::{Context, Lake},
    source::scan,
    text::visible_path,
};

/// What kind of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A file that a record names is not there, or a record that the catalog knows.
    Missing,
    /// A file has another content than its record says: bit rot, or another program wrote to it.
    Damaged,
    /// The system refused to read a file: trying again may help.
    Unreadable,
    /// A log has another content than was harvested, with the same size and time.
    Log,
    /// The catalog is not what the lake says.
    Catalog,
    /// Nothing needs it any more.
    Leftover,
}

impl Kind {
    /// The word for lists and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Damaged => "damaged",
            Self::Unreadable => "unreadable",
            Self::Log => "log",
            Self::Catalog => "catalog",
            Self::Leftover => "leftover",
        }
    }
}

/// How a finding can be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cure {
    /// Not by mdtui.
    None,
    /// By harvesting the log again.
    Harvest,
    /// By telling the catalog what the record says.
    Learn,
    /// By recreating the catalog.
    Rebuild,
    /// By removing it.
    Collect,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of trouble.
    pub kind: Kind,
    /// The log that it belongs to.
    pub log: Option<String>,
    /// The file.
    pub path: PathBuf,
    /// What is the case: a clause whose subject is the file.
    pub message: String,
    /// What to do about it: a sentence.
    pub remedy: String,
    /// What was done about it, when it is mended.
    pub mended: Option<String>,
    pub(super) cure: Cure,
}

impl Finding {
    pub(super) fn new(
        kind: Kind,
        log: &str,
        path: &Path,
        message: impl Into<String>,
        cure: Cure,
    ) -> Self {
        let remedy = match cure {
            Cure::Harvest => format!("mdtui check --repair recreates it from the log {log}"),
            Cure::Learn => "mdtui check --repair brings the catalog up to date".into(),
            Cure::Rebuild => "mdtui check --repair recreates the catalog from the lake".into(),
            Cure::Collect => "mdtui check --repair removes it, as mdtui gc does".into(),
            Cure::None => String::new(),
        };
        Self {
            kind,
            log: Some(log.to_owned()).filter(|key| !key.is_empty()),
            path: path.to_owned(),
            message: message.into(),
            remedy,
            mended: None,
            cure,
        }
    }

    /// With another remedy than the usual one.
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }

    /// A part of the lake that cannot be walked.
    pub(super) fn of_lake(context: &Context, problem: String) -> Self {
        Self::new(
            Kind::Unreadable,
            "",
            context.lake.root(),
            format!("was not read everywhere: {problem}"),
            Cure::None,
        )
        .remedy("make it readable, and check again")
    }

    /// A folder of the data directory that cannot be read, raw bytes below it.
    pub(super) fn of_logs(context: &Context, folder: &[u8]) -> Self {
        Self::new(
            Kind::Unreadable,
            "",
            &scan::real_path(&context.data_dir, folder),
            "cannot be read: whether the logs in it are harvested is not known",
            Cure::None,
        )
        .remedy("make it readable, and check again")
    }

    /// A file that nothing needs.
    pub(super) fn leftover(lake: &Lake, below: &Path) -> Self {
        let path = lake.root().join(below);
        let local = lake.local();
        let what = if [local.tmp(), local.exports()]
            .iter()
            .any(|dir| path.starts_with(dir))
        {
            "is what a process that died left behind"
        } else if path.is_dir() {
            "is a folder without anything that is needed"
        } else if lake.local().is_overview(&path) {
            "is a chart overview without its table, or of an earlier version"
        } else if path.starts_with(lake.local().locks()) {
            "is a lock that no process holds"
        } else {
            "is a table that no record names"
        };
        Self::new(Kind::Leftover, "", &path, what, Cure::Collect)
    }

    /// `cache/a/run_….parquet has another content …: mdtui check --repair makes …`
    pub fn sentence(&self) -> String {
        let path = visible_path(&self.path);
        let then = self.mended.as_ref().unwrap_or(&self.remedy);
        format!("{path} {}: {then}", self.message)
    }
}
