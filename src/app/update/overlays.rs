//! Actions of help, palette, text fields and questions.

use crate::app::{
    action::Action,
    choice::Chooser,
    effect::Effect,
    help,
    lake_queries::SaveColumns,
    layout,
    machines::{MachineScreen, Machines},
    prompt::Purpose,
    scroll::Scroll,
    state::{Overlay, Prompt, Screen, State, Tone},
    table::{Row, Table},
};
use crate::etl::parse_error::ParseError;

pub(super) fn act(state: &mut State, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Suspend => return effects.push(Effect::Suspend),
        Action::Quit => {
            cancel_prompt(state);
            state.overlay = None;
            return super::actions::quit(state, effects);
        }
        _ => {}
    }
    match state.overlay.take() {
        Some(Overlay::Help(scroll)) if action != Action::Escape => {
            let page = usize::from(layout::body(state.size).height).max(1);
            let lines = help::of(state).len() + 1;
            let scroll = Scroll::new(lines, page).moved(scroll, action);
            state.overlay = Some(Overlay::Help(scroll));
        }
        Some(Overlay::Palette(mut line, cursor)) => {
            let found = help::palette(&state.keymap, &state.screen_contexts(), line.text());
            match action {
                Action::Escape => {}
                Action::Accept => {
                    if let Some(binding) = found.get(cursor) {
                        super::actions::act(state, binding.action, effects);
                    }
                }
                Action::Up | Action::Down => {
                    let cursor = Scroll::new(found.len(), 1).moved(cursor, action);
                    state.overlay = Some(Overlay::Palette(line, cursor));
                }
                _ => {
                    line.edit(action);
                    state.overlay = Some(Overlay::Palette(line, 0));
                }
            }
        }
        Some(Overlay::Prompt(prompt)) => typed(state, prompt, action, effects),
        Some(Overlay::Quit) if action == Action::Yes => {
            effects.push(Effect::CancelAllJobs);
            effects.push(Effect::Quit);
        }
        Some(Overlay::CancelAll) if action == Action::Yes => {
            state.jobs.all_stopping();
            state.message = Some((Tone::Plain, "cancelling all harvests".into()));
            effects.push(Effect::CancelAllJobs);
        }
        Some(Overlay::Export) => super::export::chosen(state, action, effects),
        Some(Overlay::Columns(mut chooser)) if action != Action::Escape => {
            if action == Action::Accept {
                take_columns(state, &chooser, effects);
            } else {
                chooser.act(action, usize::from(layout::body(state.size).height));
                state.overlay = Some(Overlay::Columns(chooser));
            }
        }
        Some(Overlay::Command(text)) if action == Action::Copy => {
            state.message = Some((Tone::Plain, "copied the command".into()));
            effects.push(Effect::Copy(text));
        }
        _ => {}
    }
}

fn take_columns(state: &mut State, chooser: &Chooser, effects: &mut Vec<Effect>) {
    state.choices.set(chooser.view, chooser.choice());
    if let Some(file) = state.choices_file.clone() {
        let content = state.choices.to_toml();
        let query = SaveColumns { file, content };
        state.queries.columns.ask(query, effects);
    }
    if matches!(state.screen(), Screen::Run(_)) {
        return;
    }
    // The cursor of columns stays on one that can be seen.
    let shown = state.list_columns();
    let Some(first) = shown.first().copied() else {
        return;
    };
    let column = match state.screen() {
        Screen::Logs => Some(&mut state.logs.table.column),
        Screen::Machines => Some(state.machines.column_mut()),
        Screen::Machine(_) => match state.screen_mut() {
            Some(Screen::Machine(machine)) => Some(&mut machine.table.column),
            _ => None,
        },
        _ => state.run_list_mut().map(|runs| &mut runs.table.column),
    };
    if let Some(column) = column
        && !shown.contains(column)
    {
        *column = first;
    }
}

/// Text from the terminal's clipboard goes where text is typed.
pub(super) fn paste(state: &mut State, text: &str) {
    match &mut state.overlay {
        Some(Overlay::Palette(line, cursor)) => {
            line.paste(text);
            *cursor = 0;
        }
        Some(Overlay::Prompt(prompt)) => {
            prompt.line.paste(text);
            let prompt = prompt.clone();
            preview(state, prompt);
        }
        _ => {}
    }
}

fn typed(state: &mut State, mut prompt: Prompt, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Escape => {
            state.overlay = Some(Overlay::Prompt(prompt));
            cancel_prompt(state);
            state.overlay = None;
        }
        Action::Accept => accept(state, prompt, effects),
        _ => {
            if prompt.line.edit(action) {
                preview(state, prompt);
            } else {
                state.overlay = Some(Overlay::Prompt(prompt));
            }
        }
    }
}

