//! Compare in a pseudo-terminal: charts from real tables, differences, a table that
//! is gone.

use std::fs;

use crate::common::Lab;
use crate::common::terminal::Terminal;

#[test]
fn marked_runs_are_compared_and_a_table_that_is_gone_is_named() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let file = runs["runs"][0]["file_name"].as_str().unwrap();
    let log = runs["runs"][0]["log"].as_str().unwrap();
    let mut terminal = Terminal::start(&lab, &[], 100, 30);
    terminal.wait_for("● harvested");
    terminal.send("2");
    terminal.wait_until("runs", |s| s.matches("11ed").count() == 4);
    terminal.send("c");
    terminal.wait_for("none is marked");
    terminal.send("  c");
    // A place can be gone to once the runs are known: both are drawn, each with its letter.
    terminal.wait_for("aligned at their starts");
    terminal.wait_until("both runs drawn", |s| {
        let drawn = |letter| s.lines().any(|l| l.contains('│') && l.contains(letter));
        drawn('A') && drawn('B')
    });
    terminal.send("o0.5\r");
    terminal.wait_until("values of both", |s| {
        s.contains("+0.500 s") && s.contains("B − A")
    });
    terminal.send("a");
    terminal.wait_for("aligned at chosen times");
    terminal.send("\t");
    terminal.wait_for("peak to peak");
    terminal.send("e");
    terminal.wait_for("NDJSON");
    terminal.send("p");
    terminal.wait_for("exports/compare_");
    terminal.send("q");
    terminal.wait_for("2 runs marked");
    fs::remove_file(lab.cache().join(log).join(file)).unwrap();
    terminal.send("c");
    terminal.wait_for("recreates it");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}
