//! The program itself in a pseudo-terminal: from its start to what an operator sees.

use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::mpsc,
    time::{Duration, Instant},
};

use mdtui::etl::{Error, Result, lake::Context};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::{SIZE, report::Report};

/// Starts the program some times, and tells the medians.
pub fn measure(context: &Context, report: &mut Report) -> Result<()> {
    let mut first = Vec::new();
    let mut full = Vec::new();
    let mut bytes = 0;
    for _ in 0..5 {
        let seen = start(context).map_err(|e| Error::Fatal(e.to_string()))?;
        first.push(seen.first);
        full.push(seen.full);
        bytes = seen.bytes;
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    report.once("program: first frame", median(&mut first), Some(50.0));
    report.once(
        "program: first frame with logs",
        median(&mut full),
        Some(50.0),
    );
    report.said(&format!("program: {bytes} bytes until then"));
    Ok(())
}

struct Seen {
    first: Duration,
    full: Duration,
    bytes: usize,
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn start(context: &Context) -> std::result::Result<Seen, Failed> {
    let size = PtySize {
        rows: SIZE.1,
        cols: SIZE.0,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size)?;
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_mdtui"));
    command.arg("--data-dir");
    command.arg(&context.data_dir);
    command.arg("--cache-dir");
    command.arg(context.lake.root());
    command.env("TERM", "xterm-256color");
    let mut reader = pair.master.try_clone_reader()?;
    let (sender, chunks) = mpsc::channel();
    std::thread::spawn(move || {
        let mut chunk = [0; 65536];
        while let Ok(n @ 1..) = reader.read(&mut chunk) {
            if sender.send(chunk[..n].to_vec()).is_err() {
                return;
            }
        }
    });
    let number = |n| NonZeroU16::new(n).ok_or("no size");
    let mut parser = vt100::Parser::new(number(SIZE.1)?, number(SIZE.0)?, 0);
    let began = Instant::now();
    let mut child = pair.slave.spawn_command(command)?;
    let (mut first, mut bytes) = (None, 0);
    let full = loop {
        let chunk = chunks.recv_timeout(Duration::from_secs(60))?;
        bytes += chunk.len();
        parser.process(&chunk);
        let screen = parser.screen().contents();
        if first.is_none() && screen.contains("1 Logs") {
            first = Some(began.elapsed());
        }
        // Every line of the list holds a log.
        let rows = screen.lines().filter(|l| l.contains("log-0")).count();
        if rows >= usize::from(SIZE.1) - 8 {
            break began.elapsed();
        }
    };
    pair.master.take_writer()?.write_all(b"Q")?;
    child.wait()?;
    Ok(Seen {
        first: first.unwrap_or(full),
        full,
        bytes,
    })
}
