//! What the message line says, and until when.

use super::update;
use crate::{
    app::{
        Effect, Event, State,
        fixture::{answer, asked, bare, job, keys as press, populated, press as press_answered},
        jobs::Jobs,
        logs::Logs,
        state::{Overlay, Tone},
        tmux::{Copied, CopyToTmux},
    },
    etl::{
        Error,
        catalog::{LogState, Refresh},
        harvest::{Outcome, Summary},
        pool::{Batch, JobEvent, JobId},
    },
};

fn line(state: &State) -> String {
    let line = state.message_line();
    line.map_or_else(String::new, |(_, text)| text.into_owned())
}

fn happens(state: &mut State, event: JobEvent) {
    update(state, job(1, event));
}

/// How a harvest of a log ends.
#[derive(Clone, Copy)]
enum End {
    Harvested,
    Partial,
    Failed,
}

/// Queues the first logs of the list and harvests them in turn.
fn harvest(state: &mut State, ends: &[End]) -> Vec<String> {
    let rows = state.logs.table.rows();
    let keys: Vec<String> = rows
        .iter()
        .take(ends.len())
        .map(|r| r.key.clone())
        .collect();
    let batch = Batch::new(JobId(1), keys.iter().map(|k| k.as_str().into()).collect());
    happens(state, JobEvent::Queued(batch.into()));
    for (n, end) in ends.iter().enumerate() {
        let job = JobId(n as u64 + 1);
        happens(state, JobEvent::Started { job });
        let mut summary = Summary {
            rows_in: 1000,
            runs_ok: 1,
            seconds: 0.5,
            ..Summary::default()
        };
        let result = match end {
            End::Failed => Err(Error::Log("no rows".into())),
            End::Harvested => Ok(Outcome::Harvested(summary)),
            End::Partial => {
                summary.run_errors = vec!["one failed".into()];
                Ok(Outcome::Harvested(summary))
            }
        };
        let key = keys[n].clone();
        happens(state, JobEvent::Finished { job, key, result });
    }
    keys
}

#[test]
fn a_message_is_over_with_the_next_key() {
    let mut state = populated((80, 24));
    press_answered(&mut state, &["2", "j", "j", "j", "enter"]);
    assert!(
        line(&state).contains("failed: every sample"),
        "{}",
        line(&state)
    );
    press(&mut state, &["k"]);
    assert_eq!(line(&state), "", "it is about another run");
    press(&mut state, &["y"]);
    let copied = line(&state);
    assert!(!copied.is_empty());
    press(&mut state, &["Z"]);
    assert_eq!(line(&state), copied, "a key that does nothing");
    // A message that comes while a text is typed is not seen before.
    press(&mut state, &["/"]);
    state.message = Some((Tone::Error, "late".into()));
    press(&mut state, &["c", "esc"]);
    assert_eq!(line(&state), "late");
    press(&mut state, &["1"]);
    assert_eq!(line(&state), "");
}

#[test]
fn a_copy_says_where_it_went() {
    let mut state = populated((80, 24));
    let key = state.logs.table.current().unwrap().key.clone();
    assert_eq!(press(&mut state, &["y"]), [Effect::Copy(key.clone())]);
    let expected = format!("sent to the terminal's clipboard: {key}");
    assert_eq!(line(&state), expected);
    state.is_in_tmux = true;
    let effects = press(&mut state, &["y"]);
    let (text, name) = (key.clone(), key.clone());
    let query = CopyToTmux { text, name };
    assert_eq!(asked::<CopyToTmux>(&effects), [&query]);
    assert_eq!(line(&state), "", "nothing is known yet");
    for (to_terminal, to) in [
        (true, "tmux, and sent to the terminal"),
        (false, "tmux's buffer"),
    ] {
        let name = key.clone();
        let copied = Copied { name, to_terminal };
        answer(&mut state, |s| &mut s.queries.copy, Ok(copied));
        assert_eq!(line(&state), format!("copied to {to}: {key}"));
    }
    let failed = Err("tmux could not copy: no server".to_owned());
    answer(&mut state, |s| &mut s.queries.copy, failed);
    assert_eq!(line(&state), "tmux could not copy: no server");
}

