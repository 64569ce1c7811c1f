//! A real log, where it is at hand: the numbers of an independent computation.

use std::{fs, path::Path};

use crate::common::Lab;

/// Run, cell, rows, columns, distance of robot 1 and 2 in mm.
const RUNS: [(&str, &str, u64, usize, f64, f64); 4] = [
    (
        "00000000-0000-0000-7ba7-04f66b6e11ed",
        "1",
        361,
        25,
        26310.723423934014,
        29632.42580880814,
    ),
    (
        "00000000-0000-0000-ac28-136e6b6d11ed",
        "2",
        361,
        33,
        49271.93605508814,
        50165.22573221464,
    ),
    (
        "00000000-0000-0000-6939-b7626b6611ed",
        "10",
        361,
        33,
        39010.73174278574,
        0.1660416305857522,
    ),
    (
        "00000000-0000-0000-55b9-076e6b5811ed",
        "11",
        361,
        33,
        0.0954142135629174,
        0.13600000001201806,
    ),
];

#[test]
fn the_real_log_gives_the_known_numbers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.join("sample.parquet").exists() {
        println!("skipped: ../shared/data/sample.parquet is not there");
        return;
    }
    let lab = Lab::new();
    for name in ["sample.parquet", "sample.csv"] {
        fs::copy(folder.join(name), lab.data().join(name)).unwrap();
    }
    lab.ok(&["harvest", "--all"]);
    assert!(
        lab.ok(&["harvest", "--all"])
            .starts_with("nothing to do: 2 logs are")
    );
    for key in ["sample", "sample.csv"] {
        let shown = lab.json(&["show", key, "--json"]);
        let log = &shown["log"];
        assert_eq!(log["ledger"]["rows_in"], 15_162, "{key}");
        assert_eq!(log["ledger"]["rows_kept"], 15_162, "{key}");
        let record = fs::read(lab.cache().join(key).join("record.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        for (uuid, cell, rows, columns, first, second) in RUNS {
            let runs = log["runs"].as_array().unwrap();
            let run = runs.iter().find(|r| r["run_uuid"] == uuid).unwrap();
            let result = &record["run_to_result"][uuid];
            let stats = &result["run_stats"];
            assert_eq!(
                (&run["cell_id"], &result["cell_id"]),
                (&cell.into(), &cell.into())
            );
            for (rows_of, stats) in [(run, run), (result, stats)] {
                assert_eq!(rows_of["rows"], rows, "{key} {uuid}");
                assert_eq!(
                    stats["available_channels"].as_array().unwrap().len(),
                    columns,
                    "{key} {uuid}"
                );
                assert_eq!(stats["start_time"], "2022-11-23T20:40:00.444000Z");
                assert_eq!(stats["stop_time"], "2022-11-23T20:50:00.000000Z");
                let number = |value: &serde_json::Value| value.as_f64().unwrap();
                assert!((number(&stats["total_runtime_seconds"]) - 599.556).abs() < 1e-9);
                for (robot, wanted) in [("1", first), ("2", second)] {
                    let got = number(&stats["total_distance_mm"][robot]);
                    assert!((got - wanted).abs() <= 1e-9, "{key} {uuid} {robot}: {got}");
                }
            }
        }
    }
}
