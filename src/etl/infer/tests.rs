use std::{fs, path::Path};

use super::{Proposal, propose};
use crate::{
    profile::Profile,
    schema::{FieldKind, Layout},
};

fn proposed(name: &str, text: &str) -> crate::Result<(Proposal, Profile)> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, text).unwrap();
    let proposal = propose(&path)?;
    let profile = Profile::parse(&proposal.toml, "p").unwrap();
    Ok((proposal, profile))
}

/// The lines of a log with a header: times and these cells.
fn lines(header: &str, rows: usize, cells: impl Fn(usize) -> String) -> String {
    let mut out = format!("{header}\n");
    for i in 0..rows {
        out += &format!(
            "2024-05-06T06:00:{:02}.{:03}Z,{}\n",
            i / 1000,
            i % 1000,
            cells(i)
        );
    }
    out
}

#[test]
fn the_built_in_profile_is_found_again_in_a_log_of_its_own() {
    let fields = ["x", "y", "z", "fx", "fy", "fz"];
    let log = lines(
        "time,value,field,robot_id,run_uuid,sensor_type,cell_id",
        2_400,
        |i| {
            let sensor = if i % 6 < 3 { "encoder" } else { "load_cell" };
            format!(
                "{}.5,{},{},{},{sensor},10",
                i,
                fields[i % 6],
                1 + i / 6 % 2,
                7_000 + i / 1_200
            )
        },
    );
    let (proposal, profile) = proposed("a.csv", &log).unwrap();
    let built_in = Profile::built_in().unwrap();
    assert_eq!(profile.columns, built_in.columns);
    assert_eq!(profile.fields, built_in.fields);
    assert_eq!(profile.robots, built_in.robots);
    assert_eq!(profile.layout, Layout::Long);
    assert_eq!(
        proposal.trial,
        "of its first 2,400 samples this profile keeps 2,400 in 2 runs"
    );
}

#[test]
fn a_wide_log_has_its_robots_axes_and_units_told_by_its_names() {
    let header = "Time,left.X [cm],left.Fz [kN],right.X [cm],Temp [°C],R2 torque";
    let log = lines(header, 300, |i| {
        format!("{i},2,3,{},5", if i % 3 == 0 { "" } else { "4" })
    });
    let (proposal, profile) = proposed("welding.csv", &log).unwrap();
    assert_eq!(profile.layout, Layout::Wide);
    assert!(profile.is_one_run());
    let robots: Vec<&str> = profile.robots.iter().map(|r| &**r).collect();
    assert_eq!(robots, ["2", "left", "right"]);
    let told: Vec<(&str, FieldKind, Option<&str>, &str)> = profile
        .fields
        .iter()
        .map(|f| (f.name.as_str(), f.kind, f.axis.as_deref(), f.unit.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("x", FieldKind::Position, Some("x"), "cm"),
            ("fz", FieldKind::Force, Some("z"), "kN"),
            ("temp", FieldKind::Other, None, "°C"),
            ("torque", FieldKind::Other, None, "N m"),
        ]
    );
    let signals: Vec<(&str, &str, &str)> = profile
        .signals
        .iter()
        .map(|s| (s.column.as_str(), s.field.as_str(), &*s.robot))
        .collect();
    assert_eq!(signals[2], ("right.X [cm]", "x", "right"));
    assert_eq!(signals[4], ("R2 torque", "torque", "2"));
    assert!(
        proposal
            .trial
            .starts_with("of its first 1,400 samples this profile keeps 1,400 in 1 run")
    );
    assert_eq!(
        proposal.guesses,
        [
            "the column \"Temp [°C]\" names no robot and is given to robot left",
            "the unit of \"torque\" is taken to be N m"
        ]
    );
}

#[test]
fn semicolons_decimal_commas_and_numbers_in_names_are_understood() {
    let mut log = "stamp;x1;y1;x2;y2;part\n".to_owned();
    for i in 0..200 {
        log += &format!("2024-05-06 06:00:00.{i:03};1,5;2,5;3;4;{}\n", 900 + i / 100);
    }
    let (_, profile) = proposed("a.csv", &log).unwrap();
    assert_eq!(profile.columns.run, "part");
    let names: Vec<String> = profile
        .signals
        .iter()
        .map(|s| format!("{}_{}", s.field, &*s.robot))
        .collect();
    assert_eq!(names, ["x_1", "y_1", "x_2", "y_2"]);
}

