//! Views that are saved under a name, and opened again.

use crate::app::{
    TOP_VIEWS,
    action::Action,
    effect::Effect,
    lake_queries::SaveColumns,
    logs::Logs,
    machines::Machines,
    prompt::Line,
    query::Answer,
    run::RunScreen,
    runs::Runs,
    saved_view::{ReadView, SavedView, ViewCommand, ViewKind, WriteView, command},
    scroll::Scroll,
    state::{Overlay, State, Tone},
};

/// Handles a key while the palette has a command about views.
pub(super) fn in_palette(
    state: &mut State,
    mut line: Line,
    cursor: usize,
    action: Action,
    effects: &mut Vec<Effect>,
) {
    let candidates = |state: &State| match command(line.text()) {
        Some(ViewCommand::Open(typed)) => state.saved_views.matching(typed).len(),
        _ => 0,
    };
    match action {
        Action::Escape => {}
        Action::Accept => {
            if let Err(error) = run(state, line.text(), cursor, effects) {
                state.message = Some((Tone::Error, error));
            }
        }
        Action::Up | Action::Down => {
            let cursor = Scroll::new(candidates(state), 1).moved(cursor, action);
            state.overlay = Some(Overlay::Palette(line, cursor));
        }
        _ => {
            line.edit(action);
            state.overlay = Some(Overlay::Palette(line, 0));
        }
    }
}

fn run(
    state: &mut State,
    typed: &str,
    cursor: usize,
    effects: &mut Vec<Effect>,
) -> Result<(), String> {
    let views = &state.saved_views;
    match command(typed) {
        Some(ViewCommand::Save(name)) => {
            let (name, file) = (name.to_owned(), views.file(name)?);
            let view = shown(state)?;
            let write = WriteView { name, file, view };
            state.saved_views.writing.ask(write, effects);
        }
        Some(ViewCommand::Open(name)) => {
            let found = views.matching(name);
            let is_name = views.names.iter().any(|known| known == name);
            // The line under the cursor, unless something else was typed whole.
            let name = match found.get(cursor) {
                Some(line) if !is_name || cursor > 0 => line,
                _ => name,
            };
            let (name, file) = (name.to_owned(), views.file(name)?);
            state
                .saved_views
                .reading
                .ask(ReadView { name, file }, effects);
        }
        None => {}
    }
    Ok(())
}

/// What the open view shows, to save it.
fn shown(state: &State) -> Result<SavedView, String> {
    if let Some(run) = state.view::<RunScreen>() {
        let signals = run.views.as_ref().map(|views| &views.signals);
        let signals = signals.ok_or("the run has no channels to save")?;
        return Ok(SavedView::of_run(
            signals.chosen_names().map(str::to_owned).collect(),
        ));
    }
    let kind = if state.view::<Logs>().is_some() {
        ViewKind::Logs
    } else if state.view::<Runs>().is_some() {
        ViewKind::Runs
    } else if state.view::<Machines>().is_some() {
        ViewKind::Machines
    } else {
        return Err("only Logs, Runs, Machines and the channels of a run can be saved".into());
    };
    let list = state.open_view().list();
    let list = list.map(|list| list.remembered()).unwrap_or_default();
    Ok(SavedView::of_list(
        kind,
        list,
        state.choices.of(kind.word()),
    ))
}

/// Takes answers about views; false for others.
pub(super) fn ingest(state: &mut State, answer: &mut Answer, effects: &mut Vec<Effect>) -> bool {
    let views = &mut state.saved_views;
    if let Some(result) = views.listing.receive(answer, effects) {
        // The palette is of use without them.
        views.names = result.unwrap_or_default();
    } else if let Some(result) = views.writing.receive(answer, effects) {
        state.message = Some(match result {
            Ok(done) => (Tone::Good, done),
            Err(error) => (Tone::Error, error),
        });
    } else if let Some(result) = views.reading.receive(answer, effects) {
        let shown = result.and_then(|(name, view)| show(state, &name, &view, effects));
        state.message = Some(match shown {
            Ok(done) => (Tone::Plain, done),
            Err(error) => (Tone::Error, error),
        });
    } else {
        return false;
    }
    true
}

