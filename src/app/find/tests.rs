use super::{
    fixture::{plan, stretch},
    *,
};
use crate::app::{
    State,
    export::What,
    fixture::{answer, answer_queries, answered, asked, keys, populated, press, type_in},
    lake_queries::WriteExport,
    runs::Runs,
    state::Overlay,
    update,
};

fn view(state: &mut State) -> &mut FindView {
    state.view_mut().expect("Find is open")
}

/// Find over the runs of a cell, with a condition that was typed and not yet answered.
fn typed(condition: &str) -> (State, Vec<Effect>) {
    let mut state = populated((80, 24));
    press(&mut state, &["2", "f"]);
    type_in(&mut state, "cell:10");
    press(&mut state, &["enter", "F"]);
    type_in(&mut state, condition);
    let effects = keys(&mut state, &["enter"]);
    (state, effects)
}

fn starts(state: &mut State) -> Vec<i64> {
    let table = &view(state).table;
    table.rows().iter().map(|row| row.start_us).collect()
}

#[test]
fn stretches_are_listed_as_they_are_found_and_by_their_start() {
    let (mut state, effects) = typed(" fz_1 < -2500 ");
    let [PrepareFind { condition, filter }] = asked::<PrepareFind>(&effects)[..] else {
        panic!("{effects:?}");
    };
    assert_eq!(
        (condition.as_str(), filter.as_str()),
        ("fz_1 < -2500", "cell:10")
    );
    let effects = answer(&mut state, |s| &mut view(s).prepare, Ok(plan(20)));
    let froms = |effects: &[Effect]| -> Vec<usize> {
        asked::<SearchTables>(effects)
            .iter()
            .map(|q| q.from)
            .collect()
    };
    assert_eq!(froms(&effects), [0]);
    let found = |numbers: &[u32], read| FoundStretches {
        rows: numbers.iter().map(|n| stretch(*n)).collect(),
        read,
        unreadable: Vec::new(),
        in_runs: 1,
    };
    let effects = answer(&mut state, |s| &mut view(s).search, Ok(found(&[5, 3], 16)));
    assert_eq!(froms(&effects), [16]);
    assert!(view(&mut state).is_searching());
    assert_eq!(starts(&mut state), [3, 5].map(|n| stretch(n).start_us));
    let torn = FoundStretches {
        unreadable: vec!["run_7.parquet is torn".into()],
        ..found(&[4], 20)
    };
    let effects = answer(&mut state, |s| &mut view(s).search, Ok(torn));
    assert!(froms(&effects).is_empty() && !view(&mut state).is_searching());
    assert_eq!(starts(&mut state), [3, 4, 5].map(|n| stretch(n).start_us));
    assert_eq!(view(&mut state).unreadable, 1);
    let (_, message) = state.message.clone().unwrap();
    assert_eq!(message, "run_7.parquet is torn");
}

#[test]
fn another_condition_or_the_way_back_cancels_the_search() {
    let (mut state, _) = typed("fz_1 < -2500");
    let effects = answer(&mut state, |s| &mut view(s).prepare, Ok(plan(20)));
    let Some(Effect::Ask(first)) = effects.into_iter().next() else {
        panic!("tables are asked for");
    };
    press(&mut state, &["F", "ctrl-u"]);
    type_in(&mut state, "v1 > 3");
    let effects = keys(&mut state, &["enter"]);
    assert!(first.is_cancelled());
    let late = FoundStretches {
        rows: vec![stretch(0)],
        read: 20,
        unreadable: Vec::new(),
        in_runs: 1,
    };
    update(&mut state, answered(first.reply::<SearchTables>(Ok(late))));
    assert!(starts(&mut state).is_empty(), "it is of another condition");
    let Some(Effect::Ask(second)) = effects.into_iter().next() else {
        panic!("the search is prepared");
    };
    press(&mut state, &["esc"]);
    assert!(second.is_cancelled() && state.view::<Runs>().is_some());
}

#[test]
fn a_condition_that_is_called_off_leaves_nothing_behind() {
    let mut state = populated((120, 40));
    press(&mut state, &["2", "F", "esc"]);
    assert!(state.view::<FindView>().is_none() && state.view::<Runs>().is_some());
    let (mut state, _) = typed("fz_1 < -2500");
    press(&mut state, &["F", "esc"]);
    assert!(state.view::<FindView>().is_some(), "what was found stays");
}

#[test]
fn a_stretch_is_shown_in_signals_and_the_way_leads_back() {
    let (mut state, effects) = typed("fz_1 < -2500");
    answer_queries(&mut state, effects);
    press(&mut state, &["j"]);
    let row = view(&mut state).table.current().unwrap().clone();
    press(&mut state, &["enter"]);
    let screen: &RunScreen = state.view().expect("the run is open");
    assert_eq!((&screen.log_key, screen.run), (&row.of.log_key, row.of.run));
    let signals = &screen.views.as_ref().unwrap().signals;
    let shown = signals.view.range;
    assert!(shown.contains(row.start_us) && shown.contains(row.stop_us));
    assert!(
        shown.end() - shown.start() < 60_000_000,
        "not the whole run"
    );
    press(&mut state, &["esc"]);
    assert_eq!(view(&mut state).table.current(), Some(&row));
}

