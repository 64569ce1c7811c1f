//! One run: its screens, what they ask for, and how that is answered.
//!
//! The core calls [`RunScreen`] with actions, sizes and answers, and draws it with
//! `ui::run::draw`. What a run's views ask of the world goes through
//! [`RunRequest`], which [`perform`] answers on a worker's thread.

pub mod grid;
mod overview;

pub use overview::{Bucket, Overview, OverviewBuilder};

use super::{
    action::Action,
    effect::{Effect, Request, Slot},
    keymap::Context,
    prompt::Purpose,
};
use crate::etl::{
    Result,
    catalog::{Catalog, RunDetail},
    harvest::{CancelToken, Context as HarvestContext},
    run_id::RunId,
};

/// Which part of the run's views asks; see [`Slot::Run`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunSlot {
    /// Everything short of samples.
    Detail,
}

/// What a run's views ask for.
#[derive(Debug, Clone, PartialEq)]
pub enum RunRequest {
    /// Everything about a run short of its samples.
    Detail {
        /// The log's key.
        log_key: String,
        /// The run.
        run: RunId,
    },
}

/// What a run's views are answered.
#[derive(Debug, Clone, PartialEq)]
pub enum RunAnswer {
    /// To [`RunRequest::Detail`]; `None`: no such run any more.
    Detail(Option<Box<RunDetail>>),
}

/// Answers a request; runs on a worker's thread with that thread's catalog.
///
/// # Errors
/// Whatever the catalog or the run's file refuse; [`crate::etl::Error::Cancelled`].
pub fn perform(
    request: &RunRequest,
    _context: &HarvestContext,
    catalog: &Catalog,
    cancel: &CancelToken,
) -> Result<RunAnswer> {
    cancel.check()?;
    match request {
        RunRequest::Detail { log_key, run } => Ok(RunAnswer::Detail(
            catalog.run_detail(log_key, *run)?.map(Box::new),
        )),
    }
}

/// One run that is open.
#[derive(Debug, Clone)]
pub struct RunScreen {
    /// The log that it was opened from.
    pub log_key: String,
    /// The run.
    pub run: RunId,
    /// Columns and lines of the terminal.
    pub size: (u16, u16),
    /// What is known of it; `None` until it is read.
    pub detail: Option<Box<RunDetail>>,
    /// Why it cannot be shown.
    pub error: Option<String>,
    /// First line of the summary that is shown.
    pub scroll: usize,
    message: Option<String>,
}

impl RunScreen {
    /// Opens a run in a terminal of `size` (columns, lines).
    pub fn open(log_key: &str, run: RunId, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let screen = Self {
            log_key: log_key.to_owned(),
            run,
            size,
            detail: None,
            error: None,
            scroll: 0,
            message: None,
        };
        let effects = screen.reload();
        (screen, effects)
    }

    /// Asks again for what is shown: the lake may have changed.
    pub fn reload(&self) -> Vec<Effect> {
        let request = RunRequest::Detail {
            log_key: self.log_key.clone(),
            run: self.run,
        };
        vec![Effect::Ask {
            slot: Slot::Run(RunSlot::Detail),
            request: Request::Run(request),
        }]
    }

    /// What the screen asks nobody for once it is closed.
    pub fn close(&self) -> Vec<Effect> {
        vec![Effect::Forget(Slot::Run(RunSlot::Detail))]
    }

    /// Key contexts, innermost first; the core adds the global one.
    pub fn contexts(&self) -> &'static [Context] {
        &[Context::Run]
    }

    /// Does `action`. Back, Escape, Quit, Help, Palette and the keys of text fields
    /// never come here.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        let lines = self.detail.as_ref().map_or(0, |d| d.channels.len());
        match action {
            Action::Down => self.scroll = (self.scroll + 1).min(lines.saturating_sub(1)),
            Action::Up => self.scroll = self.scroll.saturating_sub(1),
            Action::First => self.scroll = 0,
            Action::Last => self.scroll = lines.saturating_sub(1),
            _ => {}
        }
        Vec::new()
    }

    /// The terminal has another size.
    pub fn resize(&mut self, size: (u16, u16)) -> Vec<Effect> {
        self.size = size;
        Vec::new()
    }

    /// Takes the answer to one of the screen's own requests.
    pub fn answer(&mut self, _slot: RunSlot, result: Result<RunAnswer, String>) -> Vec<Effect> {
        match result {
            Ok(RunAnswer::Detail(Some(detail))) => {
                self.detail = Some(detail);
                self.error = None;
            }
            Ok(RunAnswer::Detail(None)) => {
                self.error = Some(format!(
                    "run {} is not in the lake any more",
                    self.run.short()
                ));
            }
            Err(sentence) => self.error = Some(sentence),
        }
        Vec::new()
    }

    /// Takes a line that was typed after [`RunScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, _purpose: Purpose, text: &str) -> Result<Vec<Effect>, String> {
        Err(format!("`{text}` leads nowhere"))
    }

    /// The text field that `action` opens here, if any: `Search`, `GoTo`, `Filter`.
    pub fn prompt(&self, _action: Action) -> Option<Purpose> {
        None
    }

    /// A message for the line above the hints, once.
    pub fn take_message(&mut self) -> Option<String> {
        self.message.take()
    }

    /// What the place is called in the top line.
    pub fn title(&self) -> String {
        format!("Runs › {}", self.run.short())
    }

    /// Arguments of the `mdtui` command that shows the same.
    pub fn command(&self) -> Vec<String> {
        vec!["show".into(), format!("{}/{}", self.log_key, self.run)]
    }

    /// What `y` copies.
    pub fn copy(&self) -> String {
        self.run.to_string()
    }
}
