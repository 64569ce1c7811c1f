//! Python with the tools that read lakes: `MDTUI_PYTHON` names it (`.ci/run` makes one).

use std::{fs, path::Path, path::PathBuf, process::Command};

fn python() -> PathBuf {
    std::env::var_os("MDTUI_PYTHON").map_or_else(|| "python3".into(), PathBuf::from)
}

/// What a program prints that runs in `folder`; `None` (said aloud) without one of the modules.
pub fn printed(folder: &Path, name: &str, modules: &[&str], text: &str) -> Option<String> {
    for module in modules {
        let import = Command::new(python())
            .args(["-c", &format!("import {module}")])
            .output();
        if !import.is_ok_and(|done| done.status.success()) {
            eprintln!("skipped: {name}: no Python with {module} (see MDTUI_PYTHON)");
            return None;
        }
    }
    let script = folder.join("script.py");
    fs::write(&script, text).unwrap();
    let done = Command::new(python())
        .arg(script)
        .current_dir(folder)
        .output();
    let Ok(done) = done else {
        eprintln!("skipped: {name}: no Python");
        return None;
    };
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{name}: {said}");
    Some(String::from_utf8(done.stdout).unwrap())
}
