//! Colours as numbers: the space in which distances are as the eye sees them, and the table of
//! terminals of 256 colours.

use ratatui::style::Color;

/// Red, green and blue as a terminal is told them.
pub type Rgb = [u8; 3];

/// Lightness, green to red, blue to yellow (Ottosson 2020, OKLab).
pub type Lab = [f64; 3];

/// The parts of a colour that is given by them; none of a name such as `cyan`.
pub fn rgb(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(index) => cube(index),
        _ => None,
    }
}

/// An entry of the 256-colour table, as xterm has it: the cube, the greys. The first 16 are the
/// operator's.
fn cube(index: u8) -> Option<Rgb> {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..16 => None,
        16..232 => {
            let at = index - 16;
            let level = |n: u8| LEVELS.get(usize::from(n % 6)).copied().unwrap_or(0);
            Some([level(at / 36), level(at / 6), level(at)])
        }
        232.. => Some([8 + (index - 232) * 10; 3]),
    }
}

/// The entry of the 256-colour table that is nearest to a colour in [`Lab`].
pub fn nearest(color: Rgb) -> u8 {
    let wanted = oklab(linear(color));
    let far = |index: u8| cube(index).map_or(f64::MAX, |c| distance(oklab(linear(c)), wanted));
    (16..=255)
        .min_by(|a, b| far(*a).total_cmp(&far(*b)))
        .unwrap_or(255)
}

/// `share` of one colour over another.
pub fn mix(over: Rgb, under: Rgb, share: f64) -> Rgb {
    let mut mixed = under;
    for (part, (over, under)) in mixed.iter_mut().zip(over.into_iter().zip(under)) {
        let value = f64::from(over) * share + f64::from(under) * (1.0 - share);
        *part = value.round() as u8;
    }
    mixed
}

/// Amounts of light, 0 to 1 (IEC 61966-2-1, sRGB).
pub fn linear(color: Rgb) -> [f64; 3] {
    color.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// A colour of amounts of light as the eye sees it.
pub fn oklab(light: [f64; 3]) -> Lab {
    const CONES: [[f64; 3]; 3] = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ];
    const SEEN: [[f64; 3]; 3] = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];
    times(&SEEN, times(&CONES, light).map(f64::cbrt))
}

/// How far apart two colours are.
pub fn distance(a: Lab, b: Lab) -> f64 {
    let squares = a.into_iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

/// A matrix times a column.
pub fn times(matrix: &[[f64; 3]; 3], column: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.into_iter().zip(column).map(|(a, b)| a * b).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_have_their_known_places() {
        // Ottosson's own examples: white is 1, 0, 0; sRGB red is 0.628, 0.225, 0.126.
        let near = |a: Lab, b: Lab| assert!(distance(a, b) < 0.001, "{a:?} {b:?}");
        near(oklab(linear([255; 3])), [1.0, 0.0, 0.0]);
        near(oklab(linear([255, 0, 0])), [0.628, 0.225, 0.126]);
        assert_eq!(cube(16), Some([0, 0, 0]));
        assert_eq!(cube(110), Some([135, 175, 215]));
        assert_eq!(cube(255), Some([238; 3]));
        assert_eq!(cube(7), None);
    }

    #[test]
    fn the_nearest_of_the_table_is_found() {
        for index in [16, 52, 110, 231, 240, 255] {
            let found = nearest(cube(index).unwrap());
            assert_eq!(cube(found), cube(index), "{index}");
        }
        assert_eq!(nearest([0x15, 0x18, 0x1e]), 234);
        assert_eq!(mix([255, 0, 0], [0, 0, 255], 0.5), [128, 0, 128]);
    }
}
