//! From the rows of a log to its tables and its record, which is written while the last tables are
//! on their way to the disk.

use std::{iter::Peekable, vec::IntoIter};

use rayon::prelude::*;

use super::{
    commit::{Harvest, put_failed},
    one::Attempt,
    publish::Publisher,
    read::{HeldRun, Rows},
    run::{self, Made, Target},
};
use crate::{
    Result,
    base::Stage,
    clean::{Ledger, Reason, resolve_conflicts},
    lake::{Record, files::SealedRecord, record::SourceInfo},
};

/// Making a run's table takes so many bytes for each of its rows, about: the rows, their
/// channels, what is derived from them, and where each sample stands.
pub(crate) const MAKING_BYTES: u64 = 128;

/// All runs of a log and the rows that none of them got.
pub(super) struct Transformed {
    runs: Vec<Made>,
    ledger: Ledger,
    /// Sorted by row number.
    rejected: Vec<(u64, Reason)>,
}

/// A harvest that is in the lake but for its record.
pub(super) struct Sealed {
    pub(super) record: Record,
    pub(super) file: SealedRecord,
    /// Runs whose tables were there already.
    pub(super) resumed: u32,
}

impl Attempt<'_> {
    /// Resolves conflicts in, transforms and stores the runs in parallel, largest first.
    pub(super) fn transform(
        &self,
        rows: Rows,
        target: &Target<'_>,
        publisher: &Publisher<'_>,
    ) -> Result<Transformed> {
        let Rows {
            mut runs,
            mut ledger,
            mut rejected,
            vocabulary,
            spill,
            lines: _,
        } = rows;
        runs.sort_by_key(|r| std::cmp::Reverse(r.rows.ledger.rows_kept));
        self.meter.update(|p| {
            p.stage = Stage::Transforming;
            p.runs_total = Some(runs.len() as u32);
            p.largest_run = runs.first().map(|r| r.rows.ledger.rows_kept);
        });
        let make = |run: HeldRun| {
            self.cancel.check()?;
            let mut samples = resolve_conflicts(run.whole(&spill)?);
            let conflicts = std::mem::take(&mut samples.conflicts);
            let made = run::process(target, publisher, samples, &vocabulary, self.cancel)?;
            self.meter.update(|p| p.runs += 1);
            Ok((made, conflicts))
        };
        let mut all: Vec<(Made, Vec<u64>)> = Vec::with_capacity(runs.len());
        let mut runs = runs.into_iter().peekable();
        while runs.peek().is_some() {
            let together = side_by_side(&mut runs, self.options.room());
            let made = together.into_par_iter().with_max_len(1).map(make);
            all.extend(made.collect::<Result<Vec<_>>>()?);
        }
        let mut runs = Vec::with_capacity(all.len());
        for (made, conflicts) in all {
            let run = &made.result.ledger;
            ledger.rows_kept += run.rows_kept;
            for reason in [Reason::Conflict, Reason::Duplicate] {
                ledger.drop_rows(reason, run.dropped.get(&reason).copied().unwrap_or(0));
            }
            rejected.extend(conflicts.into_iter().map(|row| (row, Reason::Conflict)));
            runs.push(made);
        }
        rejected.sort_unstable();
        Ok(Transformed {
            runs,
            ledger,
            rejected,
        })
    }

    /// Makes the record and its file. The last tables may still be on their way to the disk, which
    /// takes its time: meanwhile the record is written as if all of them got into the lake.
    pub(super) fn seal(
        &self,
        made: Transformed,
        target: &Target<'_>,
        source: SourceInfo,
        prior: Option<&Record>,
    ) -> Result<Sealed> {
        let (lake, key) = (target.lake, target.key);
        let none_kept = self.none_kept(&made.ledger, &made.rejected)?;
        let rejected = self.write_rejected(target.fingerprint, &made.rejected, prior)?;
        let (mut runs, mut pending) = (Vec::new(), Vec::new());
        let mut resumed = 0;
        for made in made.runs {
            resumed += u32::from(made.resumed);
            runs.push(made.result);
            pending.push((made.run, made.publication));
        }
        run::store_failed_table(lake, key, runs.iter_mut(), self.cancel)?;
        let harvest = Harvest {
            source,
            runs,
            ledger: made.ledger,
            rejected,
            seconds: self.started.elapsed().as_secs_f64(),
            none_kept,
        };
        let mut record = harvest.record(self.context, self.log, prior);
        let mut file = SealedRecord::new(lake, &record);
        let mut failed = Vec::new();
        for (run, publication) in pending {
            if let Err(error) = publication.wait() {
                let known = record.run_to_result.get(&run.id);
                let ledger = known.map(|known| known.ledger.clone());
                failed.push(target.failed(run, ledger.unwrap_or_default(), error)?);
            }
        }
        if !failed.is_empty() {
            run::store_failed_table(lake, key, failed.iter_mut(), self.cancel)?;
            put_failed(&mut record, failed);
            file = SealedRecord::new(lake, &record);
        }
        Ok(Sealed {
            record,
            file: file?,
            resumed,
        })
    }
}

/// The next runs that have room beside each other (one, however large it is).
fn side_by_side(runs: &mut Peekable<IntoIter<HeldRun>>, room: u64) -> Vec<HeldRun> {
    let cost = |run: &HeldRun| run.rows.ledger.rows_kept.saturating_mul(MAKING_BYTES);
    let mut together: Vec<HeldRun> = runs.next().into_iter().collect();
    let mut taken: u64 = together.iter().map(cost).sum();
    while let Some(run) = runs.next_if(|run| taken.saturating_add(cost(run)) <= room) {
        taken += cost(&run);
        together.push(run);
    }
    together
}
