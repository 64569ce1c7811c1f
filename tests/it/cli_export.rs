//! `mdtui export` by the real binary; what is in the files has unit tests of its own.

use std::fs;

use crate::common::Lab;

fn lab() -> (Lab, String, u64, u64) {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let runs = lab.json(&["runs", "--json"]);
    let run = &runs["runs"][0];
    let number = |key: &str| run[key].as_u64().unwrap();
    let uuid = run["run_uuid"].as_str().unwrap().to_owned();
    let (rows, complete) = (number("rows"), number("complete_rows"));
    (lab, uuid, rows, complete)
}

#[test]
fn every_form_is_written_by_its_ending() {
    let (lab, run, rows, complete) = lab();
    for name in ["a.csv", "a.parquet", "a.ndjson", "a.arrow"] {
        let answer = lab.run(&["export", &run, "-o", name]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        assert!(answer.out.is_empty(), "results go to the file");
        assert!(lab.root().join(name).exists());
    }
    let lines = |name: &str| {
        fs::read_to_string(lab.root().join(name))
            .unwrap()
            .lines()
            .count() as u64
    };
    assert_eq!(lines("a.csv"), rows + 1);
    assert_eq!(lines("a.ndjson"), rows);
    lab.ok(&["export", &run, "--complete", "-o", "c.csv"]);
    assert!(complete > 0 && complete < rows);
    assert_eq!(lines("c.csv"), complete + 1);
}

#[test]
fn columns_spans_and_steps_are_taken() {
    let (lab, run, ..) = lab();
    let asked = [
        "export",
        &run,
        "--columns",
        "fz_1,x_1",
        "--from",
        "+0.5s",
        "--to",
        "+0.6s",
        "--resample",
        "10ms",
        "-o",
        "s.csv",
    ];
    lab.ok(&asked);
    let text = fs::read_to_string(lab.root().join("s.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "time,fz_1,x_1");
    assert_eq!(lines.len(), 12);
    let time =
        |line: &str| mdtui::etl::time::parse(line.split(',').next().unwrap().as_bytes()).unwrap();
    assert!(
        lines[1..]
            .windows(2)
            .all(|w| time(w[1]) - time(w[0]) == 10_000)
    );
}

#[test]
fn a_condition_keeps_the_rows_that_fulfil_it() {
    let (lab, run, rows, _) = lab();
    let text = |name: &str| fs::read_to_string(lab.root().join(name)).unwrap();
    lab.ok(&["export", &run, "--columns", "v1,fz_1", "-o", "all.csv"]);
    let wanted: Vec<String> = text("all.csv")
        .lines()
        .filter(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let number = |cell: usize| cells[cell].parse::<f64>().unwrap_or(f64::NAN);
            number(1) > 100.0 && number(2) < -100.0
        })
        .map(str::to_owned)
        .collect();
    assert!(!wanted.is_empty() && (wanted.len() as u64) < rows);
    let condition = "fz_1 < -100 and v1 > 100";
    lab.ok(&[
        "export",
        &run,
        "--columns",
        "v1,fz_1",
        "--where",
        condition,
        "-o",
        "some.csv",
    ]);
    let got: Vec<String> = text("some.csv")
        .lines()
        .skip(1)
        .map(str::to_owned)
        .collect();
    assert_eq!(got, wanted);
    for (args, word) in [
        (
            vec!["--where", "q > 1"],
            "--where: unknown column `q` at character 1",
        ),
        (
            vec!["--where", "v1 > 1", "--resample", "1s"],
            "cannot be used with",
        ),
    ] {
        let mut asked = vec!["export", &run, "-o", "no.csv"];
        asked.extend(args);
        let answer = lab.run(&asked);
        assert_eq!(answer.code, 2, "{}", answer.err);
        assert!(answer.err.contains(word), "{}", answer.err);
    }
}

#[test]
fn what_is_asked_wrongly_is_usage_and_writes_nothing() {
    let (lab, run, ..) = lab();
    for (args, word) in [
        (&["export", "zebra", "-o", "a.csv"][..], "zebra"),
        (&["export", &run, "-o", "a.xlsx"], ".csv"),
        (&["export", &run, "--columns", "q", "-o", "a.csv"], "\"q\""),
        (&["export", &run, "--from", "noon", "-o", "a.csv"], "noon"),
        (&["export", &run, "--resample", "0ms", "-o", "a.csv"], "0ms"),
        (
            &[
                "export", &run, "--from", "+2s", "--to", "+1s", "-o", "a.csv",
            ],
            "before",
        ),
        (&["export", &run, "-o", "cache/a.csv"], "in the lake"),
        (
            &["export", &run, "-o", "data/cell-01/2022-11-23T2040.parquet"],
            "never changed",
        ),
    ] {
        let answer = lab.run(args);
        assert_eq!(answer.code, 2, "{args:?} {}", answer.err);
        assert!(answer.sentence().contains(word), "{args:?}: {}", answer.err);
    }
    assert!(!lab.root().join("a.csv").exists());
    let nowhere = lab.run(&["export", &run, "-o", "no/such/folder/a.csv"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
}

#[test]
fn a_folder_that_is_not_there_is_usage_and_exports_is_made() {
    let (lab, run, ..) = lab();
    let answer = lab.run(&["export", &run, "-o", "nowhere/x.csv"]);
    assert_eq!(answer.code, 2, "{}", answer.err);
    assert!(
        answer.err.contains("there is no folder nowhere"),
        "{}",
        answer.err
    );
    let target = lab.cache().join("exports/x.csv");
    let target = target.to_str().unwrap();
    for _ in 0..2 {
        assert_eq!(lab.run(&["export", &run, "-o", target]).code, 0);
    }
    assert!(std::path::Path::new(target).is_file());
}

#[test]
fn a_file_named_as_a_log_elsewhere_is_no_log() {
    let (lab, run, ..) = lab();
    std::fs::write(lab.data().join("x.csv"), "time\n1\n").unwrap();
    for _ in 0..2 {
        let answer = lab.run(&["export", &run, "-o", "x.csv"]);
        assert_eq!(answer.code, 0, "{}", answer.err);
    }
    let log = lab.data().join("x.csv");
    let answer = lab.run(&["export", &run, "-o", log.to_str().unwrap()]);
    assert_eq!(answer.code, 2, "{}", answer.err);
}

/// A run whose first sample was taken before the recorder's clock was set.
fn since_1970() -> Lab {
    let lab = Lab::new();
    let mut log = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for (n, time) in [
        "1970-01-01T00:00:00",
        "2024-05-06T06:30:00",
        "2024-05-06T06:30:01",
    ]
    .iter()
    .enumerate()
    {
        log += &format!("{time},{n},x,1,77,encoder\n");
    }
    fs::write(lab.data().join("a.csv"), log).unwrap();
    lab.ok(&["harvest"]);
    lab
}

#[test]
fn an_endless_export_is_refused_with_its_number() {
    let lab = since_1970();
    let export = ["export", "77", "--resample", "10ms", "-o", "a.csv"];
    let answer = lab.run(&export);
    assert_eq!(answer.code, 2);
    let number = "the export would have 171,497,700,101 rows";
    assert!(answer.err.contains(number), "{}", answer.err);
    assert!(!lab.root().join("a.csv").exists());
    // Of a span there are few, and the number is what is written.
    let span = [
        "--from",
        "2024-05-06T06:30:00",
        "--to",
        "2024-05-06T06:30:00.5",
    ];
    let answer = lab.run(&[&export[..], &span[..]].concat());
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.err.contains("wrote 51 rows"), "{}", answer.err);
    let force = lab.run(&["export", "77", "--resample", "1d", "--force", "-o", "b.csv"]);
    assert_eq!(force.code, 0, "{}", force.err);
}

#[test]
fn a_span_without_rows_says_where_the_run_lies() {
    let lab = since_1970();
    for (from, to) in [("2025-01-01", "2025-02-01"), ("1999-01-01", "1999-01-02")] {
        let answer = lab.run(&["export", "77", "--from", from, "--to", to, "-o", "a.csv"]);
        assert_eq!(answer.code, 2, "{}", answer.err);
        let words = "the run is from 1970-01-01T00:00:00.000000Z to 2024-05-06T06:30:01.000000Z";
        assert!(answer.err.contains(words), "{}", answer.err);
        assert!(!lab.root().join("a.csv").exists());
    }
    let answer = lab.run(&["export", "77", "--where", "x_1 > 9", "-o", "a.csv"]);
    assert_eq!(answer.code, 0);
    assert!(answer.err.contains("no row matched"), "{}", answer.err);
}

#[test]
fn standard_output_gets_the_bytes_of_the_file() {
    let (lab, run, ..) = lab();
    for format in ["csv", "ndjson", "parquet", "arrow"] {
        let name = format!("a.{format}");
        lab.ok(&["export", &run, "-o", &name]);
        let args = ["export", &run, "-o", "-", "--format", format];
        let output = lab.command(&args).output().unwrap();
        assert!(output.status.success(), "{format}");
        let file = fs::read(lab.root().join(&name)).unwrap();
        assert!(output.stdout == file, "{format}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("to standard output"), "{said}");
    }
    // The word takes precedence over the ending.
    lab.ok(&["export", &run, "-o", "b.txt", "--format", "csv"]);
    assert_eq!(
        fs::read(lab.root().join("b.txt")).unwrap(),
        fs::read(lab.root().join("a.csv")).unwrap()
    );
    let answer = lab.run(&["export", &run, "-o", "-"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("--format"), "{}", answer.err);
}

#[test]
fn a_reader_that_has_enough_ends_an_export_quietly() {
    use std::{io::Read, process::Stdio};
    let (lab, run, ..) = lab();
    for format in ["csv", "ndjson", "parquet", "arrow"] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mdtui"));
        command.current_dir(lab.root()).envs(lab.environment());
        command.args([
            "export",
            &run,
            "--resample",
            "10us",
            "-o",
            "-",
            "--format",
            format,
        ]);
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 10]).unwrap();
        drop(out);
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(
            (done.status.code(), said.as_str()),
            (Some(0), ""),
            "{format}"
        );
    }
}

#[test]
fn a_fifo_gets_rows_and_stays_a_fifo() {
    let (lab, run, ..) = lab();
    lab.ok(&["export", &run, "-o", "a.csv"]);
    let fifo = lab.root().join("fifo");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read(fifo).unwrap()
    });
    lab.ok(&["export", &run, "-o", "fifo", "--format", "csv"]);
    assert!(reader.join().unwrap() == fs::read(lab.root().join("a.csv")).unwrap());
    assert!(!fs::metadata(fifo).unwrap().is_file());
}
