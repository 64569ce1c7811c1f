//! Rules of a profile's author: read, checked, and evaluated over the rows of tables.

use super::{
    Flag, Severity,
    tests::{FX1, FZ1, Made, START, clean},
};
use crate::profile::{BUILT_IN, Profile};

fn profile(rules: &str) -> Profile {
    Profile::parse(&format!("{BUILT_IN}\n{rules}"), "p").unwrap()
}

fn flags(run: &Made, rules: &str) -> Vec<Flag> {
    let flags = run.check_with(&profile(rules)).flags.into_iter();
    flags.filter(|f| f.rule == "overload").collect()
}

/// A minute in which `fz_1` is −3,000 N from second 20 to 20.4, and −2,800 N from 40 to 42.
fn pressed() -> Made {
    let mut run = clean(60);
    run.values(FZ1)[2000..2040].fill(-3000.0);
    run.values(FZ1)[4000..4200].fill(-2800.0);
    run
}

#[test]
fn a_rule_flags_the_stretches_in_which_its_condition_holds() {
    let rule = "[[rules]]\nname = \"overload\"\nwhen = \"fz_1 < -2500\"\n";
    let found = flags(&pressed(), rule);
    let [short, long] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(short.channel.as_deref(), Some("fz_1"));
    assert_eq!(
        (short.severity, short.unit.as_str()),
        (Severity::Suspect, "N")
    );
    assert_eq!(
        (short.value, short.threshold),
        (Some(-3000.0), Some(-2500.0))
    );
    // To the first row that does not fulfil it.
    let span = (START + 40_000_000, START + 42_000_000);
    assert_eq!(long.span_us(), Some(span));
    assert_eq!(long.value, Some(-2800.0));
    assert!(
        long.message
            .starts_with("fz_1 < -2500 holds for 2 s, fz_1 min -2,800 N, "),
        "{}",
        long.message
    );
    // Only what lasts.
    let lasting = format!("{rule}for = \"0.5s\"\nseverity = \"fail\"\n");
    let found = flags(&pressed(), &lasting);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].severity, Severity::Fail);
    assert_eq!(flags(&clean(60), rule), []);
    // The verdict is that of the flag, the channel's too.
    let quality = pressed().check_with(&profile(&lasting));
    assert_eq!(quality.verdict.word(), "fail");
    assert_eq!(quality.channels["fz_1"].word(), "fail");
    assert_eq!(quality.channels["f1"].word(), "fail");
}

#[test]
fn values_in_effect_are_compared_as_a_search_compares_them() {
    // Both conditions hold in the rows of both clocks.
    let rule =
        "[[rules]]\nname = \"overload\"\nwhen = \"v1 > 1 and (fz_1 < -2900 or fx_1 is null)\"\n";
    let found = flags(&pressed(), rule);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].channel.as_deref(), Some("v1"));
    assert_eq!(
        (found[0].threshold, found[0].unit.as_str()),
        (Some(1.0), "mm/s")
    );
    // Times count from the start of the run; a run in parts has gaps, where cells are null.
    let rule = "[[rules]]\nname = \"overload\"\nwhen = \"fx_1 is null and time > +10s\"\n";
    let mut gap = clean(60);
    gap.cut(FX1, 30_000_000, 35_000_000);
    let found = flags(&gap, rule);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].value, found[0].threshold), (None, None));
    let (from, to) = found[0].span_us().unwrap();
    assert!(from > START + 30_000_000 && from < START + 30_200_000);
    assert_eq!(to, START + 35_000_000);
}

#[test]
fn a_rule_on_a_channel_that_the_run_lacks_is_not_evaluated() {
    let rule = "[[rules]]\nname = \"overload\"\nwhen = \"fz_2 < -2500 or fz_1 < -2500\"\n";
    let quality = pressed().check_with(&profile(rule));
    assert!(quality.flags.iter().all(|f| f.rule != "overload"));
    let mut skipped = quality.not_evaluated.iter();
    assert!(skipped.any(|n| {
        n.rules == ["overload"] && n.channels == ["fz_2"] && n.reason == "the run has no fz_2"
    }));
}

