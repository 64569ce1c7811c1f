use std::time::Duration;

use super::*;
use crate::{
    app::{
        fixture::{self, answer, asked, bare, harvesting, job, keys as press, populated},
        lake_queries::{ReadLogs, ReadRunList, RefreshLogs, SaveColumns},
        logs::Logs,
        query::{Query, Question},
        run::{FilterRows, ReadRun, RunScreen},
        runs::Runs,
        state::Tone,
        top::Top,
    },
    etl::{
        Error,
        catalog::{LogState, Refresh},
        harvest::{Outcome, Summary},
        lake::ReadOnly,
        pool::{JobEvent, JobId},
    },
};

fn words(state: &State) -> String {
    let line = state.message_line();
    line.map_or_else(String::new, |(_, text)| text.into_owned())
}

#[test]
fn at_start_the_lists_are_asked_for_and_the_directory_looked_at() {
    let (state, effects) = bare((80, 24));
    let logs = asked::<ReadLogs>(&effects);
    assert!(logs.contains(&&ReadLogs(None)) && effects.len() == 4);
    assert_eq!(asked::<RefreshLogs>(&effects).len(), 1);
    assert!(!state.logs.loaded);
}

#[test]
fn marked_logs_are_harvested_at_once_and_the_view_stays() {
    let mut state = populated((80, 24));
    let effects = press(&mut state, &["j", "space", "j", "space", "H"]);
    let rows = fixture::logs();
    let keys = vec![rows[1].key.clone(), rows[3].key.clone()];
    assert_eq!(effects, [Effect::Harvest(keys.into())]);
    assert!(state.view::<Logs>().is_some());
    assert_eq!(
        (words(&state), state.logs.table.marked()),
        ("harvesting 2 logs".to_owned(), 0)
    );
}

#[test]
fn the_column_cursor_stays_among_the_columns_on_the_screen() {
    let narrow = populated((80, 24)).list_columns();
    let mut state = populated((200, 50));
    let wide = state.list_columns();
    let lost = wide.into_iter().find(|c| !narrow.contains(c)).unwrap();
    let column = |state: &State| state.open_view().list().unwrap().column();
    for _ in 0..20 {
        if column(&state) != lost {
            press(&mut state, &["l"]);
        }
    }
    assert_eq!(column(&state), lost);
    update(&mut state, Event::Resize(80, 24));
    assert!(narrow.contains(&column(&state)));
}

#[test]
fn a_log_that_is_gone_is_not_harvested() {
    let mut state = populated((80, 24));
    let rows = fixture::logs();
    assert_eq!(rows[0].state, LogState::Missing);
    assert_eq!(press(&mut state, &["H"]), []);
    let expected = format!("{} is gone: its results cannot be made again", rows[0].key);
    assert_eq!(words(&state), expected);
    let effects = press(&mut state, &["space", "space", "H"]);
    assert_eq!(effects, [Effect::Harvest(vec![rows[1].key.clone()].into())]);
}

#[test]
fn a_log_is_harvested_once_however_its_runs_are_sorted() {
    let mut state = populated((80, 24));
    let effects = press(&mut state, &["2"]);
    fixture::answer_queries(&mut state, effects);
    let runs = [(1, "a"), (2, "b"), (3, "a"), (4, "b")];
    let runs = runs.map(|(n, log)| fixture::run(n, log)).to_vec();
    answer(&mut state, |s| &mut s.runs.read, Ok(runs.into()));
    let effects = press(&mut state, &["space", "space", "space", "space", "H"]);
    assert_eq!(
        effects,
        [Effect::Harvest(vec!["a".into(), "b".into()].into())]
    );
    assert_eq!(words(&state), "harvesting 2 logs");
}

#[test]
fn a_log_that_is_being_harvested_is_not_queued_again() {
    let mut state = populated((80, 24));
    harvesting(&mut state);
    let open = state.jobs.get(0).unwrap().key().to_owned();
    state.logs.table.set_filter("state:harvesting").unwrap();
    assert_eq!(state.logs.table.current().unwrap().key, open);
    assert_eq!(press(&mut state, &["H"]), []);
}

