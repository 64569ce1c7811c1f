//! The layers of a run as bands below its charts: one after the other, each with its number, and
//! several in one band where a layer is too narrow to be told from the next.

use std::collections::BTreeSet;

use super::{Channel, Signals};
use crate::{
    app::chart::TimeRange,
    etl::{
        catalog::RunDetail, format::thousands, natural_order, schema::ChannelName,
        stats::RobotStats, time,
    },
};

/// Lines of bands at most: robots of which channels have a chart.
const MOST_ROBOTS: usize = 2;

/// A layer, or a turn of a spiral.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct LayerSpan {
    /// First and last sample, in microseconds.
    span: (i64, i64),
    /// Whether it is as long as the others.
    complete: bool,
}

/// The layers of one robot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RobotLayers {
    /// The robot.
    pub robot: String,
    /// Its channels, by their index.
    channels: BTreeSet<usize>,
    /// In order of time: the first is layer 1.
    layers: Vec<LayerSpan>,
}

/// Successive layers that are drawn as one band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The number of the first of them, from 1.
    pub number: usize,
    /// The first and the last column of the plot.
    pub columns: (usize, usize),
    /// Whether it is the second, fourth … of the run: neighbours look different.
    pub is_even: bool,
    /// Whether it is a single layer that is shorter than the others.
    pub is_incomplete: bool,
}

/// The robots of a run by name, each with its channels by their index.
pub(super) fn robot_channels<'a>(
    detail: &'a RunDetail,
    channels: &[Channel],
) -> Vec<(&'a String, &'a RobotStats, BTreeSet<usize>)> {
    let robots = natural_order::sorted(&detail.robots);
    let owner = |name: &str| {
        let own = robots.iter().filter(|(robot, _)| is_of(name, robot));
        own.max_by_key(|(robot, _)| robot.len())
            .map(|(robot, _)| *robot)
    };
    let of_robot = |robot: &String| {
        let own = channels.iter().enumerate();
        let own = own.filter(|(_, c)| owner(&c.name) == Some(robot));
        own.map(|(at, _)| at).collect()
    };
    let robots = robots.iter();
    robots
        .map(|(robot, stats)| (*robot, *stats, of_robot(robot)))
        .collect()
}

/// The layers of each robot that has some.
pub(super) fn robot_layers(detail: &RunDetail, channels: &[Channel]) -> Vec<RobotLayers> {
    let robots = robot_channels(detail, channels).into_iter();
    let with_layers = robots.filter(|(_, stats, _)| !stats.layers.is_empty());
    with_layers
        .map(|(robot, stats, channels)| RobotLayers {
            robot: robot.clone(),
            channels,
            layers: stats
                .layers
                .iter()
                .filter_map(|layer| {
                    let start = time::parse(layer.start_time.as_bytes())?;
                    let stop = time::parse(layer.stop_time.as_bytes())?;
                    Some(LayerSpan {
                        span: (start, stop.max(start)),
                        complete: layer.complete,
                    })
                })
                .collect(),
        })
        .collect()
}

/// Whether a column of a table is a channel of a robot: see [`ChannelName`].
fn is_of(column: &str, robot: &str) -> bool {
    let of_axis = column
        .strip_suffix(robot)
        .is_some_and(|head| head.ends_with('_'));
    let magnitudes = [
        ChannelName::TotalForce(robot),
        ChannelName::Speed(robot),
        ChannelName::TotalAcceleration(robot),
    ];
    of_axis || magnitudes.iter().any(|name| name.to_string() == column)
}

impl Signals {
    /// The robots whose layers are drawn: those that have layers and a channel with a chart.
    pub fn charted_layers(&self) -> Vec<&RobotLayers> {
        let charted = |robot: &&RobotLayers| !robot.channels.is_disjoint(&self.chosen);
        self.layers
            .iter()
            .filter(charted)
            .take(MOST_ROBOTS)
            .collect()
    }
}

impl RobotLayers {
    /// The bands in `columns` columns that show `range`, from left to right. A band is wide enough
    /// for its number, so that of very narrow layers 2, 5, 10, 20 … share one.
    pub fn bands(&self, range: TimeRange, columns: usize) -> Vec<Band> {
        let together = self.together(range, columns);
        let mut bands: Vec<Band> = Vec::new();
        for (at, layer) in self.layers.iter().enumerate() {
            let from = layer.span.0.max(range.start());
            let to = layer.span.1.min(range.end());
            let ends = range
                .column_of(from, columns)
                .zip(range.column_of(to, columns));
            let Some((first, last)) = ends.filter(|_| from <= to) else {
                continue;
            };
            let group = at / together;
            let number = group * together + 1;
            match bands.last_mut() {
                Some(band) if band.number == number => band.columns.1 = last,
                before => {
                    // A column that two share is the later one's, but for a band's only one.
                    let shared = before.filter(|band| band.columns.1 == first);
                    let first = match shared {
                        Some(band) if band.columns.0 < first => {
                            band.columns.1 = first - 1;
                            first
                        }
                        Some(_) => first + 1,
                        None => first,
                    };
                    if first <= last {
                        bands.push(Band {
                            number,
                            columns: (first, last),
                            is_even: group % 2 == 1,
                            is_incomplete: together == 1 && !layer.complete,
                        });
                    }
                }
            }
        }
        bands
    }

