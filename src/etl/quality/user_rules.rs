//! Rules of the profile's author: conditions over the columns of a run's table.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};

use super::{
    RULES, Settings, Severity,
    clusters::{Cluster, Clustering, Occurrence, clusters},
    findings::{Finding, Findings},
    words::{list, seconds, span},
};
use crate::{
    Result as EtlResult,
    expression::{Bounds, Cells, Condition, Extreme, RowStretch, Steps, Stretches, parse},
    format::{figure, thousands},
    position,
    schema::Schema,
    stats::ChannelStats,
    text,
    transform::RunTable,
};

/// A rule of the profile's author: an element of `[[rules]]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserRule {
    /// The name in flags, records and filters.
    pub name: String,
    /// A condition over the columns of a run's table, in stored units: `fz_1 < -2500`.
    pub when: String,
    /// Shorter stretches are no flags: `0.5s`; empty: a single row is one.
    #[serde(rename = "for", default, skip_serializing_if = "String::is_empty")]
    pub at_least: String,
    /// How bad it is.
    #[serde(default = "suspect")]
    pub severity: Severity,
}

fn suspect() -> Severity {
    Severity::Suspect
}

/// Characters of a name at most.
const LONGEST_NAME: usize = 60;
/// Rows that are evaluated at a time.
const BLOCK: usize = 65_536;

impl UserRule {
    /// Checks the rules of a profile whose logs look so.
    ///
    /// # Errors
    /// The first mistake: which rule, its key, and what is wrong and allowed.
    pub(crate) fn check_all(
        rules: &[Self],
        schema: &Schema,
    ) -> Result<(), (usize, &'static str, String)> {
        let columns = columns(schema);
        for (index, rule) in rules.iter().enumerate() {
            let before = rules[..index].iter().map(|r| r.name.as_str());
            let of = |key| move |trouble: String| (index, key, trouble);
            rule.check_name(before).map_err(of("name"))?;
            rule.condition(&columns, 0).map_err(of("when"))?;
            if rule.at_least_us().is_none() {
                let typed = text::quoted(&rule.at_least, LONGEST_NAME);
                let trouble = format!(
                    "`{typed}` is not a duration: write a number and us, ms, s, m, h or d, such as 0.5s or 200ms"
                );
                return Err((index, "for", trouble));
            }
        }
        Ok(())
    }

    fn check_name<'a>(&self, mut before: impl Iterator<Item = &'a str>) -> Result<(), String> {
        let name = &self.name;
        let shown = text::quoted(name, LONGEST_NAME);
        if name.is_empty() || name.trim() != name || text::visible(name) != *name {
            return Err(format!(
                "the name `{shown}` of the rule is empty or has blanks around it or invisible characters"
            ));
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(format!(
                "the name `{shown}` of the rule has more than {LONGEST_NAME} characters"
            ));
        }
        if RULES.iter().any(|rule| rule.name == name) {
            return Err(format!("`{shown}` is a built-in rule: choose another name"));
        }
        if before.any(|other| other == name) {
            return Err(format!(
                "two rules are called `{shown}`: choose another name"
            ));
        }
        Ok(())
    }

    /// The condition over `columns`, whose incomplete times count from `start_us`.
    fn condition(&self, columns: &[String], start_us: i64) -> Result<Condition, String> {
        let condition = Condition::parse_utc(&self.when, columns, start_us);
        let condition = condition.map_err(|e| e.sentence)?;
        if condition.channels().is_empty() {
            return Err(format!(
                "the condition `{}` names no channel: write such as `fz_1 < -2500`",
                text::quoted(&self.when, LONGEST_NAME)
            ));
        }
        Ok(condition)
    }

    /// Microseconds that a stretch lasts at least; `None` where the text is none.
    fn at_least_us(&self) -> Option<i64> {
        if self.at_least.is_empty() {
            return Some(0);
        }
        // A number alone may be meant in anything.
        let with_unit = Some(self.at_least.trim()).filter(|t| t.contains(char::is_alphabetic));
        with_unit.and_then(position::duration)
    }

    /// The rule in one form, however it is spelled.
    #[must_use]
    pub(crate) fn bare(&self) -> Self {
        let when = match parse(&self.when) {
            Ok(Some(expr)) => expr.to_string(),
            _ => self.when.clone(),
        };
        let at_least = match self.at_least_us() {
            Some(0) => String::new(),
            Some(us) => format!("{us}us"),
            None => self.at_least.clone(),
        };
        Self {
            when,
            at_least,
            ..self.clone()
        }
    }
}

