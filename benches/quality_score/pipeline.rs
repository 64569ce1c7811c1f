//! What a harvest makes of a recording: robots and flags.

use super::{
    etl::{
        Error, Result,
        base::CancelToken,
        clean::{Partition, resolve_conflicts},
        extract::{Batch, Vocabulary},
        insight::{RunInsight, run_insight},
        profile::Profile,
        quality::{self, Quality},
        run_id::{ParsedRun, RunId},
        stats::compute_stats,
        transform::transform,
    },
    generator::{FIELDS, FORCES, Recording},
};

/// Cleans, transforms and checks a run as a harvest does.
pub fn harvested(recording: &Recording, profile: &Profile) -> Result<(RunInsight, Quality)> {
    let mut vocabulary = Vocabulary::default();
    let run = ParsedRun {
        // Above what a double holds exactly.
        id: RunId(1 << 60),
        exact: recording.exact,
    };
    let code = vocabulary.run_code(run);
    let cells = ["10", "11"].map(|cell| vocabulary.cell_code(cell));
    let tracks = recording.tracks.iter().enumerate();
    let mut rows: Vec<(i64, usize, usize)> = tracks
        .flat_map(|(track, t)| {
            t.taken
                .iter()
                .enumerate()
                .map(move |(i, at)| (*at, track, i))
        })
        .collect();
    rows.sort_unstable();
    let mut batch = Batch::default();
    for (taken, track, i) in rows {
        let track = &recording.tracks[track];
        let second = recording.second_cell.is_some_and(|from| taken >= from);
        batch.time.push(track.stamps[i]);
        batch.value.push(track.values[i]);
        batch.run.push(code);
        batch.field.push(track.field as u8);
        batch.robot.push(track.robot as u8);
        // The first field of the sensor: see `Batch::sensor`.
        let sensor = if track.field < FORCES { 0 } else { FORCES };
        batch.sensor.push(sensor as u8);
        batch.cell.push(cells[usize::from(second)]);
    }
    debug_assert_eq!(profile.fields.len(), FIELDS);
    let mut partition = Partition::new(profile);
    partition.add(&batch, &vocabulary);
    let (runs, _, rejected) = partition.finish(&vocabulary);
    let run = runs.into_iter().next();
    let run = run.filter(|_| rejected.is_empty());
    let samples =
        resolve_conflicts(run.ok_or_else(|| Error::Fatal("the generator made bad rows".into()))?);
    let table = transform(&samples, profile, &CancelToken::new())?;
    let columns = table.columns.iter();
    let stats = columns
        .map(|c| (c.name.clone(), compute_stats(&table, c)))
        .collect();
    let seen = samples.cells.iter().filter_map(|c| vocabulary.cell(*c));
    let seen: Vec<String> = seen.map(str::to_owned).collect();
    let robots = run_insight(&table, &stats, profile, &profile.insight);
    let settings = profile.settings();
    let quality = quality::check(&samples, &table, &settings, &stats, &robots, &seen);
    Ok((robots, quality))
}
