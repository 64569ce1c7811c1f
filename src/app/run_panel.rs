//! The panel beside a list of runs: what is known of the run under the cursor, and every channel
//! of it as a small picture.
//!
//! What the list has of the run is there at once; the catalog's record of it is read when the
//! cursor moves, its table only when the cursor rests. Either is stopped, and its answer dropped,
//! when the cursor moves on.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use super::{
    effect::Effect,
    query::{Answer, Pending, Query, QueryContext},
    run::{ReadRun, TableRef},
    side_panel::SidePanel,
    signals::{SignalsAnswer, SignalsQuery, query::Ask},
};
use crate::etl::{
    Result,
    catalog::{RunDetail, RunRow},
    overview::Overview,
    run_id::RunId,
};

/// How long the cursor rests on a run before its table is read.
const REST: Duration = Duration::from_millis(120);

/// How often a query that waits looks whether it is still needed.
const LOOK: Duration = Duration::from_millis(10);

/// The channels of a run in a few hundred spans, once the cursor rests on it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSketch {
    /// What is read.
    pub overview: SignalsQuery,
}

impl ReadSketch {
    /// All channels of a run; `None` of one that has no table.
    fn of(detail: &RunDetail) -> Option<Self> {
        let row = &detail.row;
        let ask = Ask::Overview {
            channels: detail.columns.iter().skip(1).cloned().collect(),
            span: row.start_us().zip(row.stop_us())?,
            rows: row.rows(),
            stored: false,
        };
        let table = TableRef::of(row)?;
        let overview = SignalsQuery { table, ask };
        Some(Self { overview })
    }
}

impl Query for ReadSketch {
    type Answer = Overview;

    fn run(self, on: &mut QueryContext<'_>) -> Result<Self::Answer> {
        let until = Instant::now() + REST;
        while Instant::now() < until {
            on.cancel.check()?;
            sleep(LOOK);
        }
        Ok(match self.overview.answer(on.lake, on.cancel)? {
            SignalsAnswer::Overview(Some(overview)) => overview,
            _ => Overview::default(),
        })
    }
}

/// See the [module](self).
#[derive(Debug, Default)]
pub struct RunPanel {
    /// Its place.
    pub panel: SidePanel,
    /// Reads the run.
    pub read: Pending<ReadRun>,
    /// Reads its table.
    pub read_sketch: Pending<ReadSketch>,
    /// The run that was asked for.
    asked: Option<(String, RunId)>,
    /// Whether what was read of it may have changed.
    is_stale: bool,
    /// What was read of it, or why it cannot be.
    detail: Option<std::result::Result<Box<RunDetail>, String>>,
    /// Its channels, or why they cannot be read.
    sketch: Option<std::result::Result<Overview, String>>,
}

impl RunPanel {
    /// Asks for what the panel shows of the run under the cursor.
    pub(super) fn ask(&mut self, row: Option<&RunRow>, effects: &mut Vec<Effect>) {
        let is_same = match (row, &self.asked) {
            (Some(row), Some((log_key, run))) => row.run == *run && row.log_key() == *log_key,
            (None, None) => true,
            _ => false,
        };
        if is_same && !self.is_stale {
            return;
        }
        if !is_same {
            self.panel.scroll = 0;
            (self.detail, self.sketch) = (None, None);
        }
        self.is_stale = false;
        self.read.cancel();
        self.read_sketch.cancel();
        self.asked = row.map(|row| (row.log_key().to_owned(), row.run));
        if let Some((log_key, run)) = self.asked.clone() {
            self.read.ask(ReadRun { log_key, run }, effects);
        }
    }

    /// What was read may have changed: it is asked for again.
    pub(super) fn set_stale(&mut self) {
        self.is_stale = true;
    }

    /// Applies the answer to one of the panel's queries; whether it was one.
    pub(super) fn receive(&mut self, answer: &mut Answer, effects: &mut Vec<Effect>) -> bool {
        if let Some(result) = self.read.receive(answer, effects) {
            self.detail = match result {
                Ok(opened) => opened.map(|opened| Ok(opened.detail)),
                Err(sentence) => Some(Err(sentence)),
            };
            if let Some(Ok(detail)) = &self.detail
                && let Some(query) = ReadSketch::of(detail)
            {
                self.read_sketch.ask(query, effects);
            }
        } else if let Some(result) = self.read_sketch.receive(answer, effects) {
            self.sketch = Some(result);
        } else {
            return false;
        }
        true
    }

