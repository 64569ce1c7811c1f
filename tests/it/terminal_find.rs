//! Find in a pseudo-terminal: a condition is typed, the stretches of all runs are listed, and Enter
//! goes to the moment in the run.

use crate::common::{Lab, terminal::Terminal};

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";

#[test]
fn a_condition_is_typed_and_enter_goes_to_the_moment() {
    let lab = Lab::demo(2);
    lab.run(&["harvest", "--jobs", "1"]);
    let condition = "fz_1 < -1000 and v1 > 50";
    let found = lab.json(&["find", condition, "--json"]);
    let stretches = found["stretches"].as_array().unwrap();
    assert!(stretches.len() > 1, "{found}");
    // The longest one: no other begins with it.
    let longest = stretches
        .iter()
        .max_by(|a, b| {
            let seconds = |s: &serde_json::Value| s["seconds"].as_f64().unwrap();
            seconds(a).total_cmp(&seconds(b))
        })
        .unwrap();
    let start = longest["start_time"].as_str().unwrap();
    let clock = &start[11..23];
    // As screens write it: without leading zeros, the middle left out.
    let run = longest["run_uuid"].as_str().unwrap().replace('-', "");
    let run = &run.trim_start_matches('0')[..8];

    let mut terminal = Terminal::start(&lab, &[], 140, 40);
    terminal.wait_for("[1 Logs]");
    terminal.send("2");
    terminal.wait_for("11ed");
    terminal.send("F");
    terminal.wait_for("find: ");
    terminal.send("fz_1 << 3");
    terminal.send(ENTER);
    // What makes no sense stays open.
    terminal.wait_for("find: fz_1 << 3");
    terminal.send("\u{5}\u{15}");
    terminal.send(condition);
    terminal.send(ENTER);
    terminal.wait_for(&format!("{} stretches", stretches.len()));
    // The longest first: by the column of lengths, in reverse.
    terminal.send("llll");
    terminal.wait_for("[length]");
    terminal.send("s");
    terminal.wait_for("▲]");
    terminal.send("s");
    terminal.wait_for("▼]");
    terminal.send("g");
    terminal.wait_until("the longest under the cursor", |s| {
        s.lines()
            .any(|line| line.starts_with(" ▌") && line.contains(clock))
            || s.lines()
                .any(|line| line.starts_with('▌') && line.contains(clock))
    });
    terminal.send(ENTER);
    terminal.wait_for("[Signals]");
    let signals = terminal.wait_for(&format!("cursor {clock}"));
    assert!(signals.contains(run), "{signals}");
    terminal.send(ESC);
    terminal.wait_for(&format!("{} stretches", stretches.len()));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}
