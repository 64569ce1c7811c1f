//! Copying inside of tmux, which keeps sequences for the terminal's clipboard (OSC 52) to itself by
//! default.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::query::{Query, QueryContext};
use crate::etl::{Error, Result, text::visible};

/// Whether this program runs inside of tmux.
pub fn is_around() -> bool {
    std::env::var_os("TMUX").is_some_and(|socket| !socket.is_empty())
}

/// Hands a text to tmux.
#[derive(Debug, PartialEq)]
pub struct CopyToTmux {
    /// The text.
    pub text: String,
    /// What the message calls it.
    pub name: String,
}

/// Who has a text that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// What the message calls it.
    pub name: String,
    /// Whether tmux was told to hand it on to the terminal, which it can since version 3.2.
    pub to_terminal: bool,
}

impl Query for CopyToTmux {
    type Answer = Copied;

    const OUTLIVES_VIEW: bool = true;

    fn run(self, _: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let Self { text, name } = self;
        let to_terminal = match load_buffer(&["load-buffer", "-w", "-"], &text) {
            Ok(()) => true,
            Err(_) => {
                load_buffer(&["load-buffer", "-"], &text)?;
                false
            }
        };
        Ok(Copied { name, to_terminal })
    }
}

/// Runs `tmux` with these arguments and `text` as its standard input.
fn load_buffer(arguments: &[&str], text: &str) -> Result<()> {
    let failed = |why: String| Error::Fatal(format!("tmux could not copy: {why}"));
    let mut child = Command::new("tmux")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    if let Some(mut input) = child.stdin.take() {
        // One that ends early says why.
        let _ = input.write_all(text.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|e| failed(e.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(failed(match why.trim() {
        "" => output.status.to_string(),
        why => visible(why),
    }))
}
