//! Documents are held against the program.

use mdtui::{
    app::{
        help,
        keymap::{Context, Keymap},
    },
    cli::args::EXIT_CODES,
};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const BEGIN: &str = "<!-- keys: made from assets/keymap.toml; MDTUI_BLESS=1 cargo test --test it docs writes them -->\n";
const END: &str = "<!-- end of keys -->";

/// Contexts whose keys are no more than those of any line that is typed, or of any question.
const UNTOLD: [&str; 8] = [
    "help", "palette", "input", "text", "confirm", "columns", "export", "command",
];

#[test]
fn the_readme_has_every_key_of_the_key_table() {
    let keymap = Keymap::built_in().unwrap();
    let mut contexts: Vec<Context> = Vec::new();
    for binding in keymap.bindings() {
        if !contexts.contains(&binding.context) && !UNTOLD.contains(&binding.context.name()) {
            contexts.push(binding.context);
        }
    }
    let mut block = String::from(BEGIN);
    for context in contexts {
        block.push_str(&format!(
            "\n{}:\n\n| keys | action |\n|---|---|\n",
            context.title()
        ));
        for binding in keymap.bindings().iter().filter(|b| b.context == context) {
            let keys: Vec<String> = help::keys(binding)
                .split(' ')
                .map(|k| format!("`{}`", k.replace('|', "\\|")))
                .collect();
            block.push_str(&format!("| {} | {} |\n", keys.join(" "), binding.help));
        }
    }
    block.push('\n');
    block.push_str(END);
    let readme = std::fs::read_to_string(README).unwrap();
    let (before, rest) = readme
        .split_once(BEGIN)
        .expect("README.md has a place for the keys");
    let (_, after) = rest.split_once(END).expect("the place for the keys ends");
    let wanted = format!("{before}{block}{after}");
    if std::env::var_os("MDTUI_BLESS").is_some() {
        std::fs::write(README, &wanted).unwrap();
        return;
    }
    assert!(
        readme == wanted,
        "README.md has other keys than assets/keymap.toml: MDTUI_BLESS=1 cargo test --test it docs"
    );
}

#[test]
fn the_readme_has_the_exit_codes_of_the_help() {
    let readme = std::fs::read_to_string(README).unwrap();
    let mut codes = 0;
    for line in EXIT_CODES.lines().filter(|l| l.starts_with("  ")) {
        let (code, meaning) = line.trim().split_once(' ').unwrap();
        let row = format!("| {code} | {} |", meaning.trim());
        assert!(readme.contains(&row), "{row}");
        codes += 1;
    }
    assert_eq!(codes, 6);
}

#[test]
fn every_setting_and_variable_is_in_the_readme() {
    let readme = std::fs::read_to_string(README).unwrap();
    for name in [
        "MDTUI_DATA_DIR",
        "MDTUI_CACHE_DIR",
        "MDTUI_PROFILE",
        "MDTUI_LOG",
        "assets/config.toml",
        "assets/profile.toml",
    ] {
        assert!(readme.contains(name), "{name}");
    }
}
