//! What the columns of a log hold, and where they stand.

use crate::{Error, Result, schema::Schema, text};

/// What a column of a log holds. The order is that of the schema's `columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Time,
    Value,
    Field,
    Robot,
    Run,
    Sensor,
    Cell,
}

impl Role {
    const ALL: [Self; 7] = [
        Self::Time,
        Self::Value,
        Self::Field,
        Self::Robot,
        Self::Run,
        Self::Sensor,
        Self::Cell,
    ];

    /// Whether text of this role is a number, or has one in it, and so may have a decimal comma.
    pub(super) fn is_number(self) -> bool {
        matches!(self, Self::Time | Self::Value | Self::Robot | Self::Run)
    }
}

/// The columns that the schema names, by role. A wide log has a value per signal, in their order.
pub(super) fn named(schema: &Schema) -> Vec<(Role, &str)> {
    let c = &schema.columns;
    let names = [
        &c.time, &c.value, &c.field, &c.robot, &c.run, &c.sensor, &c.cell,
    ];
    let roles = Role::ALL.into_iter().zip(names.map(String::as_str));
    let signals = schema.signals.iter();
    roles
        .chain(signals.map(|signal| (Role::Value, signal.column.as_str())))
        .filter(|(_, name)| !name.is_empty())
        .collect()
}

/// Where each role's column stands among `names`, in the order of [`named`]. The cell's may be missing.
///
/// # Errors
/// [`Error::Log`] that names a column that is missing or stands twice.
pub(super) fn locate(names: &[&str], schema: &Schema) -> Result<Vec<(Role, usize)>> {
    let wanted = named(schema);
    let mut found = Vec::with_capacity(wanted.len());
    for (role, name) in wanted {
        let mut places = names
            .iter()
            .enumerate()
            .filter(|(_, n)| **n == name)
            .map(|(i, _)| i);
        match (places.next(), places.next()) {
            (Some(index), None) => found.push((role, index)),
            (Some(_), Some(_)) => {
                return Err(Error::Log(format!(
                    "column `{}` occurs twice: rename one of them",
                    text::quoted(name, 60)
                )));
            }
            (None, _) if role == Role::Cell => {}
            (None, _) => {
                return Err(Error::Log(format!(
                    "column `{}` is missing; there are {}. For another kind of log, `mdtui profile infer` proposes a profile",
                    text::quoted(name, 60),
                    list(names)
                )));
            }
        }
    }
    Ok(found)
}

/// The names of columns for a sentence: the first twenty.
pub(crate) fn list(names: &[&str]) -> String {
    const MOST: usize = 20;
    if names.is_empty() {
        return "none".into();
    }
    let mut out: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|n| format!("`{}`", text::quoted(n, 40)))
        .collect();
    if names.len() > MOST {
        out.push(format!("{} more", names.len() - MOST));
    }
    out.join(", ")
}