#[test]
fn a_finished_job_reads_the_lists_again_and_says_so() {
    let mut state = populated((80, 24));
    harvesting(&mut state);
    let open = state.jobs.get(0).unwrap().key().to_owned();
    let summary = Summary {
        rows_in: 1000,
        runs_ok: 1,
        seconds: 0.5,
        ..Summary::default()
    };
    let finished = JobEvent::Finished {
        job: JobId(0),
        key: open.clone(),
        result: Ok(Outcome::Harvested(summary)),
    };
    let effects = update(&mut state, job(4, finished));
    assert_eq!(asked::<ReadLogs>(&effects), [&ReadLogs(None)]);
    assert_eq!(words(&state), "harvesting 2 logs: 1 done");
    // The answer is older than the harvest that still waits: its log stays queued.
    let read = Ok(fixture::logs().into());
    answer(&mut state, |s| &mut s.logs.read, read);
    let waiting = state.jobs.get(0).unwrap().key().to_owned();
    let table = &state.logs.table;
    let mut rows = (0..table.len()).filter_map(|at| table.now(at));
    let row = rows.find(|r| r.key == waiting).unwrap();
    assert_eq!(row.state, LogState::Queued);
    assert_eq!(state.logs.counts.get(&LogState::Queued), Some(&1));
}

#[test]
fn quitting_asks_while_harvests_run_and_no_trigger_confirms_itself() {
    let mut state = populated((80, 24));
    assert_eq!(press(&mut state, &["q"]), [Effect::Quit]);
    harvesting(&mut state);
    for trigger in ["q", "Q", "ctrl-c"] {
        assert_eq!(press(&mut state, &[trigger]), []);
        assert_eq!(state.overlay, Some(Overlay::Quit));
        assert_eq!(press(&mut state, &[trigger]), []);
        assert_eq!(state.overlay, None, "{trigger} is no yes");
    }
    assert_eq!(
        press(&mut state, &["Q", "y"]),
        [Effect::CancelAllJobs, Effect::Quit]
    );
}

#[test]
fn one_job_is_cancelled_at_once_and_all_after_asking() {
    let mut state = populated((80, 24));
    assert_eq!(press(&mut state, &["w", "x"]), []);
    harvesting(&mut state);
    press(&mut state, &["g"]);
    assert_eq!(press(&mut state, &["x"]), [Effect::CancelJob(JobId(0))]);
    assert!(state.jobs.get(0).unwrap().job().unwrap().stopping);
    assert_eq!(press(&mut state, &["X", "n"]), []);
    assert_eq!(press(&mut state, &["X", "enter"]), [], "no is the default");
    assert_eq!(press(&mut state, &["X", "y"]), [Effect::CancelAllJobs]);
}

#[test]
fn a_search_moves_while_it_is_typed_and_escape_goes_back() {
    let mut state = populated((80, 24));
    press(&mut state, &["/", "0", "4", "/"]);
    let found = state.logs.table.current().unwrap().key.clone();
    assert!(found.starts_with("cell-04/"), "{found}");
    press(&mut state, &["esc"]);
    assert_eq!(
        (state.logs.table.cursor, state.overlay.is_none()),
        (0, true)
    );
    press(&mut state, &["/", "0", "4", "/", "enter", "n"]);
    assert!(
        state
            .logs
            .table
            .current()
            .unwrap()
            .key
            .starts_with("cell-04/")
    );
    assert_eq!(state.logs.table.cursor, 7, "n goes on to the second one");
}

#[test]
fn a_filter_that_makes_no_sense_stays_open_and_says_why() {
    let mut state = populated((80, 24));
    let all = state.logs.table.len();
    press(&mut state, &["f"]);
    update(&mut state, Event::Paste("cell:1 colour:red".into()));
    press(&mut state, &["enter"]);
    match &state.overlay {
        Some(Overlay::Prompt(prompt)) => {
            assert!(prompt.error.as_ref().unwrap().sentence.contains("colour"));
            // The cursor of the text stands at what is wrong.
            assert_eq!(prompt.line.halves().0, "cell:1 ");
        }
        other => panic!("{other:?}"),
    }
    press(&mut state, &["end", "ctrl-u"]);
    update(&mut state, Event::Paste("state:failed".into()));
    press(&mut state, &["enter"]);
    assert_eq!((state.logs.table.len(), &state.overlay), (1, &None));
    press(&mut state, &["f", "ctrl-u", "enter"]);
    assert_eq!(state.logs.table.len(), all);
}