#[test]
fn what_allows_no_guess_is_refused_with_the_columns() {
    let told = |text: &str| proposed("a.csv", text).unwrap_err().to_string();
    let no_times = told("a,b\n1,2\n");
    assert!(
        no_times.contains("none of its columns holds times") && no_times.contains("`a`, `b`"),
        "{no_times}"
    );
    assert!(told("a,b\n").contains("it has no rows"));
    let words = told(&lines("time,a", 3, |_| "word".into()));
    assert!(
        words.contains("none of them holds numbers") || words.contains("holds numbers"),
        "{words}"
    );
    let no_run = told(&lines("time,field,value", 300, |i| {
        format!("{},1", ["fx", "fy"][i % 2])
    }));
    assert!(
        no_run.contains("must have a column that tells the run"),
        "{no_run}"
    );
    let other = propose(Path::new("a.txt")).unwrap_err().to_string();
    assert!(other.contains("not named like a log"), "{other}");
}

#[test]
fn hostile_names_make_a_profile_or_an_error_but_never_another_document() {
    for name in [
        "a\"b",
        "x = 1 # y",
        "]]",
        "'''",
        "\\u001b[2J",
        "v",
        "time",
        "p",
    ] {
        let header = format!("time,\"{}\",z", name.replace('"', "\"\""));
        let text = lines(&header, 50, |i| format!("{i},{i}"));
        if let Ok((_, profile)) = proposed("a.csv", &text) {
            assert!(profile.signals.len() <= 2, "{name}");
        }
    }
}

#[test]
fn a_long_log_with_other_names_has_its_run_and_robot_told_by_their_cells() {
    let log = lines("ts,station,axis_group,signal,val,lot_no", 400, |i| {
        let (group, signal) = (["left", "right"][i / 2 % 2], ["pos_x", "force_z"][i % 2]);
        format!("4,{group},{signal},1.5,{}", 4711 + i / 200)
    });
    let (proposal, profile) = proposed("a.csv", &log).unwrap();
    assert_eq!(profile.columns.field, "signal");
    assert_eq!(profile.columns.robot, "axis_group");
    assert_eq!(profile.columns.run, "lot_no");
    assert_eq!(
        proposal.guesses[0],
        "the column `axis_group` is taken to tell the robot"
    );
    assert!(proposal.trial.contains("keeps 400"), "{}", proposal.trial);
}

#[test]
fn what_a_wide_log_loses_and_whose_signals_were_assigned_is_said() {
    let log = lines("Time,Batch,Left X (mm),Right X (mm),Oil °C", 50, |_| {
        "A17,1.5,2.5,41".into()
    });
    let (proposal, profile) = proposed("a.csv", &log).unwrap();
    let robots: Vec<String> = profile.robots.iter().map(|r| r.to_string()).collect();
    assert_eq!(robots, ["left", "right"]);
    let oil = profile.fields.iter().find(|f| f.unit == "°C").unwrap();
    assert_eq!(oil.name, "oil");
    assert!(
        proposal.guesses.contains(
            &"the column \"Oil °C\" names no robot and is given to robot left".to_owned()
        ),
        "{:?}",
        proposal.guesses
    );
    assert_eq!(
        proposal.left_out,
        ["the column `Batch`: `A17` is no run id, which is a whole number or a UUID"]
    );
    // What is told is the cell that is at fault.
    let log = lines("Time,Left X (mm),Left Z (mm)", 50, |n| {
        let z = if n % 5 == 3 { "off" } else { "7" };
        format!("1.5,{z}")
    });
    let (proposal, _) = proposed("a.csv", &log).unwrap();
    assert_eq!(
        proposal.left_out,
        ["the column `Left Z (mm)`: `off` is not a number"]
    );
}
