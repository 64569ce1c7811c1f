//! `compare`: names, shapes, differences, exit codes.

use std::collections::BTreeSet;

use crate::common::Lab;
use mdtui::etl::stats::ChannelStatistic;
use serde_json::Value;

/// Ids of the runs of a log.
fn runs_of(lab: &Lab, log: &str) -> Vec<String> {
    let runs = lab.json(&["runs", log, "--json"]);
    let runs = runs["runs"].as_array().unwrap().iter();
    runs.map(|r| r["run_uuid"].as_str().unwrap().to_owned())
        .collect()
}

fn named<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let list = list.as_array().unwrap();
    list.iter().find(|e| e[key] == name).unwrap()
}

#[test]
fn differences_are_those_of_the_shown_statistics() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let ids = runs_of(&lab, "cell-01/2022-11-23T2040");
    let three = [&ids[0], &ids[1], &ids[2]].map(String::as_str);
    let answer = lab.json(&[&["compare", "--json"][..], &three].concat());
    assert_eq!(answer["version"], 1);
    let shown: Vec<Value> = three
        .iter()
        .map(|id| lab.json(&["show", id, "--json"])["run"].clone())
        .collect();
    for (at, run) in shown.iter().enumerate() {
        assert_eq!(answer["runs"][at]["run_uuid"], run["run_uuid"]);
        assert_eq!(answer["runs"][at]["letter"], ["A", "B", "C"][at]);
    }
    let (mut figures, channels) = (0, answer["channels"].as_array().unwrap());
    for channel in channels {
        for statistic in channel["statistics"].as_array().unwrap() {
            let name = statistic["name"].as_str().unwrap();
            let of = |at: usize| {
                shown[at]["channels"][channel["channel"].as_str().unwrap()][name].as_f64()
            };
            for at in 0..3 {
                assert_eq!(statistic["values"][at].as_f64(), of(at), "{channel}");
                let expected = of(at).zip(of(0)).map(|(v, f)| v - f);
                assert_eq!(statistic["differences"][at].as_f64(), expected);
                let percent = statistic["percent"][at].as_f64();
                match (expected, of(0)) {
                    (Some(d), Some(f)) if f != 0.0 => {
                        let wanted = 100.0 * d / f.abs();
                        assert!((percent.unwrap() - wanted).abs() <= 1e-9 * wanted.abs());
                    }
                    _ => assert_eq!(percent, None),
                }
                figures += 1;
            }
        }
    }
    let has = |at: usize, name: &str| shown[at]["channels"].get(name).is_some();
    let names: BTreeSet<&str> = shown
        .iter()
        .flat_map(|run| run["channels"].as_object().unwrap().keys())
        .map(String::as_str)
        .collect();
    let shared = names
        .iter()
        .filter(|name| (0..3).filter(|at| has(*at, name)).count() > 1)
        .count();
    let statistics = ChannelStatistic::compared().count();
    assert_eq!((figures, channels.len()), (shared * statistics * 3, shared));
    let alone = answer["only_in_one"].as_array().unwrap().len();
    assert_eq!(shared + alone, names.len());
    let runtime = named(&answer["totals"], "name", "total_runtime_seconds");
    assert_eq!(runtime["values"][2], shown[2]["total_runtime_seconds"]);
}

#[test]
fn channels_and_statistics_are_chosen_and_the_text_is_aligned() {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    let ids = runs_of(&lab, "cell-01/2022-11-23T2040");
    let text = lab.ok(&[
        "compare",
        &ids[0],
        &ids[1],
        "--channels",
        "f1,x_1",
        "--stats",
        "max,rate_hz",
    ]);
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[1].starts_with("A ") && lines[2].starts_with("B "),
        "{text}"
    );
    let head = lines.iter().position(|l| l.contains("B − A")).unwrap();
    let width = lines[head].chars().count();
    let at = |name: &str| lines.iter().position(|l| l.starts_with(name)).unwrap();
    assert!(at("f1 (N)") < at("x_1 (mm)"), "{text}");
    for title in ["runtime (s)", "distance 1 (mm)", "  max", "  rate (Hz)"] {
        assert_eq!(lines[at(title)].chars().count(), width, "{text}");
    }
    assert!(!text.contains("mean") && !text.contains("fz_1"), "{text}");
}

#[test]
fn a_channel_of_one_run_is_named_and_not_compared() {
    let lab = Lab::demo(20);
    lab.run(&["harvest", "--jobs", "1"]);
    let runs = lab.json(&["runs", "--json"]);
    let runs = runs["runs"].as_array().unwrap();
    let name = |r: &Value| {
        format!(
            "{}:{}",
            r["log"].as_str().unwrap(),
            r["run_uuid"].as_str().unwrap()
        )
    };
    let full = runs
        .iter()
        .find(|r| r["log"] == "cell-01/2022-11-23T2040")
        .unwrap();
    let fewer = runs
        .iter()
        .find(|r| r["error"].is_null() && r["channels"].as_u64() < full["channels"].as_u64())
        .expect("the demo has a run without some channels");
    let answer = lab.json(&["compare", &name(full), &name(fewer), "--json"]);
    let alone = answer["only_in_one"].as_array().unwrap();
    assert!(!alone.is_empty());
    let channel = alone[0]["channel"].as_str().unwrap();
    let refused = lab.run(&["compare", &name(full), &name(fewer), "--channels", channel]);
    assert_eq!(refused.code, 2);
    let letter = alone[0]["run"].as_str().unwrap();
    let sentence = format!("only run {letter} has the channel \"{channel}\"");
    assert!(refused.sentence().contains(&sentence), "{}", refused.err);
    // A failed run takes part without figures.
    let failed = runs.iter().find(|r| !r["error"].is_null()).unwrap();
    let answer = lab.json(&["compare", &name(full), &name(failed), "--json"]);
    assert_eq!(answer["channels"].as_array().unwrap().len(), 0);
    assert!(answer["totals"][0]["values"][1].is_null());
    assert!(
        lab.ok(&["compare", &name(full), &name(failed)])
            .contains("failed: ")
    );
}

#[test]
fn wrong_numbers_and_names_of_runs_are_wrong_usage() {
    let lab = Lab::demo(2);
    lab.ok(&["harvest"]);
    let list = lab.json(&["list", "--json"]);
    let [a, b] = [0, 1].map(|at| runs_of(&lab, list["logs"][at]["key"].as_str().unwrap()));
    let both: Vec<&str> = a.iter().chain(&b).map(String::as_str).collect();
    for count in [0, 1, 7] {
        let args = [&["compare"][..], &both[..count]].concat();
        let answer = lab.run(&args);
        assert_eq!(answer.code, 2, "{count}: {}", answer.out);
        assert!(answer.err.contains("RUN"), "{}", answer.err);
    }
    lab.ok(&[&["compare"][..], &both[..6]].concat());
    let twice = lab.run(&["compare", &a[0], &a[1], &a[0][19..]]);
    assert_eq!(twice.code, 2);
    assert!(
        twice.sentence().contains("named twice: it is run A"),
        "{}",
        twice.err
    );
    let many = lab.run(&["compare", &a[0], "11ed"]);
    assert_eq!(many.code, 2);
    assert!(
        many.sentence().contains("\"11ed\" names 8 runs"),
        "{}",
        many.err
    );
    assert_eq!(lab.run(&["compare", &a[0], "zebra"]).code, 2);
    assert_eq!(
        lab.run(&["compare", &a[0], &a[1], "--stats", "mood"]).code,
        2
    );
}
