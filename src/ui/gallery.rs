//! Every view, full and empty, at every size, as a file in `snapshots`.

use super::{
    screen_snapshots::{SIZES, ScreenSnapshots, drawn, text},
    theme::Theme,
};
use crate::{
    app::{
        State,
        compare::fixture as compared,
        fixture::{
            answer, answer_queries, bare, compare_screen, harvested, harvesting, in_run, keys,
            populated, press, run_screen, type_in,
        },
        machines::fixture::{machine, parked},
        run::fixture as run,
        runs::Runs,
        signals::Part,
    },
    etl::{
        catalog::{Refresh, RunDetail},
        quality::Verdict,
    },
};

/// Draws scenes at every size and holds them against their files.
fn gallery(scenes: impl Fn((u16, u16), &mut ScreenSnapshots)) {
    let mut looks = ScreenSnapshots::default();
    for size in SIZES {
        scenes(size, &mut looks);
    }
    looks.check();
}

/// Repeats a key.
fn times(state: &mut State, n: usize, chord: &str) {
    for _ in 0..n {
        press(state, &[chord]);
    }
}

/// The run is read again, and what follows is answered.
fn read_run(state: &mut State, detail: RunDetail) {
    let read = Ok(Some(run::opened_run(detail)));
    let effects = run::deliver(run_screen(state), |q| &mut q.detail, read);
    answer_queries(state, effects);
}

#[test]
fn logs_and_jobs() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["j", "j", "j", "space", "space", "k"]);
        looks.add("logs", &state);
        press(&mut state, &["tab"]);
        looks.add("logs_panel", &state);
        press(&mut state, &["tab", "/", "0", "2"]);
        looks.add("logs_search", &state);
        press(&mut state, &["enter", "j", "v", "j", "l", "s"]);
        looks.add("logs_range_and_sort", &state);
        press(&mut state, &["v", "f"]);
        type_in(&mut state, "state:failed colour:red");
        press(&mut state, &["enter"]);
        looks.add("logs_filter_wrong", &state);
        press(&mut state, &["end", "ctrl-u"]);
        type_in(&mut state, "cell:x");
        press(&mut state, &["enter"]);
        looks.add("logs_filter_empty", &state);
        let mut state = populated(size);
        harvesting(&mut state);
        looks.add("logs_harvesting", &state);
        press(&mut state, &["w"]);
        looks.add("jobs", &state);
        press(&mut state, &["X"]);
        looks.add("cancel_all", &state);
        press(&mut state, &["n", "1", "Q"]);
        looks.add("quit", &state);
        let mut state = populated(size);
        harvested(&mut state, 43);
        looks.add("logs_harvest_failed", &state);
        press(&mut state, &["E"]);
        looks.add("logs_first_failed", &state);
    });
}

#[test]
fn what_lies_over_views() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["?"]);
        looks.add("help", &state);
        press(&mut state, &["/", "m", "a", "r", "k"]);
        looks.add("help_search", &state);
        press(&mut state, &["enter", "G"]);
        looks.add("help_found", &state);
        press(&mut state, &["esc", "esc", ":", "h", "r", "v"]);
        looks.add("palette", &state);
        press(&mut state, &["esc", ":"]);
        type_in(&mut state, "zzz");
        looks.add("palette_empty", &state);
        press(&mut state, &["esc", "space", "space", "!"]);
        looks.add("command", &state);
        press(&mut state, &["esc", "t", "j", "J", "space"]);
        looks.add("columns", &state);
        press(&mut state, &["enter"]);
        looks.add("columns_chosen", &state);
        press(&mut state, &["e", "p"]);
        looks.add("logs_export", &state);
        let mut state = in_run(size);
        press(&mut state, &["tab", "d", "j"]);
        looks.add("signals_distribution", &state);
        press(&mut state, &["d", "k", "?"]);
        looks.add("help_signals", &state);
        press(&mut state, &["esc", "o"]);
        type_in(&mut state, "soon");
        press(&mut state, &["enter"]);
        looks.add("go_to_wrong", &state);
        press(&mut state, &["esc", "tab", "e"]);
        looks.add("samples_export", &state);
    });
}

