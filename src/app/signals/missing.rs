//! What the charts lack, as queries to workers; and what charts are drawn from meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    CursorRow, Key, Part, ReadDistribution, Signals, SignalsAnswer, SignalsQuery,
    query::{Ask, ReadChannel, Times},
};
use crate::{
    app::chart::{Reduced, TimeRange},
    etl::{
        overview::{self, LONG, Overview},
        reduce::{Bucket, WindowStats, sketch},
    },
};

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Loading {
    /// Channels that no stored overview has.
    no_overview: BTreeSet<usize>,
    /// The channels of the overview that is waited for, and whether only a stored one is.
    overview: Option<(Vec<usize>, bool)>,
    /// There is an overview, or it need not be asked for again.
    has_overview: bool,
    channel: Option<LoadingChannel>,
    row: Option<(i64, Vec<usize>)>,
    distribution: Option<ReadDistribution>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct LoadingChannel {
    channel: usize,
    range: TimeRange,
    columns: usize,
    /// All rows, so that the answer serves any range.
    whole: bool,
}

impl Loading {
    /// The overview was kept from the view before.
    pub fn resume(&mut self, has_overview: bool) {
        self.has_overview = has_overview;
    }
}

/// What a chart has of one channel of one run.
#[derive(Debug, Clone, PartialEq)]
pub enum Line<'a> {
    /// What is visible of it, to the last sample.
    Exact(Reduced),
    /// From a few thousand spans of the whole run: no value is missing, but some columns may
    /// show what lies beside them. The exact line is on its way.
    Coarse(Reduced),
    /// Nothing yet.
    Reading,
    /// Why it cannot be read.
    Failed(&'a str),
}

/// What is drawn of the charts now.
struct Drawn {
    channels: BTreeSet<usize>,
    columns: usize,
}

impl Signals {
    /// What a chart `columns` columns wide shows of a channel of a run.
    pub fn line(&self, key: Key, columns: usize) -> Line<'_> {
        let range = self.own_range(key.run);
        if let Some(reduced) = self.data.reduced(key, range, columns.max(1)) {
            return Line::Exact(reduced);
        }
        if let Some(sentence) = self.data.failure(key) {
            return Line::Failed(sentence);
        }
        self.sketch(key, columns)
            .map_or(Line::Reading, Line::Coarse)
    }

    fn sketch(&self, key: Key, columns: usize) -> Option<Reduced> {
        let run = self.runs.get(key.run).filter(|r| r.rows >= LONG)?;
        let (start, stop) = run.span?;
        let spans = overview::spans(start, stop, run.rows);
        let buckets = self.data.overview(key)?;
        Some(sketch(buckets, spans, self.own_range(key.run), columns))
    }

    /// Samples in sight that are marked one by one, where there are at most so many of them.
    pub fn marked_samples(&self, key: Key, most: usize) -> Vec<(i64, f64)> {
        let range = self.own_range(key.run);
        let series = self.data.series(key, range);
        let samples = series.and_then(|s| s.changed_samples(range, most));
        samples.unwrap_or_default()
    }

    /// Statistics of what is visible of a channel of a run: `None` when not known,
    /// `Some(None)` without a value there.
    pub fn visible_stats(&self, key: Key) -> Option<Option<WindowStats>> {
        self.data.stats(key, self.own_range(key.run))
    }

    /// The channel in the spans of the overview of a run.
    pub fn overview(&self, key: Key) -> Option<&[Option<Bucket>]> {
        self.data.overview(key)
    }

    /// Values at which a channel's chart has a limit line.
    pub fn limits(&self, key: Key) -> &[f64] {
        self.data.limits(key)
    }

    /// Why a channel of a run cannot be read.
    pub fn failure(&self, key: Key) -> Option<&str> {
        self.data.failure(key)
    }

    /// Why a run cannot be read.
    pub fn failure_of(&self, run: usize) -> Option<&str> {
        self.data.failure_of(run)
    }

    /// Whether a run has the channel and a table to read it from.
    pub(super) fn is_readable(&self, key: Key) -> bool {
        let channel = self.channels.get(key.channel);
        let run = self.runs.get(key.run);
        channel.is_some_and(|c| c.is_in(key.run)) && run.is_some_and(|r| r.table.is_some())
    }

    fn is_missing(&self, key: Key, columns: usize) -> bool {
        let range = self.own_range(key.run);
        let known = self.data.is_exact(key, range, columns) || self.data.failure(key).is_some();
        self.is_readable(key) && !known
    }

    /// What to ask of each run next, for a view of (columns, lines) `size`: of each run one
    /// channel at a time, each answer once, and a failed one not again.
    pub fn queries(&mut self, size: (usize, usize)) -> Vec<(usize, SignalsQuery)> {
        let channels = self.drawn(size.1);
        let keys = (0..self.runs.len())
            .flat_map(|run| channels.iter().map(move |c| Key { run, channel: *c }));
        let keys: Vec<Key> = keys.filter(|key| self.is_readable(*key)).collect();
        self.data.draw(&keys, self.overview_bytes(&channels));
        let drawn = Drawn {
            channels,
            columns: self.plot_columns(size.0),
        };
        let mut wants = Vec::new();
        for run in 0..self.runs.len() {
            let table = self.runs.get(run).and_then(|r| r.table.clone());
            let Some(table) = table else { continue };
            let asks = [
                self.want_stored_overview(run, &drawn),
                self.want_channel(run, &drawn),
                self.want_overview(run, &drawn),
                self.want_cursor_row(run, &drawn),
                self.want_row_times(),
                self.want_distribution(run, size),
            ];
            let query = |ask| SignalsQuery {
                table: table.clone(),
                ask,
            };
            wants.extend(asks.into_iter().flatten().map(|ask| (run, query(ask))));
        }
        wants
    }

    /// What overviews take once they are there.
    fn overview_bytes(&self, drawn: &BTreeSet<usize>) -> usize {
        let runs = self.runs.iter().enumerate();
        let spans = runs.map(|(at, run)| {
            let spans = match run.rows {
                LONG.. => overview::LONG_SPANS,
                _ if self.is_aligned() => 0,
                _ => overview::SHORT_SPANS,
            };
            spans * self.listed(at, drawn).len()
        });
        spans.sum::<usize>() * size_of::<Option<Bucket>>()
    }

    fn names(&self, channels: &[usize]) -> Vec<String> {
        let channels = channels.iter().filter_map(|c| self.channels.get(*c));
        channels.map(|c| c.name.clone()).collect()
    }

    /// All channels of a single run, whose list shows them all; of several those that are drawn.
    fn listed(&self, run: usize, drawn: &BTreeSet<usize>) -> Vec<usize> {
        let channels = 0..self.channels.len();
        let several = self.is_aligned();
        channels
            .filter(|c| !several || drawn.contains(c))
            .filter(|channel| {
                let channel = self.channels.get(*channel);
                channel.is_some_and(|c| c.is_in(run))
            })
            .collect()
    }

    fn ask_overview(&mut self, run: usize, channels: Vec<usize>, stored: bool) -> Option<Ask> {
        let names = self.names(&channels);
        let run = self.runs.get_mut(run)?;
        run.loading.overview = Some((channels, stored));
        Some(Ask::Overview {
            channels: names,
            span: run.span?,
            rows: run.rows,
            stored,
        })
    }

    /// The charts of a long run are there at once when its overview was stored. Its table is
    /// read after that, and not beside it.
    fn want_stored_overview(&mut self, run: usize, drawn: &Drawn) -> Option<Ask> {
        let known = self.runs.get(run).filter(|r| r.rows >= LONG)?;
        let mut channels = self.listed(run, &drawn.channels);
        channels.retain(|channel| {
            let key = Key {
                run,
                channel: *channel,
            };
            let none = known.loading.no_overview.contains(channel);
            !none && self.data.overview(key).is_none()
        });
        if channels.is_empty() || known.loading.overview.is_some() {
            return None;
        }
        self.ask_overview(run, channels, true)
    }

    fn want_channel(&mut self, run: usize, drawn: &Drawn) -> Option<Ask> {
        let missing = |c: &usize| self.is_missing(Key { run, channel: *c }, drawn.columns);
        let channel = drawn.channels.iter().copied().find(missing)?;
        let key = Key { run, channel };
        let (range, columns) = (self.own_range(run), drawn.columns);
        let known = self.runs.get(run)?;
        let serves = |l: &LoadingChannel| {
            let same = l.range == range && l.columns == columns;
            drawn.channels.contains(&l.channel) && missing(&l.channel) && (l.whole || same)
        };
        let stored_first = matches!(known.loading.overview, Some((_, true)));
        if stored_first || known.loading.channel.as_ref().is_some_and(serves) {
            return None;
        }
        let (rows, most_rows) = (known.rows, self.data.share());
        self.data.forget(key);
        self.data.make_room(rows.min(most_rows));
        let entry = self.channels.get(channel)?;
        let read = ReadChannel {
            channel: entry.name.clone(),
            interval_us: entry.interval_us(run),
            range,
            columns,
            most_rows,
            known: self.data.windows(run).next().map(|rows| Times {
                first_row: rows.first_row,
                times: rows.series.times().clone(),
            }),
        };
        self.runs.get_mut(run)?.loading.channel = Some(LoadingChannel {
            channel,
            range,
            columns,
            whole: rows <= most_rows,
        });
        Some(Ask::Channel(read))
    }

    /// Charts first: the sparklines of a single run read all of its table.
    fn want_overview(&mut self, run: usize, drawn: &Drawn) -> Option<Ask> {
        let known = self.runs.get(run)?;
        let missing = |c: &usize| self.is_missing(Key { run, channel: *c }, drawn.columns);
        let waits = known.loading.has_overview || known.loading.overview.is_some();
        if self.is_aligned() || waits || drawn.channels.iter().any(missing) {
            return None;
        }
        self.runs.get_mut(run)?.loading.has_overview = true;
        self.ask_overview(run, self.listed(run, &drawn.channels), false)
    }

    /// The values of channels without rows in memory: of a single run all are in the list, of
    /// several the chosen ones.
    fn want_cursor_row(&mut self, run: usize, drawn: &Drawn) -> Option<Ask> {
        let cursor = self.view.cursor.time;
        let several = self.is_aligned();
        let listed = self.listed(run, &self.chosen);
        let unknown = |channel: &usize| {
            let key = Key {
                run,
                channel: *channel,
            };
            // What is drawn of several runs is on its way with its values.
            let comes = drawn.channels.contains(channel) && self.is_missing(key, drawn.columns);
            let waits = several && (comes || self.data.failure(key).is_some());
            self.value_at(run, *channel, cursor).is_none() && !waits
        };
        let time = cursor.saturating_add(self.origin(run));
        let asked = &self.runs.get(run)?.loading.row;
        let asked = asked.as_ref().is_some_and(|(at, _)| *at == time);
        if asked || self.error.is_some() || !listed.iter().any(unknown) {
            return None;
        }
        let channels = self.names(&listed);
        self.runs.get_mut(run)?.loading.row = Some((time, listed));
        Some(Ask::CursorRow { channels, time })
    }

    /// The histogram that is shown, of what is visible now: each once, the latest counts.
    fn want_distribution(&mut self, run: usize, size: (usize, usize)) -> Option<Ask> {
        if self.is_aligned() || !self.has_distribution || self.layout(size.1).distribution == 0 {
            return None;
        }
        let channel = self.channels.get(self.row)?;
        let read = ReadDistribution {
            channel: channel.name.clone(),
            interval_us: channel.interval_us(run),
            whole: self.whole.clone(),
            range: self.own_range(run),
            columns: self.plot_characters(size.0),
            part: self.counted_part().cloned(),
        };
        let known = self.counted.as_ref().map(|(query, _)| query);
        let asked = &mut self.runs.get_mut(run)?.loading.distribution;
        if known == Some(&read) || asked.as_ref() == Some(&read) {
            return None;
        }
        *asked = Some(read.clone());
        Some(Ask::Distribution(read))
    }

    fn want_row_times(&mut self) -> Option<Ask> {
        let rows = self.typed.as_mut()?.rows_to_ask()?;
        Some(Ask::RowTimes(rows))
    }

    /// Applies the answer of a run to a query of this part, or why there is none; a sentence on
    /// what it means for the operator, if anything.
    pub fn take(
        &mut self,
        run: usize,
        part: Part,
        result: Result<SignalsAnswer, String>,
    ) -> Option<String> {
        let known = self.runs.get_mut(run)?;
        match (part, result) {
            (Part::Overview, Ok(SignalsAnswer::Overview(overview))) => {
                let (channels, _) = known.loading.overview.take()?;
                match overview {
                    Some(overview) => self.take_overview(run, &channels, overview),
                    None => known.loading.no_overview.extend(channels),
                }
            }
            (Part::Overview, Err(sentence)) => {
                // Where none can be read, one is made from the table.
                let (channels, stored) = known.loading.overview.take()?;
                known.loading.no_overview.extend(channels);
                if !stored {
                    self.error = Some(sentence);
                }
            }
            (Part::Channel, result) => {
                let channel = known.loading.channel.take()?.channel;
                let key = Key { run, channel };
                match result {
                    Ok(SignalsAnswer::Channel(read)) => self.data.insert(key, *read),
                    Ok(_) => {}
                    Err(sentence) => self.data.fail(key, sentence),
                }
            }
            (Part::CursorRow, Ok(SignalsAnswer::CursorRow(values))) => {
                let (time, channels) = known.loading.row.clone()?;
                let values: BTreeMap<usize, f64> = channels.into_iter().zip(values).collect();
                known.row = Some(CursorRow { time, values });
            }
            (Part::RowTimes, Ok(SignalsAnswer::RowTimes(times))) => {
                return self.go_to_rows(&times);
            }
            (Part::Distribution, result) => {
                let read = known.loading.distribution.take()?;
                let found = result.and_then(|answer| match answer {
                    SignalsAnswer::Distribution(found) => Ok(found.map(|found| *found)),
                    _ => Err("internal error (please report): an answer of another kind".into()),
                });
                self.counted = Some((read, found));
            }
            (Part::RowTimes, Err(sentence)) => {
                self.typed = None;
                return Some(sentence);
            }
            // Values at the cursor stay unknown: the charts failed likewise.
            _ => {}
        }
        None
    }

    fn take_overview(&mut self, run: usize, channels: &[usize], overview: Overview) {
        if let Some(run) = self.runs.get_mut(run) {
            run.loading.has_overview = true;
        }
        for (channel, buckets) in channels.iter().zip(overview.channels) {
            let channel = *channel;
            self.data.set_overview(Key { run, channel }, buckets);
        }
    }
}
