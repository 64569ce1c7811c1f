//! Several runs as one view of the browser.

use crossterm::event::MouseEvent;

use super::{
    CompareScreen, Pane,
    screen::is_shown,
    sheet::{listed, plain},
};
use crate::{
    app::{
        action::Action,
        chart::Marker,
        command::{Command, run_name},
        crumbs::Crumb,
        effect::Effect,
        export::{self, Export, Form, What},
        jobs::ToHarvest,
        keymap::Context,
        note::NotedRuns,
        prompt::Purpose,
        query::Answer,
        state::Tone,
        table::{Row, Table},
        view::{ActionContext, AnswerContext, Occasion, View},
    },
    etl::{
        compare::{FEWEST, MOST},
        format::count,
        parse_error::ParseError,
        run_id::RunId,
        time::SECOND,
    },
};

impl CompareScreen {
    /// Compares the runs that are marked in a list over the view that handles a key, or says how
    /// many marks that takes; `run` is the log and the run of a row.
    pub fn open_over<T: Row>(
        context: &mut ActionContext<'_>,
        list: &Table<T>,
        run: impl Fn(&T) -> (&str, RunId),
    ) {
        let marked = list.marked();
        if !(FEWEST..=MOST).contains(&marked) {
            let marked = match marked {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                n => format!("{n} are"),
            };
            return context.say(format!(
                "mark {FEWEST} to {MOST} runs to compare them: {marked} marked"
            ));
        }
        let runs = list.marked_in_order().into_iter().map(run);
        let runs: Vec<_> = runs.map(|(log, run)| (log.to_owned(), run)).collect();
        let (mut screen, asked) = Self::open(runs, context.size);
        screen.marker = context.marker;
        context.open(screen, asked);
    }
}

impl CompareScreen {
    /// Compares a run with the one of the same machine before it, over the view that handles a
    /// key.
    pub fn open_previous_over(context: &mut ActionContext<'_>, log_key: &str, run: RunId) {
        let (mut screen, asked) = Self::open_previous(log_key.to_owned(), run, context.size);
        screen.marker = context.marker;
        context.open(screen, asked);
    }
}

impl View for CompareScreen {
    fn marker(&self) -> Option<Marker> {
        self.views.as_ref().map(|views| views.signals.view.marker)
    }

    fn contexts(&self) -> Vec<Context> {
        vec![match self.pane {
            Pane::Overlaid => Context::Overlaid,
            Pane::Sheet => Context::Differences,
        }]
    }

    /// Of the channels the one under the cursor; of the table the first line in sight.
    fn position(&self) -> Option<(usize, usize)> {
        let views = self.views.as_ref()?;
        let (at, of) = match self.pane {
            Pane::Overlaid => (views.signals.row, views.signals.channels.len()),
            Pane::Sheet => (views.sheet.top, views.sheet.rows.len()),
        };
        (of > 0).then_some((at + 1, of))
    }

    fn crumb(&self) -> Option<Crumb> {
        Some(Crumb::new(match self.runs.len() {
            0 | 1 => "comparison".to_owned(),
            runs => format!("comparison of {}", count(runs as u64, "run")),
        }))
    }

    /// Nothing can be moved before the runs are read.
    fn is_possible(&self, action: Action) -> bool {
        match (&self.views, action) {
            (_, Action::ShowJobs | Action::Help | Action::Back | Action::NextPane) => true,
            (Some(views), Action::Left | Action::Right) if self.pane == Pane::Sheet => {
                views.sheet.has_more_columns(self.size.0.into())
            }
            (views, _) => views.is_some(),
        }
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        if let Some(purpose) = self.prompt(action) {
            context.ask_text(purpose, 0, "");
        } else {
            context.effects.extend(self.update(action));
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, _size: (u16, u16)) -> Option<Vec<Effect>> {
        Some(Self::mouse(self, mouse))
    }

    fn submit(&mut self, _: Purpose, text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        Some(Self::submit(self, text))
    }

    fn command(&self) -> Option<Command> {
        let signals = self.views.as_ref().map(|views| &views.signals);
        let chosen: Vec<&str> = signals.map_or_else(Vec::new, |s| s.chosen_names().collect());
        // Charts of runs that are aligned elsewhere have no command.
        let charts = signals.filter(|signals| {
            self.pane == Pane::Overlaid && !chosen.is_empty() && !signals.has_places()
        });
        let mut command = Command::new(if charts.is_some() { "plot" } else { "compare" });
        if !chosen.is_empty() {
            command = command.option("--channels", chosen.join(","));
        }
        if let Some(signals) = charts {
            let range = signals.view.range;
            if range != signals.view.bounds {
                let offset = |us: i64| format!("+{}s", us as f64 / SECOND as f64);
                command = command
                    .option("--from", offset(range.start()))
                    .option("--to", offset(range.end()));
            }
            command = command.option("-o", "compare.svg");
        }
        let runs = self.runs.iter();
        Some(command.names(runs.map(|run| run_name(&run.log_key, run.run))))
    }

    /// The table of differences, columns parted by tabs.
    fn copy(&self) -> Option<String> {
        let views = self.views.as_ref()?;
        let shown = |at: usize| is_shown(&views.signals, at);
        Some(plain(self.runs.len(), &views.comparison, shown))
    }

    fn copy_name(&self) -> Option<&'static str> {
        Some("the table of differences")
    }

    /// The charts, or the table of differences: whichever has the keys.
    fn export(&self, _columns: &[usize], form: Form) -> Result<Export, String> {
        let views = self.views.as_ref().ok_or("the runs are not read yet")?;
        if self.pane == Pane::Overlaid {
            return self.picture(&views.signals);
        }
        let shown = |at: usize| is_shown(&views.signals, at);
        let list = listed(self.runs.len(), &views.comparison, shown);
        Ok(Export {
            name: export::name_of_runs("compare", self.runs.iter().map(|run| run.run)),
            what: What::List { list, form },
        })
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        let keys = self.runs.iter().map(|run| run.log_key.clone());
        Some((ToHarvest::Keys(keys.collect()), 0))
    }

    /// The run with ▸.
    fn to_note(&self) -> Option<NotedRuns> {
        let turn = self.views.as_ref().map_or(0, |views| views.signals.turn);
        let run = self.runs.get(turn)?;
        let disposition = run.detail.as_ref().and_then(|d| d.row.disposition);
        Some(NotedRuns::one(&run.log_key, run.run, disposition))
    }

    fn resize(&mut self, size: (u16, u16)) -> Vec<Effect> {
        self.size = size;
        self.fit();
        self.ask_missing()
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if occasion.concerns(self.runs.iter().map(|run| &run.log_key)) {
            effects.extend(self.reload());
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        context.effects.extend(Self::answer(self, answer));
        if let ([_], Some(sentence)) = (self.runs.as_slice(), &self.error) {
            // There is no run to compare it with: the view below says so.
            context.message = Some((Tone::Plain, sentence.clone()));
            context.closes = true;
        }
    }

    fn take_message(&mut self) -> Option<String> {
        self.message.take()
    }
}
