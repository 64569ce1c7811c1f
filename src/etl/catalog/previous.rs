//! The run of a machine before another one.

use rusqlite::{OptionalExtension, params};

use super::{Catalog, runs::run_id, store::run_key};
use crate::{Result, run_id::RunId};

impl Catalog {
    /// The run (log key, id) of the same machine that began last before a run of a log began, of those that had ended
    /// by then where there are such: of
    /// the same cell, with a robot that is parked in neither (any robot, where all of the run
    /// are). Of copies in several logs that of the same log, then the one with the most samples. Failed runs do not count.
    ///
    /// # Errors
    /// [`crate::Error::Catalog`].
    pub fn previous_run(&self, log_key: &str, run: RunId) -> Result<Option<(String, RunId)>> {
        self.sql(|db| {
            let mut statement = db.prepare_cached(
                "SELECT l.key, p.run \
                 FROM logs lc JOIN runs c ON c.log_id = lc.id \
                 JOIN runs p ON p.cell_id IS c.cell_id AND p.start_us < c.start_us \
                     AND p.run <> c.run AND p.error IS NULL \
                 JOIN logs l ON l.id = p.log_id \
                 WHERE lc.key = ?1 AND c.run = ?2 AND ( \
                     NOT EXISTS (SELECT 1 FROM robots a \
                         WHERE a.run_id = c.id AND a.state IS NOT 'parked') \
                     OR EXISTS (SELECT 1 FROM robots a JOIN robots b ON b.robot = a.robot \
                         WHERE a.run_id = c.id AND b.run_id = p.id \
                         AND a.state IS NOT 'parked' AND b.state IS NOT 'parked')) \
                 ORDER BY (p.stop_us <= c.start_us) DESC, p.start_us DESC, (l.id = lc.id) DESC, \
                     p.samples DESC, l.key LIMIT 1",
            )?;
            let found = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, run_id(r, 1)?));
            statement
                .query_row(params![log_key, run_key(run)], found)
                .optional()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::fixture::world;

    #[test]
    fn a_run_that_had_ended_is_nearer_than_one_that_went_on() {
        const SECOND: i64 = 1_000_000;
        let mut world = world();
        world.write("c1/a.csv", "a");
        world.write("c1/b.csv", "b");
        // Runs of a minute: 3 begins after 1 has ended, while 2 goes on.
        world.harvest("c1/a.csv", "c1/a.csv", &[(1, 0), (3, 70 * SECOND)]);
        world.harvest("c1/b.csv", "c1/b.csv", &[(2, 30 * SECOND)]);
        let previous = |log: &str, id| world.catalog.previous_run(log, RunId(id)).unwrap();
        let of = |log: &str, id| Some((log.to_owned(), RunId(id)));
        assert_eq!(previous("c1/a.csv", 3), of("c1/a.csv", 1));
        // None had ended: the one that began last.
        assert_eq!(previous("c1/b.csv", 2), of("c1/a.csv", 1));
        assert_eq!(previous("c1/a.csv", 1), None);
    }
}
