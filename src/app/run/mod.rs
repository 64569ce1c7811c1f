//! One run: its screens, what they ask for, and how that is answered.
//!
//! The core calls [`RunScreen`] with actions, sizes and answers, and draws it with
//! `ui::run::draw`. What a run's views ask of workers are the queries of
//! [`queries`], [`samples_queries`] and [`path_query`].
//!
//! * [`summary`], [`samples`], [`path`], [`layers`], [`quality`]: where each tab is and what it has; its charts
//!   are [`crate::app::signals`].
//! * [`heading`]: what stands beside the tabs.
//! * [`summary_facts`], [`robot_table`]: what a summary has above its statistics.
//! * [`samples_columns`], [`samples_rows`], [`condition`]: which of the samples are shown.
//! * [`time_cursor`](self): the moment that all tabs share; [`find_sample`]: the sample of a statistic.
//! * [`grid`]: which columns of a table fit.
//! * [`Position`]: what an operator types to go somewhere.

pub mod find_sample;
#[cfg(test)]
pub(crate) mod fixture;
pub mod grid;
pub mod heading;
pub mod layers;
mod mouse;
pub mod path;
pub mod path_colours;
pub mod path_query;
pub mod quality;
pub mod queries;
pub mod robot_table;
pub mod samples;
pub mod samples_columns;
pub mod samples_queries;
pub mod samples_rows;
mod screen;
mod screen_export;
mod screen_lists;
mod screen_places;
mod screen_samples;
pub mod summary;
pub mod summary_facts;
mod summary_search;
mod tab_list;
mod table_ref;
mod time_cursor;
mod view;

pub use find_sample::{FindSample, FoundSample, Goal};
pub use layers::Layers;
pub use path::{Path, RobotPath};
pub use path_query::ReadPaths;
pub use quality::Quality;
pub use queries::{OpenedRun, ReadRun, default_channels};
pub use samples::Samples;
pub use samples_queries::{
    CountChanges, FilterRows, FindRow, LocateTime, ReadRows, SampleRows, Target,
};
#[cfg(test)]
pub(crate) use screen::RunQueries;
pub use screen::{RunScreen, Tab, Views};
pub use screen_export::charts;
pub use summary::Summary;
pub use table_ref::TableRef;
