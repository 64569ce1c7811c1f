//! A worker process as its owner sees it: pipes that never block for longer than they may.

use std::{
    io::{self, ErrorKind, Read, Write},
    os::{fd::AsFd, unix::process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::OFlags,
};

use super::{
    frame::{Frames, framed},
    limits,
    message::{self, Report, Request},
};
use crate::profile::Profile;

/// What of a log's standard error goes to the program's log; the rest is dropped.
const MOST_SAID: usize = 16 << 10;
/// A worker that may have so much keeps memory that it frees until it needs it again: the kernel
/// need not clear those pages a second time. With less it hands memory back at once, so that
/// the limit means what it says.
const ROOMY: u64 = 4 << 30;
/// The variable and value by which a process keeps it (GNU): blocks up to 32 MiB are not mapped one by
/// one, and of what is free at the end of an arena 128 MiB stay. An arena asks for all of the 64 MiB
/// of addresses that it may have at once, in huge pages where the system grants them: the kernel maps
/// 2 MiB at a time, not 4 KiB.
pub const KEEP_MEMORY: (&str, &str) = (
    "GLIBC_TUNABLES",
    "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:\
     glibc.malloc.top_pad=67108864:glibc.malloc.trim_threshold=134217728",
);
/// The same variable and the value by which a process hands back at once what it frees, be that as
/// large as it may: without, each block of up to 32 MiB that is freed makes the allocator keep those
/// that are smaller, and up to twice as much for each thread. The browser restarts with it.
pub const RETURN_MEMORY: (&str, &str) = (
    KEEP_MEMORY.0,
    "glibc.malloc.mmap_threshold=131072:glibc.malloc.trim_threshold=131072",
);
/// To hand it back (mimalloc, which the program has with other libraries): no memory by the GiB.
const HAND_BACK: [(&str, &str); 2] = [
    ("MIMALLOC_ARENA_EAGER_COMMIT", "0"),
    ("MIMALLOC_PAGE_COMMIT_ON_DEMAND", "1"),
];
/// How long a worker may leave its pipe unread.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);

/// A worker that runs.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    errors: ChildStderr,
    frames: Frames,
    /// Whether standard error is still open.
    talks: bool,
    /// Of the last task that it got.
    profile: Option<Arc<Profile>>,
    /// What it said on standard error since the last log.
    pub(super) said: String,
}

/// What was heard of a worker.
#[derive(Debug)]
pub(super) enum Heard {
    Report(Report),
    Nothing,
    /// Its end of the pipe is closed.
    End,
    /// Bytes that are not a message.
    Garbage(String),
}

/// This very program, also when its file was replaced meanwhile: a worker must be of the
/// same version.
pub fn this_program() -> PathBuf {
    let link = Path::new("/proc/self/exe");
    if link.exists() {
        return link.to_owned();
    }
    std::env::current_exe().unwrap_or_else(|_| "mdtui".into())
}