#[test]
fn what_is_found_is_copied_exported_and_given_as_a_command() {
    let (mut state, effects) = typed("fz_1 < -2500");
    answer_queries(&mut state, effects);
    let row = stretch(0);
    let text = format!(
        "{}:{} 2022-11-23T20:40:00.000000Z..2022-11-23T20:40:00.000000Z",
        row.of.log_key, row.of.run
    );
    assert_eq!(keys(&mut state, &["y"]), [Effect::Copy(text)]);
    let words = view(&mut state).command().unwrap().words();
    assert_eq!(words, ["find", "--filter", "cell:10", "fz_1 < -2500"]);
    press(&mut state, &["e"]);
    let effects = keys(&mut state, &["c"]);
    let [WriteExport(export)] = asked::<WriteExport>(&effects)[..] else {
        panic!("{effects:?}");
    };
    let What::List { list, .. } = &export.what else {
        panic!("{export:?}");
    };
    let csv = list.csv();
    assert_eq!(csv.lines().count(), 7, "{csv}");
    assert!(
        csv.starts_with("run,log,start,stop,length (s),extreme"),
        "{csv}"
    );
}

#[test]
fn the_runs_of_a_log_and_the_filter_of_logs_say_what_is_searched() {
    let filter = |keys: &[&str], filter: &str| {
        let mut state = populated((80, 24));
        press(&mut state, keys);
        press(&mut state, &["f"]);
        type_in(&mut state, filter);
        press(&mut state, &["enter", "F"]);
        view(&mut state).filter.clone()
    };
    assert_eq!(filter(&["1"], "cell:02"), "cell:02");
    assert_eq!(filter(&["1"], "state:failed"), "", "runs have no state");
    // The first machine has no cell.
    let of_machine = filter(&["3", "j", "enter"], "runtime>1s");
    assert_eq!(of_machine, "cell is null and (runtime>1s)");
    let log = populated((80, 24)).logs.table.rows()[0].key.clone();
    assert_eq!(filter(&["1", "enter"], ""), format!("log == {log}"));
    assert_eq!(
        filter(&["1", "enter"], "runtime>1s or verdict:fail"),
        format!("log == {log} and (runtime>1s or verdict:fail)")
    );
}

#[test]
fn more_stretches_than_can_be_listed_end_the_search() {
    let (mut state, _) = typed("fz_1 < -2500");
    answer(&mut state, |s| &mut view(s).prepare, Ok(plan(20)));
    let rows = (0..=u32::try_from(MOST).unwrap()).map(stretch).collect();
    let found = FoundStretches {
        rows,
        read: 8,
        unreadable: Vec::new(),
        in_runs: 1,
    };
    let effects = answer(&mut state, |s| &mut view(s).search, Ok(found));
    assert!(asked::<SearchTables>(&effects).is_empty());
    let view = view(&mut state);
    assert!(view.cut && !view.is_searching());
}

/// Escape in a text field gives back what was typed while one types, and nothing else.
#[test]
fn a_text_field_that_is_dropped_leaves_the_filter_of_the_list() {
    let (mut state, effects) = typed("fz_1 < -2500");
    answer_queries(&mut state, effects);
    press(&mut state, &["f"]);
    type_in(&mut state, "length > 0.1s");
    press(&mut state, &["enter", "F", "esc"]);
    assert_eq!(view(&mut state).table.filter(), "length > 0.1s");
    press(&mut state, &["3", "j", "enter", "f"]);
    type_in(&mut state, "verdict:fail");
    press(&mut state, &["enter", "o", "esc"]);
    let machine: &crate::app::machines::MachineScreen = state.view().unwrap();
    assert_eq!(machine.list().unwrap().status().filter, "verdict:fail");
}

#[test]
fn tab_completes_the_columns_of_all_runs() {
    let mut state = populated((80, 24));
    press(&mut state, &["2"]);
    let effects = keys(&mut state, &["F"]);
    assert_eq!(asked::<ListColumns>(&effects).len(), 1);
    type_in(&mut state, "fz");
    press(&mut state, &["tab"]);
    let line = |state: &State| match &state.overlay {
        Some(Overlay::Prompt(prompt)) => prompt.line.text().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(line(&state), "fz", "not known yet");
    answer_queries(&mut state, effects);
    press(&mut state, &["tab"]);
    assert_eq!(line(&state), "fz_1");
    press(&mut state, &["space"]);
    type_in(&mut state, "< -2500 and");
    press(&mut state, &["space", "tab", "tab"]);
    assert_eq!(line(&state), "fz_1 < -2500 and time");
    press(&mut state, &["shift-tab"]);
    assert_eq!(line(&state), "fz_1 < -2500 and v1");
    // The list's own filter has its own fields.
    press(&mut state, &["space"]);
    type_in(&mut state, "> 10");
    let effects = keys(&mut state, &["enter"]);
    answer_queries(&mut state, effects);
    press(&mut state, &["f"]);
    type_in(&mut state, "cel");
    press(&mut state, &["tab"]);
    assert!(line(&state).starts_with("cell"), "{}", line(&state));
}