/// Names of all columns that a run's table may have.
fn columns(schema: &Schema) -> Vec<String> {
    let names = schema.channel_names();
    names.iter().map(ToString::to_string).collect()
}

/// A user rule over the rows of one run's table, which are given in parts.
#[derive(Debug)]
pub struct Evaluation<'a> {
    rule: &'a UserRule,
    condition: Condition,
    /// The first channel that it names, and which extreme of it is told.
    channel: String,
    extreme: Extreme,
    stretches: Stretches,
    /// The time of the table's last row.
    stop_us: i64,
}

/// A user rule that cannot be evaluated for a run: on which channels, and why.
#[derive(Debug, PartialEq)]
pub struct Unevaluated {
    channels: Vec<String>,
    reason: String,
}

impl<'a> Evaluation<'a> {
    /// For a run whose table has rows from one time to another, and the columns of which `has` says
    /// so.
    ///
    /// # Errors
    /// Where the run lacks a channel.
    pub fn new(
        rule: &'a UserRule,
        schema: &Schema,
        has: impl Fn(&str) -> bool,
        (start_us, stop_us): (i64, i64),
    ) -> Result<Self, Unevaluated> {
        let unevaluated = |reason| Unevaluated {
            channels: Vec::new(),
            reason,
        };
        let condition = rule.condition(&columns(schema), start_us);
        let condition = condition.map_err(unevaluated)?;
        let channels = condition.channels();
        let missing = channels.iter().filter(|name| !has(name));
        let missing: Vec<String> = missing.map(|name| (*name).to_owned()).collect();
        if !missing.is_empty() {
            return Err(Unevaluated {
                reason: format!("the run has no {}", list(&missing)),
                channels: missing,
            });
        }
        let channel = channels.first().copied().unwrap_or_default().to_owned();
        let extreme = Extreme::of(condition.relation_of(&channel));
        Ok(Self {
            rule,
            stretches: Stretches::new(extreme, rule.at_least_us().unwrap_or(0)),
            condition,
            channel,
            extreme,
            stop_us,
        })
    }

    /// Whether a row may fulfil the condition whose columns lie within their bounds.
    pub fn may_hold(&self, bounds: impl Fn(&str) -> Bounds) -> bool {
        self.condition.may_hold(bounds)
    }

    /// The next rows of the table.
    ///
    /// # Errors
    /// Those of `cells`.
    pub fn rows(&mut self, cells: &mut impl Cells) -> EtlResult<()> {
        self.stretches.rows(&self.condition, cells)
    }

    /// Rows in which the condition cannot hold, and that are not given: the time of the first.
    pub fn skip(&mut self, first_us: i64) {
        self.stretches.close(first_us);
    }

    /// What it found, as findings of the rule that is being checked.
    pub(super) fn report(
        mut self,
        settings: &Settings<'_>,
        stats: &BTreeMap<String, ChannelStats>,
        findings: &mut Findings,
    ) {
        self.stretches.close(self.stop_us);
        let found = self.stretches.take();
        let occurrences = found.iter().map(|stretch| Occurrence {
            from: stretch.start_us,
            to: stretch.stop_us,
            value: self.rank(stretch),
            threshold: f64::NAN,
            severity: self.rule.severity,
        });
        let interval = stats.get(&self.channel).and_then(|s| s.interval_median_s);
        let clustering = Clustering::new(settings.thresholds, interval.map(|s| s * 1e6));
        let unit = settings.schema.unit_of(&self.channel).unwrap_or_default();
        let threshold = self.condition.number_of(&self.channel);
        for cluster in clusters(occurrences.collect(), clustering) {
            let of_cluster = found.iter().find(|stretch| {
                self.rank(stretch) == cluster.value
                    && stretch.start_us >= cluster.from
                    && stretch.stop_us <= cluster.to
            });
            let value = of_cluster.map_or(f64::NAN, |stretch| stretch.extreme);
            findings.add(Finding {
                severity: self.rule.severity,
                channel: Some(self.channel.clone()),
                span: (cluster.from, cluster.to),
                value,
                threshold: threshold.unwrap_or(f64::NAN),
                unit: unit.to_owned(),
                message: self.message(&cluster, value, unit),
            });
        }
    }