#[test]
fn changes_during_a_scan_cause_one_more_scan() {
    let (mut state, _) = bare((80, 24));
    for _ in 0..3 {
        assert_eq!(update(&mut state, Event::Worker(Message::DataChanged)), []);
    }
    let refresh = Ok(Refresh::default());
    let again = answer(&mut state, |s| &mut s.queries.refresh, refresh);
    assert_eq!(asked::<RefreshLogs>(&again).len(), 1);
}

#[test]
fn a_lake_that_cannot_be_written_is_only_read() {
    let mut state = populated((120, 24));
    state.set_read_only(&ReadOnly::because("cache is owned by anna"));
    assert!(words(&state).starts_with("read-only: cache is owned by anna"));
    let place: String = Top::of(&state).place.into_iter().map(|p| p.1).collect();
    assert!(place.starts_with("mdtui  read-only"), "{place}");
    for (key, action) in [("H", "harvest"), ("e", "export into the lake")] {
        state.message = None;
        assert_eq!(press(&mut state, &[key]), []);
        assert_eq!(
            words(&state),
            format!("cannot {action}: cache is owned by anna")
        );
    }
    assert!(state.overlay.is_none());
    // Records that cannot be used are said.
    let refresh = Refresh {
        problems: vec!["a record is damaged".into()],
        ..Refresh::default()
    };
    answer(&mut state, |s| &mut s.queries.refresh, Ok(refresh));
    assert_eq!(words(&state), "a record is damaged");
}

#[test]
fn a_scan_says_when_time_alone_changes_a_state() {
    let (mut state, _) = bare((80, 24));
    for wait in [Some(Duration::from_secs(7)), None] {
        let refresh = Refresh {
            next_change: wait,
            ..Refresh::default()
        };
        let effects = answer(&mut state, |s| &mut s.queries.refresh, Ok(refresh));
        assert!(effects.contains(&Effect::RescanAfter(wait)));
    }
}

#[test]
fn errors_stand_where_they_belong() {
    let (mut state, _) = bare((80, 24));
    let gone = "there is no directory data".to_owned();
    answer(&mut state, |s| &mut s.queries.refresh, Err(gone.clone()));
    assert_eq!(state.logs.error, Some(gone));
    let mut state = populated((80, 24));
    harvesting(&mut state);
    let finished = JobEvent::Finished {
        job: JobId(0),
        key: String::new(),
        result: Err(Error::Log("no rows".into())),
    };
    update(&mut state, job(5, finished));
    assert_eq!(state.message_line().map(|m| m.0), Some(Tone::Error));
}

#[test]
fn enter_opens_inwards_and_escape_leads_back() {
    let mut state = populated((80, 24));
    let log = state.logs.table.current().unwrap().key.clone();
    let effects = press(&mut state, &["enter"]);
    let query = ReadRunList(Some(log.clone()));
    assert_eq!(asked::<ReadRunList>(&effects), [&query]);
    let runs = vec![fixture::run(0, &log), fixture::run(3, &log)];
    answer(
        &mut state,
        |s| &mut s.view_mut::<Runs>().unwrap().read,
        Ok(runs.into()),
    );
    press(&mut state, &["j", "enter"]);
    assert!(
        words(&state).contains("failed: every sample"),
        "a failed run says why"
    );
    press(&mut state, &["k", "enter"]);
    assert!(state.view::<RunScreen>().is_some());
    press(&mut state, &["esc", "esc", "esc"]);
    assert!(state.view::<Logs>().is_some());
    assert_eq!(
        press(&mut state, &["esc"]),
        [],
        "at the top Escape does nothing"
    );
}

#[test]
fn runs_of_a_log_that_could_not_be_read_are_read_again_on_request() {
    let mut state = populated((80, 24));
    press(&mut state, &["enter"]);
    let busy = Err("the catalog is busy".to_owned());
    answer(
        &mut state,
        |s| &mut s.view_mut::<Runs>().unwrap().read,
        busy,
    );
    let effects = press(&mut state, &["ctrl-r"]);
    let log = state.logs.table.current().unwrap().key.clone();
    let query = ReadRunList(Some(log));
    assert_eq!(asked::<ReadRunList>(&effects), [&query]);
}

