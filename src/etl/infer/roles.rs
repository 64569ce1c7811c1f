//! Which column of a table holds what.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Error, Result, extract::PreviewColumn, run_id, text, time};

/// A robot has so many names at most, and a sensor type so many.
const MOST_ROBOTS: usize = 16;
/// A long log has so many fields at most.
const MOST_FIELDS: usize = 64;
/// This share of a column's cells must be what the column is taken for.
const SURE: f64 = 0.95;

/// The columns by what they hold, as indices.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Roles {
    /// By role, in the words of a profile: `time`, `value` ….
    pub(super) columns: BTreeMap<&'static str, String>,
    /// The columns of a wide log that hold a signal each; empty for a long log.
    pub(super) signals: Vec<usize>,
    /// The distinct cells of the field column of a long log, in order of appearance, each with the cells
    /// of the sensor column beside it and how often they stand there.
    pub(super) fields: Vec<(String, BTreeMap<String, usize>)>,
    /// The distinct cells of the robot column of a long log.
    pub(super) robots: Vec<String>,
    /// Roles that were told by the cells of a column alone, a sentence each.
    pub(super) guesses: Vec<String>,
    /// Columns that the proposal does not use, each with the reason.
    pub(super) left_out: Vec<String>,
}

/// What a column's cells look like.
struct Look<'a> {
    index: usize,
    column: &'a PreviewColumn,
    /// Words of its name, in lower case.
    words: Vec<String>,
    filled: usize,
    /// How many filled cells are times, numbers and run ids.
    times: usize,
    numbers: usize,
    runs: usize,
    distinct: BTreeSet<&'a str>,
}

/// Words in the names of columns that tell a run.
const RUN: [&str; 11] = [
    "run", "uuid", "part", "job", "order", "cycle", "batch", "lot", "trial", "serial", "id",
];

/// More distinct cells than this are not counted.
const COUNTED: usize = 2_000;

impl<'a> Look<'a> {
    fn at(index: usize, column: &'a PreviewColumn) -> Self {
        let filled: Vec<&str> = column.cells.iter().flatten().map(String::as_str).collect();
        let number_of = |is: &dyn Fn(&str) -> bool| filled.iter().filter(|cell| is(cell)).count();
        let mut distinct = BTreeSet::new();
        for cell in &filled {
            if distinct.len() > COUNTED {
                break;
            }
            distinct.insert(*cell);
        }
        Self {
            index,
            column,
            words: super::names::words(&column.name),
            filled: filled.len(),
            times: number_of(&|cell| time::parse(cell.trim().as_bytes()).is_some()),
            numbers: number_of(&is_number),
            runs: number_of(&is_run),
            distinct,
        }
    }

    fn is(&self, part: usize) -> bool {
        self.filled > 0 && part as f64 >= SURE * self.filled as f64
    }

    fn is_named(&self, names: &[&str]) -> bool {
        self.words.iter().any(|word| names.contains(&word.as_str()))
    }

    /// Whether its cells come in long stretches, as the id of a run does.
    fn is_in_stretches(&self) -> bool {
        let cells = &self.column.cells;
        let changes = cells.windows(2).filter(|pair| pair[0] != pair[1]).count();
        changes * 20 <= cells.len()
    }
}

fn is_number(cell: &str) -> bool {
    cell.trim().parse().is_ok_and(f64::is_finite)
}

fn is_run(cell: &str) -> bool {
    run_id::parse_text(cell.as_bytes()).is_some()
}

