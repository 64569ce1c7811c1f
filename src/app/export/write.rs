//! Writes an export: whole, under a name of its own below `<cache>/exports`.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use super::{Export, What, Written};
use crate::etl::{
    Error, Result,
    base::CancelToken,
    export::{Options, export_into},
    lake::{Context, Presence, files::move_to_new},
    source::reserved::is_named_as_a_table,
    text::visible_path,
    time,
};

/// Characters of a name before its time.
const NAME: usize = 100;

/// Writes `export`.
///
/// # Errors
/// [`Error::Io`], [`Error::Log`] when the run's table is gone or no path is known,
/// [`Error::Cancelled`].
pub fn write(export: &Export, context: &Context, cancel: &CancelToken) -> Result<Written> {
    cancel.check()?;
    let dir = context.lake.local().exports();
    fs::create_dir_all(&dir).map_err(|e| Error::io("create", &dir, e))?;
    let presence = Presence::in_lake(&context.lake)?;
    let tmp = presence.dir()?;
    let ending = match &export.what {
        What::List { form, .. } | What::Samples { form, .. } => form.ending(),
        What::Charts(_) | What::Path(_) => "svg",
    };
    let stem = format!("{}-{}", harmless(&export.name), stamp(time::now()));
    // Without its ending: no glob over tables may find it.
    let temp = tempfile::Builder::new()
        .prefix("export-")
        .permissions(permissions())
        .tempfile_in(tmp)
        .map_err(|e| Error::io("write to", tmp, e))?
        .into_temp_path();
    let target = dir.join(format!("{stem}.{ending}"));
    let (rows, bytes) = fill(export, &temp, &target, context, cancel)?;
    let path = publish(&temp, &dir, &stem, ending)?;
    Ok(Written {
        path: visible_path(&path),
        rows,
        bytes,
    })
}

/// Less the umask: the file is the operator's, as any that a shell makes.
fn permissions() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    fs::Permissions::from_mode(0o666)
}

/// Fills the file at `temp`; the ending of `target` says how, and errors name it.
fn fill(
    export: &Export,
    temp: &Path,
    target: &Path,
    context: &Context,
    cancel: &CancelToken,
) -> Result<(Option<u64>, u64)> {
    let text = match &export.what {
        What::List { list, .. } => {
            let mut out = File::create(temp).map_err(|e| Error::io("write", temp, e))?;
            let done = list.write(&mut out, target, cancel)?;
            return Ok((Some(done.rows), done.bytes));
        }
        What::Samples {
            table,
            columns,
            rows,
            ..
        } => {
            let file = context.lake.open_table(&table.log_key, &table.file_name)?;
            let options = Options {
                columns: Some(columns.clone()).filter(|columns| !columns.is_empty()),
                rows: rows.clone(),
                ..Options::default()
            };
            let mut out = File::create(temp).map_err(|e| Error::io("write", temp, e))?;
            let done = export_into(&mut out, &file, target, &options, cancel)?;
            return Ok((Some(done.rows), done.bytes));
        }
        What::Charts(charts) => charts.clone().read(context, cancel)?.svg(),
        What::Path(path) => path
            .svg()
            .ok_or_else(|| Error::Log("no robot of this run has a path".into()))?,
    };
    cancel.check()?;
    Ok((None, put(temp, &text)?))
}

fn put(temp: &Path, text: &str) -> Result<u64> {
    let io = |e| Error::io("write", temp, e);
    let mut file = File::create(temp).map_err(io)?;
    file.write_all(text.as_bytes()).map_err(io)?;
    file.sync_all().map_err(io)?;
    Ok(text.len() as u64)
}

/// Gives the finished file a name that nothing has: nothing is ever overwritten.
fn publish(temp: &Path, dir: &Path, stem: &str, ending: &str) -> Result<PathBuf> {
    let mut target = dir.join(format!("{stem}.{ending}"));
    for n in 2.. {
        if move_to_new(temp, &target)? {
            break;
        }
        target = dir.join(format!("{stem}-{n}.{ending}"));
    }
    Ok(target)
}

/// Letters, digits, `.`, `_` and `-` only, not hidden, no option, and not named like a run's
/// table.
fn harmless(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let text: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '_' })
        .take(NAME)
        .collect();
    match text.trim_start_matches(['.', '-']) {
        "" => "export".into(),
        text if is_named_as_a_table(text) => format!("export_{text}"),
        text => text.to_owned(),
    }
}

/// `20221123T204000Z`
fn stamp(us: i64) -> String {
    let text = time::format(us);
    let digits = text.get(..19).unwrap_or(&text);
    digits.replace(['-', ':'], "") + "Z"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::export::{ExportTable, Form, sheet::ExportColumn};
    use crate::etl::{lake::Lake, profile::Profile};

    fn context(dir: &Path) -> Context {
        Context {
            data_dir: dir.join("data"),
            links: crate::etl::source::scan::Links::default(),
            lake: Lake::new(dir.join("cache")),
            profile: Profile::built_in().unwrap().into(),
        }
    }

    fn list(name: &str) -> Export {
        Export {
            name: name.into(),
            what: What::List {
                list: ExportTable::few(
                    &[ExportColumn::text("log", |()| Some("a".into()))],
                    [()].iter(),
                ),
                form: Form::Csv,
            },
        }
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_temporary_stays() {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path());
        let mut names = std::collections::HashSet::new();
        for _ in 0..5 {
            let done = write(&list("logs"), &context, &CancelToken::new()).unwrap();
            assert_eq!((done.rows, done.bytes), (Some(1), 6));
            assert_eq!(fs::read_to_string(&done.path).unwrap(), "log\na\n");
            assert!(names.insert(done.path));
        }
        assert_eq!(fs::read_dir(context.lake.local().tmp()).unwrap().count(), 0);
        assert_eq!(
            fs::read_dir(context.lake.local().exports())
                .unwrap()
                .count(),
            5
        );
    }

    #[test]
    fn a_name_cannot_lead_elsewhere() {
        assert_eq!(harmless("samples_../../etc/x y"), "samples_.._.._etc_x_y");
        assert_eq!(harmless("../.."), "_..");
        assert_eq!(harmless("--all"), "all");
        assert_eq!(harmless("…"), "_");
        assert_eq!(harmless("..Run_1"), "export_Run_1");
        assert_eq!(harmless(".-."), "export");
        assert_eq!(harmless(&"a".repeat(300)).len(), NAME);
        assert_eq!(stamp(1_669_236_000_444_000), "20221123T204000Z");
    }

    #[test]
    fn what_cannot_be_written_says_why() {
        let dir = tempfile::tempdir().unwrap();
        let context = context(dir.path());
        fs::create_dir(dir.path().join("cache")).unwrap();
        fs::write(context.lake.local().exports(), "in the way").unwrap();
        let error = write(&list("logs"), &context, &CancelToken::new()).unwrap_err();
        assert!(error.to_string().contains("exports"), "{error}");
        let cancel = CancelToken::new();
        cancel.cancel();
        let error = write(&list("logs"), &context, &cancel).unwrap_err();
        assert!(matches!(error, Error::Cancelled));
    }
}
