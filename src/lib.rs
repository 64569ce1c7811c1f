//! `mdtui`: a terminal browser for robot machine logs.
//!
//! The map, in the order in which a log travels:
//!
//! * [`etl`]: everything between a log and the lake, and the questions that the
//!   lake answers. Knows nothing of terminals.
//! * `app`: the browser's state, its actions and keys, and the workers.
//! * `ui`: draws the state; changes nothing.
//! * `cli`: the commands, one file each.
//!
//! Imports run one way: `cli` and `ui` → `app` → `etl`.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented
    )
)]

/// The GNU library's allocator keeps memory that a harvest makes and drops (see `etl::worker`); those
/// of other libraries hand it back to the kernel, which clears its pages again, and let threads wait
/// for each other. It stands here so that the program, its benchmarks and its tests have the same.
#[cfg(not(target_env = "gnu"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod app;
pub mod cli;
pub mod ui;

pub use mdtui_etl as etl;
