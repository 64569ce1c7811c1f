//! Mistakes in a profile: where each stands, and what is allowed there.

use super::{Columns, Field, FieldKind, Profile};
use crate::{text, toml_place::Step};

/// Channels of a run: fields × robots.
const MOST_CHANNELS: usize = 250;
/// Letters of a field's name.
const MOST_LETTERS: usize = 100;

impl Profile {
    /// The first mistake: where it stands, and what is allowed there.
    pub(super) fn check(&self) -> Result<(), (Vec<Step>, String)> {
        use Step::{At, Key};
        let fail = |place: &[Step], trouble: String| Err((place.to_vec(), trouble));
        plain("name", &self.name).map_err(|t| (vec![Key("name")], t))?;
        if self.fields.is_empty() {
            return fail(&[Key("fields")], "at least one field is needed".into());
        }
        if self.robots.is_empty() {
            return fail(&[Key("robots")], "at least one robot is needed".into());
        }
        for (i, robot) in self.robots.iter().enumerate() {
            if *robot < 0 || self.robots[..i].contains(robot) {
                let trouble = format!("robot {robot}: allowed are whole numbers from 0, each once");
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
        self.columns.check()?;
        for (i, field) in self.fields.iter().enumerate() {
            field
                .check()
                .map_err(|(key, trouble)| (vec![Key("fields"), At(i), Key(key)], trouble))?;
        }
        self.quality
            .check()
            .map_err(|(key, trouble)| (vec![Key("quality"), Key(key)], trouble))?;
        self.check_names()
    }

    /// No two columns of a run's table may have one name.
    fn check_names(&self) -> Result<(), (Vec<Step>, String)> {
        let mut taken = vec!["time".to_owned()];
        for robot in &self.robots {
            taken.extend(["v", "a", "f"].map(|m| format!("{m}{robot}")));
            taken.push(format!("p_{robot}"));
        }
        for robot in &self.robots {
            for (i, field) in self.fields.iter().enumerate() {
                let mut own = vec![("name", format!("{}_{robot}", field.name))];
                if let (FieldKind::Position, Some(axis)) = (field.kind, &field.axis) {
                    own.extend(["v", "a"].map(|d| ("axis", format!("{d}{axis}_{robot}"))));
                }
                for (key, name) in own {
                    if taken.contains(&name) {
                        let trouble = format!(
                            "two columns of a run's table would be called \"{name}\": names and axes of fields must differ"
                        );
                        let place = [Step::Key("fields"), Step::At(i), Step::Key(key)];
                        return Err((place.to_vec(), trouble));
                    }
                    taken.push(name);
                }
            }
        }
        Ok(())
    }
}

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

impl Columns {
    /// Each role has a column of its own.
    fn check(&self) -> Result<(), (Vec<Step>, String)> {
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
            plain(role, name).map_err(|t| (vec![Step::Key("columns"), Step::Key(role)], t))?;
            if let Some((other, _)) = roles[..i].iter().find(|(_, taken)| taken == name) {
                let trouble = format!(
                    "the columns {other} and {role} are both called \"{}\": each needs a name of its own",
                    text::quoted(name, 40)
                );
                return Err((vec![Step::Key("columns"), Step::Key(role)], trouble));
            }
        }
        Ok(())
    }
}

impl Field {
    /// The key that has a mistake, and what is allowed there.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let word = |s: &str| {
            let length = 1..=MOST_LETTERS;
            length.contains(&s.chars().count())
                // A column of a CSV must not begin as a formula does.
                && s.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                && s.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
        };
        let allowed = |what: &str, is: &str| {
            format!(
                "the {what} of a field is \"{}\": allowed are 1 to {MOST_LETTERS} letters, digits, '_', '-' and '.', a letter, digit or '_' first",
                text::quoted(is, 40)
            )
        };
        if !word(&self.name) {
            return Err(("name", allowed("name", &self.name)));
        }
        for (key, text) in [("sensor", &self.sensor), ("unit", &self.unit)] {
            plain(key, text).map_err(|trouble| (key, trouble))?;
        }
        match (self.kind, &self.axis) {
            (FieldKind::Other, _) => {}
            (_, Some(axis)) if word(axis) => {}
            (_, Some(axis)) => return Err(("axis", allowed("axis", axis))),
            (_, None) => {
                let trouble = format!(
                    "field \"{}\" needs an axis, such as axis = \"x\": only those of kind \"other\" have none",
                    self.name
                );
                return Err(("kind", trouble));
            }
        }
        for (key, limit) in [("min", self.min), ("max", self.max)] {
            if limit.is_some_and(|l| !l.is_finite()) {
                return Err((
                    key,
                    format!("{key} is no number: leave it out where there is no limit"),
                ));
            }
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
    use super::super::BUILT_IN;
    use super::*;
    use crate::FaultKind;

    #[test]
    fn every_mistake_names_its_line_and_what_is_allowed() {
        let line = |text: &str| {
            let at = BUILT_IN.find(text).unwrap();
            BUILT_IN[..at].matches('\n').count() + 1
        };
        let robots = line("robots = ");
        let cases: [(&str, &str, usize, &str); 19] = [
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
                "unknown field `holt`, expected one of `name`, `hold`",
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
                "name = \"f z\"",
                line("name = \"fz\""),
                "the name of a field is \"f z\": allowed are 1 to 100 letters",
            ),
            (
                "name = \"fz\"",
                "name = \"fx\"",
                line("name = \"fz\""),
                "would be called \"fx_1\"",
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
                "max is no number",
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
        for (from, to, line, wanted) in cases {
            assert!(BUILT_IN.contains(from), "{from}");
            let error = Profile::parse(&BUILT_IN.replacen(from, to, 1), "p.toml").unwrap_err();
            assert_eq!(error.kind(), FaultKind::Usage);
            let error = error.to_string();
            // A field may stand in one line, or each key in its own.
            let place = format!("p.toml, line {line}: ");
            assert!(error.starts_with(&place), "{to}: {error} (not {place})");
            assert!(error.contains(wanted), "{to}: {error}");
            assert!(!error.chars().any(text::is_unsafe), "{error}");
        }
    }
}