#[test]
fn the_headless_command_names_the_marked_logs() {
    let mut state = populated((80, 24));
    press(&mut state, &["ctrl-a", "f"]);
    update(&mut state, Event::Paste("加工".into()));
    press(
        &mut state,
        &["enter", "ctrl-a", "f", "ctrl-u", "enter", "!"],
    );
    match &state.overlay {
        Some(Overlay::Command(text)) => {
            assert!(
                text.starts_with("mdtui --data-dir data --cache-dir cache harvest cell-01/"),
                "{text}"
            );
            assert!(!text.contains("加工"), "it was unmarked: {text}");
        }
        other => panic!("{other:?}"),
    }
}

/// Every key of the table does something that can be noticed in some state.
#[test]
fn no_binding_of_a_list_is_dead() {
    for binding in populated((80, 24)).keymap.bindings() {
        let context = binding.context;
        if !matches!(
            context,
            Context::Global | Context::List | Context::Marks | Context::Logs | Context::Jobs
        ) {
            continue;
        }
        let mut changed = false;
        for setup in [
            &[][..],
            &["j", "j", "j", "l", "l"],
            &["/", "2", "enter", "j"],
            &["w", "j"],
            &["enter"],
        ] {
            let mut state = populated((80, 14));
            harvesting(&mut state);
            press(&mut state, setup);
            if !state.contexts().contains(&context) {
                continue;
            }
            let before = format!("{state:?}");
            let effects = update(&mut state, Event::Key(binding.chords[0].event()));
            changed |= !effects.is_empty() || before != format!("{state:?}");
        }
        assert!(
            changed,
            "{} in {context:?} does nothing",
            binding.action.name()
        );
    }
}

/// A hundred thousand logs are filtered and sorted by a worker; no key waits for it.
#[test]
fn a_long_list_answers_quickly() {
    let mut state = populated((80, 24));
    let rows = (0..100_000)
        .map(|n| fixture::log(&format!("cell-{:02}/{n:06}", n % 40), LogState::Pending));
    let rows: Vec<_> = rows.collect();
    let asked = answer(&mut state, |s| &mut s.logs.read, Ok(rows.into()));
    fixture::answer_queries(&mut state, asked);
    let start = std::time::Instant::now();
    press(&mut state, &["f"]);
    let asked = update(&mut state, Event::Paste("099".into()));
    assert_eq!(state.logs.table.len(), 100_000, "until there is an answer");
    let sorted = press(&mut state, &["enter", "G", "s", "/", "9", "enter"]);
    // Unoptimised, on a busy machine: an order of magnitude above what is promised.
    assert!(start.elapsed().as_millis() < 2000, "{:?}", start.elapsed());
    assert!(state.logs.table.is_sorting());
    // The answer to the filter alone comes too late: it is asked for filter and order.
    fixture::answer_queries(&mut state, asked);
    fixture::answer_queries(&mut state, sorted);
    assert!(!state.logs.table.is_sorting());
    let expected = (0..100_000)
        .filter(|n| format!("{n:06}").contains("099"))
        .count();
    assert_eq!(state.logs.table.len(), expected);
}

#[test]
fn a_place_is_typed_over_a_run_and_its_cursor_goes_there() {
    let mut state = populated((80, 24));
    let run = crate::app::run::fixture::opened((80, 24));
    state.open(Box::new(run));
    press(&mut state, &["tab", "o", "2", "0", ":", "4", "1"]);
    let Some(Overlay::Prompt(prompt)) = &state.overlay else {
        panic!("the text field is open while one types");
    };
    assert_eq!(
        (
            prompt.line.text(),
            prompt.error.as_ref().map(|e| e.sentence.as_str())
        ),
        ("20:41", None)
    );
    press(&mut state, &["enter"]);
    let run = fixture::run_screen(&mut state);
    let cursor = run.views.as_ref().map(|v| v.signals.view.cursor.time);
    assert_eq!(
        (cursor, state.overlay),
        (Some(fixture::NOW + 60_000_000), None)
    );
}

