//! The language of filters, of conditions over tables and of user rules; `docs/filters.md`
//! describes it.
//!
//! * [`parse`]: text to [`Expr`], which is written as text again.
//! * `compile`: an [`Expr`] over the names of a `Scope`, each of a [`Kind`], to a `Test`, which is
//!   evaluated on the [`Value`]s of a row.
//! * [`Condition`]: a test over the columns of a run's table, whose [`Cells`] are given as
//!   [`Steps`]; [`Bounds`]: what excludes rows without reading them; [`Stretches`]: rows in which
//!   it holds, put together.
//!
//! Null is unknown, as in SQL: a comparison with it neither holds nor fails, and so does its
//! `not`; only `is null` asks for it.

mod bounds;
mod compile;
mod condition;
mod expr;
mod kind;
mod literal;
mod parse;
mod pieces;
mod steps;
mod stretches;
mod test;
mod token;

pub use bounds::Bounds;
pub use condition::Condition;
pub use expr::{Expr, Quote, Relation, Text, quote_name, quote_value};
pub use kind::Kind;
pub use literal::Unit;
pub use parse::parse;
pub use pieces::Cells;
pub use steps::Steps;
pub use stretches::{Extreme, RowStretch, Stretches};
pub use test::{Value, contains};

pub(crate) use compile::{Scope, compile};
pub(crate) use test::{Source, Test};

/// The column that holds times.
const TIME: &str = "time";

#[cfg(test)]
mod tests;