    /// The larger the worse.
    fn rank(&self, stretch: &RowStretch) -> f64 {
        if stretch.extreme.is_nan() {
            f64::NEG_INFINITY
        } else {
            self.extreme.rank(stretch.extreme)
        }
    }

    fn message(&self, cluster: &Cluster, value: f64, unit: &str) -> String {
        let more = if cluster.rest { "besides these, " } else { "" };
        let when = text::quoted(&self.rule.when, 200);
        let holds = match cluster.count {
            1 => format!("holds for {}", seconds((cluster.to - cluster.from) as f64)),
            n => format!("holds in {} stretches", thousands(n as u64)),
        };
        let least = match self.rule.at_least_us() {
            None | Some(0) => String::new(),
            Some(us) => format!(" (flagged from {} on)", seconds(us as f64)),
        };
        let extreme = if value.is_nan() {
            String::new()
        } else {
            let (word, channel) = (self.extreme.word(), &self.channel);
            format!(", {channel} {word} {} {unit}", figure(value))
        };
        format!(
            "{more}{when} {holds}{least}{extreme}, {}",
            span(cluster.from, cluster.to)
        )
    }
}

/// Evaluates all user rules of a run over its table: values in effect, as a search does.
pub(super) fn check(
    table: &RunTable,
    settings: &Settings<'_>,
    stats: &BTreeMap<String, ChannelStats>,
    findings: &mut Findings,
) {
    let (Some(start), Some(stop)) = (table.times.first(), table.times.last()) else {
        return;
    };
    for (index, rule) in settings.rules.iter().enumerate() {
        findings.begin(RULES.len() + index);
        let has = |name: &str| table.column(name).is_some();
        match Evaluation::new(rule, settings.schema, has, (*start, *stop)) {
            Ok(mut evaluation) => {
                if evaluation.may_hold(|name| within(stats.get(name))) {
                    // What is in memory can be read.
                    let _ = over_table(&mut evaluation, table);
                }
                evaluation.report(settings, stats, findings);
            }
            Err(why) => why.report(findings),
        }
    }
}

impl Unevaluated {
    pub(super) fn report(&self, findings: &mut Findings) {
        if self.channels.is_empty() {
            findings.skip_run(&self.reason);
        }
        for channel in &self.channels {
            findings.skip(channel, &self.reason);
        }
    }
}

/// What the statistics of a channel say of its cells: held ones repeat a sample, and others are
/// null.
pub fn within(stats: Option<&ChannelStats>) -> Bounds {
    match stats.and_then(|s| s.min.zip(s.max)) {
        Some((min, max)) => Bounds::numbers(min, max, true),
        None => Bounds::Unknown,
    }
}

fn over_table(evaluation: &mut Evaluation<'_>, table: &RunTable) -> EtlResult<()> {
    let rows = table.times.len();
    (0..rows).step_by(BLOCK).try_for_each(|from| {
        evaluation.rows(&mut TableCells {
            table,
            rows: from..rows.min(from + BLOCK),
            channels: BTreeMap::new(),
        })
    })
}

/// The cells of some rows of a table that is in memory.
struct TableCells<'a> {
    table: &'a RunTable,
    rows: Range<usize>,
    /// Those that were asked for.
    channels: BTreeMap<String, Steps>,
}

impl Cells for TableCells<'_> {
    fn rows(&self) -> u32 {
        self.rows.len() as u32
    }

    fn steps(&mut self, channel: &str) -> EtlResult<Option<&Steps>> {
        let Some(column) = self.table.column(channel) else {
            return Ok(None);
        };
        let steps = self.channels.entry(channel.to_owned());
        Ok(Some(steps.or_insert_with(|| {
            self.table.steps(column, self.rows.clone())
        })))
    }

    fn times(&mut self) -> EtlResult<&[i64]> {
        Ok(&self.table.times[self.rows.clone()])
    }
}
