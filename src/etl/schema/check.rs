//! Mistakes in a schema: where each stands, and what is allowed there.

use std::collections::HashMap;

use super::{Layout, Schema, Signal};
use crate::{
    schema::{ChannelName, Columns, Field, FieldKind, unit},
    text,
    toml_place::Step,
};

/// Channels of a run: fields × robots.
const MOST_CHANNELS: usize = 250;
/// Letters of a field's name.
const MOST_LETTERS: usize = 100;

impl Schema {
    /// The first mistake: where it stands, and what is allowed there.
    pub(crate) fn check(&self) -> Result<(), (Vec<Step>, String)> {
        use Step::{At, Key};
        const MOST: u128 = i64::MAX.unsigned_abs() as u128;
        let fail = |place: &[Step], trouble: String| Err((place.to_vec(), trouble));
        plain("name", &self.name).map_err(|t| (vec![Key("name")], t))?;
        if self.fields.is_empty() {
            return fail(&[Key("fields")], "at least one field is needed".into());
        }
        if self.robots.is_empty() {
            return fail(&[Key("robots")], "at least one robot is needed".into());
        }
        for (i, robot) in self.robots.iter().enumerate() {
            if robot.number().is_none() && robot.trim().parse::<u128>().is_ok_and(|n| n > MOST) {
                let trouble = format!(
                    "robot {}: the largest number of a robot is {MOST}",
                    text::quoted(robot, 40)
                );
                return fail(&[Key("robots"), At(i)], trouble);
            }
            let negative = robot.number().is_some_and(|n| n < 0);
            // `01` and `1.0` in a log are robot 1, whatever the profile names so.
            let unclear = robot.number().is_none() && robot.trim().parse::<f64>().is_ok();
            if negative || unclear || !is_word(robot) || self.robots[..i].contains(robot) {
                let trouble = format!(
                    "robot {}: allowed are whole numbers from 0 and words of up to {MOST_LETTERS} \
                     letters, digits, '_', '-' and '.', each once",
                    text::quoted(robot, 40)
                );
                return fail(&[Key("robots"), At(i)], trouble);
            }
        }
        if self.channel_count() > MOST_CHANNELS {
            let trouble = format!(
                "{} fields × {} robots are {} channels: allowed are {MOST_CHANNELS}",
                self.fields.len(),
                self.robots.len(),
                self.channel_count()
            );
            return fail(&[Key("robots")], trouble);
        }
        let positions = self.fields.iter().filter(|f| f.kind == FieldKind::Position);
        let mut axes = positions.filter_map(|f| f.axis.as_deref());
        if let Some(axis) = self.forming_axis.as_deref()
            && !axes.any(|a| a == axis)
        {
            let trouble = format!(
                "forming_axis is \"{}\": no position has this axis",
                text::quoted(axis, 40)
            );
            return fail(&[Key("forming_axis")], trouble);
        }
        self.check_signals()?;
        self.columns.check(self.layout)?;
        for (i, field) in self.fields.iter().enumerate() {
            let at = |key| vec![Key("fields"), At(i), Key(key)];
            field.check().map_err(|(key, trouble)| (at(key), trouble))?;
            if self.fields[..i].iter().any(|f| f.name == field.name) {
                let name = text::quoted(&field.name, 40);
                let trouble = format!("two fields are called \"{name}\": each needs its own name");
                return Err((at("name"), trouble));
            }
            if !self.columns.sensor.is_empty() && field.sensor.is_empty() {
                let trouble = format!(
                    "field \"{}\" needs a sensor, such as sensor = \"encoder\", or the log has \
                     no column of sensor types: sensor = \"\" in [columns]",
                    text::quoted(&field.name, 40)
                );
                return Err((at("sensor"), trouble));
            }
        }
        self.check_names()
    }

