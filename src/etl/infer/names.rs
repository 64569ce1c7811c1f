//! What the name of a field, or of a wide log's column, says about it.

use std::collections::BTreeSet;

use super::roles::Roles;
use crate::{extract::PreviewColumn, schema::FieldKind};

/// A field as it is proposed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DraftField {
    pub(super) name: String,
    pub(super) kind: FieldKind,
    pub(super) axis: Option<&'static str>,
    /// Where the name cannot be that of a column.
    pub(super) channel: Option<String>,
    pub(super) sensor: Option<String>,
    pub(super) unit: String,
}

/// A column of a wide log: its name, and the names of its field and its robot.
pub(super) type DraftSignal = (String, String, String);

/// All that a profile says besides its columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Draft {
    pub(super) fields: Vec<DraftField>,
    pub(super) signals: Vec<DraftSignal>,
    pub(super) robots: Vec<String>,
    pub(super) guesses: Vec<String>,
}

/// The words of a name in lower case: `Robot1.Fx [kN]` has `robot1`, `fx`, `kn`.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut word = String::new();
    for c in name.chars() {
        let begins = c.is_uppercase() && was_lower;
        if (!c.is_alphanumeric() || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    words.extend(Some(word).filter(|w| !w.is_empty()));
    words
}

/// Units that are known without brackets, after a blank at the end of a name.
const BARE_UNITS: [&str; 22] = [
    "mm", "µm", "um", "cm", "m", "in", "N", "kN", "lbf", "°C", "°F", "K", "A", "mA", "V", "bar",
    "Nm", "W", "kW", "rpm", "Hz", "%",
];

/// A name without the unit at its end, in brackets or after a blank, and that unit.
fn unit_of(name: &str) -> (&str, Option<&str>) {
    let pairs = [('[', ']'), ('(', ')')];
    let found = pairs.iter().find_map(|(open, close)| {
        let inner = name.trim_end().strip_suffix(*close)?;
        let (rest, unit) = inner.rsplit_once(*open)?;
        Some((rest.trim_end(), unit.trim()))
    });
    match found {
        Some((rest, unit)) if !rest.is_empty() && !unit.is_empty() => (rest, Some(unit)),
        Some(_) => (name, None),
        None => match name.trim_end().rsplit_once(' ') {
            Some((rest, unit)) if BARE_UNITS.contains(&unit) && !rest.trim().is_empty() => {
                (rest.trim_end(), Some(unit))
            }
            _ => (name, None),
        },
    }
}

const AXES: [&str; 3] = ["x", "y", "z"];
/// Words that make a name with an axis something else than a position or a force.
const NEITHER: [&str; 19] = [
    "v",
    "vel",
    "velocity",
    "speed",
    "a",
    "acc",
    "acceleration",
    "jerk",
    "rot",
    "rotation",
    "angle",
    "rx",
    "ry",
    "rz",
    "torque",
    "moment",
    "m",
    "gyro",
    "current",
];

/// Position or force, and its axis; [`FieldKind::Other`] for all that does not clearly say so.
fn kind(words: &[String]) -> (FieldKind, Option<&'static str>) {
    let has = |word: &str| words.iter().any(|w| w == word);
    let other = (FieldKind::Other, None);
    if NEITHER.iter().any(|word| has(word)) {
        return other;
    }
    let is_force = ["force", "load", "f", "loadcell"]
        .iter()
        .any(|word| has(word));
    for axis in AXES {
        let joined = |prefixes: &[&str]| prefixes.iter().any(|p| has(&format!("{p}{axis}")));
        if joined(&["f", "force"]) || (is_force && has(axis)) {
            return (FieldKind::Force, Some(axis));
        }
        if has(axis) || joined(&["p", "pos", "position", "tcp"]) {
            return (FieldKind::Position, Some(axis));
        }
    }
    other
}

/// The unit of a field whose name does not tell it, and whether that is no more than a guess.
fn usual_unit(kind: FieldKind, words: &[String]) -> (&'static str, bool) {
    let is = |names: &[&str]| words.iter().any(|w| names.iter().any(|n| w.starts_with(n)));
    match kind {
        FieldKind::Position => ("mm", true),
        FieldKind::Force => ("N", true),
        FieldKind::Other if is(&["temp"]) => ("°C", true),
        FieldKind::Other if is(&["torque", "moment"]) => ("N m", true),
        FieldKind::Other if is(&["current"]) => ("A", true),
        FieldKind::Other if is(&["volt"]) => ("V", true),
        FieldKind::Other if is(&["pressure"]) => ("bar", true),
        FieldKind::Other => ("", false),
    }
}

/// What a column of a run's table may be called.
fn channel_of(name: &str) -> String {
    let mut channel: String = words(name).join("_");
    channel.truncate(
        channel
            .char_indices()
            .nth(60)
            .map_or(channel.len(), |(at, _)| at),
    );
    if channel.is_empty() {
        channel.push_str("signal");
    }
    channel
}

fn is_channel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && !name.contains([',', '"', '\'', '`', ' ', '[', ']', '(', ')'])
}

