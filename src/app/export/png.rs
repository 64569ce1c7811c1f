//! A picture as pixels. Text is drawn with the program's own font: servers have none.

use std::sync::{Arc, LazyLock};

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{Options, Tree, fontdb::Database},
};

use crate::etl::{Error, Result, format::thousands};

/// Latin, Greek and Cyrillic letters of DejaVu Sans (`scripts/font.sh`). Other characters are
/// drawn as empty boxes.
const FONT: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-subset.ttf");

/// Pixels of a picture at most: four bytes each in memory.
pub const MOST_PIXELS: u64 = 100_000_000;

static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut fonts = Database::new();
    fonts.load_font_data(FONT.to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    Arc::new(fonts)
});

/// The PNG of an SVG picture, `scale` pixels for each of its units.
///
/// # Errors
/// [`Error::Usage`] for more than [`MOST_PIXELS`].
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>> {
    let internal = |what: String| Error::Fatal(format!("internal error (please report): {what}"));
    let options = Options {
        fontdb: FONTS.clone(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options)
        .map_err(|e| internal(format!("the picture cannot be drawn: {e}")))?;
    let size = tree.size();
    let [width, height] = [size.width(), size.height()].map(|side| (side * scale).ceil() as u32);
    let pixels = u64::from(width) * u64::from(height);
    let pixmap = Pixmap::new(width, height).filter(|_| pixels <= MOST_PIXELS);
    let mut pixmap = pixmap.ok_or_else(|| {
        Error::Usage(format!(
            "a picture of {width} x {height} is too large: at most {} pixels are drawn",
            thousands(MOST_PIXELS)
        ))
    })?;
    resvg::render(
        &tree,
        Transform::from_scale(scale, scale),
        &mut pixmap.as_mut(),
    );
    pixmap
        .encode_png()
        .map_err(|e| internal(format!("the picture cannot be written as PNG: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::export::svg::{Anchor, Pen, Svg};

    /// Dark pixels within a rectangle of a picture.
    fn ink(pixmap: &Pixmap, x: std::ops::Range<u32>, y: std::ops::Range<u32>) -> usize {
        let dark = |x: u32, y: u32| pixmap.pixel(x, y).is_some_and(|p| p.green() < 128);
        y.flat_map(|y| x.clone().map(move |x| (x, y)))
            .filter(|(x, y)| dark(*x, *y))
            .count()
    }

    #[test]
    fn lines_and_text_are_drawn_without_a_font_of_the_system() {
        let mut svg = Svg::new(200.0, 100.0);
        svg.text(
            (10.0, 30.0),
            Anchor::Start,
            "black",
            "Kraft −1,500 µm/°C Ω жёсткость",
        );
        let mut pen = Pen::default();
        pen.to(10.0, 80.0);
        pen.to(190.0, 80.0);
        svg.pen(&pen, "black");
        let svg = svg.finish();
        let once = Pixmap::decode_png(&png(&svg, 1.0).unwrap()).unwrap();
        assert_eq!((once.width(), once.height()), (200, 100));
        assert!(ink(&once, 10..200, 15..35) > 200, "text");
        assert!(ink(&once, 10..190, 78..82) >= 170, "line");
        assert_eq!(ink(&once, 0..200, 40..75), 0);
        let twice = Pixmap::decode_png(&png(&svg, 2.0).unwrap()).unwrap();
        assert_eq!((twice.width(), twice.height()), (400, 200));
        assert!(ink(&twice, 20..400, 30..70) > 800);
    }

    #[test]
    fn characters_of_screens_have_a_form() {
        // Every one differs from the box of a character that the font lacks.
        let drawn = |text: &str| {
            let mut svg = Svg::new(40.0, 40.0);
            svg.text((10.0, 30.0), Anchor::Start, "black", text);
            png(&svg.finish(), 1.0).unwrap()
        };
        let lacking = drawn("\u{1f600}");
        for c in "aÄßñŁøλΩжЯ0−±×·…–—‖²³µ°Å€→↑≤≥√Δ".chars() {
            assert_ne!(drawn(&c.to_string()), lacking, "{c}");
        }
        assert_ne!(lacking, drawn(" "), "a box, not nothing");
    }

    #[test]
    fn a_picture_that_is_too_large_is_refused() {
        let svg = Svg::new(20_000.0, 20_000.0).finish();
        let error = png(&svg, 1.0).unwrap_err().to_string();
        assert!(error.contains("20000 x 20000 is too large"), "{error}");
    }
}
