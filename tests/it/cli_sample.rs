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

/// A number is within `within` of `wanted`.
fn near(value: &serde_json::Value, wanted: f64, within: f64) {
    let got = value.as_f64().unwrap();
    assert!((got - wanted).abs() <= within, "{got}, not {wanted}");
}

#[test]
fn the_real_log_has_the_known_states_biases_and_layers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !folder.join("sample.parquet").exists() {
        println!("skipped: ../shared/data/sample.parquet is not there");
        return;
    }
    let lab = Lab::new();
    fs::copy(
        folder.join("sample.parquet"),
        lab.data().join("sample.parquet"),
    )
    .unwrap();
    lab.ok(&["harvest", "--all"]);
    let [no_forces, air, formed, parked] = RUNS.map(|run| {
        let shown = lab.json(&["show", run.0, "--json"]);
        shown["run"]["robots"].clone()
    });
    for robot in ["1", "2"] {
        assert_eq!(no_forces[robot]["state"], "unknown");
        assert_eq!(air[robot]["state"], "air");
        assert_eq!(parked[robot]["state"], "parked");
        assert_eq!(
            air[robot]["forming"]["force_peak_n"],
            serde_json::Value::Null
        );
    }
    for (channel, bias) in [("fx_2", 501.0), ("fy_2", 205.0), ("fz_2", 445.0)] {
        assert_eq!(air["2"]["bias"][channel]["source"], "air");
        near(&air["2"]["bias"][channel]["value"], bias, 1.0);
    }
    assert_eq!(formed["2"]["state"], "parked");
    let robot = &formed["1"];
    assert_eq!(robot["state"], "contact");
    assert_eq!(robot["contact_source"], "motion");
    assert_eq!(robot["bias"]["fz_1"]["source"], "unknown");
    let layers = robot["layers"].as_array().unwrap();
    let complete = layers.iter().filter(|l| l["complete"] == true);
    assert_eq!((layers.len(), complete.count()), (30, 29));
    let (first, last) = (&layers[0], &layers[29]);
    near(&first["z_mm"], -48.83, 0.005);
    near(&last["z_mm"], -57.51, 0.005);
    near(&first["axial_median_n"], -1531.0, 0.5);
    near(&last["axial_median_n"], -1452.0, 0.5);
    near(&first["radius_mm"], 218.4, 0.05);
    near(&last["radius_mm"], 211.5, 0.05);
    let mut steps: Vec<f64> = layers
        .iter()
        .filter_map(|l| l["step_mm"].as_f64())
        .collect();
    steps.sort_by(f64::total_cmp);
    near(&steps[14].into(), 0.299, 0.0005);
    let slope = &robot["axial_slope_n_per_layer"];
    near(&slope["value"], -3.1, 0.05);
    near(&slope["low"], -3.5, 0.05);
    near(&slope["high"], -2.5, 0.05);
    near(&robot["wall_angle_deg"], 51.6, 0.05);

    // Cell 2 touches nothing, so its machines have no force of forming.
    let machines = lab.json(&["machines", "--cell", "2", "--json"]);
    for machine in machines["machines"].as_array().unwrap() {
        assert_eq!(machine["force_peak"], serde_json::Value::Null);
        assert_eq!(machine["series"][0]["state"], "air");
        assert!(machine["series"][0]["force_peak"].is_number());
    }
}
