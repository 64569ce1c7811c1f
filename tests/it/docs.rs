//! Documents are held against the program.

use std::{collections::BTreeSet, sync::Mutex};

use mdtui::{
    app::{
        find::stretch_row::StretchRow,
        help,
        keymap::{Context, Keymap},
        run::quality::FlagRow,
    },
    cli::args::EXIT_CODES,
    etl::{
        catalog::{LogRow, LogState, MachinePoint, MachineRow, RunRow},
        export::ColumnType,
        filter::{Condition, Filter, Filtered, Kind},
        quality::{Allowed, RULES, Rule, Thresholds, Topic, Verdict},
        stats::{CHANNEL_STATISTICS, ChannelStatistic, StatisticUnit},
        views::View,
    },
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Holds the part of a file between two lines equal to what the program says, or writes it
/// with `MDTUI_BLESS=1`. The part begins after `begin` and ends before `end`.
fn hold(file: &str, begin: &str, end: &str, part: &str) {
    // Tests run in parallel, and a file may have several parts.
    static WRITING: Mutex<()> = Mutex::new(());
    let _writing = WRITING.lock();
    let path = format!("{ROOT}/{file}");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once(begin)
        .unwrap_or_else(|| panic!("{file} lacks the line {begin}"));
    // The end may be that of the file.
    let after = rest.find(end).map_or("", |at| &rest[at..]);
    let wanted = format!("{before}{begin}{part}{after}");
    if std::env::var_os("MDTUI_BLESS").is_some() {
        std::fs::write(path, &wanted).unwrap();
    } else if text != wanted {
        panic!("{file} is not what the program says: MDTUI_BLESS=1 cargo test --test it docs");
    }
}

/// Contexts whose keys are no more than those of any line that is typed, or of any question.
const UNTOLD: [&str; 8] = [
    "help", "palette", "input", "text", "confirm", "columns", "export", "command",
];

#[test]
fn every_key_of_the_key_table_is_documented() {
    let keymap = Keymap::built_in().unwrap();
    let mut contexts: Vec<Context> = Vec::new();
    for binding in keymap.bindings() {
        if !contexts.contains(&binding.context) && !UNTOLD.contains(&binding.context.name()) {
            contexts.push(binding.context);
        }
    }
    let mut block = String::new();
    for context in contexts {
        block.push_str(&format!(
            "\n{} (`{}`):\n\n| keys | action | what it does |\n|---|---|---|\n",
            context.title(),
            context.name()
        ));
        for binding in keymap.bindings().iter().filter(|b| b.context == context) {
            let keys: Vec<String> = help::keys(binding)
                .split(' ')
                .map(|k| format!("`{}`", k.replace('|', "\\|")))
                .collect();
            let (keys, name) = (keys.join(" "), binding.action.name());
            block.push_str(&format!("| {keys} | `{name}` | {} |\n", binding.help));
        }
    }
    block.push('\n');
    let begin = "<!-- keys: made from assets/keymap.toml; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    hold("docs/keys.md", begin, "<!-- end of keys -->", &block);
}

/// `suspect`; `fail` for forces
fn severity(rule: &Rule) -> String {
    let severity = format!("`{}`", rule.severity.word());
    match rule.exception {
        "" => severity,
        exception => format!("{severity}; {exception}"),
    }
}

#[test]
fn the_quality_rules_are_documented_as_they_are() {
    let mut block = String::new();
    for topic in Topic::ALL {
        let rules = || RULES.iter().filter(|r| r.topic == topic);
        block.push_str(&format!(
            "\n### {}\n\n| rule | looks at | flags | severity |\n|---|---|---|---|\n",
            topic.title()
        ));
        for rule in rules() {
            let (name, subject, flags) = (rule.name, rule.subject, rule.summary);
            let severity = severity(rule);
            block.push_str(&format!(
                "| `{name}` | {subject} | {flags} | {severity} |\n"
            ));
        }
        block.push('\n');
        for rule in rules().filter(|r| !r.details.is_empty()) {
            block.push_str(&format!("* **`{}`**: {}\n", rule.name, rule.details));
        }
    }
    block.push('\n');
    let begin = "<!-- rules: made from src/etl/quality/rules; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    hold("docs/quality.md", begin, "<!-- end of rules -->", &block);

    let mut block = String::from("\n| rule | flags |\n|---|---|\n");
    for rule in RULES {
        block.push_str(&format!("| `{}` | {} |\n", rule.name, rule.summary));
    }
    block.push('\n');
    hold("docs/json.md", begin, "<!-- end of rules -->", &block);
}

#[test]
fn every_state_and_verdict_is_explained() {
    let row = |(word, meaning): (&str, &str)| format!("| `{word}` | {meaning} |\n");
    let states = LogState::ALL.map(|state| row((state.word(), state.meaning())));
    let verdicts = Verdict::ALL.map(|verdict| row((verdict.word(), verdict.meaning())));
    let verdicts = format!(
        "\n| verdict of a run | meaning |\n|---|---|\n{}\n",
        verdicts.concat()
    );
    let block = format!(
        "\n| state of a log | meaning |\n|---|---|\n{}{verdicts}",
        states.concat()
    );
    let begin = "<!-- states: made from LogState and Verdict; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    hold("README.md", begin, "<!-- end of states -->", &block);
    let begin = "<!-- verdicts: made from Verdict; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    hold(
        "docs/quality.md",
        begin,
        "<!-- end of verdicts -->",
        &verdicts,
    );
}

