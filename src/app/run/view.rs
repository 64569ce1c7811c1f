//! One run as a view of the browser.

use crossterm::event::MouseEvent;

use super::{RunScreen, Tab};
use crate::{
    app::{
        action::Action,
        chart::Marker,
        choice::{Choices, Chooser},
        command::{Command, run_name},
        compare::CompareScreen,
        crumbs::Crumb,
        effect::Effect,
        export::{Export, Form},
        jobs::ToHarvest,
        keymap::Context,
        list::{self, List},
        note::NotedRuns,
        prompt::Purpose,
        query::Answer,
        view::{ActionContext, AfterEvent, AnswerContext, Occasion, View},
    },
    etl::{
        catalog::cell_title,
        filter::{Completion, complete_columns},
        parse_error::ParseError,
        run_id::RunId,
        time,
    },
};

impl RunScreen {
    /// Opens a run over the view that handles a key.
    pub fn open_over(context: &mut ActionContext<'_>, log_key: &str, run: RunId) {
        let (mut screen, asked) = Self::open(log_key, run, context.size);
        screen.marker = context.marker;
        screen.channels.clone_from(&context.channels);
        context.open(screen, asked);
    }

    /// As [`RunScreen::open_over`], in Signals at a span of time (microseconds) of a channel.
    pub fn open_stretch(
        context: &mut ActionContext<'_>,
        log_key: &str,
        run: RunId,
        span: (i64, i64),
        channel: Option<String>,
    ) {
        let (mut screen, asked) = Self::open(log_key, run, context.size);
        screen.marker = context.marker;
        screen.channels.clone_from(&context.channels);
        screen.tab = Tab::Signals;
        screen.stretch = Some((span, channel));
        context.open(screen, asked);
    }
}

impl View for RunScreen {
    fn marker(&self) -> Option<Marker> {
        self.views.as_ref().map(|views| views.signals.view.marker)
    }

    fn take_chosen_channels(&mut self) -> Option<Vec<String>> {
        self.views.as_mut()?.signals.take_chosen()
    }

    fn contexts(&self) -> Vec<Context> {
        let contexts: &[Context] = match (&self.views, self.tab) {
            // A place that is typed in the others waits for the run.
            (None, tab) if tab == Tab::Summary || self.error.is_some() => &[Context::Run],
            (_, Tab::Summary) => &[Context::Summary, Context::Run],
            (_, Tab::Signals) => &[Context::Signals, Context::Run],
            (_, Tab::Samples) => &[Context::Samples, Context::Run],
            (_, Tab::Path) => &[Context::Path, Context::Run],
            (_, Tab::Layers) => &[Context::Layers, Context::List, Context::Run],
            (_, Tab::Quality) => &[Context::Quality, Context::List, Context::Run],
        };
        contexts.to_vec()
    }

    fn crumb(&self) -> Option<Crumb> {
        let mut crumb = Crumb::new(self.run.short()).about(self.log_key.clone());
        let cell = self.detail.as_ref().and_then(|d| d.row.cell_id());
        if let Some(cell) = cell {
            crumb = crumb.about(cell_title(Some(cell)));
        }
        Some(crumb)
    }

    fn can_step_back(&self) -> bool {
        self.came_from.is_some_and(|tab| tab != self.tab)
    }

    fn is_possible(&self, action: Action) -> bool {
        let turns = matches!(action, Action::NextPane | Action::PreviousPane);
        let leads_away = matches!(
            action,
            Action::ShowJobs
                | Action::Help
                | Action::Back
                | Action::Escape
                | Action::Note
                | Action::Harvest
        );
        let Some(views) = &self.views else {
            // A tab and a place can be chosen before the run is read.
            let is_waiting = self.error.is_none();
            return leads_away || is_waiting && (turns || action == Action::GoTo);
        };
        if views.error_of(self.tab).is_some() {
            return leads_away || turns;
        }
        match (action, self.tab) {
            // What is there needs no harvest.
            (Action::Harvest, _) => false,
            (_, Tab::Path) => views.path.is_possible(action),
            (
                Action::NextNull
                | Action::PreviousNull
                | Action::NextBeyond
                | Action::PreviousBeyond
                | Action::GoTo,
                Tab::Samples,
            ) => views.samples.rows > 0,
            (Action::Open, Tab::Summary) => {
                let detail = self.detail.as_deref();
                detail.is_some_and(|detail| views.summary.leads(detail).is_somewhere())
            }
            _ => self
                .tab_list()
                .is_none_or(|list| list::is_possible(list, action)),
        }
    }

