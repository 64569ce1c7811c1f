//! Where a harvest finds its log, and what it keeps up to date beside the lake.

use super::{Harvested, Outcome};
use crate::{
    Result,
    catalog::{Catalog, HarvestRow, Update},
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

/// What a harvest reads of the catalog, and what the catalog is to be told of it. Without a
/// catalog, records are all that a harvest leaves.
pub(super) struct Index<'a> {
    catalog: Option<&'a mut Catalog>,
    updates: Vec<Update>,
    /// Whether the log's record is still to be settled.
    pub(super) unsettled: bool,
}

impl<'a> Index<'a> {
    pub(super) fn new(catalog: Option<&'a mut Catalog>) -> Self {
        Self {
            catalog,
            updates: Vec::new(),
            unsettled: false,
        }
    }

    pub(super) fn has_catalog(&self) -> bool {
        self.catalog.is_some()
    }

    /// What is left to be done once the harvest ended with `result`.
    pub(super) fn harvested(self, result: Result<Outcome>) -> Harvested {
        Harvested {
            result,
            updates: self.updates,
            unsettled: self.unsettled,
        }
    }

    /// The log's file; `None` for an unknown key or a log that is gone.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn source(&self, context: &Context, log: LogRef<'_>) -> Result<Option<FoundLog>> {
        match &self.catalog {
            Some(catalog) => catalog.source(context, log.key()),
            None => Ok(log.found(context)),
        }
    }

    /// See [`Catalog::with_content`]; none without a catalog.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn with_content(&self, hash: &str, except_key: &str) -> Result<Vec<(String, bool)>> {
        self.catalog
            .as_ref()
            .map_or(Ok(Vec::new()), |c| c.with_content(hash, except_key))
    }

    /// See [`Catalog::with_inode`]; none without a catalog.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn with_inode(&self, inode: u64, except_key: &str) -> Result<Vec<String>> {
        self.catalog
            .as_ref()
            .map_or(Ok(Vec::new()), |c| c.with_inode(inode, except_key))
    }

    /// A record and notes that lie in the lake are taken in, unless they are those that are known:
    /// the process that wrote them may have been killed before it updated the catalog.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn ingest_record(
        &mut self,
        context: &Context,
        key: &str,
        record: &Record,
    ) -> Result<()> {
        match &self.catalog {
            Some(catalog) if catalog.knows(key, record)? => self.ingest_notes(context, key),
            _ => {
                self.tell_record(key, None);
                Ok(())
            }
        }
    }

    /// Notes that lie in the lake are taken in, unless they are those that are known.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub(super) fn ingest_notes(&mut self, context: &Context, key: &str) -> Result<()> {
        if let Some(catalog) = &self.catalog
            && !catalog.knows_notes(context, key)?
        {
            let key = key.to_owned();
            self.tell(Update::Notes { key });
        }
        Ok(())
    }

    /// The log has a new record.
    pub(super) fn tell_record(&mut self, key: &str, outcome: Option<HarvestRow>) {
        let key = key.to_owned();
        self.tell(Update::Record { key, outcome });
    }

    pub(super) fn tell(&mut self, update: Update) {
        if self.has_catalog() {
            self.updates.push(update);
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