/// Searches and filters while one types.
fn preview(state: &mut State, mut prompt: Prompt) {
    let text = prompt.line.text();
    // A place in a run is looked at only when it is whole.
    prompt.error = list_mut(state).and_then(|list| match prompt.purpose {
        Purpose::Search => missing(text, list.search(text, prompt.cursor)),
        Purpose::Filter => list.filter(text).err(),
        Purpose::GoTo => None,
    });
    state.overlay = Some(Overlay::Prompt(prompt));
}

fn missing(text: &str, found: bool) -> Option<ParseError> {
    (!found).then(|| super::answers::missing(text).into())
}

/// The text field stays open, with its cursor at what is wrong.
fn refuse(state: &mut State, mut prompt: Prompt, mistake: ParseError) {
    if let Some(at) = mistake.at {
        prompt.line.put(at);
    }
    prompt.error = Some(mistake);
    state.overlay = Some(Overlay::Prompt(prompt));
}

fn accept(state: &mut State, prompt: Prompt, effects: &mut Vec<Effect>) {
    let taken = match state.screen_mut() {
        // Flags were searched and filtered while it was typed.
        Some(Screen::Run(run)) if run.flags().is_none() => {
            Some(run.submit(prompt.purpose, prompt.line.text()))
        }
        Some(Screen::Compare(compared)) => Some(compared.submit(prompt.line.text())),
        Some(Screen::Machine(machine)) if prompt.purpose == Purpose::GoTo => {
            let taken = machine.submit(prompt.line.text());
            Some(taken.map(|()| Vec::new()).map_err(ParseError::from))
        }
        _ => None,
    };
    if let Some(taken) = taken {
        match taken {
            Ok(asked) => effects.extend(asked),
            Err(mistake) => refuse(state, prompt, mistake),
        }
        return;
    }
    // Search and filter were applied while they were typed; one that makes no sense
    // stays open.
    if prompt.purpose == Purpose::Filter
        && let Some(mistake) = prompt.error.clone()
    {
        refuse(state, prompt, mistake);
    }
}

/// Back to the filter and the cursor from before the text field was opened.
fn cancel_prompt(state: &mut State) {
    let Some(Overlay::Prompt(prompt)) = state.overlay.take() else {
        return;
    };
    if let Some(list) = list_mut(state) {
        list.restore(&prompt);
    }
}

/// The list that search and filter are typed for.
fn list_mut(state: &mut State) -> Option<&mut dyn Listing> {
    match state.screen() {
        Screen::Logs => Some(&mut state.logs.table),
        Screen::Machines => Some(&mut state.machines),
        Screen::Run(_) => match state.screen_mut() {
            Some(Screen::Run(run)) => run.flags_mut().map(|quality| &mut quality.table as _),
            _ => None,
        },
        Screen::Machine(_) => match state.screen_mut() {
            Some(Screen::Machine(machine)) => Some(machine.as_mut()),
            _ => None,
        },
        _ => state.run_list_mut().map(|runs| &mut runs.table as _),
    }
}

/// What can be searched and filtered while one types.
trait Listing {
    fn search(&mut self, text: &str, from: usize) -> bool;
    fn filter(&mut self, text: &str) -> Result<(), ParseError>;
    fn put_cursor(&mut self, at: usize);

    fn restore(&mut self, prompt: &Prompt) {
        // The old filter was good once, so it is now.
        let _ = self.filter(&prompt.filter);
        if prompt.purpose == Purpose::Search {
            self.search("", prompt.cursor);
        } else {
            self.put_cursor(prompt.cursor);
        }
    }
}

impl<T: Row> Listing for Table<T> {
    fn search(&mut self, text: &str, from: usize) -> bool {
        self.set_search(text, from)
    }

    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        self.set_filter(text)
    }

    fn put_cursor(&mut self, at: usize) {
        Self::put_cursor(self, at);
    }
}

impl Listing for Machines {
    fn search(&mut self, text: &str, from: usize) -> bool {
        self.set_search(text, from)
    }

    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        self.set_filter(text)
    }

    fn put_cursor(&mut self, at: usize) {
        self.cursor = at.min(self.lines().len().saturating_sub(1));
    }
}

impl Listing for MachineScreen {
    fn search(&mut self, text: &str, from: usize) -> bool {
        let found = self.table.set_search(text, from);
        self.follow();
        found
    }

    fn filter(&mut self, text: &str) -> Result<(), ParseError> {
        let set = self.table.set_filter(text);
        self.trace();
        set
    }

    fn put_cursor(&mut self, at: usize) {
        self.table.put_cursor(at);
        self.follow();
    }
}