    fn list(&self) -> Option<&dyn List> {
        if self.tab != Tab::Summary {
            return self.tab_list();
        }
        // It is searched as a list is, and that is all.
        Some(&self.views.as_ref()?.summary)
    }

    fn list_mut(&mut self) -> Option<&mut dyn List> {
        if self.tab != Tab::Summary {
            return self.tab_list_mut();
        }
        Some(&mut self.views.as_mut()?.summary)
    }

    fn list_lines(&self, _size: (u16, u16)) -> usize {
        self.tab_list_lines()
    }

    fn position(&self) -> Option<(usize, usize)> {
        if let Some(list) = self.tab_list() {
            let position = list.position();
            return (position.len > 0).then(|| (position.cursor + 1, position.len));
        }
        let views = self.views.as_ref()?;
        let signals = &views.signals;
        match self.tab {
            Tab::Summary => Some(views.summary.position()),
            Tab::Signals => Some((signals.row + 1, signals.channels.len())),
            _ => None,
        }
    }

    fn act(&mut self, action: Action, context: &mut ActionContext<'_>) {
        use Action::{Filter, Left, Next, Previous, Right, Search};
        if matches!(action, Search | Filter | Next | Previous | Left | Right)
            && let Some(list) = self.tab_list_mut()
        {
            list::act(list, action, context);
        } else if matches!(action, Search | Next | Previous)
            && self.tab == Tab::Summary
            && let Some(list) = self.list_mut()
        {
            list::act(list, action, context);
        } else if action == Action::ComparePrevious {
            CompareScreen::open_previous_over(context, &self.log_key, self.run);
        } else if let Some(purpose) = self.prompt(action) {
            context.ask_text(purpose, 0, self.filter_text());
        } else {
            context.effects.extend(self.update(action));
        }
    }

    fn mouse(&mut self, mouse: MouseEvent, _size: (u16, u16)) -> Option<Vec<Effect>> {
        Some(Self::mouse(self, mouse))
    }

    fn submit(&mut self, purpose: Purpose, text: &str) -> Option<Result<Vec<Effect>, ParseError>> {
        // Lists were searched and filtered while the text was typed.
        let typed = self.list().is_none();
        typed.then(|| Self::submit(self, purpose, text))
    }

    fn completion(&self, purpose: Purpose, before: &str) -> Completion {
        match self.tab_list() {
            Some(list) => list.completion(before),
            None if purpose == Purpose::Filter => complete_columns(before, &self.column_names()),
            None => Completion::default(),
        }
    }

    fn clear_filter(&mut self) -> Option<Vec<Effect>> {
        if let Some(list) = self.list_mut() {
            return list::clear(list).then(Vec::new);
        }
        let height = self.body().1;
        let samples = &mut self.views.as_mut()?.samples;
        if self.tab != Tab::Samples || !samples.clear_filter(height) {
            return None;
        }
        self.queries.filter.cancel();
        Some(self.ask_missing())
    }

    fn step_back(&mut self) -> bool {
        let back = self.came_from.take().filter(|tab| *tab != self.tab);
        if let Some(tab) = back {
            self.tab = tab;
        }
        back.is_some()
    }

    fn chooser(&self, choices: &Choices) -> Option<Chooser> {
        if let Some(list) = self.tab_list() {
            return list.chooser(choices);
        }
        let names = self.column_names();
        let has_columns = self.tab == Tab::Samples && !names.is_empty();
        has_columns.then(|| Chooser::new("samples", names, &choices.of("samples")))
    }

