//! Where a harvest reads and writes.

use std::{path::PathBuf, sync::Arc};

use super::Lake;
use crate::{profile::Profile, source::scan::Links};

/// Where logs lie, where results go, and under which rules.
#[derive(Debug, Clone)]
pub struct Context {
    /// The data directory.
    pub data_dir: PathBuf,
    /// What is done with links in the data directory.
    pub links: Links,
    /// The lake.
    pub lake: Lake,
    /// The rules.
    pub profile: Arc<Profile>,
}

impl Context {
    /// [`Profile::rules`] of the profile.
    pub fn rules(&self) -> String {
        Profile::rules_of(&self.profile)
    }
}