#[test]
fn runs() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["2", "j", "space", "space"]);
        looks.add("runs", &state);
        press(&mut state, &["j", "enter"]);
        looks.add("runs_failed", &state);
        press(&mut state, &["j", "tab"]);
        looks.add("runs_panel", &state);
        press(&mut state, &["G"]);
        looks.add("runs_panel_end", &state);
        press(&mut state, &["tab"]);
        press(&mut state, &["f"]);
        type_in(&mut state, "runtime>600");
        press(&mut state, &["enter"]);
        looks.add("runs_filter_empty", &state);
        press(&mut state, &["1", "j", "enter"]);
        looks.add("runs_of_log", &state);
    });
}

#[test]
fn panel_of_a_run() {
    gallery(|size, looks| {
        let open = || {
            let mut state = populated(size);
            press(&mut state, &["2", "tab"]);
            state
        };
        let read = |state: &mut State, result| {
            let effects = answer(state, |s| &mut s.runs.panel.read, result);
            answer_queries(state, effects);
        };
        let mut state = open();
        let mut flagged = run::flagged();
        flagged.verdicts = [
            ("z_1".to_owned(), Verdict::Fail),
            ("fz_1".to_owned(), Verdict::Suspect),
        ]
        .into();
        read(&mut state, Ok(Some(run::opened_run(flagged))));
        looks.add("runs_panel_flags", &state);
        let mut state = open();
        read(
            &mut state,
            Err(
                "the catalog cache/catalog.db is busy: another process writes it; try again".into(),
            ),
        );
        looks.add("runs_panel_busy", &state);
        let mut state = open();
        let gone = "the run's table cache/a/run_x.parquet is gone; a harvest of a recreates it";
        answer(
            &mut state,
            |s| &mut s.runs.panel.read_sketch,
            Err(gone.into()),
        );
        looks.add("runs_panel_table_gone", &state);
    });
}

#[test]
fn notes() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["2", "j", "i"]);
        looks.add("note", &state);
        press(&mut state, &["tab", "tab", "tab"]);
        type_in(
            &mut state,
            "torn at the rim of the second wall, 加工 stopped by hand\nseen by two, and by a third one who wrote a very long line about it",
        );
        press(&mut state, &["up", "end"]);
        looks.add("note_typed", &state);
        press(&mut state, &["esc"]);
        looks.add("note_asks", &state);
        press(&mut state, &["n", "ctrl-s"]);
        looks.add("note_saved", &state);
        press(&mut state, &["space", "space", "i", "enter"]);
        looks.add("note_empty_on_two", &state);
    });
}

#[test]
fn find() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["2", "f"]);
        type_in(&mut state, "cell:10");
        press(&mut state, &["enter", "F"]);
        looks.add("find_none_typed", &state);
        press(&mut state, &["esc"]);
        looks.add("find_no_condition", &state);
        press(&mut state, &["F"]);
        type_in(&mut state, "fz_1 < < 3");
        press(&mut state, &["enter"]);
        looks.add("find_wrong", &state);
        press(&mut state, &["end", "ctrl-u"]);
        type_in(&mut state, "fz_1 < -2500 and v1 > 10");
        let asked = keys(&mut state, &["enter"]);
        looks.add("find_searching", &state);
        answer_queries(&mut state, asked);
        press(&mut state, &["j", "l", "l", "l"]);
        looks.add("find", &state);
        press(&mut state, &["!"]);
        looks.add("find_command", &state);
        press(&mut state, &["esc", "enter"]);
        looks.add("find_in_signals", &state);
        press(&mut state, &["esc", "f"]);
        type_in(&mut state, "length > 1h");
        press(&mut state, &["enter"]);
        looks.add("find_filter_empty", &state);
        for (name, condition) in [
            ("find_nowhere", "fz_1 < -9000"),
            ("find_unknown_column", "fz_9 < 3"),
        ] {
            press(&mut state, &["F", "ctrl-u"]);
            type_in(&mut state, condition);
            press(&mut state, &["enter"]);
            looks.add(name, &state);
        }
    });
}

