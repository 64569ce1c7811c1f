//! Charts of a run in a pseudo-terminal: one time in all tabs, extremes, the histogram, a path
//! stretched, the run before.

use std::{fmt::Write as _, fs};

use crate::common::{Lab, terminal::Terminal};

const ENTER: &str = "\r";
const TAB: &str = "\t";

/// Two logs of one cell, a day apart, each with a run of 20 s: positions every 20 ms and forces
/// between them, with one spike of `fz`.
fn lab() -> Lab {
    let lab = Lab::new();
    for (day, run) in [(23, 7), (24, 8)] {
        let mut csv = "time,value,field,robot_id,run_uuid,cell_id,sensor_type\n".to_owned();
        for n in 0..1000 {
            let turn = f64::from(n) / 50.0;
            let at = |micros: i32| {
                let micros = n * 20_000 + micros;
                format!(
                    "2022-11-{day}T20:40:{:02}.{:06}Z",
                    micros / 1_000_000,
                    micros % 1_000_000
                )
            };
            let (position, force) = (at(0), at(7_000));
            let mut row = |time: &str, value: f64, field: &str, sensor: &str| {
                writeln!(csv, "{time},{value},{field},1,{run},10,{sensor}").unwrap();
            };
            row(&position, 100.0 * turn.cos(), "x", "encoder");
            row(&position, 100.0 * turn.sin(), "y", "encoder");
            row(&position, -40.0 - f64::from(n / 250), "z", "encoder");
            let fz = if n == 640 {
                -9000.0
            } else {
                -1400.0 - f64::from(n % 17)
            };
            row(&force, 20.0 * turn.sin(), "fx", "load_cell");
            row(&force, 20.0 * turn.cos(), "fy", "load_cell");
            row(&force, fz + f64::from(run), "fz", "load_cell");
        }
        fs::write(lab.data().join(format!("day-{day}.csv")), csv).unwrap();
    }
    lab.run(&["harvest"]);
    lab
}

#[test]
fn the_moment_of_an_extreme_is_that_of_every_tab() {
    let lab = lab();
    for (columns, rows) in [(80, 24), (120, 40), (200, 50)] {
        let mut terminal = Terminal::start(&lab, &[], columns, rows);
        terminal.wait_for("● harvested");
        terminal.send("2");
        terminal.wait_until("the runs", |s| {
            s.contains("[2 Runs]") && s.contains("11-23")
        });
        terminal.send(&format!("g{ENTER}"));
        terminal.wait_until("the summary with a column", |s| s.contains("[max]"));
        // From the smallest fz to its sample: y, z, p, fx, fy, fz; min is left of max.
        terminal.send("jjjjjjh");
        terminal.wait_until("min", |s| s.contains("[min]"));
        terminal.send(ENTER);
        terminal.wait_until("the spike", |s| {
            s.contains("[Signals]") && s.contains("min fz_1: −8,993.00 N at 20:40:12.807")
        });
        terminal.send(TAB);
        terminal.wait_until("its row, and held values", |s| {
            s.contains("[Samples]") && s.contains("20:40:12.807000") && s.contains("?: held or")
        });
        terminal.send("G");
        terminal.wait_for("20:40:19.987000");
        terminal.send(TAB);
        terminal.wait_until("the end of the path", |s| {
            s.contains("[Path]") && s.contains("  1:1 ├") && s.contains("at 20:40:19.98")
        });
        terminal.send("az");
        terminal.wait_for("↑ ×");
        terminal.send("$");
        terminal.wait_until("the hardest press", |s| {
            s.contains("largest f1 of the run: 8,993")
        });
        terminal.send(&format!("{TAB}{TAB}{TAB}{TAB}"));
        terminal.wait_for("[Signals]");
        terminal.send("d");
        terminal.wait_until("the histogram", |s| {
            s.contains("median −1,40") || s.contains("median 1,")
        });
        terminal.send("d");
        terminal.wait_until("no histogram", |s| !s.contains("median"));
        terminal.send("Q");
        assert_eq!(terminal.end(), 0);
    }
}

#[test]
fn a_run_is_compared_with_the_one_before_on_one_key() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, &[], 100, 30);
    terminal.wait_for("● harvested");
    terminal.send("2");
    terminal.wait_until("the runs", |s| {
        s.contains("[2 Runs]") && s.contains("11-23")
    });
    terminal.send("gP");
    terminal.wait_until("why not", |s| {
        s.contains("no earlier run of this machine")
            && s.contains("[2 Runs]")
            && !s.contains("A ━━")
    });
    terminal.send("GP");
    terminal.wait_until("both runs", |s| {
        s.contains("comparison of 2 runs")
            && s.contains("aligned at")
            && s.contains("A ━━")
            && s.contains("B ━━")
    });
    terminal.send(TAB);
    terminal.wait_until("what differs", |s| {
        s.contains("largest difference first") && !s.contains("  count")
    });
    terminal.send("a");
    terminal.wait_until("everything", |s| s.contains("all figures"));
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}