/// Tells the columns of a table apart.
///
/// # Errors
/// [`Error::Usage`] when there are no times or no values; it lists the columns.
pub(super) fn find(columns: &[PreviewColumn]) -> Result<Roles> {
    let looks: Vec<Look<'_>> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| !column.name.is_empty())
        .map(|(i, column)| Look::at(i, column))
        .collect();
    let rows = columns.first().map_or(0, |c| c.cells.len());
    let refused = |what: &str| {
        let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).collect();
        let names = crate::extract::list_of_columns(&names);
        Error::Usage(format!(
            "no profile can be proposed: {what}; its columns are {names}"
        ))
    };
    let is_cell = |name: &str| {
        let name = name.trim();
        name.parse::<f64>().is_ok() || time::parse(name.as_bytes()).is_some()
    };
    if !looks.is_empty() && looks.iter().all(|l| is_cell(&l.column.name)) {
        return Err(refused(
            "its first line holds times and numbers, not names: write a header above it",
        ));
    }
    if rows == 0 {
        return Err(refused("it has no rows"));
    }
    let mut free: Vec<&Look<'_>> = looks.iter().collect();
    let mut take = |is: &dyn Fn(&Look<'_>) -> bool| {
        let at = free.iter().position(|look| is(look))?;
        Some(free.remove(at))
    };
    let mut roles = Roles::default();
    const TIME: [&str; 6] = ["time", "timestamp", "datetime", "ts", "t", "date"];
    let time = take(&|l| l.is(l.times) && l.is_named(&TIME)).or_else(|| take(&|l| l.is(l.times)));
    let Some(time) = time else {
        return Err(refused(
            "none of its columns holds times such as 2022-11-23T20:40:00.035Z or 2022-11-23 20:40:00,035+01:00 \
             (other forms, such as 23.11.2022 or seconds since 1970, have to be converted first)",
        ));
    };
    roles.columns.insert("time", time.column.name.clone());
    const CELL: [&str; 4] = ["cell", "station", "line", "plant"];
    let cell = take(&|l| l.is_named(&CELL) && l.distinct.len() <= COUNTED && l.is_in_stretches());
    const ROBOT: [&str; 5] = ["robot", "arm", "manipulator", "machine", "side"];
    let is_robot = |l: &Look<'_>| (1..=MOST_ROBOTS).contains(&l.distinct.len()) && l.filled == rows;
    let mut robot = take(&|l| l.is_named(&ROBOT) && is_robot(l));
    let is_run = |l: &Look<'_>| l.is(l.runs) && l.filled == rows && l.is_in_stretches();
    let mut run = take(&|l| l.is_named(&RUN) && is_run(l));
    const SENSOR: [&str; 4] = ["sensor", "source", "device", "kind"];
    let is_words = |l: &Look<'_>, most| !l.is(l.numbers) && (1..=most).contains(&l.distinct.len());
    const FIELD: [&str; 9] = [
        "field",
        "signal",
        "channel",
        "variable",
        "quantity",
        "measurement",
        "tag",
        "name",
        "axis",
    ];
    const VALUE: [&str; 5] = ["value", "val", "reading", "measure", "data"];
    // In this order: where a log has an `axis` beside a `signal`, the axis is no field.
    let field = FIELD.iter().find_map(|name| {
        take(&|l| is_words(l, MOST_FIELDS) && l.filled == rows && l.is_named(&[name]))
    });
    let sensor = take(&|l| is_words(l, MOST_ROBOTS) && l.filled == rows && l.is_named(&SENSOR));
    let value = field.and_then(|_| {
        take(&|l| l.is(l.numbers) && l.is_named(&VALUE)).or_else(|| take(&|l| l.is(l.numbers)))
    });
    if value.is_some() {
        // A long log must have both: what looks like one is better than nothing.
        let mut guess = |what: &str, look: Option<&Look<'_>>| {
            if let Some(look) = look {
                let name = text::quoted(&look.column.name, 40);
                roles
                    .guesses
                    .push(format!("the column `{name}` is taken to tell the {what}"));
            }
        };
        if run.is_none() {
            run = take(&|l| is_run(l) && l.distinct.len() < rows);
            guess("run", run);
        }
        if robot.is_none() {
            robot = take(&|l| {
                is_robot(l)
                    && (is_words(l, MOST_ROBOTS)
                        || l.distinct
                            .iter()
                            .all(|c| run_id::parse_text(c.as_bytes()).is_some()))
            });
            guess("robot", robot);
        }
    }
    for (role, look) in [("run", run), ("cell", cell)] {
        if let Some(look) = look {
            roles.columns.insert(role, look.column.name.clone());
        }
    }
    if let (Some(field), Some(value)) = (field, value) {
        let missing = [
            (
                "the run (a whole number or a UUID in every row)",
                run.is_none(),
            ),
            (
                "the robot (one of at most 16 names in every row)",
                robot.is_none(),
            ),
        ];
        if let Some((what, _)) = missing.iter().find(|(_, is_missing)| *is_missing) {
            return Err(refused(&format!(
                "it looks like a long log (fields in `{}`, values in `{}`), and such a log must have a column that \
                 tells {what}",
                text::quoted(&field.column.name, 40),
                text::quoted(&value.column.name, 40)
            )));
        }
        for (role, look) in [
            ("field", Some(field)),
            ("value", Some(value)),
            ("robot", robot),
            ("sensor", sensor),
        ] {
            if let Some(look) = look {
                roles.columns.insert(role, look.column.name.clone());
            }
        }
        roles.fields = fields(field.column, sensor.map(|s| s.column));
        let robots = robot.into_iter().flat_map(|r| &r.distinct);
        roles.robots = robots.map(|name| whole(name)).collect();
        roles
            .robots
            .sort_by(|a, b| crate::natural_order::compare_names(a, b));
        roles.robots.dedup();
        roles.left_out = free.iter().map(|l| left_out(l, true)).collect();
        return Ok(roles);
    }
    let (signals, others): (Vec<&Look<'_>>, Vec<&Look<'_>>) =
        free.into_iter().partition(|l| l.is(l.numbers));
    roles.signals = signals.iter().map(|l| l.index).collect();
    roles.left_out = others.iter().map(|l| left_out(l, false)).collect();
    // What was taken for the column of a role that only long logs have may be a signal after all.
    roles.signals.sort_unstable();
    if roles.signals.is_empty() {
        return Err(refused("besides times none of its columns holds numbers"));
    }
    Ok(roles)
}

