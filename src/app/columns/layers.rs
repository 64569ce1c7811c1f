//! The columns of the list of layers of a run.

use std::borrow::Cow;

use super::{CELL, Column, ListCell, Meaning};
use crate::{
    app::{run::layers::LayerRow, table::Row},
    etl::format::format_fit,
};

impl Row for LayerRow {
    const LIST: &'static str = "layers";
    const ALSO_EXPORTED: &'static [&'static str] = &["start", "stop"];

    fn key(&self) -> Cow<'_, str> {
        Cow::Owned(format!("{}\n{}", self.robot, self.number))
    }

    fn columns(_: &[Self]) -> Vec<Column<Self>> {
        vec![
            Column::new("robot", 5, 1).grows_to(CELL),
            Column::new("layer", 5, 0),
            Column::new("z", 7, 2)
                .title("z mm")
                .cell(|row, width| figure(row, Some(row.layer.z_mm), 2, width)),
            Column::new("step", 7, 9)
                .title("step mm")
                .cell(|row, width| figure(row, row.layer.step_mm, 3, width)),
            Column::new("time", 7, 10)
                .title("time s")
                .cell(|row, width| figure(row, row.seconds(), 1, width)),
            Column::new("length", 9, 11)
                .title("length mm")
                .cell(|row, width| figure(row, Some(row.layer.length_mm), 0, width)),
            Column::new("feed", 9, 8)
                .title("feed mm/s")
                .cell(|row, width| figure(row, row.layer.feed_mm_s, 1, width)),
            Column::new("median", 8, 6)
                .title("median N")
                .cell(|row, width| figure(row, row.layer.force_median_n, 1, width)),
            Column::new("peak", 8, 5)
                .title("peak N")
                .cell(|row, width| figure(row, row.layer.force_peak_n, 1, width)),
            Column::new("axial", 8, 3)
                .title("axial N")
                .cell(|row, width| figure(row, row.layer.axial_median_n, 1, width)),
            Column::new("radius", 9, 7)
                .title("radius mm")
                .cell(|row, width| figure(row, row.layer.radius_mm, 2, width)),
            Column::new("wall", 6, 12)
                .title("wall °")
                .cell(|row, width| figure(row, row.layer.wall_angle_deg, 1, width)),
            // Trends leave out layers that are shorter than nine tenths of the median length. On a
            // cone many are, and nothing is wrong with them.
            Column::new("complete", 9, 4)
                .title("in trends")
                .cell(|row, _| {
                    let text = if row.layer.complete {
                        "yes"
                    } else {
                        "no: short"
                    };
                    ListCell::new(text, Meaning::Muted)
                }),
        ]
    }
}

/// A figure of a layer; those of one that is not complete are left out of trends.
fn figure(row: &LayerRow, value: Option<f64>, decimals: usize, width: u16) -> ListCell {
    let text = value.map(|v| format_fit(v, decimals, usize::from(width)));
    let meaning = match row.layer.complete {
        true => Meaning::Text,
        false => Meaning::Muted,
    };
    ListCell::new(text.unwrap_or_default(), meaning)
}
