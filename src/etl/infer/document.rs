//! The proposed profile as a TOML file.

use std::{fmt::Write as _, path::Path};

use super::{
    names::{Draft, DraftField},
    roles::Roles,
};
use crate::{schema::FieldKind, text};

/// Writes the file.
pub(super) fn write(log: &Path, roles: &Roles, draft: &Draft) -> String {
    let mut out = String::new();
    let is_wide = !roles.signals.is_empty();
    let file = log.file_name().unwrap_or_default();
    // A comment must not end early.
    let named = text::visible_os(file).replace(['\n', '\r'], " ");
    let stem = named.split('.').next().unwrap_or("log").to_owned();
    let _ = writeln!(
        out,
        "# Proposed by mdtui from the first rows of {named}. Look at units and kinds, change what is"
    );
    let _ = writeln!(
        out,
        "# wrong, and name this file with --profile; `mdtui profile --default` explains every key."
    );
    if !draft.guesses.is_empty() {
        let _ = writeln!(out, "#\n# Guessed:");
        for guess in &draft.guesses {
            let _ = writeln!(out, "# - {}", guess.replace(['\n', '\r'], " "));
        }
    }
    let _ = writeln!(out, "\nname = {}", quoted(&stem));
    let robots: Vec<String> = draft.robots.iter().map(|r| robot(r)).collect();
    let _ = writeln!(out, "robots = [{}]", robots.join(", "));
    if is_wide {
        let _ = writeln!(out, "layout = \"wide\"");
    }
    let _ = writeln!(out, "\n[columns]");
    for role in ["time", "value", "field", "robot", "run", "sensor", "cell"] {
        if let Some(name) = roles.columns.get(role) {
            let _ = writeln!(out, "{role} = {}", quoted(name));
        }
    }
    if is_wide && !roles.columns.contains_key("run") {
        let _ = writeln!(
            out,
            "# No column of runs: each log is one run, named by its content."
        );
    }
    for field in &draft.fields {
        out.push_str(&of_field(field));
    }
    for (column, field, of) in &draft.signals {
        let _ = writeln!(
            out,
            "\n[[signals]]\ncolumn = {}\nfield = {}\nrobot = {}",
            quoted(column),
            quoted(field),
            robot(of)
        );
    }
    out
}

fn of_field(field: &DraftField) -> String {
    let mut out = format!("\n[[fields]]\nname = {}\n", quoted(&field.name));
    if let Some(channel) = &field.channel {
        let _ = writeln!(out, "channel = {}", quoted(channel));
    }
    let kind = match field.kind {
        FieldKind::Position => "position",
        FieldKind::Force => "force",
        FieldKind::Other => "other",
    };
    let _ = writeln!(out, "kind = \"{kind}\"");
    if let Some(axis) = field.axis {
        let _ = writeln!(out, "axis = \"{axis}\"");
    }
    if let Some(sensor) = &field.sensor {
        let _ = writeln!(out, "sensor = {}", quoted(sensor));
    }
    let _ = writeln!(out, "unit = {}", quoted(&field.unit));
    out
}

fn robot(name: &str) -> String {
    match name.parse::<u32>() {
        Ok(n) if n.to_string() == name => name.to_owned(),
        _ => quoted(name),
    }
}

/// A text as TOML has it, with its quotes.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