/// Why a column is not used.
fn left_out(look: &Look<'_>, is_long: bool) -> String {
    let name = text::quoted(&look.column.name, 40);
    let first_other_than = |is: fn(&str) -> bool| {
        let mut cells = look.column.cells.iter().flatten();
        let cell = cells.find(|cell| !is(cell));
        text::quoted(cell.map_or("", String::as_str), 40)
    };
    if look.filled == 0 {
        format!("the column `{name}`: it is empty")
    } else if look.is_named(&RUN) && !look.is(look.runs) {
        let cell = first_other_than(is_run);
        format!("the column `{name}`: `{cell}` is no run id, which is a whole number or a UUID")
    } else if is_long {
        format!("the column `{name}`: a long log has one column of values")
    } else {
        let cell = first_other_than(is_number);
        format!("the column `{name}`: `{cell}` is not a number")
    }
}

/// `1.0` and `01` are robot 1.
fn whole(name: &str) -> String {
    match name.trim().parse::<f64>() {
        Ok(n) if n.fract() == 0.0 && (0.0..1e9).contains(&n) => format!("{n:.0}"),
        _ => name.to_owned(),
    }
}

fn fields(
    field: &PreviewColumn,
    sensor: Option<&PreviewColumn>,
) -> Vec<(String, BTreeMap<String, usize>)> {
    let mut found: Vec<(String, BTreeMap<String, usize>)> = Vec::new();
    for (i, cell) in field.cells.iter().enumerate() {
        let Some(cell) = cell else { continue };
        let at = found
            .iter()
            .position(|(name, _)| name == cell)
            .unwrap_or_else(|| {
                found.push((cell.clone(), BTreeMap::new()));
                found.len() - 1
            });
        if let Some(Some(sensor)) = sensor.and_then(|s| s.cells.get(i)) {
            *found[at].1.entry(sensor.clone()).or_default() += 1;
        }
    }
    found
}
