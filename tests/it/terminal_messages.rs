//! What the browser says, in a pseudo-terminal: failures among many harvests, rejected rows.

use std::fs;

use crate::common::{Lab, terminal::Terminal};

const CTRL_A: &str = "\u{1}";
const ESC: &str = "\u{1b}";
const TAB: &str = "\t";

#[test]
fn a_failure_among_many_harvests_is_told_until_it_is_read() {
    let lab = Lab::demo(5);
    fs::write(lab.data().join("no-columns.csv"), "time,value\n1,2\n").unwrap();
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_for("6 pending");
    terminal.send(&format!("{CTRL_A}H"));
    let summary = "1 failed: E shows the first failed log";
    let is_counted = |s: &str| s.lines().next().is_some_and(|top| top.contains("1 failed"));
    terminal.wait_until("the summary and the count", |s| {
        s.contains(summary) && is_counted(s) && !s.contains("pending")
    });
    terminal.send("jjk2");
    terminal.wait_until("the runs, and still the summary", |s| {
        s.contains("[2 Runs]") && s.contains(summary)
    });
    terminal.send("E");
    terminal.wait_until("the log that failed, and why, once", |s| {
        s.contains("[1 Logs]")
            && s.contains("past harvests")
            && s.contains("the log could not be harvested")
            && s.matches("column `field` is missing").count() == 1
            && !s.contains(summary)
    });
    terminal.send(ESC);
    terminal.wait_until("the list again", |s| s.contains("▌  ✗ failed"));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn rejected_rows_are_shown_with_their_numbers_and_their_file() {
    let lab = Lab::new();
    let mut csv = "time,value,field,robot_id,run_uuid,sensor_type\n".to_owned();
    for n in 0..50 {
        csv.push_str(&format!("2022-11-23T20:40:{n:02}Z,{n}.5,x,1,7,encoder\n"));
    }
    csv.push_str("2022-13-40T20:40:00Z,1,x,1,7,encoder\n");
    csv.push_str("2022-11-23T20:41:00Z,1,x,left,7,encoder\n");
    fs::write(lab.data().join("bad.csv"), csv).unwrap();
    lab.run(&["harvest", "bad.csv"]);
    let mut terminal = Terminal::start(&lab, &[], 80, 40);
    terminal.wait_for("● harvested");
    terminal.send(TAB);
    terminal.wait_until("examples", |s| {
        s.contains("row 50: `2022-13-40T20:40:00Z`")
            && s.contains("row 51: `left`")
            && s.contains("rejected rows:")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    let shown = lab.ok(&["show", "bad.csv"]);
    assert!(shown.contains("unknown_robot row 51 `left`"), "{shown}");
    assert!(shown.contains("rejected rows"), "{shown}");
}