    /// `layer 3 of 30`: the layer at a time, in words.
    pub fn layer_at(&self, time: i64) -> Option<String> {
        let inside = |layer: &LayerSpan| (layer.span.0..=layer.span.1).contains(&time);
        // A moment that two share is the later one's.
        let at = self.layers.iter().rposition(inside)?;
        let short = self.layers.get(at).is_some_and(|layer| !layer.complete);
        let (number, all) = (
            thousands(at as u64 + 1),
            thousands(self.layers.len() as u64),
        );
        let words = if short { " (incomplete)" } else { "" };
        Some(format!("layer {number} of {all}{words}"))
    }

    /// How many layers share a band: the fewest of 1, 2, 5, 10, 20 … that are wide enough.
    fn together(&self, range: TimeRange, columns: usize) -> usize {
        let n = self.layers.len();
        let (Some(first), Some(last)) = (self.layers.first(), self.layers.last()) else {
            return 1;
        };
        // From the start of a layer to that of the next.
        let pitch = match n {
            1 => last.span.1 - last.span.0,
            n => (last.span.0 - first.span.0) / (n as i64 - 1),
        };
        let wide = pitch as f64 / range.span().max(1) as f64 * columns as f64;
        let needed = n.to_string().len() as f64 + 2.0;
        let mut steps = (0..).flat_map(|power| [1, 2, 5].map(|step| step * 10_usize.pow(power)));
        let fits = |together: &usize| *together >= n || wide * *together as f64 >= needed;
        steps.find(fits).unwrap_or(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etl::time::SECOND;

    /// `n` layers of nine seconds, one every ten seconds; the third is cut short.
    fn layers(n: i64) -> RobotLayers {
        let layer = |at: i64| LayerSpan {
            span: (
                at * 10 * SECOND,
                (at * 10 + if at == 2 { 3 } else { 9 }) * SECOND,
            ),
            complete: at != 2,
        };
        RobotLayers {
            robot: "1".into(),
            channels: [0].into(),
            layers: (0..n).map(layer).collect(),
        }
    }

    fn numbers(bands: &[Band]) -> Vec<usize> {
        bands.iter().map(|band| band.number).collect()
    }

    #[test]
    fn each_layer_has_a_band_where_it_is_wide_enough_and_else_shares_one() {
        let all = layers(30);
        let whole = TimeRange::new(0, 300 * SECOND);
        let bands = all.bands(whole, 300);
        assert_eq!(numbers(&bands), (1..=30).collect::<Vec<_>>());
        assert_eq!((bands[0].columns, bands[0].is_even), ((0, 8), false));
        assert_eq!((bands[1].columns.0, bands[1].is_even), (9, true));
        assert!(bands[2].is_incomplete && bands[2].columns.1 <= 24);
        assert_eq!(
            numbers(&all.bands(whole, 100)),
            (1..=29).step_by(2).collect::<Vec<_>>()
        );
        assert_eq!(numbers(&all.bands(whole, 40)), [1, 6, 11, 16, 21, 26]);
        assert_eq!(numbers(&all.bands(whole, 3)), [1]);
        for columns in 1..400 {
            let bands = all.bands(whole, columns);
            let shown: Vec<usize> = bands
                .iter()
                .flat_map(|b| b.columns.0..=b.columns.1)
                .collect();
            assert!(shown.is_sorted_by(|a, b| a < b), "{columns}: {bands:?}");
            assert!(
                shown.last().is_some_and(|last| *last < columns),
                "{columns}"
            );
        }
    }

    #[test]
    fn what_is_in_sight_has_its_own_numbers() {
        let all = layers(30);
        let bands = all.bands(TimeRange::new(105 * SECOND, 125 * SECOND), 80);
        assert_eq!(numbers(&bands), [11, 12, 13]);
        assert_eq!((bands[0].columns.0, bands[2].columns.1), (0, 79));
        let between = all.bands(TimeRange::new(295 * SECOND, 400 * SECOND), 80);
        assert_eq!(numbers(&between), [30]);
        assert!(
            all.bands(TimeRange::new(400 * SECOND, 500 * SECOND), 80)
                .is_empty()
        );
        assert_eq!(
            numbers(&layers(1).bands(TimeRange::new(0, SECOND), 80)),
            [1]
        );
        assert!(layers(0).bands(TimeRange::new(0, SECOND), 80).is_empty());
    }

    #[test]
    fn the_layer_at_a_time_is_told_in_words() {
        let all = layers(30);
        assert_eq!(all.layer_at(12 * SECOND).unwrap(), "layer 2 of 30");
        assert_eq!(
            all.layer_at(21 * SECOND).unwrap(),
            "layer 3 of 30 (incomplete)"
        );
        assert_eq!(all.layer_at(25 * SECOND), None);
    }

    #[test]
    fn a_channel_belongs_to_the_robot_that_its_name_ends_with() {
        for (column, robot, is) in [
            ("fx_1", "1", true),
            ("f1", "1", true),
            ("p_1", "1", true),
            ("v11", "1", false),
            ("x_11", "1", false),
            ("aleft", "left", true),
            ("vz_left", "left", true),
            ("f2", "1", false),
        ] {
            assert_eq!(is_of(column, robot), is, "{column} of {robot}");
        }
    }
}
