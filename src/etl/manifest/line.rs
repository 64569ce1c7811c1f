//! A manifest: a line of JSON for each log, with the number of the task that harvests it.

use std::{
    collections::HashMap,
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    base::small_file,
    lake::named_file::{self, Readers},
    source::{Format, key::is_key},
    text::{is_unsafe, quoted, visible_path},
    worker::PathText,
};

/// One log of a manifest. Keys that it does not know are passed over: later versions have more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The task that harvests it, from 0.
    pub task: u32,
    /// The log's key.
    pub key: String,
    /// Its path below the data directory: text, or bytes where it is not UTF-8.
    path: PathText,
    /// Bytes, when it was planned.
    pub size: u64,
}

impl Line {
    /// The log `key` at the raw path `raw` below the data directory, in this task.
    pub fn new(task: u32, key: &str, raw: &[u8], size: u64) -> Self {
        Self {
            task,
            key: key.to_owned(),
            path: Path::new(OsStr::from_bytes(raw)).into(),
            size,
        }
    }

    /// The real path below the data directory, raw bytes.
    pub fn raw(&self) -> Vec<u8> {
        PathBuf::from(&self.path).as_os_str().as_bytes().to_vec()
    }

    /// Why no log can be meant, as a clause.
    fn trouble(&self) -> Option<String> {
        let path = PathBuf::from(&self.path);
        let is_below = path.components().all(|c| matches!(c, Component::Normal(_)));
        if !is_key(&self.key) {
            return Some(format!(
                "`{}` is not the key of a log",
                quoted(&self.key, 120)
            ));
        }
        let shown = quoted(&visible_path(&path), 120);
        if !is_below {
            return Some(format!(
                "the path `{shown}` does not lead below the data directory"
            ));
        }
        Format::of_name(path.as_os_str().as_bytes())
            .is_none()
            .then(|| format!("the path `{shown}` does not end as a log's name does"))
    }

    /// As a line, without its end. It is pure of characters that could steer a terminal, and says
    /// the path exactly all the same.
    fn text(&self) -> Result<String> {
        let text = serde_json::to_string(self)
            .map_err(|e| Error::Fatal(format!("cannot write JSON: {e}")))?;
        let mut harmless = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                c if is_unsafe(c) => harmless.push_str(&format!("\\u{:04x}", u32::from(c))),
                c => harmless.push(c),
            }
        }
        Ok(harmless)
    }
}

/// The lines of a manifest, in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// Where it was read, for messages.
    name: String,
    lines: Vec<Line>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// [`Error::Usage`] for a line that makes no sense, with its number, and for a file that is not
    /// there; [`Error::Io`] for one that cannot be read.
    pub fn read(path: &Path) -> Result<Self> {
        let name = visible_path(path);
        let bytes = match small_file::read_named_document(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Usage(format!(
                    "there is no manifest {name}: mdtui plan -o {name} writes one"
                )));
            }
            read => read.map_err(|e| Error::io("read", path, e))?,
        };
        Self::parse(&bytes, &name)
    }

    /// Parses a manifest; `name` names it in errors.
    ///
    /// # Errors
    /// [`Error::Usage`] with the number of the line and what is wrong with it.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self> {
        let mut lines: Vec<Line> = Vec::new();
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (number, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            if text.trim_ascii().is_empty() {
                continue;
            }
            let line = serde_json::from_slice::<Line>(text)
                .map_err(|e| place_less(&e))
                .and_then(|line| line.trouble().map_or(Ok(line), Err))
                .map_err(|why| wrong(name, number, &why))?;
            if let Some(first) = numbers.insert(line.key.clone(), number) {
                let key = quoted(&line.key, 120);
                let why = format!("the log {key} is in line {first} already");
                return Err(wrong(name, number, &why));
            }
            lines.push(line);
        }
        Ok(Self {
            name: name.to_owned(),
            lines,
        })
    }

    /// The lines of one task; none of a manifest without lines.
    ///
    /// # Errors
    /// [`Error::Usage`] for a task that it does not have.
    pub fn part(self, task: u32) -> Result<Vec<Line>> {
        let last = self.lines.iter().map(|line| line.task).max();
        let part: Vec<Line> = self
            .lines
            .into_iter()
            .filter(|line| line.task == task)
            .collect();
        match last {
            Some(last) if part.is_empty() => Err(Error::Usage(format!(
                "{} has no task {task}: its tasks are 0 to {last}",
                self.name
            ))),
            _ => Ok(part),
        }
    }
}