#[test]
fn a_look_ends_with_what_it_found() {
    let mut state = populated((80, 24));
    for (logs, found) in [
        (0, "no log is new or has changed since the last scan"),
        (1, "1 log is new or has changed"),
        (1200, "1,200 logs are new or have changed"),
    ] {
        press(&mut state, &["ctrl-r"]);
        assert_eq!(
            line(&state),
            "scanning the data directory for new and changed logs …"
        );
        let refresh = Refresh {
            changed_keys: (0..logs).map(|n| format!("log {n}")).collect(),
            ..Refresh::default()
        };
        answer(&mut state, |s| &mut s.queries.refresh, Ok(refresh.clone()));
        assert_eq!(line(&state), found);
        press(&mut state, &["j"]);
        // One that nobody asked for says nothing.
        answer(&mut state, |s| &mut s.queries.refresh, Ok(refresh));
        assert_eq!(line(&state), "");
    }
    press(&mut state, &["ctrl-r"]);
    let error = Err("no such directory".to_owned());
    answer(&mut state, |s| &mut s.queries.refresh, error);
    assert_eq!(line(&state), "no such directory");
}

#[test]
fn a_note_is_said_once() {
    let mut state = populated((80, 24));
    let refresh = || {
        Ok(Refresh {
            notes: vec!["2 directories are left out".into()],
            ..Refresh::default()
        })
    };
    answer(&mut state, |s| &mut s.queries.refresh, refresh());
    assert_eq!(line(&state), "2 directories are left out");
    press(&mut state, &["j"]);
    answer(&mut state, |s| &mut s.queries.refresh, refresh());
    assert_eq!(line(&state), "");
    press(&mut state, &["ctrl-r"]);
    answer(&mut state, |s| &mut s.queries.refresh, refresh());
    assert_eq!(line(&state), "2 directories are left out");
}

#[test]
fn a_question_whether_to_cancel_ends_with_the_harvests() {
    let mut state = populated((80, 24));
    let key = state.logs.table.rows()[0].key.clone();
    let batch = Batch::new(JobId(1), vec![key.as_str().into()]);
    happens(&mut state, JobEvent::Queued(batch.into()));
    let job = JobId(1);
    happens(&mut state, JobEvent::Started { job });
    press(&mut state, &["X"]);
    assert_eq!(state.overlay, Some(Overlay::CancelAll));
    let result = Err(Error::Cancelled);
    happens(&mut state, JobEvent::Finished { job, key, result });
    assert_eq!(state.overlay, None);
}

#[test]
fn what_became_of_a_single_log_is_over_with_the_next_key() {
    let mut state = populated((80, 24));
    let keys = harvest(&mut state, &[End::Harvested]);
    assert!(line(&state).starts_with(&keys[0]), "{}", line(&state));
    press(&mut state, &["j"]);
    assert_eq!(line(&state), "");
    harvest(&mut state, &[End::Failed]);
    press(&mut state, &["j"]);
    assert!(!line(&state).is_empty(), "a failure stays");
}

