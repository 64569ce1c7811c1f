//! Which cells of a run's table are samples and which only hold the one before.
//!
//! The table does not say so itself. What follows from its columns:
//!
//! * A cell that differs from the one above is a sample: held values do not change.
//! * A sample that repeats a position has a velocity of exactly 0, and an acceleration of 0 where
//!   the velocity was 0 before. A cell that repeats a position beside any other velocity or
//!   acceleration (null too) is therefore held.
//! * Derived channels have their samples where their origin has, magnitudes where one of their
//!   components has.
//! * A channel whose fill share is 0 holds nothing.
//! * A channel with as many changes as samples ([`changes`]) repeats no value in its samples:
//!   every cell that repeats one is held.
//!
//! All else is [`CellKind::Unknown`].

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Result,
    base::CancelToken,
    lake::run_file::{RunFile, Window},
    schema::{ChannelName, FieldKind, Schema},
    stats::ChannelStats,
};

/// What a cell of a run's table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// There is no value.
    Null,
    /// The channel was sampled at this row's time.
    Sample,
    /// The value of an earlier sample.
    Held,
    /// Equal to the cell above, and the table does not say which of both it is.
    Unknown,
}

/// A channel of the log and what is derived from it, by their columns in a window.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Origin {
    value: usize,
    velocity: Option<usize>,
    acceleration: Option<usize>,
    /// No cell is held.
    whole: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    /// A channel of the log, or its derivative.
    Origin(Origin),
    /// A magnitude of these components.
    Magnitude(Vec<Origin>),
    /// A column that nothing is known of beside its own cells.
    Alone,
}

/// Tells samples from held values in windows of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct CellKinds {
    rules: Vec<Rule>,
    /// By column: no cell is held.
    whole: Vec<bool>,
}

/// The channels that hold no value: their fill share is 0.
pub fn never_held(channels: &BTreeMap<String, ChannelStats>) -> BTreeSet<String> {
    let never = |s: &ChannelStats| s.count > 0 && s.fill_share == Some(0.0);
    let never = channels.iter().filter(|(_, stats)| never(stats));
    never.map(|(name, _)| name.clone()).collect()
}

impl CellKinds {
    /// For windows whose columns are `columns`, in order. `whole` are the channels that hold
    /// nothing, see
    /// [`never_held`]. The more of the columns of [`companions`] a window has, the
    /// fewer of its cells remain unknown.
    pub fn new(schema: &Schema, columns: &[&str], whole: &BTreeSet<String>) -> Self {
        let place = |name: &str| columns.iter().position(|c| *c == name);
        let mut rules = vec![Rule::Alone; columns.len()];
        for robot in &schema.robots {
            for field in &schema.fields {
                let name = ChannelName::Raw(field, robot).to_string();
                let derived = ChannelName::derived(field, robot);
                let Some(value) = place(&name) else { continue };
                let find = |wanted: fn(&ChannelName<'_>) -> bool| {
                    let found = derived.iter().find(|d| wanted(d))?;
                    place(&found.to_string())
                };
                let origin = Origin {
                    value,
                    velocity: find(|d| matches!(d, ChannelName::Velocity(..))),
                    acceleration: find(|d| matches!(d, ChannelName::Acceleration(..))),
                    whole: whole.contains(&name),
                };
                for at in [Some(value), origin.velocity, origin.acceleration] {
                    if let Some(rule) = at.and_then(|at| rules.get_mut(at)) {
                        *rule = Rule::Origin(origin);
                    }
                }
            }
            for (magnitude, parts) in magnitudes(schema, robot) {
                let Some(at) = place(&magnitude) else {
                    continue;
                };
                let origin = |name: &String| match rules.get(place(name)?)? {
                    Rule::Origin(origin) => Some(*origin),
                    _ => None,
                };
                let origins: Option<Vec<Origin>> = parts.iter().map(origin).collect();
                if let (Some(origins), Some(rule)) = (origins, rules.get_mut(at)) {
                    *rule = Rule::Magnitude(origins);
                }
            }
        }
        let whole = columns.iter().map(|name| whole.contains(*name)).collect();
        Self { rules, whole }
    }

    /// What the cell of a column is in a row of the window, counted from the window's first.
    /// The row before it must be in the window too, but for the first row of the table: there
    /// every value is a sample.
    pub fn of(&self, window: &Window, column: usize, row: usize) -> CellKind {
        let cells = Cells { window, row };
        let value = cells.at(column);
        if value.is_nan() {
            return CellKind::Null;
        }
        let whole = self.whole.get(column).copied().unwrap_or(false);
        if whole || cells.changes(column) {
            return CellKind::Sample;
        }
        match self.rules.get(column) {
            Some(Rule::Origin(origin)) => cells.origin(origin),
            Some(Rule::Magnitude(parts)) => {
                let kinds = parts.iter().map(|part| cells.origin(part));
                if kinds.clone().any(|kind| kind == CellKind::Sample) {
                    CellKind::Sample
                } else if kinds.clone().all(|kind| kind == CellKind::Held) {
                    CellKind::Held
                } else {
                    CellKind::Unknown
                }
            }
            Some(Rule::Alone) | None => CellKind::Unknown,
        }
    }
}

/// The cells of a row and of the one before it.
struct Cells<'a> {
    window: &'a Window,
    row: usize,
}

