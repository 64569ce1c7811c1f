//! Notes in a pseudo-terminal: written on one run and on several, kept until they are dropped on
//! purpose, and shown in the list and in the run's summary.

use serde_json::Value;

use crate::common::{Lab, terminal::Terminal};

const CTRL_A: &str = "\u{1}";
const CTRL_C: &str = "\u{3}";
const CTRL_J: &str = "\n";
const CTRL_S: &str = "\u{13}";
const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const SHIFT_TAB: &str = "\u{1b}[Z";

#[test]
fn a_note_is_typed_saved_and_shown_at_once() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest", "--jobs", "1"]);
    let all = lab.json(&["runs", "--json"]);
    let runs = all["runs"].as_array().unwrap().len();
    let mut terminal = Terminal::start(&lab, &[], 200, 40);
    terminal.wait_for("[1 Logs]");
    terminal.send("2");
    terminal.wait_for("[run]");
    terminal.send("i");
    terminal.wait_for("Note on run");
    terminal.send("torn at the rim");
    terminal.send(CTRL_J);
    terminal.send("see 加工");
    terminal.send("\t\t\t");
    terminal.wait_for("[reject]");
    let editor = terminal.wait_for("see 加工");
    assert!(editor.contains("Enter save"), "{editor}");
    terminal.send(ENTER);
    terminal.wait_for("noted reject on run");
    terminal.wait_until("the disposition in the list", |s| {
        s.lines()
            .any(|line| line.contains("11ed") && line.contains(" reject "))
    });
    // The run's summary has it, and Escape asks before it drops what was typed.
    terminal.send(ENTER);
    terminal.wait_for("reject: torn at the rim");
    terminal.wait_for("see 加工");
    terminal.send("i");
    terminal.wait_for("now reject");
    terminal.send("measured again");
    terminal.wait_for("measured again");
    terminal.send(ESC);
    terminal.wait_for("Drop the note?");
    terminal.send("n");
    terminal.wait_until("no question", |s| !s.contains("Drop the note?"));
    terminal.send(CTRL_C);
    terminal.wait_for("Drop the note?");
    terminal.send(ENTER);
    terminal.wait_until("no question", |s| !s.contains("Drop the note?"));
    terminal.send(CTRL_S);
    terminal.wait_for("noted on run");
    terminal.wait_until("its second note", |s| {
        s.contains("reject: torn") && s.contains(": measured again")
    });
    // All runs at once.
    terminal.send(ESC);
    terminal.wait_for("Enter open");
    terminal.send(CTRL_A);
    terminal.wait_for(&format!("{runs} runs marked"));
    terminal.send("i");
    terminal.wait_for(&format!("Note on {runs} runs"));
    terminal.send(SHIFT_TAB);
    terminal.send(SHIFT_TAB);
    terminal.wait_for("[reject]");
    terminal.send(SHIFT_TAB);
    terminal.wait_for("[review]");
    terminal.send(ENTER);
    terminal.wait_for(&format!("noted review on {runs} runs"));
    terminal.wait_until("the dispositions in the list", |s| {
        let noted = |line: &&str| line.contains("11ed") && line.contains(" review ");
        s.lines().filter(noted).count() == runs
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);

    let all = lab.json(&["runs", "--json"]);
    let mut notes = 0;
    for run in all["runs"].as_array().unwrap() {
        assert_eq!(run["disposition"], "review");
        let id = run["run_uuid"].as_str().unwrap();
        let of_run = lab.json(&["note", id, "--json"]);
        let of_run = of_run["notes"].as_array().unwrap();
        notes += of_run.len();
        let texts: Vec<&str> = of_run.iter().filter_map(|n| n["text"].as_str()).collect();
        if !texts.is_empty() {
            assert_eq!(texts, ["torn at the rim\nsee 加工", "measured again"]);
        }
        let named = |note: &Value| !note["author"].as_str().unwrap().is_empty();
        assert!(of_run.iter().all(named));
    }
    assert_eq!(notes, runs + 2);
    assert!(lab.ok(&["check"]).contains("nothing is wrong"));
}
