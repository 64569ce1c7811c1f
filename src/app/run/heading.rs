//! What the heading of a run says beside its tabs: verdict, start and runtime, as far as there is
//! room. Summary has what the heading had to leave out.

use super::Tab;
use crate::{
    app::{columns::meaning::verdict_word, layout},
    etl::{catalog::RunRow, time, zone},
};

/// Columns for the words in the heading of Summary, of `width` columns.
fn room(width: u16) -> u16 {
    layout::titles(&Tab::titles(), Tab::Summary, width).beside()
}

/// Verdict, start and runtime in `room` columns, the verdict first. Where they do not fit whole,
/// the year goes first, then the runtime, the fraction of a second and the day; the last ones may
/// still be too long.
pub fn words(row: &RunRow, room: u16) -> Vec<String> {
    let words = whole(row);
    if fits(&words, room) {
        return words;
    }
    let start = row.start_us().map(zone::format_screen).unwrap_or_default();
    // Of `2022-11-23 20:40:00.027`; behind it stands that there is more.
    let mut shorter = vec![5..23, 5..19, 11..19];
    if crosses_midnight(row) {
        shorter.pop();
    }
    let shorter: Vec<Vec<String>> = shorter
        .into_iter()
        .map(|part| parts(row, start.get(part).map(str::to_owned)))
        .collect();
    let is_told = |words: &&Vec<String>| {
        let start = words.get(..2).unwrap_or(words);
        fits(words, room) || fits(start, room.saturating_sub(2))
    };
    let told = shorter.iter().find(is_told).or(shorter.last());
    told.cloned().unwrap_or_default()
}

/// Whether a run ends on another day than it begins: a time of day alone would not tell when.
fn crosses_midnight(row: &RunRow) -> bool {
    let day =
        |us: Option<i64>| us.map(|us| zone::format_screen(us).chars().take(10).collect::<String>());
    day(row.start_us()) != day(row.stop_us())
}

/// Verdict, start and runtime whole.
pub fn whole(row: &RunRow) -> Vec<String> {
    parts(row, row.start_us().map(zone::format_screen))
}

/// Whether the heading of Summary, of `width` columns, has all of the `whole` words, and whether it
/// has the verdict.
pub fn has(whole: &[String], width: u16) -> (bool, bool) {
    let room = room(width);
    let all = fits(whole, room);
    // Behind it stands that there is more.
    let verdict = |words| fits(words, room.saturating_sub(2));
    (all, all || whole.get(..1).is_some_and(verdict))
}

fn parts(row: &RunRow, start: Option<String>) -> Vec<String> {
    let mut words = vec![format!(" {}", verdict_word(row.verdict))];
    words.extend(start.map(|start| format!("  {start}")));
    let runtime = row.runtime_s().map(time::format_duration);
    words.extend(runtime.map(|runtime| format!("  {runtime}")));
    words
}

fn fits(words: &[String], room: u16) -> bool {
    words.concat().chars().count() <= usize::from(room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::fixture;

    #[test]
    fn words_are_left_out_in_their_order_and_it_is_known_which() {
        let row = fixture::detail().row;
        let text = |width| words(&row, room(width)).concat();
        let told = whole(&row).concat();
        assert!(
            told.contains("2022-11-23 20:40:00.027") && told.contains("1m 45s"),
            "{told}"
        );
        let has = |width| has(&whole(&row), width);
        for width in 40..200 {
            let (all, verdict) = has(width);
            assert_eq!(all, text(width) == told, "{width}");
            assert!(verdict || !all, "{width}");
            // Where it does not fit beside the sign that there is more, the facts have it.
            let beside = verdict_word(row.verdict).chars().count() + 3;
            assert_eq!(
                verdict,
                all || beside <= usize::from(room(width)),
                "{width}"
            );
        }
        assert_eq!((has(80), has(120)), ((false, true), (true, true)));
        assert_eq!(has(40), (false, false));
        // The day stays where there is room for it, without a fraction of a second.
        assert!(
            text(80).starts_with(" not evaluated  20:40:00  "),
            "{}",
            text(80)
        );
        let mut suspect = fixture::detail().row;
        suspect.verdict = crate::etl::quality::Verdict::Suspect;
        let text = words(&suspect, room(80)).concat();
        assert!(text.starts_with(" ! suspect  11-23 20:40:00  "), "{text}");
    }
}
