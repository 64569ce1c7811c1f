//! Where an export goes: a file that may be written, standard output or a pipe, and in which form.

use std::{
    ffi::OsStr,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use crate::{
    cli::open_lake::OpenLake,
    etl::{
        Error, Result,
        base::CancelToken,
        export::{Exported, Format, write_new},
        lake::{Context, access::require_write, named_file},
        source::reserved::is_named_as_a_table,
        text,
    },
};

/// By `--format`, else by the ending.
///
/// # Errors
/// [`Error::Usage`] for an ending that says nothing, and for bytes to a terminal.
pub fn format(named: Option<&str>, output: &Path) -> Result<Format> {
    let word = named.unwrap_or_default();
    let named = named.and_then(|named| {
        let same = |(format, word): (Format, &str)| (word == named).then_some(format);
        Format::ALL.into_iter().find_map(same)
    });
    let is_stdout = output.as_os_str() == STDOUT;
    match named {
        Some(format) if is_stdout && !format.is_text() && std::io::stdout().is_terminal() => {
            Err(Error::Usage(format!(
                "{word} is not for a terminal: send it to a program with |, or to a file with >"
            )))
        }
        Some(format) => Ok(format),
        None if is_stdout => Err(Error::Usage(
            "-o - needs a format: add --format csv, parquet, ndjson or arrow".into(),
        )),
        None => Format::of(output),
    }
}

/// The name of standard output.
const STDOUT: &str = "-";

/// Whether it is standard output, or a pipe or device, which nothing can be renamed onto.
fn is_stream(output: &Path) -> bool {
    output.as_os_str() == STDOUT || named_file::is_stream(output)
}

/// What it is called in messages.
pub fn destination(output: &Path) -> String {
    if output.as_os_str() == STDOUT {
        "standard output".into()
    } else {
        text::visible_path(output)
    }
}

/// What writes an export to a file or a pipe, whose name is for errors.
pub type Writing<'a> = &'a dyn Fn(&mut (dyn Write + Send), &Path) -> Result<Exported>;

/// Writes to `output`: a file is replaced when it is whole; a pipe gets row by row. `None`: the
/// reader of the pipe closed it (`| head`), which is not an error.
///
/// # Errors
/// Those of `write` and of [`write_new`].
pub fn write(output: &Path, cancel: &CancelToken, write: Writing<'_>) -> Result<Option<Exported>> {
    if !is_stream(output) {
        return write_new(output, cancel, |file| write(file, output)).map(Some);
    }
    let name = PathBuf::from(destination(output));
    let inner: Box<dyn Write + Send> = if output.as_os_str() == STDOUT {
        Box::new(std::io::stdout())
    } else {
        let file = std::fs::File::options().write(true).open(output);
        Box::new(file.map_err(|e| Error::io("write", output, e))?)
    };
    let mut pipe = Pipe {
        inner,
        is_closed: false,
    };
    match write(&mut pipe, &name) {
        Err(_) if pipe.is_closed => Ok(None),
        other => other.map(Some),
    }
}

/// Remembers that its reader went away.
struct Pipe {
    inner: Box<dyn Write + Send>,
    is_closed: bool,
}

impl Pipe {
    fn seen<T>(&mut self, done: std::io::Result<T>) -> std::io::Result<T> {
        self.is_closed |= matches!(&done, Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe);
        done
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.inner.write(bytes);
        self.seen(done)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.inner.flush();
        self.seen(done)
    }
}

/// Logs are never changed, and the lake is written by harvests alone.
///
/// # Errors
/// [`Error::Usage`] for a file that no export may replace.
pub fn guard(lake: &OpenLake, output: &Path) -> Result<()> {
    if output.as_os_str() == STDOUT {
        return Ok(());
    }
    named_file::guard(&lake.context, output)?;
    make_exports(&lake.context, output)?;
    let name = output.file_name().and_then(OsStr::to_str);
    if name.is_some_and(is_named_as_a_table)
        && named_file::is_below(&lake.context.lake.local().exports(), output)
    {
        return Err(Error::Usage(format!(
            "{} is named like a table of the lake, and queries over run_*.parquet would find the \
             run twice; choose a name that does not begin with run_",
            text::visible_path(output)
        )));
    }
    Ok(())
}

/// The lake's own folder for exports is created when it is named.
fn make_exports(context: &Context, output: &Path) -> Result<()> {
    let exports = context.lake.local().exports();
    let named = output
        .parent()
        .filter(|f| f.file_name() == exports.file_name());
    let real = |path: &Path| path.canonicalize().ok();
    let around = named
        .and_then(Path::parent)
        .map(|p| match p.as_os_str().is_empty() {
            true => Path::new("."),
            false => p,
        });
    if around.is_some_and(|p| real(p).is_some() && real(p) == real(context.lake.root())) {
        require_write(&context.lake, "export into the lake")?;
        std::fs::create_dir_all(&exports).map_err(|e| Error::io("create", &exports, e))?;
    }
    Ok(())
}