#[test]
fn machines() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["3", "j", "j", "enter", "j", "j", "s"]);
        looks.add("machines", &state);
        press(&mut state, &["enter"]);
        looks.add("machine", &state);
        press(&mut state, &["g", "j", "j", "space", "tab", "m"]);
        looks.add("machine_marked", &state);
        press(&mut state, &["esc", "f"]);
        type_in(&mut state, "cell:9");
        looks.add("machines_filter_empty", &state);
        press(&mut state, &["esc", "G", "enter"]);
        answer(&mut state, |s| &mut s.machines.read, Ok(Vec::new()));
        looks.add("machine_gone", &state);
        press(&mut state, &["esc"]);
        looks.add("machines_none", &state);
        let read = vec![machine(Some("10"), 1, 42), parked(Some("10"), 2, 42)];
        answer(&mut state, |s| &mut s.machines.read, Ok(read));
        looks.add("machines_parked", &state);
        press(&mut state, &["G", "enter"]);
        looks.add("machine_parked", &state);
    });
}

#[test]
fn summary() {
    gallery(|size, looks| {
        let mut state = in_run(size);
        looks.add("summary", &state);
        press(&mut state, &["G", "l", "l"]);
        looks.add("summary_scrolled", &state);
    });
}

#[test]
fn signals() {
    gallery(|size, looks| {
        let mut state = in_run(size);
        // z_1 with its gap joins force and speed; the cursor measures from a pin.
        press(&mut state, &["tab", "g", "j", "space", "p"]);
        times(&mut state, 20, ".");
        looks.add("signals", &state);
        press(&mut state, &["+", "m", "l"]);
        looks.add("signals_zoomed_blocks", &state);
        press(&mut state, &["m"]);
        looks.add("signals_dots", &state);
        let mut state = in_run(size);
        // v1 has a new value in every row, x_2 holds one.
        press(&mut state, &["tab", "j", "j", "space", "."]);
        times(&mut state, 10, "+");
        looks.add("signals_samples", &state);
        let mut state = in_run(size);
        press(
            &mut state,
            &["tab", "g", "j", "j", "j", "j", "space", "j", "space"],
        );
        looks.add("signals_none_chosen", &state);
        press(&mut state, &["g"]);
        for _ in 0..8 {
            press(&mut state, &["space", "j"]);
        }
        looks.add("signals_all_chosen", &state);
        press(&mut state, &["u"]);
        looks.add("signals_overlaid", &state);
    });
}

#[test]
fn samples() {
    gallery(|size, looks| {
        let mut state = in_run(size);
        press(&mut state, &["tab", "tab", "j", "j"]);
        looks.add("samples", &state);
        press(&mut state, &["G", "l", "l", "l"]);
        looks.add("samples_end", &state);
        press(&mut state, &["f"]);
        type_in(&mut state, "z_1 is null and fx_1 > 19.99");
        press(&mut state, &["enter", "l", "j"]);
        looks.add("samples_filtered", &state);
        press(&mut state, &["f", "ctrl-u"]);
        type_in(&mut state, "x_2 != 5");
        press(&mut state, &["enter"]);
        looks.add("samples_filter_empty", &state);
        press(&mut state, &["f", "ctrl-u"]);
        type_in(&mut state, "q_7 > 1");
        press(&mut state, &["enter"]);
        looks.add("samples_filter_wrong", &state);
        press(
            &mut state,
            &["esc", "esc", "t", "j", "space", "j", "J", "enter"],
        );
        looks.add("samples_columns", &state);
    });
}

#[test]
fn path() {
    gallery(|size, looks| {
        let mut state = in_run(size);
        press(&mut state, &["shift-tab"]);
        while !crate::ui::screen_snapshots::text(&super::screen_snapshots::drawn(&state, &theme()))
            .contains("[Path]")
        {
            press(&mut state, &["shift-tab"]);
        }
        looks.add("path", &state);
        press(&mut state, &["+", "l", ".", "b", "m"]);
        looks.add("path_zoomed", &state);
        press(&mut state, &["_", "a", "b"]);
        looks.add("path_x_z_by_time", &state);
    });
}