/// Shows what was saved.
fn show(
    state: &mut State,
    name: &str,
    view: &SavedView,
    effects: &mut Vec<Effect>,
) -> Result<String, String> {
    if !view.channels.is_empty() {
        state.memorizer.base.channels.clone_from(&view.channels);
        state.memorizer.is_changed = true;
    }
    let action = match view.view {
        ViewKind::Logs => Action::ShowLogs,
        ViewKind::Runs => Action::ShowRuns,
        ViewKind::Machines => Action::ShowMachines,
        ViewKind::Run => {
            let run = state.view_mut::<RunScreen>();
            let open = run.and_then(|run| run.views.as_mut());
            let Some(views) = open else {
                return Ok(format!(
                    "the next run that is opened shows the channels of `{name}`"
                ));
            };
            views.signals.choose_named(&view.channels);
            return Ok(format!("the charts show the channels of `{name}`"));
        }
    };
    let at = TOP_VIEWS.iter().position(|top| top.action == action);
    state.show(at.unwrap_or_default(), effects);
    if let Some(list) = state.open_view_mut().list_mut() {
        let before = list.status().filter;
        // Nothing changes where the filter makes no sense.
        list.filter(&view.filter)
            .map_err(|e| format!("the filter of `{name}`, `{}`: {e}", view.filter))?;
        if before != view.filter {
            list.put_cursor(0);
        }
        list.order_by(&view.list());
    }
    state.choices.set(view.view.word(), view.columns.clone());
    if let Some(file) = state.choices_file.clone() {
        let content = state.choices.to_toml();
        state
            .queries
            .columns
            .ask(SaveColumns { file, content }, effects);
    }
    Ok(format!("the view `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{
        Event,
        choice::Choice,
        fixture::{answered, asked, in_run, keys as press, populated},
        saved_view::SavedViews,
        table::ListState,
        update,
    };

    fn with_views(names: &[&str]) -> State {
        let mut state = populated((100, 30));
        state.saved_views = SavedViews::new(Some("/state/views".into()));
        state.saved_views.names = names.iter().map(|n| (*n).to_owned()).collect();
        state
    }

    fn typed(state: &mut State, text: &str) -> Vec<Effect> {
        press(state, &[":"]);
        // The names are not read again.
        update(state, Event::Paste(text.into()));
        press(state, &["enter"])
    }

    fn read(name: &str) -> ReadView {
        ReadView {
            name: name.into(),
            file: format!("/state/views/{name}.toml").into(),
        }
    }

    #[test]
    fn what_a_list_shows_is_saved() {
        let mut state = with_views(&[]);
        press(&mut state, &["f"]);
        update(&mut state, Event::Paste("state:failed".into()));
        press(&mut state, &["enter", "s"]);
        let effects = typed(&mut state, "save night");
        let asked = asked::<WriteView>(&effects);
        let [write] = asked[..] else {
            panic!("{effects:?}")
        };
        assert_eq!(write.file.to_str(), Some("/state/views/night.toml"));
        let view = &write.view;
        assert_eq!(
            (view.view, view.filter.as_str()),
            (ViewKind::Logs, "state:failed")
        );
        assert!(view.sort.is_some() && !view.reverse);
        let effects = typed(&mut state, "save .x");
        assert!(asked_none(&effects));
        assert!(state.message.unwrap().1.contains("is not a name"));
    }

    fn asked_none(effects: &[Effect]) -> bool {
        asked::<WriteView>(effects).is_empty() && asked::<ReadView>(effects).is_empty()
    }

    #[test]
    fn a_view_is_opened_by_its_name_a_part_of_it_or_the_line_under_the_cursor() {
        let mut state = with_views(&["evening", "night", "nights"]);
        for (text, keys, name) in [
            ("open night", &[][..], "night"),
            ("open eve", &[], "evening"),
            ("open night", &["down"], "nights"),
            ("open other", &[], "other"),
        ] {
            press(&mut state, &[":"]);
            update(&mut state, Event::Paste(text.into()));
            press(&mut state, keys);
            let effects = press(&mut state, &["enter"]);
            assert_eq!(asked::<ReadView>(&effects), [&read(name)], "{text}");
        }
    }

    #[test]
    fn an_opened_view_is_shown_and_a_wrong_filter_changes_nothing() {
        let mut state = with_views(&["night"]);
        let list = ListState {
            filter: "log:cell".into(),
            sort: Some("log".into()),
            reverse: true,
            ..ListState::default()
        };
        let columns = Choice {
            hidden: vec!["size".into()],
            ..Choice::default()
        };
        let mut view = SavedView::of_list(ViewKind::Runs, list, columns.clone());
        let open = |state: &mut State, view: &SavedView| {
            typed(state, "open night");
            let answer = state
                .saved_views
                .reading
                .reply(Ok(("night".into(), view.clone())));
            update(state, answered(answer))
        };
        open(&mut state, &view);
        assert_eq!(state.open_view().list().unwrap().remembered(), view.list());
        assert!(state.view::<Runs>().is_some());
        assert_eq!(state.choices.of("runs"), columns);
        assert_eq!(state.message.clone().unwrap().1, "the view `night`");
        view.filter = "moon > 5".into();
        open(&mut state, &view);
        let (tone, text) = state.message.clone().unwrap();
        assert!(tone == Tone::Error && text.contains("`moon > 5`"), "{text}");
        assert_eq!(
            state.open_view().list().unwrap().remembered().filter,
            "log:cell"
        );
    }

    #[test]
    fn the_channels_of_a_run_are_saved_shown_and_kept_for_the_next() {
        let mut state = in_run((100, 30));
        let name = |state: &State| -> Vec<String> {
            let run = state.view::<RunScreen>().unwrap();
            let signals = &run.views.as_ref().unwrap().signals;
            signals.chosen_names().map(str::to_owned).collect()
        };
        let before = name(&state);
        let all = &state
            .view::<RunScreen>()
            .unwrap()
            .views
            .as_ref()
            .unwrap()
            .signals
            .channels;
        let other = all
            .iter()
            .map(|c| c.name.clone())
            .find(|n| !before.contains(n));
        let view = SavedView::of_run(vec![other.clone().unwrap()]);
        assert_eq!(shown(&state).unwrap(), SavedView::of_run(before));
        show(&mut state, "mine", &view, &mut Vec::new()).unwrap();
        assert_eq!(name(&state), view.channels);
        assert_eq!(state.memorizer.base.channels, view.channels);
    }
}
