//! Small files in the state directory: what the browser remembers.

use std::{fs, io, path::Path};

use crate::etl::{Error, Result, text::visible_path};

/// Replaces `file` by one with this content; `what` is lost at the end otherwise.
///
/// # Errors
/// [`Error::Fatal`] when it cannot be written.
pub fn write(file: &Path, content: &str, what: &str) -> Result<()> {
    replace(file, content).map_err(|e| {
        Error::Fatal(format!(
            "{what} apply until exit: cannot write {}: {e}",
            visible_path(file)
        ))
    })
}

fn replace(file: &Path, content: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    // Another browser may write it at the same time: whole files only.
    let temporary = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(temporary.path(), content)?;
    temporary.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_and_replaced_and_a_failure_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state/mdtui/columns.toml");
        for content in ["a", "b"] {
            write(&file, content, "columns").unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
        let left = fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "nothing but the file remains");
        let below_a_file = file.join("columns.toml");
        let error = write(&below_a_file, "c", "columns").unwrap_err();
        let error = error.to_string();
        assert!(
            error.starts_with("columns apply until exit: cannot write"),
            "{error}"
        );
    }
}