fn theme() -> super::Theme {
    super::Theme::named("dark", false).unwrap()
}

#[test]
fn compare() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["2", "space", "space", "space", "c"]);
        looks.add("compare", &state);
        press(&mut state, &["tab", "j", "j", "l", "l"]);
        looks.add("compare_differences", &state);
        press(
            &mut state,
            &["esc", "g", "j", "j", "space", "c", "g", "space", "p"],
        );
        times(&mut state, 30, ".");
        press(&mut state, &["r", "a", "+", "m"]);
        looks.add("compare_aligned", &state);
        press(&mut state, &["esc", "ctrl-a", "c"]);
        looks.add("compare_six", &state);
        press(&mut state, &["esc"]);
        keys(&mut state, &["c"]);
        looks.add("compare_reading", &state);
        // One is gone, one failed, and the table of the first is not there any more.
        let mut details: Vec<_> = (0..4).map(|at| Some(compared::detail(at))).collect();
        details[1] = None;
        if let Some(third) = &mut details[2] {
            run::fail(&mut third.row);
            third.channels.clear();
        }
        let gone = "the run's table cache/a/run_x.parquet is gone; a harvest of a recreates it";
        let compare = compare_screen(&mut state);
        compared::read(compare, Ok(details));
        compared::channel_fails(compare, 0, gone);
        looks.add("compare_wrong", &state);
    });
}

/// Neither the data directory nor the logs can be read.
fn fail_lists(state: &mut State, sentence: &str) {
    answer(state, |s| &mut s.queries.refresh, Err(sentence.into()));
    answer(state, |s| &mut s.logs.read, Err(sentence.into()));
}

#[test]
fn wrong_moments_of_lists() {
    gallery(|size, looks| {
        let (mut state, _) = bare(size);
        looks.add("start", &state);
        answer(&mut state, |s| &mut s.logs.read, Ok(Vec::new().into()));
        let refresh = Ok(Refresh::default());
        answer(&mut state, |s| &mut s.queries.refresh, refresh);
        looks.add("logs_none", &state);
        keys(&mut state, &["w"]);
        looks.add("jobs_none", &state);
        keys(&mut state, &["2"]);
        looks.add("runs_reading", &state);
        answer(&mut state, |s| &mut s.runs.read, Ok(Vec::new().into()));
        looks.add("runs_none", &state);
        keys(&mut state, &["3"]);
        looks.add("machines_reading", &state);
        let (mut state, _) = bare(size);
        let gone = "there is no directory data: name one with --data-dir".to_owned();
        answer(&mut state, |s| &mut s.queries.refresh, Err(gone));
        looks.add("data_dir_none", &state);
        // A log whose record was there and is not any more.
        let mut state = populated(size);
        keys(&mut state, &["enter"]);
        let none = Ok(Vec::new().into());
        answer(
            &mut state,
            |s| &mut s.view_mut::<Runs>().unwrap().read,
            none,
        );
        looks.add("runs_of_log_none", &state);
        let busy = "the catalog cache/catalog.db is busy: another process writes it; try again";
        let mut state = populated(size);
        for view in ["1", "2", "3", "4"] {
            keys(&mut state, &[view]);
        }
        fail_lists(&mut state, busy);
        answer(&mut state, |s| &mut s.runs.read, Err(busy.into()));
        answer(&mut state, |s| &mut s.machines.read, Err(busy.into()));
        answer(&mut state, |s| &mut s.jobs.read, Err(busy.into()));
        for (view, name) in [
            ("1", "logs"),
            ("2", "runs"),
            ("3", "machines"),
            ("4", "jobs"),
        ] {
            keys(&mut state, &[view]);
            looks.add(&format!("{name}_busy"), &state);
        }
        let (mut state, _) = bare(size);
        let damaged =
            "cache/catalog.db is damaged (file is not a database): `mdtui rebuild` recreates it";
        answer(&mut state, |s| &mut s.logs.read_first, Err(damaged.into()));
        fail_lists(&mut state, damaged);
        answer(&mut state, |s| &mut s.jobs.read, Err(damaged.into()));
        looks.add("catalog_damaged", &state);
    });
}