impl Cells<'_> {
    fn cell(&self, column: usize, row: usize) -> f64 {
        let column = self.window.columns.get(column);
        column.and_then(|c| c.get(row)).copied().unwrap_or(f64::NAN)
    }

    fn at(&self, column: usize) -> f64 {
        self.cell(column, self.row)
    }

    /// Whether the cell differs from the one above, in any bit.
    fn changes(&self, column: usize) -> bool {
        let above = self.row.checked_sub(1).map(|row| self.cell(column, row));
        let now = self.at(column);
        above.is_none_or(|above| {
            above.to_bits() != now.to_bits() && !(above.is_nan() && now.is_nan())
        })
    }

    fn origin(&self, origin: &Origin) -> CellKind {
        if self.at(origin.value).is_nan() {
            return CellKind::Null;
        }
        let own = [Some(origin.value), origin.velocity, origin.acceleration];
        if origin.whole || own.into_iter().flatten().any(|column| self.changes(column)) {
            return CellKind::Sample;
        }
        // Of a sample that repeats the value, both would be 0.
        let derived = [origin.velocity, origin.acceleration];
        let moves = |column: usize| self.at(column) != 0.0;
        if derived.into_iter().flatten().any(moves) {
            CellKind::Held
        } else {
            CellKind::Unknown
        }
    }
}

/// The magnitudes of a robot, each with the channels of its components.
fn magnitudes(schema: &Schema, robot: &str) -> BTreeMap<String, Vec<String>> {
    let mut magnitudes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for field in &schema.fields {
        for derived in ChannelName::derived(field, robot) {
            if !matches!(
                derived,
                ChannelName::Velocity(..) | ChannelName::Acceleration(..)
            ) {
                let raw = ChannelName::Raw(field, robot).to_string();
                magnitudes.entry(derived.to_string()).or_default().push(raw);
            }
        }
    }
    magnitudes
}

/// The columns that tell samples of `column` from held values, the column first: what it comes
/// from, and the derivatives of that. Columns that `has` denies are left out.
pub fn companions(schema: &Schema, column: &str, has: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names = vec![column.to_owned()];
    for robot in &schema.robots {
        for field in &schema.fields {
            let raw = ChannelName::Raw(field, robot).to_string();
            let derived = ChannelName::derived(field, robot);
            if raw != column && !derived.iter().any(|d| d.to_string() == column) {
                continue;
            }
            names.push(raw);
            let own = derived
                .iter()
                .filter(|d| matches!(d, ChannelName::Velocity(..) | ChannelName::Acceleration(..)));
            names.extend(own.map(ToString::to_string));
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| (name == column || has(name)) && seen.insert(name.clone()));
    names
}

/// The channels of which only [`changes`] may tell held values: those of the log that have no
/// derivative, and hold something.
pub fn without_derivative(
    schema: &Schema,
    channels: &BTreeMap<String, ChannelStats>,
) -> Vec<String> {
    let fields = schema.fields.iter();
    let fields = fields.filter(|f| f.kind != FieldKind::Position || f.axis.is_none());
    let names = fields.flat_map(|field| {
        let name = |robot| ChannelName::Raw(field, robot).to_string();
        schema.robots.iter().map(move |robot| name(robot))
    });
    let holds = |name: &String| channels.get(name).is_some_and(|s| s.fill_share > Some(0.0));
    names.filter(holds).collect()
}

/// Counts the changes of channels, window by window.
struct Changes {
    names: Vec<String>,
    last: Vec<f64>,
    changed: Vec<u64>,
}

impl Changes {
    fn new(names: &[String]) -> Self {
        Self {
            names: names.to_vec(),
            last: vec![f64::NAN; names.len()],
            changed: vec![0; names.len()],
        }
    }

    /// Takes in the next rows: a column for each channel.
    fn add(&mut self, window: &Window) {
        let counts = self.last.iter_mut().zip(&mut self.changed);
        for (values, (last, changed)) in window.columns.iter().zip(counts) {
            for value in values {
                *changed += u64::from(!value.is_nan() && value.to_bits() != last.to_bits());
                *last = *value;
            }
        }
    }

    /// The channels with as many changes as samples, and the magnitudes of such channels alone.
    fn finish(
        self,
        schema: &Schema,
        channels: &BTreeMap<String, ChannelStats>,
    ) -> BTreeSet<String> {
        let samples = |name: &String| channels.get(name).map(|s| s.count);
        let counted = self.names.into_iter().zip(self.changed);
        let every = counted.filter(|(name, changed)| samples(name) == Some(*changed));
        let mut every: BTreeSet<String> = every.map(|(name, _)| name).collect();
        for robot in &schema.robots {
            for (magnitude, parts) in magnitudes(schema, robot) {
                if parts.iter().all(|part| every.contains(part)) {
                    every.insert(magnitude);
                }
            }
        }
        every
    }
}

/// The channels of `names` in which every sample has another value than the one before: as many
/// changes as samples. Magnitudes of which that is true of all components are among the answer.
/// Reads these columns of the whole table, row group by row group.
///
/// # Errors
/// As [`RunFile::read`].
pub fn changes(
    file: &RunFile,
    schema: &Schema,
    names: &[String],
    channels: &BTreeMap<String, ChannelStats>,
    cancel: &CancelToken,
) -> Result<BTreeSet<String>> {
    let columns: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut counted = Changes::new(names);
    for group in file.groups() {
        cancel.check()?;
        counted.add(&file.read_values(&columns, group, cancel)?);
    }
    Ok(counted.finish(schema, channels))
}

#[cfg(test)]
mod tests;