#[test]
fn the_statistics_of_a_channel_are_documented_as_they_are() {
    let mut block = String::from("\n| key | unit | meaning |\n|---|---|---|\n");
    for statistic in CHANNEL_STATISTICS {
        let unit = match statistic.unit {
            StatisticUnit::Samples => "",
            StatisticUnit::Share => "0 to 1",
            StatisticUnit::Time => "UTC text",
            unit => unit.symbol("`unit`"),
        };
        let (key, meaning) = (statistic.key, statistic.meaning());
        block.push_str(&format!("| `{key}` | {unit} | {meaning} |\n"));
    }
    block.push_str("| `unit` |  | The unit of the values |\n\n");
    let begin = "<!-- statistics: made from src/etl/stats/statistic.rs; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    let end = "<!-- end of statistics -->";
    hold("docs/json.md", begin, end, &block);

    let compared: Vec<String> = ChannelStatistic::compared()
        .map(|statistic| format!("`{}`", statistic.key))
        .collect();
    let (begin, end) = ("| `statistics` | ", ", or those of `--stats` |");
    hold("docs/json.md", begin, end, &compared.join(", "));
}

#[test]
fn the_columns_of_views_are_documented_as_they_are() {
    let mut block = String::new();
    for view in View::ALL {
        block.push_str(&format!(
            "\n### {}\n\nA row is {}.\n\n| column | type | unit | meaning |\n|---|---|---|---|\n",
            view.name(),
            view.row()
        ));
        for column in view.columns() {
            let kind = match column.info.kind {
                ColumnType::Text => "text",
                ColumnType::Whole => "whole number",
                ColumnType::Number => "number",
                ColumnType::Time => "time",
                ColumnType::Truth => "true or false",
            };
            let (name, unit, meaning) =
                (column.info.name, column.info.unit, column.info.description);
            block.push_str(&format!("| `{name}` | {kind} | {unit} | {meaning} |\n"));
        }
    }
    block.push('\n');
    let begin = "<!-- views: made from src/etl/views/columns.rs; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    hold("docs/lake.md", begin, "<!-- end of views -->", &block);
}

/// The values that a threshold may have.
fn allowed(allowed: &Allowed) -> String {
    match allowed {
        Allowed::Count(least) => format!("whole numbers from {least}"),
        Allowed::From(least) => format!("from {least}"),
        Allowed::Positive => "above 0".into(),
        Allowed::Share => "0 to 1".into(),
        Allowed::ShareFrom(other) => format!("`{}` to 1", other.key),
    }
}

#[test]
fn the_quality_thresholds_are_documented_and_in_the_profile_as_they_are() {
    let mut block =
        String::from("\n| key | default | unit | allowed | why |\n|---|---|---|---|---|\n");
    let mut lines = String::new();
    for threshold in Thresholds::all() {
        let (key, default, unit) = (threshold.key, threshold.default, threshold.unit);
        let (allowed, why) = (allowed(&threshold.allowed), threshold.reason);
        block.push_str(&format!(
            "| `{key}` | {default} | {unit} | {allowed} | {why} |\n"
        ));
        let line = format!("{key} = {default}");
        lines.push_str(&format!("{line:<28}# {}\n", threshold.comment));
    }
    block.push('\n');
    let begin = "<!-- thresholds: made from src/etl/quality; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
    hold(
        "docs/quality.md",
        begin,
        "<!-- end of thresholds -->",
        &block,
    );
    let end = "\n# Thresholds of what";
    hold("assets/profile.toml", "\n[quality]\n", end, &lines);
}