    /// What was read of a run, or why it cannot be; `None`: not yet.
    pub fn detail(&self, row: &RunRow) -> Option<std::result::Result<&RunDetail, &str>> {
        // The cursor may have gone on before this is asked for.
        let is_it =
            matches!(&self.asked, Some((log, run)) if *run == row.run && *log == row.log_key());
        let detail = self.detail.as_ref().filter(|_| is_it)?;
        Some(match detail {
            Ok(detail) => Ok(detail),
            Err(sentence) => Err(sentence),
        })
    }

    /// The channels of the run that [`RunPanel::detail`] is about, or why they cannot be read;
    /// `None`: not yet.
    pub fn sketch(&self) -> Option<std::result::Result<&Overview, &str>> {
        self.sketch.as_ref().map(|sketch| match sketch {
            Ok(overview) => Ok(overview),
            Err(sentence) => Err(sentence.as_str()),
        })
    }

    /// Lines of the panel, at most: the drawing wraps, and shows the last page at the end.
    pub(super) fn lines(&self) -> usize {
        const WRAPPED: usize = 4;
        let Some(Ok(detail)) = &self.detail else {
            return 0;
        };
        let notes = detail
            .row
            .note()
            .as_ref()
            .map_or(0, |note| note.lines().count());
        let sentences = 4 + detail.flags.len().min(40) + notes + detail.not_evaluated.len();
        30 + detail.row.log_key().len() / 10 + detail.columns.len() + sentences * WRAPPED
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        app::{
            Effect, Event,
            fixture::{answer_queries, answered, asked, keys, populated, press},
            run::ReadRun,
            run_panel::ReadSketch,
            runs::Runs,
            update,
        },
        etl::base::CancelToken,
    };

    const WIDE: (u16, u16) = (200, 50);

    #[test]
    fn a_moving_cursor_leaves_one_query_that_is_still_needed() {
        let mut state = populated(WIDE);
        press(&mut state, &["2"]);
        let effects = keys(&mut state, &["j", "j", "k", "G"]);
        let runs: Vec<_> = asked::<ReadRun>(&effects).iter().map(|q| q.run).collect();
        assert_eq!(runs.len(), 4);
        let needed = effects.iter().filter(|effect| match effect {
            Effect::Ask(question) => !question.is_cancelled(),
            _ => false,
        });
        assert_eq!(needed.count(), 1);
        // No table is read for a run that was passed.
        assert!(asked::<ReadSketch>(&effects).is_empty());
        let last = state.view::<Runs>().unwrap().table.current().unwrap();
        assert_eq!(Some(&last.run), runs.last());
    }

    #[test]
    fn the_answer_about_a_run_that_was_passed_is_dropped() {
        let mut state = populated(WIDE);
        press(&mut state, &["2"]);
        let mut effects = keys(&mut state, &["j"]);
        let Some(Effect::Ask(passed)) = effects.pop() else {
            panic!("the run is read");
        };
        let effects = keys(&mut state, &["j"]);
        let late = crate::app::run::fixture::answer(&passed).unwrap();
        assert!(update(&mut state, answered(late)).is_empty());
        let runs = state.view::<Runs>().unwrap();
        let row = runs.table.current().unwrap();
        assert!(runs.panel.detail(row).is_none());
        answer_queries(&mut state, effects);
        let runs = state.view::<Runs>().unwrap();
        let row = runs.table.current().unwrap();
        assert!(runs.panel.detail(row).is_some_and(|d| d.is_ok()));
        assert!(runs.panel.sketch().is_some_and(|sketch| sketch.is_ok()));
    }

    #[test]
    fn nothing_is_read_where_the_panel_has_no_room_until_it_is_shown() {
        let mut state = populated((120, 40));
        press(&mut state, &["2"]);
        assert!(asked::<ReadRun>(&keys(&mut state, &["j"])).is_empty());
        assert_eq!(asked::<ReadRun>(&keys(&mut state, &["tab"])).len(), 1);
        assert!(asked::<ReadRun>(&update(&mut state, Event::Resize(200, 50))).is_empty());
    }

    #[test]
    fn a_query_that_is_not_needed_any_more_stops_before_it_reads_the_table() {
        use crate::app::query::{Query, QueryContext};
        let dir = tempfile::tempdir().unwrap();
        let context = crate::etl::lake::Context {
            data_dir: dir.path().into(),
            links: crate::etl::source::scan::Links::default(),
            lake: crate::etl::lake::Lake::new(dir.path()),
            profile: crate::etl::profile::Profile::built_in().unwrap().into(),
        };
        let sketch = ReadSketch::of(&crate::app::run::fixture::detail()).unwrap();
        let cancel = CancelToken::new();
        cancel.cancel();
        let mut catalog = None;
        let mut on = QueryContext::new(&context, &mut catalog, &cancel);
        let stopped = sketch.run(&mut on);
        assert!(matches!(stopped, Err(crate::etl::Error::Cancelled)));
    }
}