/// A field of this name.
fn field(
    name: &str,
    of_unit: &str,
    sensor: Option<String>,
    guesses: &mut Vec<String>,
) -> DraftField {
    let (bare, unit) = unit_of(of_unit);
    let words = words(bare);
    let (mut kind, mut axis) = kind(&words);
    let known = |unit: &str| match kind {
        FieldKind::Position => ["mm", "µm", "um", "cm", "m", "in"].contains(&unit),
        FieldKind::Force => ["N", "kN", "lbf"].contains(&unit),
        FieldKind::Other => true,
    };
    let unit = match unit {
        // In degrees, volts …: it is not what its name made it.
        Some(unit) if !known(unit) => {
            (kind, axis) = (FieldKind::Other, None);
            unit.to_owned()
        }
        Some(unit) => unit.to_owned(),
        None => {
            let (unit, is_guess) = usual_unit(kind, &words);
            if is_guess {
                guesses.push(format!("the unit of \"{name}\" is taken to be {unit}"));
            }
            unit.to_owned()
        }
    };
    DraftField {
        name: name.to_owned(),
        kind,
        axis,
        channel: (!is_channel(name)).then(|| channel_of(bare)),
        sensor,
        unit,
    }
}

/// Describes fields, robots and signals.
pub(super) fn describe(columns: &[PreviewColumn], roles: &Roles) -> Draft {
    let mut draft = Draft {
        robots: roles.robots.clone(),
        guesses: roles.guesses.clone(),
        ..Draft::default()
    };
    for (name, sensors) in &roles.fields {
        let sensor = sensors.iter().max_by_key(|(_, n)| **n);
        let sensor = sensor.map(|(word, _)| word.clone());
        let field = field(name, name, sensor, &mut draft.guesses);
        draft.fields.push(field);
    }
    let named: Vec<(usize, String, Option<String>)> = roles
        .signals
        .iter()
        .map(|index| {
            let (base, robot) = robot_of(&words(unit_of(&columns[*index].name).0));
            (*index, base, robot)
        })
        .collect();
    // A signal of the whole machine belongs to one of its robots.
    let first = named.iter().find_map(|(.., robot)| robot.clone());
    for (index, mut base, robot) in named {
        let column = &columns[index].name;
        let robot = robot.unwrap_or_else(|| {
            if let Some(first) = &first {
                let column = crate::text::quoted(column, 40);
                draft.guesses.push(format!(
                    "the column \"{column}\" names no robot and is given to robot {first}"
                ));
            }
            first.clone().unwrap_or_else(|| "1".to_owned())
        });
        let is_taken = |base: &str, draft: &Draft| {
            let mut signals = draft.signals.iter();
            signals.any(|(_, field, of)| field == base && *of == robot)
        };
        if is_taken(&base, &draft) {
            base = channel_of(column);
        }
        while is_taken(&base, &draft) {
            base.push('_');
        }
        if draft.fields.iter().all(|f| f.name != base) {
            let unit = unit_of(column)
                .1
                .map_or(base.clone(), |unit| format!("{base} [{unit}]"));
            let field = field(&base, &unit, None, &mut draft.guesses);
            draft.fields.push(field);
        }
        if !draft.robots.contains(&robot) {
            draft.robots.push(robot.clone());
        }
        draft.signals.push((column.clone(), base, robot));
    }
    draft
        .robots
        .sort_by(|a, b| crate::natural_order::compare_names(a, b));
    one_field_per_axis(&mut draft);
    draft
}

/// Only one position and one force can have an axis: further ones are kept without derivatives.
fn one_field_per_axis(draft: &mut Draft) {
    let mut taken = BTreeSet::new();
    for field in &mut draft.fields {
        let Some(axis) = field.axis else { continue };
        if !taken.insert((field.kind == FieldKind::Position, axis)) {
            draft.guesses.push(format!(
                "\"{}\" looks like a second {} along {axis} and is kept without one",
                field.name,
                if field.kind == FieldKind::Position {
                    "position"
                } else {
                    "force"
                },
            ));
            (field.kind, field.axis) = (FieldKind::Other, None);
        }
    }
}

/// The name of a signal without its robot, and that robot if it names one: `fx_1`, `r1_fx`, `left.fx`,
/// `robot 2 fx`, `fx1`.
fn robot_of(words: &[String]) -> (String, Option<String>) {
    let number = |word: &str| word.parse::<u8>().ok().map(|n| n.to_string());
    let prefixed = |word: &str| {
        let prefixes = ["robot", "rob", "arm", "r"];
        prefixes.iter().find_map(|p| number(word.strip_prefix(p)?))
    };
    let without = |from: usize, to: usize| {
        let rest: Vec<&str> = words
            .iter()
            .enumerate()
            .filter(|(i, _)| !(from..to).contains(i))
            .map(|(_, word)| word.as_str())
            .collect();
        rest.join("_")
    };
    for (i, word) in words.iter().enumerate() {
        let next = words.get(i + 1);
        if ["robot", "rob", "arm", "r"].contains(&word.as_str())
            && let Some(name) = next.and_then(|n| number(n))
            && words.len() > 2
        {
            return (without(i, i + 2), Some(name));
        }
        if words.len() > 1
            && let Some(name) = prefixed(word)
        {
            return (without(i, i + 1), Some(name));
        }
        if words.len() > 1 && ["left", "right"].contains(&word.as_str()) {
            return (without(i, i + 1), Some(word.clone()));
        }
    }
    if let [.., last] = words
        && words.len() > 1
        && let Some(name) = number(last)
    {
        return (without(words.len() - 1, words.len()), Some(name));
    }
    // `x1`, `fz2`: only where the rest is plainly a position or a force.
    if let [only] = words {
        let base = only.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_axis = kind(&[base.to_owned()]).0 != FieldKind::Other;
        if let Some(name) = number(&only[base.len()..]).filter(|_| is_axis) {
            return (base.to_owned(), Some(name));
        }
    }
    (without(0, 0), None)
}
