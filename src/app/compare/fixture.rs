//! Runs side by side for tests: no file, no catalog.

use super::{CompareAnswer, CompareRequest, CompareScreen};
use crate::{
    app::{
        effect::{Effect, Request, Slot},
        run::{RunAnswer, RunRequest, fixture},
    },
    etl::{catalog::RunDetail, run_id::RunId, time::SECOND},
};

/// The `at`-th run: the later ones are shorter and begin a day apart; the second lacks
/// `f1`.
pub fn detail(at: usize) -> RunDetail {
    let mut detail = fixture::detail();
    detail.row.run = RunId(fixture::run().0 + at as u128);
    let shift = at as i64 * 86_400 * SECOND;
    detail.row.start_us = detail.row.start_us.map(|t| t + shift);
    detail.row.stop_us = detail
        .row
        .stop_us
        .map(|t| t + shift - at as i64 * 10 * SECOND);
    detail.row.runtime_s = detail.row.runtime_s.map(|s| s - 10.0 * at as f64);
    detail.row.file_name = Some(format!("run_{at}.parquet"));
    for stats in detail.channels.values_mut() {
        for value in [&mut stats.mean, &mut stats.max, &mut stats.rms] {
            *value = value.map(|v| v + 2.5 * at as f64);
        }
    }
    if at == 1 {
        detail.columns.retain(|c| c != "f1");
        detail.channels.remove("f1");
    }
    detail
}

/// `n` runs as the list names them.
pub fn names(n: usize) -> Vec<(String, RunId)> {
    let key = |at| format!("cell-10/2022-11-2{}T2040", 3 + at);
    (0..n).map(|at| (key(at), detail(at).row.run)).collect()
}

/// Answers a request as a worker would.
pub fn answer(run: usize, request: &CompareRequest) -> CompareAnswer {
    match request {
        CompareRequest::Details(runs) => {
            CompareAnswer::Details((0..runs.len()).map(|at| Some(detail(at))).collect())
        }
        CompareRequest::Channel { channel, .. } => {
            let request = RunRequest::Channel {
                table: crate::app::run::TableRef {
                    log_key: String::new(),
                    file_name: String::new(),
                },
                channel: channel.clone(),
                interval_us: None,
                times: None,
            };
            let RunAnswer::Channel {
                channel, series, ..
            } = fixture::answer(&request)
            else {
                panic!("another answer");
            };
            let shift = run as i64 * 86_400 * SECOND;
            let times: Vec<i64> = series.times().iter().map(|t| t + shift).collect();
            let moved = |(row, _): (usize, _)| {
                let time = series.times()[row];
                series.at_or_before(time).unwrap().value + 40.0 * run as f64
            };
            let values = times.iter().enumerate().map(moved).collect();
            let series = crate::app::chart::Series::new(times.into(), values, 100_000);
            CompareAnswer::Channel { channel, series }
        }
    }
}

/// Answers what `effects` ask, and what the answers ask, until nothing is asked. Gives
/// back how many questions there were.
pub fn settle(screen: &mut CompareScreen, effects: Vec<Effect>) -> usize {
    let (mut open, mut asked) = (effects, 0);
    while let Some(effect) = open.pop() {
        if let Effect::Ask {
            slot: Slot::Compare(slot),
            request: Request::Compare(request),
        } = effect
        {
            asked += 1;
            assert!(asked < 100, "the screen never stops asking");
            let run = match slot {
                super::CompareSlot::Channel(run) => run,
                super::CompareSlot::Details => 0,
            };
            open.extend(screen.answer(slot, Ok(answer(run, &request))));
        }
    }
    asked
}

/// `n` runs, opened and read.
pub fn opened(n: usize, size: (u16, u16)) -> CompareScreen {
    let (mut screen, effects) = CompareScreen::open(names(n), size);
    settle(&mut screen, effects);
    screen
}