/// The numbers are the benchmark's (`cargo bench --bench quality_score`): too long for a test.
#[test]
fn every_quality_rule_has_a_score_and_reaches_the_goal() {
    let page = std::fs::read_to_string(format!("{ROOT}/docs/quality.md")).unwrap();
    let (_, scores) = page.split_once("<!-- scores: ").unwrap();
    let (scores, _) = scores.split_once("<!-- end of scores -->").unwrap();
    for rule in RULES {
        let row = format!("| `{}` | ", rule.name);
        let row = scores.lines().find(|line| line.starts_with(&row));
        let row = row.unwrap_or_else(|| panic!("{} has no score: run the benchmark", rule.name));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        for share in [cells[5], cells[6]] {
            assert!(share.parse::<f64>().unwrap() >= 0.95, "{row}");
        }
    }
    let (_, clean) = scores.split_once("Clean runs that pass: ").unwrap();
    let (_, share) = clean.split_once('(').unwrap();
    let share = share.split(')').next().unwrap();
    assert!(share.parse::<f64>().unwrap() >= 0.98, "{share}");
}

#[test]
fn the_exit_codes_of_the_help_are_documented() {
    let commands = std::fs::read_to_string(format!("{ROOT}/docs/commands.md")).unwrap();
    let mut codes = 0;
    for line in EXIT_CODES.lines().filter(|l| l.starts_with("  ")) {
        let (code, meaning) = line.trim().split_once(' ').unwrap();
        let row = format!("| {code} | {} |", meaning.trim());
        assert!(commands.contains(&row), "{row}");
        codes += 1;
    }
    assert_eq!(codes, 7);
}

#[test]
fn every_variable_and_sample_file_is_documented() {
    let configuration = std::fs::read_to_string(format!("{ROOT}/docs/configuration.md")).unwrap();
    for name in [
        "MDTUI_DATA_DIR",
        "MDTUI_CACHE_DIR",
        "MDTUI_PROFILE",
        "MDTUI_LOG",
        "assets/config.toml",
        "assets/profile.toml",
    ] {
        assert!(configuration.contains(name), "{name}");
    }
}

/// A table of fields: names, and what they hold.
fn fields<R: Filtered>() -> String {
    let mut table = String::from("| field | also | holds |\n|---|---|---|\n");
    for field in R::FIELDS {
        let names: Vec<String> = field
            .shown_names()
            .iter()
            .map(|n| format!("`{n}`"))
            .collect();
        let holds = match field.kind {
            Kind::Number(unit) if !unit.symbol().is_empty() => {
                format!("{} in {}", field.kind.noun(), unit.symbol())
            }
            Kind::Since => "time; `:` only".into(),
            Kind::Until => "time; `:` only".into(),
            kind => kind.noun().to_owned(),
        };
        let (first, others) = names.split_first().unwrap();
        table.push_str(&format!("| {first} | {} | {holds} |\n", others.join(" ")));
    }
    table
}

fn filter<R: Filtered>(text: &str) -> Result<(), String> {
    Filter::<R>::parse(text).map(|_| ()).map_err(|e| e.sentence)
}

/// Reads an example of a list, or of samples.
type Reader = fn(&str) -> Result<(), String>;

fn samples(text: &str) -> Result<(), String> {
    let columns = ["x_1", "x_2", "fz_1", "v1"].map(str::to_owned);
    let read = Condition::parse(text, &columns, 1_669_236_000_000_000);
    read.map(|_| ()).map_err(|e| e.sentence)
}

#[test]
fn the_filters_of_the_documents_are_filters_and_their_fields_are_all_there_are() {
    let lists: [(&str, String, Reader); 6] = [
        ("logs", fields::<LogRow>(), filter::<LogRow>),
        ("runs", fields::<RunRow>(), filter::<RunRow>),
        ("machines", fields::<MachineRow>(), filter::<MachineRow>),
        ("points", fields::<MachinePoint>(), filter::<MachinePoint>),
        ("flags", fields::<FlagRow>(), filter::<FlagRow>),
        ("stretches", fields::<StretchRow>(), filter::<StretchRow>),
    ];
    for (name, table, _) in &lists {
        let begin = format!("<!-- fields of {name} -->\n");
        hold("docs/filters.md", &begin, "<!-- end -->", table);
    }
    let document = std::fs::read_to_string(format!("{ROOT}/docs/filters.md")).unwrap();
    let readers = lists.iter().map(|(name, _, read)| (*name, *read));
    for (name, read) in readers.chain([("samples", samples as Reader)]) {
        let mut examples = 0;
        for block in document
            .split("```")
            .filter_map(|b| b.strip_prefix(&format!("{name}\n")))
        {
            for example in block.lines() {
                assert_eq!(read(example), Ok(()), "{example}");
                examples += 1;
            }
        }
        assert!(examples > 0, "no example of {name}");
    }
}

