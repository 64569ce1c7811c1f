//! Runs side by side for tests: no file, no catalog.

use super::{CompareScreen, FindPrevious, ReadRuns};
use crate::{
    app::{
        effect::Effect,
        fixture::answer_all,
        query::{Answer, Question},
        run::fixture,
        signals::Part,
    },
    etl::{catalog::RunDetail, run_id::RunId, time::SECOND},
};

/// The `at`-th run: the later ones are shorter and begin a day apart; the second lacks
/// `f1`.
pub fn detail(at: usize) -> RunDetail {
    let mut detail = fixture::detail();
    detail.row.run = RunId(fixture::run().0 + at as u128);
    let shift = at as i64 * 86_400 * SECOND;
    detail.row.change(|fields| {
        fields.start_us = fields.start_us.map(|t| t + shift);
        fields.stop_us = fields.stop_us.map(|t| t + shift - at as i64 * 10 * SECOND);
        fields.runtime_s = fields.runtime_s.map(|s| s - 10.0 * at as f64);
        fields.file_name = Some(format!("run_{at}.parquet").into());
    });
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

/// Answers a query as a worker would; `None`: it is of another kind.
pub fn answer(question: &Question) -> Option<Answer> {
    if let Some(FindPrevious(key, _)) = question.query() {
        // The first of all has none before it.
        let at = names(6).iter().position(|(known, _)| known == key);
        let before = at
            .and_then(|at| at.checked_sub(1))
            .map(|at| names(6).swap_remove(at));
        return Some(question.reply::<FindPrevious>(Ok(before)));
    }
    let Some(ReadRuns(runs)) = question.query() else {
        return fixture::answer(question);
    };
    let details = (0..runs.len()).map(|at| Some(fixture::opened_run(detail(at))));
    let details = details.collect();
    Some(question.reply::<ReadRuns>(Ok(details)))
}

/// Answers what `effects` ask, and what the answers ask, until nothing is asked. Gives
/// back how many questions there were.
pub fn answer_queries(screen: &mut CompareScreen, effects: Vec<Effect>) -> usize {
    answer_all(effects, |question| {
        screen.answer(&mut answer(&question).unwrap())
    })
}

/// The runs are read, or not; what follows.
pub fn read(
    screen: &mut CompareScreen,
    result: Result<Vec<Option<RunDetail>>, String>,
) -> Vec<Effect> {
    let opened = |details: Vec<Option<RunDetail>>| {
        let details = details.into_iter();
        details.map(|d| d.map(fixture::opened_run)).collect()
    };
    let mut answer = screen.details.reply(result.map(opened));
    screen.answer(&mut answer)
}

/// A channel of a run cannot be read; what follows.
pub fn channel_fails(screen: &mut CompareScreen, run: usize, sentence: &str) -> Vec<Effect> {
    let views = screen.views.as_ref().unwrap();
    let table = views.signals.table(run).unwrap().clone();
    let mut answer = (screen.queries).fail(run, Part::Channel, table, sentence);
    screen.answer(&mut answer)
}

/// `n` runs, opened and read.
pub fn opened(n: usize, size: (u16, u16)) -> CompareScreen {
    let (mut screen, effects) = CompareScreen::open(names(n), size);
    answer_queries(&mut screen, effects);
    screen
}