/// The text of a manifest.
///
/// # Errors
/// [`Error::Fatal`] for what JSON cannot say.
pub(super) fn text(lines: &[Line]) -> Result<String> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.text()?);
        text.push('\n');
    }
    Ok(text)
}

/// Writes a manifest, whole or not at all.
///
/// # Errors
/// [`Error::Usage`] for a name that a log could have, [`Error::Io`].
pub(super) fn write(lines: &[Line], path: &Path) -> Result<()> {
    let name = path.file_name().unwrap_or_default();
    if Format::of_name(name.as_bytes()).is_some() {
        return Err(Error::Usage(format!(
            "{} is named like a log, and logs are never changed; give the manifest another name, such as manifest.jsonl",
            visible_path(path)
        )));
    }
    named_file::replace(path, text(lines)?.as_bytes(), Readers::Umask)
}

/// What serde says, without the place: the line is told already.
fn place_less(error: &serde_json::Error) -> String {
    let text = quoted(&error.to_string(), 200);
    let (what, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    match error.classify() {
        serde_json::error::Category::Data => what.to_owned(),
        _ => format!("it is not JSON ({what}, column {})", error.column()),
    }
}

fn wrong(name: &str, number: usize, why: &str) -> Error {
    Error::Usage(format!("line {number} of {name}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn lines() -> Vec<Line> {
        vec![
            Line::new(0, "cell-1/a", b"cell-1/a.parquet", 12),
            Line::new(1, "x\\u{202e}.csv", "x\u{202e}.csv".as_bytes(), 0),
            Line::new(0, "b\\xff.csv", b"b\xff.csv", 7),
        ]
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("m.jsonl");
        write(&lines(), &path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && is_unsafe(c)), "{text}");
        assert!(
            text.starts_with(r#"{"task":0,"key":"cell-1/a","path":"cell-1/a.parquet","size":12}"#),
            "{text}"
        );
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        let read = Manifest::read(&path).unwrap();
        assert_eq!(read.lines, lines());
        assert_eq!(read.lines[2].raw(), b"b\xff.csv");
        let keys: Vec<String> = read
            .clone()
            .part(0)
            .unwrap()
            .into_iter()
            .map(|l| l.key)
            .collect();
        assert_eq!(keys, ["cell-1/a", "b\\xff.csv"]);
        let error = read.part(2).unwrap_err().to_string();
        assert!(
            error.ends_with("m.jsonl has no task 2: its tasks are 0 to 1"),
            "{error}"
        );
        write(&[], &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert_eq!(Manifest::read(&path).unwrap().part(9).unwrap(), []);
        assert!(write(&lines(), &dir.path().join("a.csv")).is_err());
    }

    #[test]
    fn a_bad_line_is_told_with_its_number_and_what_is_wrong() {
        let good = r#"{"task":0,"key":"a","path":"a.parquet","size":1,"site":"later"}"#;
        for (line, why) in [
            ("{", "it is not JSON"),
            ("\u{1b}[2J", "it is not JSON"),
            (
                r#"{"key":"b","path":"b.csv","size":1}"#,
                "missing field `task`",
            ),
            (r#"{"task":-1,"key":"b","path":"b.csv","size":1}"#, "-1"),
            (
                r#"{"task":0,"key":"../b","path":"b.csv","size":1}"#,
                "`../b` is not the key",
            ),
            (
                r#"{"task":0,"key":"/etc/b","path":"b.csv","size":1}"#,
                "is not the key",
            ),
            (
                r#"{"task":0,"key":"b/record.json","path":"b.csv","size":1}"#,
                "is not the key",
            ),
            (
                r#"{"task":0,"key":"b","path":"../b.csv","size":1}"#,
                "below the data directory",
            ),
            (
                r#"{"task":0,"key":"b","path":"/b.csv","size":1}"#,
                "below the data directory",
            ),
            (
                r#"{"task":0,"key":"b","path":"b.txt","size":1}"#,
                "does not end as a log's name",
            ),
            (
                r#"{"task":1,"key":"a","path":"a.csv","size":1}"#,
                "in line 1 already",
            ),
        ] {
            let text = format!("{good}\n\n{line}\n");
            let error = Manifest::parse(text.as_bytes(), "m.jsonl").unwrap_err();
            let sentence = error.to_string();
            assert!(matches!(error, Error::Usage(_)), "{sentence}");
            assert!(sentence.starts_with("line 3 of m.jsonl: "), "{sentence}");
            assert!(
                sentence.contains(why) && !sentence.contains('\u{1b}'),
                "{sentence}"
            );
            assert!(!sentence.contains(" at line "), "{sentence}");
        }
    }
}
