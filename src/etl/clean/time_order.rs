//! The order of samples in time. Most logs have their rows in it: then the clocks of a run need not be
//! merged, for the place of a sample among its run's times is that of its row among the rows.

use std::sync::Arc;

use super::Piece;
use crate::extract::INVALID_TIME;

/// The distinct times of several clocks, and where the samples of each stand among them.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeOrder {
    /// Microseconds, strictly increasing.
    pub times: Arc<Vec<i64>>,
    /// By clock and sample: the index of its time.
    pub places: Vec<Arc<Vec<u32>>>,
}

/// Rows that are looked at together: their times stay in the fastest cache.
const WINDOW: usize = 2048;

impl TimeOrder {
    /// That of these channels of a run, whose times each increase from row to row. `None` where
    /// the log has some of their rows in another order.
    pub(super) fn of_rows(pieces: &[Piece], channels: &[usize]) -> Option<Self> {
        let count = |id: &usize| pieces.iter().map(|p| p.channel(*id).len()).sum();
        let counts: Vec<usize> = channels.iter().map(count).collect();
        let mut places: Vec<Vec<u32>> = counts.iter().map(|n| Vec::with_capacity(*n)).collect();
        let mut times = Times::new(counts.iter().sum());
        let mut window = vec![INVALID_TIME; WINDOW];
        for piece in pieces {
            let mut rest: Vec<(&[u32], &[i64])> = channels
                .iter()
                .map(|id| piece.channel(*id))
                .map(|range| (&piece.rows[range.clone()], &piece.times[range]))
                .collect();
            while let Some(first) = rest.iter().filter_map(|(rows, _)| rows.first()).min() {
                let first = *first;
                let within = |row: u32| Some((row - first) as usize).filter(|at| *at < WINDOW);
                window.fill(INVALID_TIME);
                for (rows, times) in &rest {
                    let rows = rows.iter().map_while(|row| within(*row));
                    rows.zip(*times).for_each(|(at, time)| window[at] = *time);
                }
                // From here on, in the place of each row's time, the index of that time.
                times.take(&mut window)?;
                for ((rows, times), places) in rest.iter_mut().zip(&mut places) {
                    let before = places.len();
                    let within = rows.iter().map_while(|row| within(*row));
                    places.extend(within.map(|at| window[at] as u32));
                    let taken = places.len() - before;
                    (*rows, *times) = (&rows[taken..], &times[taken..]);
                }
            }
        }
        Some(Self {
            times: Arc::new(times.finish()),
            places: places.into_iter().map(Arc::new).collect(),
        })
    }
}

/// Distinct times as they come, ascending.
struct Times {
    /// As many as there may be; the first `len` are there.
    room: Vec<i64>,
    len: usize,
    last: i64,
}

impl Times {
    fn new(most: usize) -> Self {
        Self {
            room: vec![0; most],
            len: 0,
            last: INVALID_TIME,
        }
    }

    /// Takes times in and puts their indices in their places; [`INVALID_TIME`] is none. `None`
    /// where one is earlier than the one before it.
    fn take(&mut self, window: &mut [i64]) -> Option<()> {
        let mut ascending = true;
        for slot in window.iter_mut().filter(|slot| **slot != INVALID_TIME) {
            // Whether a time is another one cannot be foretold: so it is counted, and no branch.
            let time = *slot;
            ascending &= time >= self.last;
            self.len += usize::from(time != self.last);
            self.last = time;
            let index = self.len - 1;
            self.room[index] = time;
            *slot = index as i64;
        }
        ascending.then_some(())
    }

    fn finish(mut self) -> Vec<i64> {
        self.room.truncate(self.len);
        self.room
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A piece of rows (channel, time) in this order; rows of channel 3 are of other runs.
    fn piece(first_row: u64, rows: &[(usize, i64)]) -> Piece {
        let mut piece = Piece {
            first_row,
            ..Piece::default()
        };
        for id in 0..3 {
            for (row, (_, time)) in rows.iter().enumerate().filter(|(_, (c, _))| *c == id) {
                piece.times.push(*time);
                piece.values.push(0.0);
                piece.rows.push(row as u32);
            }
            piece.ends.push(piece.times.len() as u32);
        }
        piece
    }

    #[test]
    fn rows_that_are_not_in_order_have_none() {
        let first = piece(0, &[(0, 5), (1, 5), (2, 7)]);
        let same_time = piece(3, &[(1, 7), (0, 9)]);
        let order = TimeOrder::of_rows(&[first.clone(), same_time.clone()], &[0, 1, 2]).unwrap();
        assert_eq!(*order.times, [5, 7, 9]);
        let places: Vec<&[u32]> = order.places.iter().map(|p| p.as_slice()).collect();
        assert_eq!(places, [&[0, 2][..], &[0, 1], &[1]]);
        // Of some channels.
        let order = TimeOrder::of_rows(&[first.clone(), same_time], &[0]).unwrap();
        assert_eq!(
            (order.times.as_slice(), order.places.len()),
            (&[5, 9][..], 1)
        );
        // Within a piece, and from piece to piece.
        for earlier in [piece(3, &[(0, 9), (1, 8)]), piece(3, &[(0, 6)])] {
            assert_eq!(
                TimeOrder::of_rows(&[first.clone(), earlier], &[0, 1, 2]),
                None
            );
        }
    }

    proptest! {
        #[test]
        fn each_sample_stands_at_its_time(
            pieces in prop::collection::vec(prop::collection::vec((0usize..4, 1i64..3), 0..5000), 1..3),
        ) {
            // The times of a channel increase, those of others may be the same.
            let (mut now, mut last) = (0, [-1; 4]);
            let pieces: Vec<Piece> = pieces
                .into_iter()
                .map(|rows| {
                    let rows: Vec<(usize, i64)> = rows
                        .into_iter()
                        .map(|(channel, step)| {
                            if step > 1 || last[channel] == now {
                                now += step;
                            }
                            last[channel] = now;
                            (channel, now)
                        })
                        .collect();
                    piece(0, &rows)
                })
                .collect();
            let order = TimeOrder::of_rows(&pieces, &[0, 2, 1]).unwrap();
            let times = |id| {
                let parts = pieces.iter().flat_map(move |p| &p.times[p.channel(id)]);
                parts.copied().collect::<Vec<i64>>()
            };
            let mut want = [times(0), times(1), times(2)].concat();
            want.sort_unstable();
            want.dedup();
            prop_assert_eq!(&*order.times, &want);
            for (id, places) in [0, 2, 1].into_iter().zip(order.places) {
                let found: Vec<i64> = places.iter().map(|at| order.times[*at as usize]).collect();
                prop_assert_eq!(found, times(id));
            }
        }
    }
}