#[test]
fn many_stretches_become_few_flags() {
    let mut run = clean(60);
    for second in 1..50 {
        let at = second * 100;
        run.values(FZ1)[at..at + 3].fill(-2600.0 - second as f64);
    }
    let rule = "[[rules]]\nname = \"overload\"\nwhen = \"fz_1 < -2500\"\n";
    let text = BUILT_IN.replace("merge_s = 1 ", "merge_s = 0 ");
    let profile = Profile::parse(&format!("{text}\n{rule}"), "p").unwrap();
    let flags = run.check_with(&profile).flags.into_iter();
    let found: Vec<Flag> = flags.filter(|f| f.rule == "overload").collect();
    assert_eq!(found.len(), 11);
    assert!(found.iter().any(|f| f.value == Some(-2649.0)));
    let rest = "besides these, fz_1 < -2500 holds in 39 stretches";
    assert!(
        found.iter().any(|f| f.message.starts_with(rest)),
        "{found:?}"
    );
}

#[test]
fn mistakes_are_told_with_their_line() {
    let refused = |rules: &str| {
        let text = format!("{BUILT_IN}\n{rules}");
        let line = BUILT_IN.lines().count() + 1;
        let error = Profile::parse(&text, "p.toml").unwrap_err().to_string();
        let rest = error.strip_prefix("p.toml, line ").unwrap();
        let (at, sentence) = rest.split_once(": ").unwrap();
        (at.parse::<usize>().unwrap() - line, sentence.to_owned())
    };
    let rule = |lines: &str| format!("[[rules]]\n{lines}\n");
    for (rules, line, part) in [
        (
            rule("name = \"a\"\nwhen = \"fz_7 < 1\""),
            3,
            "unknown column `fz_7` at character 1, did you mean fz_1?",
        ),
        (
            rule("name = \"a\"\nwhen = \"fz_1 <\""),
            3,
            "expected a value or a field",
        ),
        (
            rule("name = \"a\"\nwhen = \"time > +10s\""),
            3,
            "names no channel",
        ),
        (
            rule("name = \"a\"\nwhen = \"\""),
            3,
            "the condition is empty",
        ),
        (
            rule("name = \"gap\"\nwhen = \"fz_1 < 1\""),
            2,
            "`gap` is a built-in rule",
        ),
        (
            rule("name = \" \"\nwhen = \"fz_1 < 1\""),
            2,
            "is empty or has blanks",
        ),
        (
            rule("name = \"a\"\nwhen = \"fz_1 < 1\"\n[[rules]]\nname = \"a\"\nwhen = \"fz_1 < 2\""),
            5,
            "two rules are called `a`",
        ),
        (
            rule("name = \"a\"\nwhen = \"fz_1 < 1\"\nfor = \"5\""),
            4,
            "`5` is not a duration: write a number and us, ms, s, m, h or d",
        ),
        (
            rule("name = \"a\"\nwhen = \"fz_1 < 1\"\nseverity = \"bad\""),
            4,
            "unknown variant `bad`, expected `suspect` or `fail`",
        ),
        (
            rule("name = \"a\"\nwhen = \"fz_1 < 1\"\nunless = \"x\""),
            4,
            "unknown field `unless`",
        ),
    ] {
        let (at, sentence) = refused(&rules);
        assert!(sentence.contains(part), "{rules}: {sentence}");
        assert_eq!(at, line, "{rules}: {sentence}");
    }
}

#[test]
fn rules_decide_results_and_stand_in_the_record() {
    let rule = "[[rules]]\nname = \"overload\"\nwhen = \"fz_1 < -2500\"\nfor = \"0.5s\"\n";
    let with = profile(rule);
    assert_ne!(with.rules(), Profile::built_in().unwrap().rules());
    // The same in other words.
    let same = rule
        .replace("fz_1 < -2500", "fz_1<-2500")
        .replace("0.5s", "500ms");
    assert_eq!(profile(&same).rules(), with.rules());
    assert_ne!(
        profile(&rule.replace("-2500", "-2400")).rules(),
        with.rules()
    );
    let json = serde_json::to_value(&with).unwrap();
    assert_eq!(
        json["rules"],
        serde_json::json!([{"name": "overload", "when": "fz_1 < -2500", "for": "0.5s", "severity": "suspect"}])
    );
    assert_eq!(serde_json::from_value::<Profile>(json).unwrap(), with);
}
