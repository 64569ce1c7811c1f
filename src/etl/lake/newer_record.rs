//! Records of newer programs: whatever their shape, they are not replaced.

use serde::Deserialize;

use super::{Lake, record::RECORD_VERSION};
use crate::{
    Error, Result,
    error::Unfit,
    source::reserved::RECORD,
    text::{quoted, visible_path},
};

/// What every version of a record has.
#[derive(Deserialize)]
struct Head {
    record_version: u32,
    #[serde(default)]
    program: String,
}

/// # Errors
/// [`Error::Log`] when a newer program wrote the record of log `key`: this one cannot tell what
/// replacing it would lose. [`Error::Io`].
pub fn refuse_newer(lake: &Lake, key: &str) -> Result<()> {
    let bytes = match lake.results().read(key, RECORD) {
        // No version of mdtui wrote that.
        Err(Error::Io { source, .. })
            if matches!(Unfit::of(&source), Some(Unfit::NotRegular(_))) =>
        {
            return Ok(());
        }
        // One that is too long, or that a link leads to which leads nowhere now, may be any record.
        read => match read.map_err(Error::of_document)? {
            Some((bytes, _)) => bytes,
            None => return Ok(()),
        },
    };
    match serde_json::from_slice(&bytes) {
        Ok(Head {
            record_version,
            program,
        }) if record_version > RECORD_VERSION => Err(Error::Log(format!(
            "{} was written by a newer mdtui ({}), and is left as it is: use that one",
            visible_path(&lake.record_location(key)),
            quoted(&program, 60)
        ))),
        _ => Ok(()),
    }
}