    /// Each column of a wide log is one field of one robot, which no other is.
    fn check_signals(&self) -> Result<(), (Vec<Step>, String)> {
        let place = |i, key| vec![Step::Key("signals"), Step::At(i), Step::Key(key)];
        match (self.layout, self.signals.is_empty()) {
            (Layout::Long, true) => return Ok(()),
            (Layout::Wide, false) => {}
            (Layout::Long, false) => {
                let trouble = "signals are the columns of wide logs: add layout = \"wide\"";
                return Err((place(0, "column"), trouble.into()));
            }
            (Layout::Wide, true) => {
                let trouble = "a wide log needs [[signals]], each with column, field and robot";
                return Err((vec![Step::Key("layout")], trouble.into()));
            }
        }
        let c = &self.columns;
        for (i, signal) in self.signals.iter().enumerate() {
            let column = text::quoted(&signal.column, 40);
            plain("column", &signal.column).map_err(|t| (place(i, "column"), t))?;
            let earlier = &self.signals[..i];
            let is_taken = earlier.iter().any(|other| other.column == signal.column)
                || [&c.time, &c.run, &c.cell].contains(&&signal.column);
            if signal.column.is_empty() || is_taken {
                let trouble = match signal.column.as_str() {
                    "" => "the column of a signal is empty: name one of the log".to_owned(),
                    _ => format!("the column \"{column}\" is named twice: each has one meaning"),
                };
                return Err((place(i, "column"), trouble));
            }
            if !self.fields.iter().any(|f| f.name == signal.field) {
                let known: Vec<&str> = self.fields.iter().map(|f| f.name.as_str()).collect();
                let trouble = format!(
                    "the column \"{column}\" has field \"{}\", which is not one of the fields: {}",
                    text::quoted(&signal.field, 40),
                    known.join(", ")
                );
                return Err((place(i, "field"), trouble));
            }
            if !self.robots.contains(&signal.robot) {
                let known: Vec<&str> = self.robots.iter().map(|r| &**r).collect();
                let trouble = format!(
                    "the column \"{column}\" has robot \"{}\", which is not one of the robots: {}",
                    text::quoted(&signal.robot, 40),
                    known.join(", ")
                );
                return Err((place(i, "robot"), trouble));
            }
            let same =
                |other: &&Signal| (&other.field, &other.robot) == (&signal.field, &signal.robot);
            if let Some(other) = earlier.iter().find(same) {
                let trouble = format!(
                    "the columns \"{}\" and \"{column}\" are both field \"{}\" of robot {}: only one can be",
                    text::quoted(&other.column, 40),
                    text::quoted(&signal.field, 40),
                    &*signal.robot
                );
                return Err((place(i, "field"), trouble));
            }
        }
        Ok(())
    }

    /// No two columns of a run's table may have one name, or names that differ only in case:
    /// DuckDB and other readers take these for one.
    fn check_names(&self) -> Result<(), (Vec<Step>, String)> {
        let lower = |name: &str| name.to_lowercase();
        let mut taken: HashMap<String, (String, String)> = RESERVED
            .iter()
            .map(|(name, what)| (lower(name), ((*name).to_owned(), (*what).to_owned())))
            .collect();
        for column in self.channel_names() {
            let name = column.to_string();
            let what = column.description();
            if let Some((other, holds)) = taken.get(&lower(&name)) {
                let trouble = if *other == name {
                    format!("the column \"{name}\" would be both {holds} and {what}")
                } else {
                    format!(
                        "the columns \"{other}\" ({holds}) and \"{name}\" ({what}) would differ \
                         only in case"
                    )
                };
                let hint = "give a field another channel or axis, or a robot another name";
                return Err((self.place_of(column), format!("{trouble}: {hint}")));
            }
            taken.insert(lower(&name), (name, what));
        }
        Ok(())
    }

    /// The key that names a column.
    fn place_of(&self, column: ChannelName<'_>) -> Vec<Step> {
        let field = |is: &dyn Fn(&Field) -> bool, key| {
            let at = self.fields.iter().rposition(is).unwrap_or_default();
            vec![Step::Key("fields"), Step::At(at), Step::Key(key)]
        };
        match column {
            ChannelName::Raw(f, _) => {
                let named = f.channel.as_ref().map_or("name", |_| "channel");
                field(&|other| other.name == f.name, named)
            }
            ChannelName::Velocity(axis, _) | ChannelName::Acceleration(axis, _) => field(
                &|f| f.kind == FieldKind::Position && f.axis.as_deref() == Some(axis),
                "axis",
            ),
            _ => vec![Step::Key("robots")],
        }
    }
}

