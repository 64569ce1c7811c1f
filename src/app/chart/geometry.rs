//! Where the parts of a chart stand, for drawing and for the mouse alike.

/// Characters for the numbers of a value axis.
pub const NUMBERS: usize = 9;

/// Width of everything left of the plot, with `label_width` characters for names.
pub fn gutter(label_width: usize) -> usize {
    label_width + NUMBERS + 3
}
