//! Every example of every command's help is run as it is typed, where the demo logs were
//! harvested.

use std::process::Command as Process;

use clap::CommandFactory;
use mdtui::{cli::args::Cli, etl::demo::Options};

use crate::common::Lab;

/// Command line and exit code of each example in a command's help.
fn examples(help: &str) -> Vec<(String, i32)> {
    let lines: Vec<&str> = help.lines().collect();
    let pairs = lines.windows(2);
    let typed = pairs.filter(|pair| pair[0].starts_with("  mdtui"));
    let code = |says: &str| -> Option<i32> {
        let (_, code) = says.rsplit_once("(exit code ")?;
        code.strip_suffix(')')?.parse().ok()
    };
    typed
        .map(|pair| (pair[0].trim().to_owned(), code(pair[1]).unwrap_or(0)))
        .collect()
}

#[test]
fn examples_work_as_typed() {
    let lab = Lab::demo(0);
    lab.write_demo(&Options::default());
    // Some demo logs fail, as those of a plant do.
    assert_eq!(lab.run(&["harvest"]).code, 1);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_mdtui"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut cli = Cli::command();
    cli.build();
    for command in cli.get_subcommands() {
        let name = command.get_name();
        if command.is_hide_set() || name == "help" {
            continue;
        }
        let help = command.get_after_help().map(ToString::to_string);
        let examples = examples(&help.unwrap_or_default());
        assert!(!examples.is_empty(), "mdtui {name} has no example");
        if name == "remove" {
            // Of logs that are gone.
            for log in ["faults/gap", "faults/no-z_2"] {
                std::fs::remove_file(lab.data().join(format!("{log}.parquet"))).unwrap();
            }
        }
        for (line, code) in examples {
            assert!(line.starts_with(&format!("mdtui {name}")), "{line}");
            // It runs until it is stopped.
            let line = match name {
                "watch" => format!("timeout --signal=INT 2 {line}"),
                _ => line,
            };
            let mut shell = Process::new("sh");
            shell.args(["-c", &line]).current_dir(lab.root());
            shell.env("PATH", &path).envs(lab.environment());
            for name in ["MDTUI_DATA_DIR", "MDTUI_CACHE_DIR", "MDTUI_PROFILE"] {
                shell.env_remove(name);
            }
            let output = shell.output().unwrap();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            // `timeout` says 124 of what it had to stop.
            let code = if name == "watch" { 124 } else { code };
            assert_eq!(output.status.code(), Some(code), "{line}: {said}");
            assert!(!said.trim().is_empty(), "{line} prints nothing");
        }
    }
}
