//! Whether the data directory is there. A share may not be mounted yet, or be gone for a while:
//! each is said once.

use std::{fs, io::ErrorKind, path::PathBuf};

use crate::etl::text::visible_path;

/// The data directory over time.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// `None` before the first check.
    was: Option<Is>,
    /// Whether it was there with something in it.
    was_full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Full,
    Empty,
    Missing,
}

impl DataDir {
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            was: None,
            was_full: false,
        }
    }

    /// Checks again. Returns whether the directory is there, and what to tell the operator, if anything.
    pub fn check(&mut self) -> (bool, Option<String>) {
        let is = match fs::read_dir(&self.path).map(|mut entries| entries.next()) {
            Ok(Some(_)) => Is::Full,
            Ok(None) => Is::Empty,
            // At first these are mistakes, which the scan of the directory explains.
            Err(e) if self.was.is_none() && is_mistake(e.kind()) => return (true, None),
            Err(_) => Is::Missing,
        };
        let shown = visible_path(&self.path);
        let told = match (self.was, is) {
            (None, Is::Missing) => Some(format!("{shown} is not there yet; waiting for it")),
            (Some(Is::Full | Is::Empty), Is::Missing) => {
                Some(format!("{shown} is gone; waiting for it"))
            }
            (Some(Is::Missing), Is::Full | Is::Empty) => Some(format!("{shown} is there now")),
            (Some(Is::Full), Is::Empty) => Some(format!(
                "{shown} is empty now, as an unmounted share is; still watching"
            )),
            (Some(Is::Empty), Is::Full) if self.was_full => {
                Some(format!("{shown} has files again"))
            }
            _ => None,
        };
        self.was = Some(is);
        self.was_full |= is == Is::Full;
        (is != Is::Missing, told)
    }
}

fn is_mistake(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotADirectory | ErrorKind::PermissionDenied)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_told_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("share");
        let mut data = DataDir::new(path.clone());
        let mut look = |there: bool, told: &str| {
            let (is_there, said) = data.check();
            assert_eq!(is_there, there);
            let said = said.unwrap_or_default();
            assert!(
                said.ends_with(told) && said.is_empty() == told.is_empty(),
                "{said}"
            );
            let again = data.check();
            assert_eq!(again, (there, None));
        };
        look(false, "share is not there yet; waiting for it");
        fs::create_dir(&path).unwrap();
        look(true, "share is there now");
        // A mount point before its share is mounted: nothing to tell.
        fs::write(path.join("a.csv"), "").unwrap();
        look(true, "");
        fs::remove_file(path.join("a.csv")).unwrap();
        look(
            true,
            "share is empty now, as an unmounted share is; still watching",
        );
        fs::write(path.join("a.csv"), "").unwrap();
        look(true, "share has files again");
        fs::remove_dir_all(&path).unwrap();
        look(false, "share is gone; waiting for it");
        fs::create_dir(&path).unwrap();
        look(true, "share is there now");

        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(DataDir::new(file).check(), (true, None));
    }
}