    fn command(&self) -> Option<Command> {
        let run = run_name(&self.log_key, self.run);
        let tabs_of_figures = [Tab::Summary, Tab::Layers, Tab::Quality];
        let Some(views) = self
            .views
            .as_ref()
            .filter(|_| !tabs_of_figures.contains(&self.tab))
        else {
            return Some(Command::new("show").names([run]));
        };
        let signals = &views.signals;
        let columns: Vec<String> = match self.tab {
            Tab::Signals => signals.chosen_names().map(str::to_owned).collect(),
            Tab::Path => {
                let known = |name: &String| signals.channels.iter().any(|c| c.name == *name);
                views.path.columns().into_iter().filter(known).collect()
            }
            _ => views.samples.ordered().unwrap_or_default(),
        };
        let is_chart = self.tab == Tab::Signals && !columns.is_empty();
        let (verb, option, ending) = match is_chart {
            true => ("plot", "--channels", "svg"),
            false => ("export", "--columns", "csv"),
        };
        let mut command = Command::new(verb);
        if !columns.is_empty() {
            command = command.option(option, columns.join(","));
        }
        if is_chart && signals.overlaid {
            command = command.flag("--overlay");
        }
        if self.tab == Tab::Samples {
            if let Some(filtered) = &views.samples.filtered {
                command = command.option("--where", filtered.condition.text.as_str());
            }
        } else if signals.view.range != signals.view.bounds {
            let range = signals.view.range;
            command = command
                .option("--from", time::format(range.start()))
                .option("--to", time::format(range.end()));
        }
        Some(
            command
                .option("-o", format!("{}.{ending}", self.run))
                .names([run]),
        )
    }

    /// The run, the chosen channels' values at the cursor, or the row under the cursor.
    fn copy(&self) -> Option<String> {
        let views = self.views.as_ref();
        let text = views.and_then(|views| match self.tab {
            Tab::Summary => None,
            Tab::Layers => {
                let row = views.layers.table.current()?;
                let (robot, number, z) = (&row.robot, row.number, row.layer.z_mm);
                Some(format!("robot {robot} layer {number}: z {z} mm"))
            }
            Tab::Quality => {
                let row = views.quality.table.current()?;
                Some(format!("{}: {}", row.flag.rule, row.flag.shown_message()))
            }
            Tab::Path => views.path.copy(views.signals.view.cursor.time),
            Tab::Signals => Some(views.signals.copy()),
            Tab::Samples => views.samples.copy(),
        });
        Some(text.unwrap_or_else(|| run_name(&self.log_key, self.run)))
    }

    fn export(&self, _columns: &[usize], form: Form) -> Result<Export, String> {
        Self::export(self, form)
    }

    fn to_harvest(&self) -> Option<(ToHarvest, usize)> {
        Some((ToHarvest::Keys(vec![self.log_key.clone()]), 0))
    }

    fn to_note(&self) -> Option<NotedRuns> {
        let detail = self.detail.as_ref();
        let disposition = detail.and_then(|detail| detail.row.disposition);
        Some(NotedRuns::one(&self.log_key, self.run, disposition))
    }

    fn resize(&mut self, size: (u16, u16)) -> Vec<Effect> {
        self.size = size;
        let (width, height) = self.body();
        if let Some(views) = &mut self.views {
            views.summary.clamp((width, height));
            views.samples.show_cursor(height);
            views.samples.show_column(width);
            let lines = views.layers.lines(height);
            views.layers.table.keep_cursor_visible(lines);
            let lines = views.quality.lines(height);
            views.quality.table.keep_cursor_visible(lines);
        }
        self.ask_missing()
    }

    fn refresh(&mut self, occasion: Occasion<'_>, effects: &mut Vec<Effect>) {
        if occasion.concerns([&self.log_key].into_iter()) {
            effects.extend(self.reload());
        }
    }

    fn answer(&mut self, answer: &mut Answer, context: &mut AnswerContext<'_>) {
        context.effects.extend(Self::answer(self, answer));
    }

    fn after_event(&mut self, event: AfterEvent<'_>, _: &mut Vec<Effect>) {
        self.choose_columns(&event.choices.of("samples"));
        self.choose_list_columns(event.choices);
        let size = self.body();
        if let Some(views) = &mut self.views {
            views.summary.show_found(size);
        }
    }

    fn error(&self) -> Option<&str> {
        let views = self.views.as_ref();
        views.and_then(|views| views.error_of(self.tab))
    }

    fn take_message(&mut self) -> Option<String> {
        self.message.take()
    }
}
