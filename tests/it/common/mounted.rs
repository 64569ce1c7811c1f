//! A small file system of its own, for tests that fill one.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// A small file system, gone with its value.
pub struct Mounted(PathBuf);

impl Mounted {
    /// `None`, and a sentence, where none can be made.
    pub fn new(at: &Path, kibibytes: usize) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kibibytes}k"), "none"])
            .arg(at)
            .output();
        match mount {
            Ok(done) if done.status.success() => Some(Self(at.to_owned())),
            other => {
                eprintln!("skipped: no small file system can be made here ({other:?})");
                None
            }
        }
    }

    /// Fills it to the last byte with the file `name` in it.
    pub fn fill(&self, name: &str) {
        let mut file = File::create(self.0.join(name)).unwrap();
        while file.write_all(&[1; 4096]).is_ok() {}
    }

    /// Gives that of `at` room again.
    pub fn grow(at: &Path) {
        let done = Command::new("mount")
            .args(["-o", "remount,size=256m"])
            .arg(at)
            .status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}
