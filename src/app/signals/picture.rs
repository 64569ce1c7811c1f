//! The charts as lines of a picture.

use super::{Key, Signals};
use crate::{
    app::export::{Source, TableChannel, Trace},
    etl::compare::letter,
};

impl Signals {
    /// The lines of each chart of the visible span. What is in memory is drawn from there, the
    /// rest from the runs' tables when the picture is written.
    ///
    /// # Errors
    /// One sentence: why there is nothing to write.
    pub fn traces(&self) -> Result<Vec<Vec<Trace>>, String> {
        if self.chosen.is_empty() {
            return Err("no channel is chosen: there is no chart to export".into());
        }
        let chart = |group: Vec<usize>| {
            let keys = group.iter().enumerate().flat_map(|(order, channel)| {
                let runs = 0..self.run_count();
                runs.map(move |run| {
                    (
                        order,
                        Key {
                            run,
                            channel: *channel,
                        },
                    )
                })
            });
            // A run of several that cannot be read is left out, as on the screen.
            let drawn = |key: &Key| {
                let left_out = self.is_aligned() && self.failure(*key).is_some();
                self.is_readable(*key) && !left_out
            };
            keys.filter(|(_, key)| drawn(key))
                .map(|(order, key)| self.trace(order, key))
                .collect()
        };
        self.groups().into_iter().map(chart).collect()
    }

    fn trace(&self, order: usize, key: Key) -> Result<Trace, String> {
        let channel = self.channels.get(key.channel).ok_or("no such channel")?;
        if let Some(sentence) = self.failure(key) {
            return Err(sentence.to_owned());
        }
        let source = match self.data.series(key, self.own_range(key.run)) {
            Some(series) => Source::Series(series.clone()),
            None => {
                let table = self.runs.get(key.run).and_then(|r| r.table.clone());
                Source::Table(TableChannel {
                    table: table.ok_or("the run has no table")?,
                    channel: channel.name.clone(),
                    interval_us: channel.interval_us(key.run),
                })
            }
        };
        let several = self.is_aligned();
        Ok(Trace {
            name: if several {
                format!("{} {}", letter(key.run), channel.name)
            } else {
                channel.name.clone()
            },
            unit: channel.unit.clone(),
            source,
            origin: self.origin(key.run),
            colour: if several { key.run } else { order },
            dots: false,
            limits: if several {
                Vec::new()
            } else {
                self.limits(key).to_vec()
            },
        })
    }
}