/// Columns that are there besides the channels.
const RESERVED: [(&str, &str); 4] = [
    ("time", "the time of a row"),
    ("run_uuid", "the run in an export of several"),
    ("log", "the log in an export of several"),
    ("cell_id", "the cell in an export of several"),
];

/// Text that is compared with what stands in logs, and shown.
fn plain(key: &str, value: &str) -> Result<(), String> {
    if value.chars().count() <= MOST_LETTERS && !value.chars().any(text::is_unsafe) {
        return Ok(());
    }
    Err(format!(
        "{key} is \"{}\": allowed are up to {MOST_LETTERS} characters, none of which steers a terminal",
        text::quoted(value, 40)
    ))
}

/// What a robot or an axis may be called: a part of a column's name, and of `CELL/ROBOT`.
fn is_word(s: &str) -> bool {
    (1..=MOST_LETTERS).contains(&s.chars().count())
        && s.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// Whether columns may be called so. A name in a CSV must not begin as a formula does, commas
/// separate names on the command line, and quotes surround them in filters and SQL.
fn is_column_name(s: &str) -> bool {
    (1..=MOST_LETTERS).contains(&s.chars().count())
        && s.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        && !s.chars().any(|c| text::is_unsafe(c) || ",\"'`".contains(c))
}

impl Columns {
    /// Each role has a column of its own.
    fn check(&self, layout: Layout) -> Result<(), (Vec<Step>, String)> {
        let roles = [
            ("time", &self.time),
            ("value", &self.value),
            ("field", &self.field),
            ("robot", &self.robot),
            ("run", &self.run),
            ("sensor", &self.sensor),
            ("cell", &self.cell),
        ];
        for (i, (role, name)) in roles.iter().enumerate() {
            let at = || vec![Step::Key("columns"), Step::Key(role)];
            plain(role, name).map_err(|t| (at(), t))?;
            if name.is_empty() {
                let may_be_empty: &[&str] = match layout {
                    Layout::Long => &["sensor", "cell"],
                    Layout::Wide => &["value", "field", "robot", "run", "sensor", "cell"],
                };
                if may_be_empty.contains(role) {
                    continue;
                }
                let trouble = match layout {
                    Layout::Long => {
                        format!("{role} is empty: only the columns sensor and cell may be")
                    }
                    Layout::Wide => format!("{role} is empty: a wide log needs it too"),
                };
                return Err((at(), trouble));
            }
            if layout == Layout::Wide && ["value", "field", "robot", "sensor"].contains(role) {
                let trouble = format!(
                    "a wide log has no column of this kind: leave {role} out, and name its columns under [[signals]]"
                );
                return Err((at(), trouble));
            }
            if let Some((other, _)) = roles[..i].iter().find(|(_, taken)| taken == name) {
                let trouble = format!(
                    "the columns {other} and {role} are both called \"{}\": each needs a name of its own",
                    text::quoted(name, 40)
                );
                return Err((at(), trouble));
            }
        }
        Ok(())
    }
}

impl Field {
    /// The key that has a mistake, and what is allowed there.
    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.name.is_empty() {
            return Err(("name", "the name of a field is empty".into()));
        }
        plain("name", &self.name).map_err(|trouble| ("name", trouble))?;
        if !is_column_name(self.channel()) {
            let (key, what) = match &self.channel {
                Some(_) => ("channel", "channel"),
                None => ("name", "name (it has no channel)"),
            };
            let trouble = format!(
                "the {what} of a field is \"{}\", and its columns cannot be called so: allowed in a \
                 channel are 1 to {MOST_LETTERS} characters, a letter, digit or '_' first, without \
                 commas and quotes",
                text::quoted(self.channel(), 40)
            );
            return Err((key, trouble));
        }
        for (key, text) in [("sensor", &self.sensor), ("unit", &self.unit)] {
            plain(key, text).map_err(|trouble| (key, trouble))?;
        }
        if unit::find(self.kind, &self.unit).is_none()
            && let Some(units) = unit::units(self.kind)
        {
            let allowed: Vec<String> = units.iter().map(|u| u.symbols.join(" or ")).collect();
            let trouble = format!(
                "the unit of field \"{}\" is \"{}\": a {} may be in {}",
                text::quoted(&self.name, 40),
                text::quoted(&self.unit, 40),
                match self.kind {
                    FieldKind::Position => "position",
                    _ => "force",
                },
                allowed.join(", ")
            );
            return Err(("unit", trouble));
        }
        match (self.kind, &self.axis) {
            (FieldKind::Other, _) => {}
            (_, Some(axis)) if is_word(axis) && !axis.starts_with(['-', '.']) => {}
            (_, Some(axis)) => {
                let trouble = format!(
                    "the axis of a field is \"{}\": allowed are 1 to {MOST_LETTERS} letters, digits, \
                     '_', '-' and '.', a letter, digit or '_' first",
                    text::quoted(axis, 40)
                );
                return Err(("axis", trouble));
            }
            (_, None) => {
                let trouble = format!(
                    "field \"{}\" needs an axis, such as axis = \"x\": only those of kind \"other\" have none",
                    self.name
                );
                return Err(("kind", trouble));
            }
        }
        let (min, max) = self.limits();
        for (key, limit) in [("min", min), ("max", max)] {
            if limit.is_some_and(|l| !l.is_finite()) {
                return Err((
                    key,
                    format!("{key} is not a number: leave it out where there is no limit"),
                ));
            }
        }
        if let Some(rate) = self.rate_limit().filter(|r| !r.is_finite() || *r <= 0.0) {
            return Err((
                "max_rate",
                format!("max_rate is {rate}: allowed are numbers above 0"),
            ));
        }
        match (self.min, self.max) {
            (Some(min), Some(max)) if min > max => Err((
                "max",
                format!("max is {max} and min is {min}: allowed is a max from min up"),
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorClass;
    use crate::profile::{BUILT_IN, Profile};

    #[test]
    fn every_mistake_names_its_line_and_what_is_allowed() {
        let line = |text: &str| {
            let at = BUILT_IN.find(text).unwrap();
            BUILT_IN[..at].matches('\n').count() + 1
        };
        let robots = line("robots = ");
        let cases: &[(&str, &str, usize, &str)] = &[
            (
                "name = \"sheet-forming\"",
                "name = \"a\\u001b[2J\"",
                4,
                "name is \"a\\u{1b}[2J\": allowed are up to 100",
            ),
            (
                "value = \"value\"",
                "value = \"\\u009b\"",
                line("value = \"value\""),
                "none of which steers a terminal",
            ),
            (
                "unit = \"N\"",
                "unit = \"\"\"\nN\n\"\"\"",
                line("unit = \"N\""),
                "unit is \"N\\n\"",
            ),
            (
                "unit = \"mm\"",
                "unit = \"ft\"",
                line("unit = \"mm\""),
                "the unit of field \"x\" is \"ft\": a position may be in mm, µm or um, cm, m, in",
            ),
            (
                "unit = \"N\"",
                "unit = \"kg\"",
                line("unit = \"N\""),
                "the unit of field \"fx\" is \"kg\": a force may be in N, kN, lbf",
            ),
            (
                "hold = 10",
                "hold = nan",
                8,
                "numbers from 0 and \"unlimited\"",
            ),
            (
                "hold = 10",
                "hold = \"long\"",
                8,
                "hold is \"long\": allowed are numbers",
            ),
            (
                "hold = 10",
                "hold = [1]",
                8,
                "allowed are numbers from 0 and \"unlimited\"",
            ),
            (
                "hold = 10",
                "holt = 10",
                8,
                "unknown field `holt`, did you mean `hold`? Expected one of `name`, `hold`",
            ),
            (
                "robots = [1, 2]",
                "robots = []",
                robots,
                "at least one robot",
            ),
            (
                "robots = [1, 2]",
                "robots = [1,\n 1]",
                robots + 1,
                "robot 1: allowed are whole numbers from 0",
            ),
            (
                "robots = [1, 2]",
                "robots = [-4]",
                robots,
                "robot -4: allowed are whole numbers from 0",
            ),
            ("robots = [1, 2]", "robots = [1.5]", robots, "1.5"),
            (
                "robots = [1, 2]",
                "robots = [\"18446744073709551615\"]",
                robots,
                "robot 18446744073709551615: the largest number of a robot is 9223372036854775807",
            ),
            (
                "robots = [1, 2]",
                "robots = \"1\"",
                robots,
                "expected a sequence",
            ),
            (
                "value = \"value\"",
                "value = \"time\"",
                line("value = \"value\""),
                "both called \"time\"",
            ),
            (
                "name = \"fz\"",
                "name = \"=fz\"",
                line("name = \"fz\""),
                "the name (it has no channel) of a field is \"=fz\", and its columns cannot",
            ),
            (
                "name = \"fz\"",
                "name = \"fz\"\nchannel = \"f,z\"",
                line("name = \"fz\"") + 1,
                "the channel of a field is \"f,z\"",
            ),
            (
                "name = \"fz\"",
                "name = \"\"",
                line("name = \"fz\""),
                "the name of a field is empty",
            ),
            (
                "name = \"fz\"",
                "name = \"FX\"",
                line("name = \"fz\""),
                "the columns \"fx_1\" (field \"fx\" of robot 1) and \"FX_1\" (field \"FX\" of robot 1) would differ only in case",
            ),
            (
                "name = \"fz\"",
                "name = \"F\"\nchannel = \"p\"",
                line("robots = "),
                "the column \"p_1\" would be both field \"F\" of robot 1 and the distance from the origin of robot 1",
            ),
            (
                "name = \"fz\"",
                "name = \"vx\"",
                line("axis = \"x\""),
                "the column \"vx_1\" would be both field \"vx\" of robot 1 and the velocity along x of robot 1",
            ),
            (
                "name = \"fz\"",
                "name = \"F\"\nchannel = \"y\"",
                line("name = \"fz\"") + 1,
                "the column \"y_1\" would be both field \"y\" of robot 1 and field \"F\" of robot 1",
            ),
            (
                "robots = [1, 2]",
                "robots = [1, \"x_1\"]",
                robots,
                "the column \"vx_1\" would be both the velocity along x of robot 1 and the speed of robot x_1",
            ),
            (
                "robots = [1, 2]",
                "robots = [\"left\", \"Left\"]",
                line("name = \"x\""),
                "would differ only in case",
            ),
            (
                "robots = [1, 2]",
                "robots = [\"01\"]",
                robots,
                "robot 01: allowed are whole numbers from 0 and words",
            ),
            (
                "robots = [1, 2]",
                "robots = [1, \"1\"]",
                robots,
                "robot 1: allowed",
            ),
            (
                "robots = [1, 2]",
                "robots = [\"10/left\"]",
                robots,
                "robot 10/left: allowed",
            ),
            (
                "sensor = \"encoder\"\n",
                "\n",
                line("name = \"x\"") - 1,
                "field \"x\" needs a sensor",
            ),
            (
                "field = \"field\"",
                "field = \"\"",
                line("field = \"field\""),
                "field is empty: only the columns sensor and cell may be",
            ),
            (
                "name = \"fz\"",
                "name = \"fx\"",
                line("name = \"fz\""),
                "two fields are called \"fx\"",
            ),
            (
                "name = \"fz\"",
                "name = \"fz\"\nmin = 2\nmax = 1",
                line("name = \"fz\"") + 2,
                "max is 1 and min is 2",
            ),
            (
                "name = \"fz\"",
                "name = \"fz\"\nmax = inf",
                line("name = \"fz\"") + 1,
                "max is not a number",
            ),
            (
                "name = \"fz\"",
                "name = 7",
                line("name = \"fz\""),
                "expected a string",
            ),
            (
                "name = \"fz\"",
                "name = \"f\u{202e}z\"",
                line("name = \"fz\""),
                "is \"f\\u{202e}z\"",
            ),
        ];
        for (from, to, line, wanted) in cases.iter().copied() {
            assert!(BUILT_IN.contains(from), "{from}");
            let error = Profile::parse(&BUILT_IN.replacen(from, to, 1), "p.toml").unwrap_err();
            assert_eq!(error.kind(), ErrorClass::Usage);
            let error = error.to_string();
            // A field may stand in one line, or each key in its own.
            let place = format!("p.toml, line {line}: ");
            assert!(error.starts_with(&place), "{to}: {error} (not {place})");
            assert!(error.contains(wanted), "{to}: {error}");
            assert!(!error.chars().any(text::is_unsafe), "{error}");
        }
    }
}