#[test]
fn many_harvests_end_with_one_summary_that_stays_until_it_is_read() {
    let mut state = populated((80, 24));
    press(&mut state, &["ctrl-a", "H"]);
    let keys = harvest(
        &mut state,
        &[End::Harvested, End::Partial, End::Failed, End::Harvested],
    );
    let summary = "2 harvested, 1 partial, 1 failed: E shows it";
    assert_eq!(line(&state), summary);
    assert!(state.is_failure_unread());
    press(&mut state, &["j", "y"]);
    assert!(
        line(&state).starts_with("sent to"),
        "what is newer stands first"
    );
    press(&mut state, &["2", "k", "3", "?", "esc"]);
    assert_eq!(line(&state), summary);
    press(&mut state, &["E"]);
    assert_eq!(
        (line(&state).as_str(), state.is_failure_unread()),
        ("", false)
    );
    assert!(state.view::<Logs>().is_some() && state.logs.panel.has_keys);
    assert_eq!(state.logs.table.current().unwrap().key, keys[2]);
    // Read in other ways.
    for keys in [&["esc"][..], &["4", "j"]] {
        harvest(&mut state, &[End::Failed, End::Failed]);
        assert_eq!(line(&state), "2 failed: E shows the first");
        press(&mut state, &["1"]);
        press(&mut state, keys);
        assert_eq!(line(&state), "", "{keys:?}");
    }
}

#[test]
fn harvests_without_a_failure_are_summed_up_until_another_view_is_shown() {
    let mut state = populated((80, 24));
    harvest(&mut state, &[End::Harvested, End::Harvested]);
    press(&mut state, &["j", "j"]);
    assert_eq!(line(&state), "2 harvested");
    press(&mut state, &["2"]);
    assert_eq!(line(&state), "");
    let keys = harvest(&mut state, &[End::Harvested]);
    let expected = format!("{}: 1 run, 1,000 rows in 0.50 s", keys[0]);
    assert_eq!(line(&state), expected);
}

#[test]
fn while_many_are_harvested_the_line_says_how_far_they_are() {
    let mut state = populated((80, 24));
    let keys: Vec<_> = (0..45).map(|n| format!("log {n}").into()).collect();
    happens(
        &mut state,
        JobEvent::Queued(Batch::new(JobId(1), keys.clone()).into()),
    );
    assert_eq!(line(&state), "harvesting 45 logs: 0 done");
    happens(&mut state, JobEvent::Started { job: JobId(1) });
    let result = Err(Error::Log("no rows".into()));
    let (job, key) = (JobId(1), "log 0".to_owned());
    happens(&mut state, JobEvent::Finished { job, key, result });
    press(&mut state, &["j", "2"]);
    assert_eq!(line(&state), "harvesting 45 logs: 1 done, 1 failed");
    assert!(!state.is_failure_unread());
    let left = (1u64..).map(JobId).zip(keys).skip(1).collect();
    happens(&mut state, JobEvent::Cancelled(left));
    let expected = "44 cancelled, 1 failed: E shows it";
    assert_eq!(line(&state), expected);
    // The next harvest begins a summary of its own.
    harvest(&mut state, &[End::Harvested, End::Harvested]);
    assert_eq!(line(&state), "2 harvested");
}

#[test]
fn the_first_failed_log_is_shown_though_a_filter_hides_it() {
    let (mut state, _) = bare((120, 40));
    press(&mut state, &["E"]);
    assert_eq!(line(&state), "no log has failed");
    let mut state = populated((120, 40));
    state.logs.table.set_filter("state:pending").unwrap();
    press(&mut state, &["3", "E"]);
    let row = state.logs.table.current().unwrap();
    assert_eq!(row.state, LogState::Failed);
    let key = row.key.clone();
    assert_eq!(
        line(&state),
        format!("the filter was cleared: it hid {key}")
    );
    assert!(!state.logs.panel.has_keys, "it stands beside the list");
    assert_eq!(state.logs.table.filter(), "");
    let keys = harvest(&mut state, &[End::Failed]);
    press(&mut state, &["E"]);
    assert_eq!(state.logs.table.current().unwrap().key, keys[0]);
    answer(&mut state, |s| &mut s.logs.read, Ok(Vec::new().into()));
    press(&mut state, &["E"]);
    assert_eq!(line(&state), format!("{} is no longer listed", keys[0]));
    assert!(state.view::<Jobs>().is_none());
    update(&mut state, Event::Resize(80, 24));
}