#[test]
fn chosen_columns_count_at_once_and_are_remembered() {
    let mut state = populated((200, 50));
    let usual = state.list_columns();
    state.choices_file = Some("columns.toml".into());
    assert!(press(&mut state, &["t", "space", "esc"]).is_empty());
    assert_eq!(state.list_columns(), usual, "dropped");
    let effects = press(&mut state, &["t", "space", "j", "J", "enter"]);
    let message = state.choices.to_toml();
    let expected = SaveColumns {
        file: "columns.toml".into(),
        content: message,
    };
    assert_eq!(asked::<SaveColumns>(&effects), [&expected]);
    // The state is hidden; the log went to the right of the cell.
    assert_eq!(state.list_columns()[..2], [2, 1]);
    assert_eq!(
        state.logs.table.column, 2,
        "the cursor left the hidden column"
    );
    let failed = Err("column settings apply until exit".to_owned());
    answer(&mut state, |s| &mut s.queries.columns, failed);
    assert_eq!(words(&state), "column settings apply until exit");
    assert_eq!(state.list_columns()[..2], [2, 1]);
}

/// The question of a kind that a key has asked.
fn question<Q: Query>(effects: Vec<Effect>) -> Question {
    let questions = effects.into_iter().filter_map(|effect| match effect {
        Effect::Ask(question) => Some(question),
        _ => None,
    });
    let mut of_kind = questions.filter(|question| question.query::<Q>().is_some());
    of_kind.next().expect("it is asked")
}

#[test]
fn a_late_answer_about_a_run_is_not_shown_under_the_next_one() {
    let mut state = populated((80, 24));
    fixture::press(&mut state, &["2"]);
    // The worker is done with the first run when the next is opened, all in one batch of events.
    let late = question::<ReadRun>(press(&mut state, &["enter"]));
    let asked = question::<ReadRun>(press(&mut state, &["esc", "j", "enter"]));
    let mut detail = crate::app::run::fixture::detail();
    let answer = late.reply::<ReadRun>(Ok(Some(crate::app::run::fixture::opened_run(
        detail.clone(),
    ))));
    assert_eq!(update(&mut state, fixture::answered(answer)), []);
    let run = fixture::run_screen(&mut state);
    assert_ne!(run.run, detail.row.run);
    assert!(run.detail.is_none() && run.views.is_none());
    assert!(late.is_cancelled() && !asked.is_cancelled());
    detail.row.run = run.run;
    let answer = asked.reply::<ReadRun>(Ok(Some(crate::app::run::fixture::opened_run(detail))));
    update(&mut state, fixture::answered(answer));
    assert!(fixture::run_screen(&mut state).views.is_some());
}

#[test]
fn a_filter_over_a_table_is_not_shown_over_the_table_of_a_later_harvest() {
    let mut state = fixture::in_run((80, 24));
    fixture::press(&mut state, &["tab", "tab"]);
    press(&mut state, &["f"]);
    update(&mut state, Event::Paste("x_1 > 299.9".into()));
    let late = question::<FilterRows>(press(&mut state, &["enter"]));
    let mut detail = crate::app::run::fixture::detail();
    detail
        .row
        .change(|fields| fields.file_name = Some("of_another_harvest.parquet".into()));
    let read = Ok(Some(crate::app::run::fixture::opened_run(detail)));
    crate::app::run::fixture::deliver(fixture::run_screen(&mut state), |q| &mut q.detail, read);
    let condition = late.query::<FilterRows>().unwrap().condition.clone();
    let answer = late.reply::<FilterRows>(Ok((condition, vec![3])));
    update(&mut state, fixture::answered(answer));
    let samples = &fixture::run_screen(&mut state)
        .views
        .as_ref()
        .unwrap()
        .samples;
    assert_eq!((samples.rows, &samples.filtered), (samples.total, &None));
}

#[test]
fn a_panel_harvests_its_own_row_and_leaves_the_marks_of_others() {
    for (view, wide) in [("1", (200, 50)), ("2", (200, 50))] {
        let mut state = populated(wide);
        let effects = press(&mut state, &[view]);
        fixture::answer_queries(&mut state, effects);
        press(&mut state, &["space", "space", "tab"]);
        let marked = |state: &State| state.open_view().list().unwrap().status().marked;
        assert_eq!(marked(&state), 2);
        let effects = press(&mut state, &["H"]);
        let harvested = effects.iter().any(|e| matches!(e, Effect::Harvest(_)));
        assert!(harvested, "{effects:?}");
        assert_eq!(marked(&state), 2, "these were not meant");
        press(&mut state, &["tab", "H"]);
        assert_eq!(marked(&state), 0, "now they were");
    }
}
