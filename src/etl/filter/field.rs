//! The typed fields of a row: what filters compare, lists sort by and exports write.

use super::Filtered;
use crate::expression::{Kind, Value};

/// A field of a row.
#[derive(Debug)]
pub struct RowField<R: 'static> {
    /// Its names in lower case with `_` for blanks, that of the column first.
    pub names: &'static [&'static str],
    /// What it holds.
    pub kind: Kind,
    /// Where its value is.
    pub get: Get<R>,
}

/// Where the value of a field is.
#[derive(Debug)]
pub enum Get<R: 'static> {
    /// In the row.
    Row(for<'a> fn(&'a R) -> Value<'a>),
    /// In the row, for each robot: the name of such a field ends with that of the robot, as
    /// `distance_1` does.
    Robot(for<'a> fn(&'a R, &str) -> Value<'a>),
}

impl<R> RowField<R> {
    /// A field of a row.
    pub const fn new(
        names: &'static [&'static str],
        kind: Kind,
        get: for<'a> fn(&'a R) -> Value<'a>,
    ) -> Self {
        Self {
            names,
            kind,
            get: Get::Row(get),
        }
    }

    /// A field for each robot; its names end with `_`.
    pub const fn of_robots(
        names: &'static [&'static str],
        kind: Kind,
        get: for<'a> fn(&'a R, &str) -> Value<'a>,
    ) -> Self {
        Self {
            names,
            kind,
            get: Get::Robot(get),
        }
    }

    /// Whether it is called `name`, and of which robot it then is.
    fn called<'a>(&self, name: &'a str) -> Option<Option<&'a str>> {
        let is = |known: &str, typed: &str| {
            let typed = typed.bytes().map(|b| if b == b' ' { b'_' } else { b });
            known.len() == typed.len()
                && known
                    .bytes()
                    .zip(typed)
                    .all(|(a, b)| a.eq_ignore_ascii_case(&b))
        };
        match self.get {
            Get::Row(_) => self
                .names
                .iter()
                .any(|known| is(known, name))
                .then_some(None),
            Get::Robot(_) => self.names.iter().find_map(|prefix| {
                let (head, robot) = name.split_at_checked(prefix.len())?;
                (is(prefix, head) && !robot.is_empty()).then_some(Some(robot))
            }),
        }
    }

    /// Its names as messages and documents give them.
    pub fn shown_names(&self) -> Vec<String> {
        let robot = if matches!(self.get, Get::Robot(_)) {
            "ROBOT"
        } else {
            ""
        };
        self.names
            .iter()
            .map(|name| format!("{name}{robot}"))
            .collect()
    }
}

/// A field by one of its names; of a field for each robot, that of one of them.
#[derive(Debug)]
pub struct FieldRef<R: 'static> {
    field: &'static RowField<R>,
    robot: Option<String>,
    name: String,
}

impl<R> FieldRef<R> {
    /// What it holds.
    pub fn kind(&self) -> Kind {
        self.field.kind
    }

    /// Its value in a row.
    pub fn value<'a>(&self, row: &'a R) -> Value<'a> {
        match self.field.get {
            Get::Row(get) => get(row),
            Get::Robot(get) => get(row, self.robot.as_deref().unwrap_or_default()),
        }
    }

    /// A heading: the name that it was found by in plain words, and the unit: `peak force (N)`.
    pub fn heading(&self) -> String {
        match self.kind() {
            Kind::Number(unit) if !unit.symbol().is_empty() => {
                format!("{} ({})", self.words(), unit.symbol())
            }
            _ => self.words(),
        }
    }

    /// The name that it was found by in plain words, without a unit: `peak force`.
    pub fn words(&self) -> String {
        let unit = match self.kind() {
            Kind::Number(unit) => unit.symbol(),
            _ => "",
        };
        let robot = self.robot.as_deref().unwrap_or_default();
        let name = self.name.strip_suffix(robot).unwrap_or(&self.name);
        let bare = name.strip_suffix(unit).and_then(|n| n.strip_suffix('_'));
        let bare = bare.filter(|_| !unit.is_empty()).unwrap_or(name);
        bare.replace('_', " ") + robot
    }

    /// Its name and the robot that it is of, if there is one for each robot.
    pub(super) fn of_robot(&self) -> Option<(&str, &str)> {
        Some((self.name.as_str(), self.robot.as_deref()?))
    }

    /// Whether both have the same value in every row.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.field, other.field) && self.robot == other.robot
    }
}

/// Finds the field that is called `name`, with blanks or `_`, in any case.
pub fn field<R: Filtered>(name: &str) -> Option<FieldRef<R>> {
    let called = |field: &'static RowField<R>| {
        let robot = field.called(name)?.map(str::to_owned);
        let name = name.to_owned();
        Some(FieldRef { field, robot, name })
    };
    R::FIELDS.iter().find_map(called)
}
