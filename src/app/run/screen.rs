//! One run that is open: its tabs, and the way from a key to what is asked of workers.

use super::{
    Path, Place, RunAnswer, RunRequest, RunSlot, Samples, Signals, Summary, TableRef, place::FORMS,
    signals::Want,
};
use crate::{
    app::{
        action::Action,
        chart::{format_value, format_whole},
        effect::{Effect, Request, Slot},
        keymap::Context,
        layout,
        prompt::Purpose,
    },
    etl::{catalog::RunDetail, run_id::RunId, time},
};

/// The views of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// What is known of it.
    Summary,
    /// Its channels as charts.
    Signals,
    /// Its table.
    Samples,
    /// Where its tools went.
    Path,
}

impl Tab {
    /// In the order of the screen.
    pub const ALL: [Self; 4] = [Self::Summary, Self::Signals, Self::Samples, Self::Path];

    /// The word for the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Signals => "Signals",
            Self::Samples => "Samples",
            Self::Path => "Path",
        }
    }

    fn beside(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|t| *t == self).unwrap_or(0);
        Self::ALL
            .get((at + by) % Self::ALL.len())
            .copied()
            .unwrap_or(self)
    }
}

/// The tabs of a run that has a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Views {
    /// The table's place in the lake.
    pub table: TableRef,
    /// See [`Tab::Summary`].
    pub summary: Summary,
    /// See [`Tab::Signals`].
    pub signals: Signals,
    /// See [`Tab::Samples`].
    pub samples: Samples,
    /// See [`Tab::Path`]. Its span of time and its cursor are those of Signals.
    pub path: Path,
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
    /// The tab that is seen.
    pub tab: Tab,
    /// The tabs; `None` until the run is read, and when it has no table.
    pub views: Option<Views>,
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
            tab: Tab::Summary,
            views: None,
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
        vec![ask(RunSlot::Detail, request)]
    }

    /// What the screen asks nobody for once it is closed.
    pub fn close(&self) -> Vec<Effect> {
        RunSlot::ALL.map(|s| Effect::Forget(Slot::Run(s))).to_vec()
    }

    /// Key contexts, innermost first; the core adds the global one.
    pub fn contexts(&self) -> &'static [Context] {
        match (&self.views, self.tab) {
            (None, _) => &[Context::Run],
            (_, Tab::Summary) => &[Context::Summary, Context::Run],
            (_, Tab::Signals) => &[Context::Signals, Context::Run],
            (_, Tab::Samples) => &[Context::Samples, Context::Run],
            (_, Tab::Path) => &[Context::Path, Context::Run],
        }
    }

    /// Does `action`. Back, Escape, Quit, Help, Palette and the keys of text fields
    /// never come here.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        let (width, height) = self.body();
        match action {
            Action::NextPane => self.tab = self.tab.beside(1),
            Action::PreviousPane => self.tab = self.tab.beside(Tab::ALL.len() - 1),
            action => {
                let Some(views) = &mut self.views else {
                    return Vec::new();
                };
                match self.tab {
                    Tab::Summary => views.summary.update(action, (width, height)),
                    Tab::Signals => views.signals.update(action, height),
                    Tab::Samples => views.samples.update(action, (width, height)),
                    Tab::Path => views.path.update(action) || views.signals.update_time(action),
                };
            }
        }
        self.want()
    }

    /// The terminal has another size.
    pub fn resize(&mut self, size: (u16, u16)) -> Vec<Effect> {
        self.size = size;
        let (width, height) = self.body();
        if let Some(views) = &mut self.views {
            views.summary.clamp((width, height));
            views.samples.show_cursor(height);
        }
        self.want()
    }

    /// Takes the answer to one of the screen's own requests.
    pub fn answer(&mut self, slot: RunSlot, result: Result<RunAnswer, String>) -> Vec<Effect> {
        let height = self.body().1;
        match (result, &mut self.views) {
            (Ok(RunAnswer::Detail(detail)), _) => self.take_detail(detail),
            (Ok(RunAnswer::Overview(o)), Some(v)) => v.signals.take_overview(Ok(o)),
            (Ok(RunAnswer::Channel { channel, series }), Some(v)) => {
                v.signals.take_channel(Ok((channel, series)));
            }
            (Ok(RunAnswer::CursorRow { asked, values }), Some(v)) => {
                v.signals.take_row(asked, values);
            }
            (Ok(RunAnswer::Rows(window)), Some(v)) => v.samples.take(window),
            (Ok(RunAnswer::Located(row)), Some(v)) => v.samples.go_to(row, height),
            (Ok(RunAnswer::Path(robots)), Some(v)) => v.path.take(Ok(robots)),
            (Err(sentence), Some(v)) => match slot {
                RunSlot::Path => v.path.take(Err(sentence)),
                RunSlot::Overview => v.signals.take_overview(Err(sentence)),
                RunSlot::Channel => v.signals.take_channel(Err(sentence)),
                RunSlot::Rows => v.samples.fail(sentence),
                // Values at the cursor stay unknown: the sparklines failed likewise.
                RunSlot::CursorRow => {}
                RunSlot::Detail | RunSlot::Locate => self.message = Some(sentence),
            },
            (Err(sentence), None) => self.error = Some(sentence),
            (Ok(_), None) => {}
        }
        self.want()
    }

    fn take_detail(&mut self, detail: Option<Box<RunDetail>>) {
        let earlier = self.views.take();
        let Some(detail) = detail else {
            let run = self.run.short();
            self.detail = None;
            self.error = Some(format!("run {run} is not in the lake any more"));
            return;
        };
        self.error = detail.row.error.clone();
        let signals = Signals::new(&detail);
        if let (Some(mut signals), Some(file_name)) = (signals, detail.row.file_name.clone()) {
            let table = TableRef {
                log_key: self.log_key.clone(),
                file_name,
            };
            let mut summary = Summary::new(&detail);
            let mut samples = Samples::new(&detail);
            let mut path = Path::default();
            if let Some(earlier) = earlier {
                let same = earlier.table == table;
                signals.resume(earlier.signals, same);
                (summary.top, summary.first_column) =
                    (earlier.summary.top, earlier.summary.first_column);
                samples.resume(earlier.samples, same);
                path.resume(earlier.path, same);
            }
            self.views = Some(Views {
                table,
                summary,
                signals,
                samples,
                path,
            });
        } else if self.error.is_none() {
            self.error = Some("the run has no samples".into());
        }
        self.detail = Some(detail);
        let (width, height) = self.body();
        if let Some(views) = &mut self.views {
            views.summary.clamp((width, height));
            views.samples.show_cursor(height);
        }
    }

    /// Asks for what the tab that is seen lacks.
    fn want(&mut self) -> Vec<Effect> {
        let height = self.body().1;
        let Some(Views {
            table,
            signals,
            samples,
            path,
            ..
        }) = &mut self.views
        else {
            return Vec::new();
        };
        let table = || table.clone();
        let names = |s: &Signals| s.channels.iter().map(|c| c.name.clone()).collect();
        match self.tab {
            Tab::Summary => Vec::new(),
            Tab::Path if path.wanted() => {
                vec![ask(RunSlot::Path, RunRequest::Path { table: table() })]
            }
            Tab::Path => Vec::new(),
            Tab::Signals => signals
                .wants()
                .into_iter()
                .filter_map(|want| {
                    Some(match want {
                        Want::Overview => ask(
                            RunSlot::Overview,
                            RunRequest::Overview {
                                table: table(),
                                channels: names(signals),
                                span: (signals.bounds.start(), signals.bounds.end()),
                            },
                        ),
                        Want::Channel(c) => {
                            let channel = signals.channels.get(c)?;
                            ask(
                                RunSlot::Channel,
                                RunRequest::Channel {
                                    table: table(),
                                    channel: channel.name.clone(),
                                    interval_us: channel.interval_us,
                                },
                            )
                        }
                        Want::CursorRow(time) => ask(
                            RunSlot::CursorRow,
                            RunRequest::CursorRow {
                                table: table(),
                                channels: names(signals),
                                time,
                            },
                        ),
                    })
                })
                .collect(),
            Tab::Samples => samples
                .wanted(height)
                .into_iter()
                .map(|rows| {
                    let channels = names(signals);
                    ask(
                        RunSlot::Rows,
                        RunRequest::Rows {
                            table: table(),
                            channels,
                            rows,
                        },
                    )
                })
                .collect(),
        }
    }

    /// Takes a line that was typed after [`RunScreen::prompt`] allowed it.
    ///
    /// # Errors
    /// One sentence on what is wrong with the text; the text field stays open.
    pub fn submit(&mut self, _purpose: Purpose, text: &str) -> Result<Vec<Effect>, String> {
        let height = self.body().1;
        let Some(views) = &mut self.views else {
            return Err("the run has no table to go to".into());
        };
        let bounds = views.signals.bounds;
        let read = |text: &str| {
            Place::read(text, bounds.start())
                .ok_or_else(|| format!("`{}` is no place: type {FORMS}", text.trim()))
        };
        let inside = |t: i64| {
            bounds.contains(t).then_some(t).ok_or_else(|| {
                let (from, to) = (
                    time::format_screen(bounds.start()),
                    time::format_clock(bounds.end()),
                );
                format!(
                    "{} is outside of the run, which lasts from {from} to {to}",
                    time::format_screen(t)
                )
            })
        };
        if self.tab == Tab::Samples {
            return match read(text)? {
                Place::Row(row) if row >= views.samples.rows => Err(format!(
                    "the table has {} rows",
                    format_whole(views.samples.rows)
                )),
                Place::Row(row) => {
                    views.samples.go_to(row, height);
                    Ok(self.want())
                }
                Place::Time(t) => {
                    let (table, time) = (views.table.clone(), inside(near(t, bounds.start()))?);
                    Ok(vec![ask(
                        RunSlot::Locate,
                        RunRequest::Locate { table, time },
                    )])
                }
            };
        }
        let signals = &mut views.signals;
        let as_time = |place: Place| match place {
            Place::Time(t) => inside(near(t, bounds.start())),
            Place::Row(row) => {
                let times = signals.times();
                let at = usize::try_from(row).ok().and_then(|r| times.get(r));
                at.copied().ok_or_else(|| match times.len() {
                    0 => "the rows are still being read: type a time".to_owned(),
                    n => format!("the table has {} rows", format_whole(n as u64)),
                })
            }
        };
        match text.split_once("..") {
            None => {
                let time = as_time(read(text)?)?;
                signals.go_to(time);
            }
            Some((from, to)) => {
                let (from, to) = (as_time(read(from)?)?, as_time(read(to)?)?);
                signals.show(from, to);
            }
        }
        Ok(self.want())
    }

    /// The text field that `action` opens here, if any: `Search`, `GoTo`, `Filter`.
    pub fn prompt(&self, action: Action) -> Option<Purpose> {
        let has_places = self.views.is_some() && self.tab != Tab::Summary;
        (action == Action::GoTo && has_places).then_some(Purpose::GoTo)
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
        let run = format!("{}/{}", self.log_key, self.run);
        let Some(views) = self.views.as_ref().filter(|_| self.tab != Tab::Summary) else {
            return vec!["show".into(), run];
        };
        let mut words = vec!["export".to_owned(), run];
        if self.tab == Tab::Signals {
            let signals = &views.signals;
            let chosen = signals
                .chosen
                .iter()
                .filter_map(|c| signals.channels.get(*c));
            let names: Vec<&str> = chosen.map(|c| c.name.as_str()).collect();
            if !names.is_empty() {
                words.extend(["--columns".to_owned(), names.join(",")]);
            }
            if signals.range != signals.bounds {
                words.extend(["--from".to_owned(), time::format(signals.range.start())]);
                words.extend(["--to".to_owned(), time::format(signals.range.end())]);
            }
        }
        words.extend(["-o".to_owned(), format!("{}.csv", self.run)]);
        words
    }

    /// What `y` copies: the run's id, the chosen channels' values at the cursor, or
    /// the row under the cursor.
    pub fn copy(&self) -> String {
        let id = self.run.to_string();
        let Some(views) = &self.views else { return id };
        match self.tab {
            Tab::Summary => id,
            Tab::Path => views.path.place(views.signals.cursor.time).unwrap_or(id),
            Tab::Signals => {
                let s = &views.signals;
                let mut text = time::format(s.cursor.snap(s.times()));
                for c in &s.chosen {
                    let value = s.value_at(*c, s.cursor.time).filter(|v| !v.is_nan());
                    if let (Some(channel), Some(value)) = (s.channels.get(*c), value) {
                        text.push_str(&format!(" {}={value} {}", channel.name, channel.unit));
                    }
                }
                text
            }
            Tab::Samples => {
                let s = &views.samples;
                let cells = 0..s.columns.titles.len();
                let cells: Vec<String> = cells.filter_map(|c| s.cell(s.row, c)).collect();
                if cells.is_empty() {
                    id
                } else {
                    cells.join("\t")
                }
            }
        }
    }

    /// Columns and lines that the view of a tab has.
    pub fn body(&self) -> (usize, usize) {
        let body = layout::body(self.size);
        // The first line is the run's heading.
        (
            usize::from(body.width),
            usize::from(body.height.saturating_sub(1)),
        )
    }

    /// What the cursor of Signals stands on, in words: its time, the pinned one's
    /// and the difference.
    pub fn cursor_line(&self) -> Option<String> {
        let s = &self.views.as_ref()?.signals;
        let here = s.cursor.snap(s.times());
        let mut text = format!("cursor {}", time::format_clock(here));
        let Some(pin) = s.cursor.pin else {
            return Some(text);
        };
        let seconds = (here - pin) as f64 / time::SECOND as f64;
        text.push_str(&format!(
            "  pin {}  Δ {} s",
            time::format_clock(pin),
            format_value(seconds, 3)
        ));
        Some(text)
    }
}

/// A time typed without a fraction may lie just before the run's first sample: it
/// means the start.
fn near(time: i64, start: i64) -> i64 {
    if time < start && time > start - time::SECOND {
        start
    } else {
        time
    }
}

fn ask(slot: RunSlot, request: RunRequest) -> Effect {
    Effect::Ask {
        slot: Slot::Run(slot),
        request: Request::Run(request),
    }
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;