/// Every example that a help text gives is a filter of what it is about.
#[test]
fn the_filters_of_the_help_are_filters() {
    let keymap = Keymap::built_in().unwrap();
    let mut examples = 0;
    for binding in keymap.bindings() {
        let Some((_, list)) = binding.help.split_once("filter: ") else {
            continue;
        };
        let read: Reader = match binding.context.name() {
            // Of logs and of runs.
            "list" => |text| filter::<LogRow>(text).and_then(|()| filter::<RunRow>(text)),
            "machines" => filter::<MachineRow>,
            "samples" => samples,
            other => panic!("which rows are filtered in {other}?"),
        };
        for example in list.split(", ") {
            assert_eq!(read(example), Ok(()), "{example}");
            examples += 1;
        }
    }
    assert!(examples > 6, "{examples}");
}

/// The program's sentences: every string literal of the sources, one after another, with lines joined and values left out.
fn sentences() -> String {
    let mut all = String::new();
    for entry in walkdir::WalkDir::new(format!("{ROOT}/src")) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|e| e == "rs") {
            all.push_str(&std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    let mut plain = String::with_capacity(all.len());
    let mut rest = all.as_str();
    // A backslash at the end of a line joins it with the next.
    while let Some((head, tail)) = rest.split_once("\\\n") {
        plain.push_str(head);
        rest = tail.trim_start();
    }
    plain + rest
}

#[test]
fn the_sentences_of_troubleshooting_are_what_the_program_says() {
    let document = std::fs::read_to_string(format!("{ROOT}/docs/troubleshooting.md")).unwrap();
    let sentences = sentences();
    let mut checked = 0;
    for row in document.lines().filter(|l| l.starts_with("| `")) {
        let said = row.split('`').nth(1).unwrap();
        for part in said.split('…').map(str::trim).filter(|p| p.len() > 4) {
            assert!(
                sentences.contains(part),
                "nothing says \"{part}\" (of \"{said}\")"
            );
            checked += 1;
        }
    }
    assert!(checked > 25, "{checked}");
}

/// What a document names as `](DIR/NAME.svg)`.
fn images_in(document: &str, dir: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in document.split("](").skip(1) {
        let target = part.split(')').next().unwrap_or_default();
        if let Some(name) = target.strip_prefix(dir) {
            names.insert(name.to_owned());
        } else {
            let ending = target.rsplit('.').next().unwrap_or_default();
            let is_image = ["svg", "png", "jpg", "gif"].contains(&ending);
            assert!(!is_image, "{target} is not in docs/images");
        }
    }
    names
}

#[test]
fn every_image_is_shown_captured_and_there() {
    let read = |path: &str| std::fs::read_to_string(format!("{ROOT}/{path}")).unwrap();
    let mut named = images_in(&read("README.md"), "docs/images/");
    for entry in std::fs::read_dir(format!("{ROOT}/docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "md") {
            let text = std::fs::read_to_string(&path).unwrap();
            named.append(&mut images_in(&text, "images/"));
        }
    }
    let script = read("scripts/screens.sh");
    let captured = script
        .lines()
        .filter_map(|line| line.strip_prefix("image "));
    let captured = captured.map(|rest| format!("{}.svg", rest.split(' ').next().unwrap()));
    assert_eq!(captured.collect::<BTreeSet<String>>(), named);
    let mut there = BTreeSet::new();
    for entry in std::fs::read_dir(format!("{ROOT}/docs/images")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let image = std::fs::read_to_string(entry.path()).unwrap();
        assert!(
            image.starts_with("<svg ") && image.trim_end().ends_with("</svg>"),
            "{name}"
        );
        assert!(image.len() < 120_000, "{name} has {} bytes", image.len());
        // Fonts differ in these, or lack them: they are shapes.
        let glyph = |c: char| matches!(c, '\u{2500}'..='\u{2588}' | '\u{2800}'..='\u{28ff}');
        assert!(!image.contains(glyph), "{name}");
        there.insert(name);
    }
    assert_eq!(there, named);
}
