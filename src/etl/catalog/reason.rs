//! Why a log is in its state. Lists have a hundred thousand logs, of which nearly all were harvested
//! or never were, so that their sentences are not kept.

use std::borrow::Cow;

use crate::{format::count, time};

/// Why a log is in its state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It was never harvested.
    NeverHarvested,
    /// What [`Harvest`] says.
    Harvested,
    /// One sentence.
    Other(Box<str>),
}

/// What the sentence on a log that is harvested and current is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Harvest {
    /// When.
    pub at_us: i64,
    /// Rows of the log.
    pub rows: Option<u64>,
    /// Runs, stored and failed.
    pub runs: u32,
}

const NEVER_HARVESTED: &str = "never harvested";

impl Reason {
    /// Of a sentence, as [`Reason::sentence`] gives it back; `harvest`: of the log.
    pub(super) fn of(sentence: &str, harvest: Option<Harvest>) -> Self {
        let is_of = |harvest: Harvest| harvest.sentence() == sentence;
        // Only what begins so is worth a sentence to compare it with.
        if sentence == NEVER_HARVESTED {
            Self::NeverHarvested
        } else if sentence.starts_with(Harvest::BEGIN) && harvest.is_some_and(is_of) {
            Self::Harvested
        } else {
            Self::Other(sentence.into())
        }
    }

    /// One sentence; `harvest`: of the log.
    pub(super) fn sentence(&self, harvest: Option<Harvest>) -> Cow<'_, str> {
        match self {
            Self::NeverHarvested => NEVER_HARVESTED.into(),
            Self::Harvested => {
                harvest.map_or_else(Cow::default, |harvest| harvest.sentence().into())
            }
            Self::Other(sentence) => (&**sentence).into(),
        }
    }
}

impl From<String> for Reason {
    fn from(sentence: String) -> Self {
        Self::Other(sentence.into())
    }
}

impl Harvest {
    const BEGIN: &str = "harvested ";

    fn sentence(self) -> String {
        let rows = self.rows.map(|n| format!("{}, ", count(n, "row")));
        format!(
            "{}{}: {}{}",
            Self::BEGIN,
            to_the_second(self.at_us),
            rows.unwrap_or_default(),
            count(self.runs.into(), "run")
        )
    }
}

/// What an operator compares with the clock on the wall.
pub(super) fn to_the_second(us: i64) -> String {
    let text = time::format(us);
    let text = text.split_once('.').map_or(text.as_str(), |(head, _)| head);
    text.replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_the_sentence_that_it_is_made_of_and_usual_ones_take_no_memory() {
        let harvest = Harvest {
            at_us: 1_669_236_000_123_456,
            rows: Some(1_504_738),
            runs: 4,
        };
        let usual = "harvested 2022-11-23 20:40:00: 1,504,738 rows, 4 runs";
        for (sentence, harvest, takes_none) in [
            (usual, Some(harvest), true),
            (
                "harvested 2022-11-23 20:40:00: 4 runs",
                Some(Harvest {
                    rows: None,
                    ..harvest
                }),
                true,
            ),
            (NEVER_HARVESTED, None, true),
            (NEVER_HARVESTED, Some(harvest), true),
            (usual, None, false),
            (usual, Some(Harvest { runs: 5, ..harvest }), false),
            ("harvested ", Some(harvest), false),
            ("the log is gone", Some(harvest), false),
            ("", None, false),
        ] {
            let reason = Reason::of(sentence, harvest);
            assert_eq!(reason.sentence(harvest), sentence);
            assert_eq!(
                !matches!(reason, Reason::Other(_)),
                takes_none,
                "{sentence}"
            );
        }
    }
}
