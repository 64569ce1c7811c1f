//! The program as a whole: its command line, the browser in a pseudo-terminal, faults. One
//! binary, because linking one for each file costs more than running them.

mod common;

mod bombs;
mod browser_random;
mod checksums;
mod cli_answers;
mod cli_check;
mod cli_compare;
mod cli_examples;
mod cli_export;
mod cli_find;
mod cli_harvest;
mod cli_names;
mod cli_note;
mod cli_plot;
mod cli_remove;
mod cli_sample;
mod cli_settings;
mod cli_terminal;
mod cli_watch;
mod csv_dialects;
mod docs;
mod filters;
mod fleet;
mod fleet_race;
mod fuzz_functions;
mod golden;
mod harvest;
mod hostile_text;
mod input_types;
mod kill_anywhere;
mod layouts;
mod many_at_once;
mod memory;
mod moving;
mod mutants;
mod named_files;
mod names;
mod odd_files;
mod parquet_logs;
mod profiles;
mod quality;
mod read_only;
mod recipes;
mod shared_lake;
mod terminal_browser;
mod terminal_charts;
mod terminal_compare;
mod terminal_faults;
mod terminal_find;
mod terminal_gone;
mod terminal_messages;
mod terminal_notes;
mod terminal_walk;
mod views;
mod worker;

#[test]
fn every_file_of_this_folder_is_a_module_of_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let main = include_str!("main.rs");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let declared = main.lines().any(|line| line == format!("mod {name};"));
        assert!(
            name == "main" || declared,
            "{} is never run",
            path.display()
        );
    }
}