impl Process {
    /// Starts `program worker`, which may have so many bytes of data.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn start(program: &Path, memory: u64) -> io::Result<Self> {
        let mut command = Command::new(program);
        // What the operator set stays; what the browser set for itself is not for its workers.
        let is_set = std::env::var_os(KEEP_MEMORY.0).is_some_and(|set| set != RETURN_MEMORY.1);
        if memory < ROOMY {
            command.envs(HAND_BACK);
        }
        if memory >= ROOMY && !is_set {
            command.env(KEEP_MEMORY.0, KEEP_MEMORY.1);
        } else if !is_set {
            command.env_remove(KEEP_MEMORY.0);
        }
        let wanted = std::env::var("RAYON_NUM_THREADS").ok();
        let wanted = wanted.and_then(|n| n.parse().ok()).filter(|n| *n > 0);
        let wanted =
            wanted.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let threads = limits::threads(memory).min(wanted).to_string();
        command.env("RAYON_NUM_THREADS", &threads);
        command.env("POLARS_MAX_THREADS", &threads);
        let mut child = command
            .arg0("mdtui")
            .arg("worker")
            // Ctrl-c is for the program alone: it tells its workers what to do.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = pipes else {
            return Err(io::Error::other("it has no pipes"));
        };
        for pipe in [input.as_fd(), output.as_fd(), errors.as_fd()] {
            let flags = rustix::fs::fcntl_getfl(pipe)?;
            rustix::fs::fcntl_setfl(pipe, flags | OFlags::NONBLOCK)?;
        }
        Ok(Self {
            child,
            input,
            output,
            errors,
            frames: Frames::default(),
            talks: true,
            profile: None,
            said: String::new(),
        })
    }

    /// The process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells it something. The profile of a task is left out on the way if it has it already.
    ///
    /// # Errors
    /// When it is gone, or does not listen.
    pub(super) fn send(&mut self, request: &mut Request) -> io::Result<()> {
        let Request::Harvest(task) = request else {
            return self.write(request);
        };
        task.leave_out(self.profile.as_ref());
        let sent = self.write(request);
        if let Request::Harvest(task) = request {
            task.fill_in(&mut self.profile);
        }
        sent
    }

    fn write(&mut self, request: &Request) -> io::Result<()> {
        let bytes = framed(&message::write(request).map_err(io::Error::other)?)?;
        let mut rest = bytes.as_slice();
        let until = Instant::now() + SEND_TIMEOUT;
        while !rest.is_empty() {
            match self.input.write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock && Instant::now() < until => {
                    let mut one = [PollFd::new(&self.input, PollFlags::OUT)];
                    wait(&mut one, Duration::from_millis(100))?;
                }
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// Hears what it says, for at most so long.
    pub(super) fn hear(&mut self, timeout: Duration) -> Heard {
        match self.pop() {
            Heard::Nothing => {}
            heard => return heard,
        }
        let mut both = vec![PollFd::new(&self.output, PollFlags::IN)];
        if self.talks {
            both.push(PollFd::new(&self.errors, PollFlags::IN));
        }
        if let Err(e) = wait(&mut both, timeout) {
            return Heard::Garbage(format!("nothing ({e})"));
        }
        let [speaks, errs] = [0, 1].map(|at| {
            let fd = both.get(at);
            fd.is_some_and(|fd| !fd.revents().is_empty())
        });
        drop(both);
        if errs {
            self.take_errors();
        }
        if !speaks {
            return Heard::Nothing;
        }
        let mut buffer = [0; 1 << 14];
        match self.output.read(&mut buffer) {
            Ok(0) => Heard::End,
            Ok(n) => {
                self.frames.push(&buffer[..n]);
                self.pop()
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                Heard::Nothing
            }
            Err(_) => Heard::End,
        }
    }

    fn pop(&mut self) -> Heard {
        match self.frames.pop() {
            Ok(Some(frame)) => match message::parse(frame) {
                Ok(report) => Heard::Report(report),
                Err(e) => Heard::Garbage(e.to_string()),
            },
            Ok(None) => Heard::Nothing,
            Err(e) => Heard::Garbage(e.to_string()),
        }
    }

    /// Takes what is there of standard error; drops it beyond [`MOST_SAID`].
    fn take_errors(&mut self) {
        let mut buffer = [0; 4096];
        // A flood is left for the next time.
        for _ in 0..16 {
            match self.errors.read(&mut buffer) {
                Ok(0) => self.talks = false,
                Ok(n) => {
                    let room = MOST_SAID.saturating_sub(self.said.len());
                    self.said
                        .push_str(&String::from_utf8_lossy(&buffer[..n.min(room)]));
                    continue;
                }
                Err(_) => {}
            }
            return;
        }
    }

    /// Ends it, at once.
    pub(super) fn kill(mut self) -> (io::Result<ExitStatus>, String) {
        // One that ended already keeps the status with which it did.
        let _ = self.child.kill();
        let status = self.child.wait();
        self.take_errors();
        (status, self.said)
    }

    /// Lets it end by itself: it has nothing to do.
    pub(super) fn dismiss(self) {
        let Self {
            mut child, input, ..
        } = self;
        drop(input);
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(1)),
                _ => return,
            }
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn wait(fds: &mut [PollFd<'_>], timeout: Duration) -> io::Result<()> {
    let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
    match poll(fds, Some(&timeout)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
        Err(e) => Err(e.into()),
    }
}
