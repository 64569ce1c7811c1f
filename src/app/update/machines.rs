//! Actions of the machines' views.

use crate::app::{
    action::Action,
    columns,
    effect::Effect,
    machines::MachineScreen,
    prompt::Purpose,
    run::RunScreen,
    state::{Overlay, Screen, State, Tone},
};

/// In the list of machines.
pub(super) fn list(state: &mut State, action: Action, (lines, shown): (usize, &[usize])) {
    let machines = &mut state.machines;
    match action {
        Action::Open => open(state),
        Action::Fold => machines.fold(),
        Action::Sort => machines.sort(),
        Action::Search | Action::Filter => {
            let purpose = if action == Action::Search {
                Purpose::Search
            } else {
                Purpose::Filter
            };
            let filter = machines.table().filter();
            let prompt = super::actions::prompt(purpose, machines.cursor, filter);
            state.overlay = Some(Overlay::Prompt(prompt));
        }
        Action::Next | Action::Previous => {
            if machines.table().search().is_empty() {
                let told = "nothing was searched for yet: /".into();
                state.message = Some((Tone::Plain, told));
            } else if !machines.search_on(action == Action::Next) {
                let told = super::answers::missing(machines.table().search());
                state.message = Some((Tone::Error, told));
            }
        }
        Action::Left | Action::Right => {
            let column = machines.table().column;
            machines.set_column(columns::step(shown, column, action == Action::Right));
        }
        _ => machines.go(action, lines),
    }
}

fn open(state: &mut State) {
    match state.machines.current() {
        Some(machine) => {
            let mut screen = MachineScreen::open(machine);
            screen.view.marker = state.marker;
            state.stack_mut().push(Screen::Machine(Box::new(screen)));
        }
        None => state.machines.fold(),
    }
}

/// In the view of one machine.
pub(super) fn one(
    state: &mut State,
    action: Action,
    page: (usize, &[usize]),
    effects: &mut Vec<Effect>,
) {
    if action == Action::Compare {
        return super::compare::open(state, effects);
    }
    let (size, marker) = (state.size, state.marker);
    let mut message = state.message.take();
    let Some(Screen::Machine(machine)) = state.screen_mut() else {
        return;
    };
    if action == Action::Open {
        if let Some(point) = machine.table.current() {
            let (mut screen, asked) = RunScreen::open(&point.log_key, point.run, size);
            screen.marker = marker;
            effects.extend(asked);
            state.stack_mut().push(Screen::Run(Box::new(screen)));
        }
    } else if action == Action::GoTo {
        let prompt = super::actions::prompt(Purpose::GoTo, machine.table.cursor, "");
        state.overlay = Some(Overlay::Prompt(prompt));
    } else if !machine.act(action) {
        let opened = super::actions::list(&mut machine.table, action, page, &mut message);
        machine.follow();
        state.overlay = opened.or(state.overlay.take());
    }
    state.message = message;
}

/// What `y` copies from the list of machines.
pub(super) fn copied(state: &State) -> Option<String> {
    match state.machines.current() {
        Some(machine) => Some(machine.name()),
        None => {
            let cell = state.machines.current_cell()?;
            Some(crate::etl::catalog::cell_title(cell.as_deref()))
        }
    }
}
