//! Holds the designed themes against measures: contrast (WCAG 2.2, 1.4.3 and 1.4.11), and the
//! least distance between colours that must be told apart, in normal sight and where one kind
//! of cones is missing.

use ratatui::style::Style;

use super::{
    Theme,
    color::{self, Lab, Rgb, distance, linear, oklab, times},
};
use crate::app::{
    abilities::Colors,
    export::svg::{COLOURS, SCALE},
};

/// Normal sight, protanopia, deuteranopia, tritanopia: Machado, Oliveira, Fernandes 2009,
/// severity 1.
const SIGHTS: [[[f64; 3]; 3]; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

fn seen(color: Rgb, sight: &[[f64; 3]; 3]) -> Lab {
    oklab(times(sight, linear(color)).map(|light| light.clamp(0.0, 1.0)))
}

fn foreground(style: Style) -> Rgb {
    color::rgb(style.fg.unwrap()).unwrap()
}

fn background(style: Style) -> Rgb {
    color::rgb(style.bg.unwrap()).unwrap()
}

/// The least distance between any two, in each sight.
fn least(colors: &[Rgb]) -> [f64; 4] {
    SIGHTS.map(|sight| {
        let pairs = colors
            .iter()
            .enumerate()
            .flat_map(|(n, a)| colors.iter().take(n).map(move |b| (*a, *b)));
        let distances = pairs.map(|(a, b)| distance(seen(a, &sight), seen(b, &sight)));
        distances.fold(f64::MAX, f64::min)
    })
}

fn luminance(color: Rgb) -> f64 {
    let [r, g, b] = linear(color);
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Every designed theme in true colour, and as terminals of 256 colours show it.
fn designed() -> impl Iterator<Item = (String, Colors, Theme)> {
    let designed = Theme::names().filter(|name| Theme::for_sixteen(name).unwrap().is_some());
    designed.flat_map(|name| {
        [Colors::True, Colors::Cube].map(|colors| {
            let theme = Theme::in_colors(name, colors).unwrap();
            (format!("{name} in {colors:?}"), colors, theme)
        })
    })
}

#[test]
fn there_is_a_designed_theme_for_dark_and_for_light() {
    let names: Vec<String> = designed().map(|(name, ..)| name).collect();
    let expected = [
        "dark in True",
        "dark in Cube",
        "light in True",
        "light in Cube",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_series_are_told_apart_in_every_sight() {
    for (name, colors, theme) in designed() {
        let series: Vec<Rgb> = theme.series.iter().map(|s| foreground(*s)).collect();
        assert_eq!(series.len(), 6, "{name}");
        // What the search for the palette reached; terminals of 16 colours: about 0.03.
        let floor = if colors == Colors::True { 0.107 } else { 0.115 };
        for distance in least(&series) {
            assert!(distance >= floor, "{name}: {:?}", least(&series));
        }
        let surface = background(theme.surface);
        for color in series {
            let contrast = contrast(color, surface);
            assert!(contrast >= 4.5, "{name}: {color:?} {contrast}");
        }
    }
}

#[test]
fn states_differ_in_every_sight_and_in_lightness() {
    for (name, colors, theme) in designed() {
        let states = [theme.good, theme.warning, theme.error].map(foreground);
        for distance in least(&states) {
            assert!(distance >= 0.09, "{name}: {:?}", least(&states));
        }
        let [good, warning, error] = states.map(|c| oklab(linear(c))[0]);
        // The table of 256 colours has no finer steps.
        let step = if colors == Colors::True { 0.02 } else { 0.01 };
        assert!(
            warning > good + step && good > error + 3.0 * step,
            "{name}: {good} {warning} {error}"
        );
    }
}

#[test]
fn words_can_be_read_on_the_surface_and_under_the_cursor() {
    for (name, colors, theme) in designed() {
        let (surface, raised) = (background(theme.surface), background(theme.cursor));
        // The table of 256 colours has no finer tint.
        let under_cursor = if colors == Colors::True { 4.5 } else { 3.9 };
        for (meaning, style) in theme.styles() {
            let (least, least_raised) = match meaning {
                "surface" | "cursor" => continue,
                // What may be overlooked: held values, lines between parts.
                "faint" => (3.0, 2.5),
                "rule" => (1.8, 1.0),
                _ => (4.5, under_cursor),
            };
            let color = foreground(style);
            let (on, over) = (contrast(color, surface), contrast(color, raised));
            assert!(
                on >= least && over >= least_raised,
                "{name}: {meaning} {on:.2} {over:.2}"
            );
        }
        // The selection is seen, and only just.
        let apart = distance(oklab(linear(surface)), oklab(linear(raised)));
        assert!((0.03..0.12).contains(&apart), "{name}: {apart}");
    }
}

#[test]
fn the_scale_grows_steadily_away_from_the_surface() {
    for (name, _, theme) in designed() {
        let scale: Vec<Rgb> = theme.scale.iter().map(|s| foreground(*s)).collect();
        let surface = oklab(linear(background(theme.surface)))[0];
        for sight in SIGHTS {
            let light: Vec<f64> = scale.iter().map(|c| seen(*c, &sight)[0]).collect();
            for pair in light.windows(2) {
                let step = (pair[1] - surface).abs() - (pair[0] - surface).abs();
                assert!(step >= 0.02, "{name}: {light:?}");
            }
        }
        for distance in least(&scale) {
            assert!(distance >= 0.045, "{name}: {:?}", least(&scale));
        }
        for color in scale {
            assert!(contrast(color, background(theme.surface)) >= 3.0, "{name}");
        }
    }
}

#[test]
fn a_dim_series_lies_between_its_line_and_the_surface() {
    for (name, _, theme) in designed() {
        let surface = background(theme.surface);
        for at in 0..theme.series.len() {
            let (full, dim) = (
                foreground(theme.series(at)),
                foreground(theme.series_dim(at)),
            );
            let (full, dim) = (contrast(full, surface), contrast(dim, surface));
            assert!(
                dim < full * 0.7 && dim > 1.3,
                "{name}: {at} {full:.2} {dim:.2}"
            );
        }
    }
}

#[test]
fn exported_pictures_have_the_colours_of_the_light_theme_and_are_legible_on_white() {
    let light = Theme::named("light", false).unwrap();
    let hex = |styles: &[Style]| -> Vec<String> {
        let text = |style: &Style| {
            let [r, g, b] = foreground(*style);
            format!("#{r:02x}{g:02x}{b:02x}")
        };
        styles.iter().map(text).collect()
    };
    assert_eq!(hex(&light.series), COLOURS);
    assert_eq!(hex(&light.scale), SCALE);
    for style in light.series.iter().chain(&light.scale) {
        assert!(contrast(foreground(*style), [255; 3]) >= 3.0, "{style:?}");
    }
}
