//! What the browser says, in a pseudo-terminal: failures among many harvests, rejected rows,
//! filters, copies.

use std::{fs, os::unix::fs::PermissionsExt};

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
    let summary = "1 failed: E shows it";
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
        s.contains("row 50, column time: `2022-13-40T20:40:00Z`")
            && s.contains("row 51, column robot_id: `left`")
            && s.contains("rejected rows:")
    });
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    let shown = lab.ok(&["show", "bad.csv"]);
    assert!(
        shown.contains("unknown_robot row 51, column robot_id: `left`"),
        "{shown}"
    );
    assert!(shown.contains("rejected rows"), "{shown}");
}

#[test]
fn inside_of_tmux_a_copy_goes_to_tmux() {
    let lab = Lab::demo(1);
    let bin = lab.root().join("bin");
    fs::create_dir(&bin).unwrap();
    let tmux = bin.join("tmux");
    // One that is too old for `-w` refuses it.
    let program = "#!/bin/sh\n[ \"$*\" = 'load-buffer -' ] || exit 1\nexec cat > copied\n";
    fs::write(&tmux, program).unwrap();
    fs::set_permissions(&tmux, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", bin.display());
    let variables = [("PATH", path.as_str()), ("TMUX", "/nowhere,1,0")];
    let mut terminal = Terminal::start_with(&lab, &variables, &[], 100, 24);
    terminal.wait_for("1 pending");
    terminal.send("y");
    terminal.wait_for("copied to tmux's buffer: cell-01/");
    let copied = fs::read_to_string(lab.root().join("copied")).unwrap();
    assert!(copied.starts_with("cell-01/"), "{copied}");
    fs::write(
        &tmux,
        program.replace("exec", "echo no server >&2; exit 1; exec"),
    )
    .unwrap();
    terminal.send("jy");
    terminal.wait_for("tmux could not copy: no server");
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(!raw.contains("\u{1b}]52;"), "tmux would drop it");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
    let mut terminal = Terminal::start(&lab, &[], 100, 24);
    terminal.wait_for("1 pending");
    terminal.send("y");
    terminal.wait_for("sent to the terminal's clipboard: cell-01/");
    // What a key asks for is done before the next key.
    terminal.send("?");
    terminal.wait_for("mark or unmark");
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    assert!(raw.contains("\u{1b}]52;c;"));
    terminal.send("q");
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn escape_clears_a_filter_and_tab_completes_one() {
    let lab = Lab::demo(3);
    let mut terminal = Terminal::start(&lab, &[], 80, 24);
    terminal.wait_for("3 pending");
    terminal.send("fsta\t");
    terminal.wait_until("the fields", |s| {
        s.contains("state:") && s.contains("start")
    });
    terminal.send("\tpe\t");
    terminal.wait_for("filter: state:pending");
    terminal.wait_for("Enter apply");
    terminal.send("\r");
    terminal.wait_for("shows 3 of 3");
    terminal.wait_for("1 of 3");
    terminal.send("G");
    terminal.wait_for("3 of 3");
    terminal.send(ESC);
    terminal.wait_until("no filter", |s| !s.contains("filter `"));
    terminal.send("f\u{1b}[A");
    terminal.wait_for("filter: state:pending");
    terminal.send(ESC);
    terminal.wait_until("no filter", |s| !s.contains("filter:"));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}
