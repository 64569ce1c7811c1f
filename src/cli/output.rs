//! Where the file of a command goes: a file that may be written, standard output or a pipe.

use std::{
    ffi::OsStr,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
};

use crate::{
    cli::{
        open_lake::OpenLake,
        progress::{Progress, Unit},
    },
    etl::{
        Error, Result,
        base::CancelToken,
        export::write_new,
        lake::{Context, Lake, access::require_write, named_file},
        source::reserved::is_named_as_a_table,
        text,
    },
};

/// The name of standard output.
const STDOUT: &str = "-";

/// Whether it is the name of standard output.
pub fn is_stdout(output: &Path) -> bool {
    output.as_os_str() == STDOUT
}

/// # Errors
/// [`Error::Usage`] when bytes of this format would go to a terminal.
pub fn refuse_terminal(format: &str, output: &Path) -> Result<()> {
    if is_stdout(output) && std::io::stdout().is_terminal() {
        return Err(Error::Usage(format!(
            "{format} is not for a terminal: send it to a program with |, or to a file with >"
        )));
    }
    Ok(())
}

/// Whether it is standard output, or a pipe or device, which nothing can be renamed onto.
fn is_stream(output: &Path) -> bool {
    is_stdout(output) || named_file::is_stream(output)
}

/// What it is called in messages.
pub fn destination(output: &Path) -> String {
    if is_stdout(output) {
        "standard output".into()
    } else {
        text::visible_path(output)
    }
}

/// What writes to a file or a pipe, whose name is for errors.
pub type Writing<'a, T> = &'a dyn Fn(&mut (dyn Write + Send), &Path) -> Result<T>;

/// Writes to `output`: a file is replaced when it is whole; a pipe gets row by row. `None`: the
/// reader of the pipe closed it (`| head`), which is not an error.
///
/// # Errors
/// Those of `write` and of [`write_new`].
pub fn write<T>(output: &Path, cancel: &CancelToken, write: Writing<'_, T>) -> Result<Option<T>> {
    // Rows on a terminal show themselves.
    let is_shown = is_stdout(output) && std::io::stdout().is_terminal();
    let writing = || Progress::counting(format!("writing {}", destination(output)), Unit::Bytes);
    let progress = (!is_shown).then(writing);
    if !is_stream(output) {
        return write_new(output, cancel, |file| {
            write(&mut Counted::new(file, progress.as_ref()), output)
        })
        .map(Some);
    }
    let name = PathBuf::from(destination(output));
    let inner: Box<dyn Write + Send> = if is_stdout(output) {
        Box::new(std::io::stdout())
    } else {
        let file = std::fs::File::options().write(true).open(output);
        Box::new(file.map_err(|e| Error::io("write", output, e))?)
    };
    let mut pipe = Pipe {
        inner,
        is_closed: false,
    };
    match write(&mut Counted::new(&mut pipe, progress.as_ref()), &name) {
        Err(_) if pipe.is_closed => Ok(None),
        other => other.map(Some),
    }
}

/// Reports how many bytes were written.
struct Counted<'a, W> {
    inner: W,
    bytes: u64,
    progress: Option<&'a Progress>,
}

impl<'a, W> Counted<'a, W> {
    fn new(inner: W, progress: Option<&'a Progress>) -> Self {
        Self {
            inner,
            bytes: 0,
            progress,
        }
    }
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.bytes += written as u64;
        if let Some(progress) = self.progress {
            progress.done(self.bytes);
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
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
        // A full disk, on which a lake is only looked at, may have room another time.
        require_write(&Lake::new(context.lake.root()), "export into the lake")?;
        std::fs::create_dir_all(&exports).map_err(|e| Error::io("create", &exports, e))?;
    }
    Ok(())
}