#[test]
fn quality() {
    gallery(|size, looks| {
        let mut state = in_run(size);
        press(&mut state, &["shift-tab"]);
        looks.add("quality_not_evaluated", &state);
        let mut passed = run::detail();
        passed.row.verdict = Verdict::Pass;
        read_run(&mut state, passed);
        looks.add("quality_pass", &state);
        read_run(&mut state, run::flagged());
        press(&mut state, &["j"]);
        looks.add("quality", &state);
        press(&mut state, &["f"]);
        type_in(&mut state, "severity:fail length>10");
        press(&mut state, &["enter"]);
        looks.add("quality_filter", &state);
        press(&mut state, &["enter"]);
        looks.add("quality_flag_in_signals", &state);
        let shown = text(&drawn(&state, &Theme::named("dark", true).unwrap()));
        assert_eq!(shown.matches("gap: z_1 has no").count(), 1, "{shown}");
        press(&mut state, &["esc", "f", "ctrl-u", "enter", "shift-tab"]);
        press(
            &mut state,
            &["shift-tab", "shift-tab", "shift-tab", "_", "n", "n"],
        );
        looks.add("signals_next_flag", &state);
    });
}

#[test]
fn layers() {
    gallery(|size, looks| {
        let mut state = in_run(size);
        press(&mut state, &["shift-tab", "shift-tab"]);
        looks.add("layers_none", &state);
        read_run(&mut state, run::layered());
        press(&mut state, &["j", "j"]);
        looks.add("layers", &state);
        press(&mut state, &["l", "l", "G"]);
        looks.add("layers_other_figure", &state);
        press(&mut state, &["f"]);
        type_in(&mut state, "axial>-1460");
        press(&mut state, &["enter", "enter"]);
        looks.add("layers_in_signals", &state);
        press(&mut state, &["_"]);
        looks.add("layers_below_the_whole_run", &state);
        press(&mut state, &["esc"]);
        looks.add("layers_filter", &state);
    });
}

#[test]
fn wrong_moments_of_runs() {
    gallery(|size, looks| {
        let mut state = populated(size);
        press(&mut state, &["2"]);
        keys(&mut state, &["enter"]);
        looks.add("run_reading", &state);
        let deliver = |state: &mut State, result| {
            run::deliver(run_screen(state), |q| &mut q.detail, result);
        };
        deliver(&mut state, Ok(Some(run::opened_run(run::detail()))));
        keys(&mut state, &["tab"]);
        looks.add("signals_reading", &state);
        let gone = "the run's table cache/a/run_x.parquet is gone; a harvest of a recreates it";
        let run = run_screen(&mut state);
        for part in [
            Part::Channel,
            Part::Channel,
            Part::Overview,
            Part::CursorRow,
        ] {
            run::charts_fail(run, part, gone);
        }
        looks.add("signals_table_gone", &state);
        keys(&mut state, &["tab"]);
        looks.add("samples_reading", &state);
        run::deliver(run_screen(&mut state), |q| &mut q.rows, Err(gone.into()));
        looks.add("samples_table_gone", &state);
        keys(&mut state, &["tab"]);
        looks.add("path_reading", &state);
        run::deliver(run_screen(&mut state), |q| &mut q.paths, Err(gone.into()));
        looks.add("path_table_gone", &state);
        let open = |result| {
            let mut state = populated(size);
            press(&mut state, &["2"]);
            keys(&mut state, &["enter"]);
            deliver(&mut state, result);
            state
        };
        let mut failed = run::detail();
        run::fail(&mut failed.row);
        looks.add("run_failed", &open(Ok(Some(run::opened_run(failed)))));
        looks.add("run_gone", &open(Ok(None)));
        let busy = "the catalog cache/catalog.db is busy: another process writes it; try again";
        looks.add("run_busy", &open(Err(busy.into())));
    });
}
