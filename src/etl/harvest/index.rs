//! Where a harvest finds its log, and what it keeps up to date beside the lake.

use crate::{
    Result,
    catalog::{Catalog, HarvestRow},
    lake::{Context, Record},
    source::{FoundLog, scan},
    text,
};

/// Which log a harvest takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogRef<'a> {
    /// One that the catalog knows, by its key.
    Known(&'a str),
    /// One that is found without a catalog: none is read, written or created. SQLite in WAL mode
    /// does not work on a network file system; records and locks do.
    At {
        /// The log's key.
        key: &'a str,
        /// Its real path below the data directory, raw bytes.
        raw: &'a [u8],
    },
}

impl<'a> LogRef<'a> {
    /// The log's key.
    pub fn key(self) -> &'a str {
        match self {
            Self::Known(key) | Self::At { key, .. } => key,
        }
    }

    /// The log as it lies in the data directory now; `None` when it is gone, and for a log that
    /// only the catalog can find.
    pub(crate) fn found(self, context: &Context) -> Option<FoundLog> {
        match self {
            Self::Known(_) => None,
            Self::At { key, raw } => found(context, key, raw),
        }
    }
}

/// The catalog, or nothing: then records are all that a harvest leaves.
pub(super) enum Index {
    Catalog(Box<Catalog>),
    None,
}

impl Index {
    /// # Errors
    /// Those of [`Catalog::open`].
    pub(super) fn open(context: &Context, log: LogRef<'_>) -> Result<Self> {
        match log {
            LogRef::Known(_) => Ok(Self::Catalog(Box::new(Catalog::open(&context.lake)?))),
            LogRef::At { .. } => Ok(Self::None),
        }
    }

    /// The log's file; `None` for an unknown key or a log that is gone.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn source(&self, context: &Context, log: LogRef<'_>) -> Result<Option<FoundLog>> {
        match (self, log) {
            (Self::Catalog(catalog), log) => catalog.source(context, log.key()),
            (Self::None, log) => Ok(log.found(context)),
        }
    }

    /// See [`Catalog::with_content`]; none without a catalog.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn with_content(&self, hash: &str, except_key: &str) -> Result<Vec<(String, bool)>> {
        match self {
            Self::Catalog(catalog) => catalog.with_content(hash, except_key),
            Self::None => Ok(Vec::new()),
        }
    }

    /// See [`Catalog::ingest_record`].
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn ingest_record(
        &mut self,
        context: &Context,
        key: &str,
        record: &Record,
    ) -> Result<()> {
        match self {
            Self::Catalog(catalog) => catalog.ingest_record(context, key, record),
            Self::None => Ok(()),
        }
    }

    /// See [`Catalog::ingest_notes`].
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn ingest_notes(&mut self, context: &Context, key: &str) -> Result<()> {
        match self {
            Self::Catalog(catalog) => catalog.ingest_notes(context, key),
            Self::None => Ok(()),
        }
    }

    /// See [`Catalog::store_record`].
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn store_record(
        &mut self,
        context: &Context,
        key: &str,
        record: &Record,
        outcome: &HarvestRow,
    ) -> Result<()> {
        match self {
            Self::Catalog(catalog) => catalog.store_record(context, key, record, Some(outcome)),
            Self::None => Ok(()),
        }
    }

    /// See [`Catalog::store_attempt`].
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn store_attempt(&mut self, outcome: &HarvestRow) -> Result<()> {
        match self {
            Self::Catalog(catalog) => catalog.store_attempt(outcome),
            Self::None => Ok(()),
        }
    }

    /// See [`Catalog::forget`].
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn forget(&mut self, key: &str) -> Result<()> {
        match self {
            Self::Catalog(catalog) => catalog.forget(key),
            Self::None => Ok(()),
        }
    }
}

fn found(context: &Context, key: &str, raw: &[u8]) -> Option<FoundLog> {
    let found = scan::stat_log(&context.data_dir, context.lake.root(), context.links, raw)?;
    let file = scan::real_path(&context.data_dir, raw);
    Some(FoundLog {
        key: key.to_owned(),
        path: text::visible_bytes(raw),
        file,
        format: found.format,
        size: found.size,
        mtime_ns: found.mtime_ns,
        inode: found.inode,
        folder: scan::cell_of(raw),
        trouble: found.trouble,
    })
}
