//! `mdtui plot` by the real binary: the browser's picture, its pixels, and what is refused.

use std::{fs, ops::Range};

use resvg::tiny_skia::Pixmap;

use crate::common::Lab;
use crate::common::terminal::Terminal;

/// A harvested log of the demo.
fn lab() -> Lab {
    let lab = Lab::demo(1);
    lab.ok(&["harvest"]);
    lab
}

/// The first run's id.
fn first_run(lab: &Lab) -> String {
    let runs = lab.json(&["runs", "--json"]);
    runs["runs"][0]["run_uuid"].as_str().unwrap().to_owned()
}

/// The one file that the browser has exported, which is taken away.
fn take_exported(lab: &Lab) -> String {
    let files = fs::read_dir(lab.cache().join("exports")).unwrap();
    let files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let text = fs::read_to_string(&files[0]).unwrap();
    fs::remove_file(&files[0]).unwrap();
    text
}

fn plotted(lab: &Lab, args: &[&str]) -> String {
    lab.ok(&[&["plot", "-o", "plotted.svg"], args].concat());
    fs::read_to_string(lab.root().join("plotted.svg")).unwrap()
}

/// The texts of a picture.
fn texts(svg: &str) -> Vec<&str> {
    let lines = svg.lines().filter_map(|line| line.strip_prefix("<text "));
    lines
        .filter_map(|line| line.split_once('>')?.1.strip_suffix("</text>"))
        .collect()
}

#[test]
fn the_picture_is_that_of_the_browser_byte_for_byte() {
    let lab = lab();
    let mut terminal = Terminal::start(&lab, &[], 120, 40);
    terminal.wait_for("● harvested");
    terminal.send("2");
    terminal.wait_until("runs", |s| s.matches("11ed").count() == 4);
    terminal.send("\r");
    terminal.wait_for("Summary");
    terminal.send("\t");
    terminal.wait_for("at cursor");
    terminal.send("e");
    terminal.wait_for("exports/signals_");
    let whole = take_exported(&lab);
    let run = texts(&whole)[0].split("  ").next().unwrap();
    let run = run.strip_prefix("run ").unwrap();
    assert_eq!(plotted(&lab, &[run]), whole);
    // A part, with another channel, and the channels of a unit in one chart.
    terminal.send("g ");
    terminal.send("u");
    terminal.send("o+0.2s..+0.5s\r");
    // The message of the first export is over before that of the second is waited for.
    terminal.wait_until("the part", |s| {
        s.contains(":00.30") && !s.contains("exports/signals_")
    });
    terminal.send("e");
    terminal.wait_for("exports/signals_");
    let part = take_exported(&lab);
    let labels = texts(&part);
    let labels = labels.iter().filter(|text| text.ends_with(')'));
    let channels: Vec<&str> = labels.filter_map(|text| text.split(' ').next()).collect();
    assert!(channels.len() > 1, "{channels:?}");
    let channels = channels.join(",");
    let asked = [
        "--channels",
        &channels,
        "--overlay",
        "--from",
        "+0.2s",
        "--to",
        "+0.5s",
        run,
    ];
    assert_ne!(part, whole);
    assert_eq!(plotted(&lab, &asked), part);
    // Two runs over each other.
    terminal.send("q");
    terminal.wait_until("runs", |s| s.matches("11ed").count() >= 4);
    terminal.send("g  c");
    terminal.wait_for("aligned at their starts");
    terminal.wait_for("B − A");
    terminal.send("e");
    terminal.wait_for("exports/compare_");
    let compared = take_exported(&lab);
    let legend = texts(&compared);
    let runs = legend[1..3]
        .iter()
        .map(|line| line.split("  ").nth(1).unwrap());
    assert_eq!(plotted(&lab, &runs.collect::<Vec<_>>()), compared);
    terminal.send("Q");
    assert_eq!(terminal.end(), 0);
}

/// Pixels of a rectangle that fulfil a condition on red, green and blue.
fn pixels(picture: &Pixmap, x: Range<u32>, y: Range<u32>, is: fn(i32, i32, i32) -> bool) -> usize {
    let fulfils = |x, y| {
        let pixel = picture.pixel(x, y).unwrap();
        is(
            pixel.red().into(),
            pixel.green().into(),
            pixel.blue().into(),
        )
    };
    let all = y.flat_map(|y| x.clone().map(move |x| (x, y)));
    all.filter(|(x, y)| fulfils(*x, *y)).count()
}

/// The first colour of lines, or a mixture of it and white.
fn blue(red: i32, _: i32, blue: i32) -> bool {
    blue > red + 50
}

/// Text, and no grid.
fn dark(red: i32, green: i32, blue: i32) -> bool {
    red < 130 && (red - green).abs() < 10 && (green - blue).abs() < 10
}

/// A minute at 100 Hz in which the force is 100 N, but for one sample of 9,000 N.
fn spiked() -> (Lab, String) {
    let lab = Lab::new();
    let mut log = String::from("time,value,field,robot_id,run_uuid,sensor_type\n");
    for n in 0..6000 {
        let value = if n == 3000 { 9000 } else { 100 + n % 2 };
        let (second, part) = (n / 100, n % 100);
        log += &format!("2022-11-23T20:40:{second:02}.{part:02},{value},fx,1,7,load_cell\n");
    }
    fs::write(lab.data().join("spiked.csv"), log).unwrap();
    lab.ok(&["harvest"]);
    let run = first_run(&lab);
    (lab, run)
}

#[test]
fn a_png_shows_lines_labels_and_a_spike_of_one_sample_without_fonts() {
    let (lab, run) = spiked();
    lab.ok(&["plot", &run, "--channels", "fx_1", "-o", "a.png"]);
    let picture = fs::read(lab.root().join("a.png")).unwrap();
    let picture = Pixmap::decode_png(&picture).unwrap();
    assert_eq!(picture.width(), 1200);
    // The chart is from 90 to 1180, and from 57 to 237.
    let line = |x, y| pixels(&picture, x, y, blue);
    assert!(line(100..600, 220..237) > 400, "the line at the bottom");
    assert!(line(700..1100, 220..237) > 300, "on the other side too");
    assert!(line(600..670, 70..200) > 100, "the spike");
    assert_eq!(line(100..600, 70..200), 0, "and nothing beside it");
    let text = |x, y| pixels(&picture, x, y, dark);
    assert!(text(90..600, 8..26) > 300, "the title");
    assert!(text(40..86, 57..240) > 50, "values at the axis");
    assert!(text(90..1180, 245..275) > 100, "times at the axis");
    let args = ["--width", "600", "--height", "300", "--scale", "2"];
    lab.ok(&[&["plot", &run, "-o", "b.png"], &args[..]].concat());
    let picture = fs::read(lab.root().join("b.png")).unwrap();
    let picture = Pixmap::decode_png(&picture).unwrap();
    assert_eq!((picture.width(), picture.height()), (1200, 600));
}

#[test]
fn standard_output_takes_either_form() {
    let (lab, run) = spiked();
    let svg = lab.ok(&["plot", &run, "-o", "-", "--format", "svg"]);
    assert_eq!(svg, plotted(&lab, &[&run]));
    let mut png = lab.command(&["plot", &run, "-o", "-", "--format", "png"]);
    let png = png.output().unwrap().stdout;
    assert!(Pixmap::decode_png(&png).is_ok());
    // The ending of the file says nothing then.
    lab.ok(&["plot", &run, "-o", "plot.txt", "--format", "png"]);
    assert_eq!(fs::read(lab.root().join("plot.txt")).unwrap(), png);
}

#[test]
fn what_cannot_be_drawn_is_one_sentence_and_leaves_no_file() {
    let (lab, run) = spiked();
    fs::write(
        lab.root().join("mdtui.toml"),
        "[channels]\nforces = [\"fx_1\"]\n",
    )
    .unwrap();
    let drawn = [
        "--config",
        "mdtui.toml",
        "plot",
        &run,
        "--channels",
        "@forces",
        "-o",
        "a.svg",
    ];
    lab.ok(&drawn);
    let refused = |args: &[&str], expected: &str| {
        let answer = lab.run(&[&["plot"], args].concat());
        assert_eq!(answer.code, 2, "{args:?}: {}", answer.err);
        let sentence = answer.sentence();
        assert!(sentence.contains(expected), "{sentence}");
    };
    let run = run.as_str();
    refused(
        &[run, "-o", "x.svg", "--channels", "fx_2"],
        "there is no channel \"fx_2\", did you mean `fx_1`? The channels are fx_1",
    );
    refused(
        &[run, "-o", "x.svg", "--channels", "@force"],
        "there is no set of channels \"@force\"",
    );
    refused(&["abcdef", "-o", "x.svg"], "there is no run \"abcdef\"");
    refused(&[run, run, "-o", "x.svg"], "is named twice");
    refused(
        &[run, "-o", "x.jpg"],
        "x.jpg does not end with .svg or .png",
    );
    refused(&[run, "-o", "-"], "add --format svg or png");
    refused(
        &[run, "-o", "x.svg", "--from", "+2m"],
        "is outside of the run, which lasts from",
    );
    refused(
        &[run, "-o", "x.svg", "--from", "+9s", "--to", "+9s"],
        "--from is not before --to",
    );
    refused(
        &[run, "-o", "x.svg", "--from", "soon"],
        "`soon` is not a time",
    );
    refused(
        &[run, "-o", "x.svg", "--height", "120"],
        "has no room for 1 chart",
    );
    refused(
        &[run, "-o", "x.png", "--width", "20000", "--height", "9000"],
        "is too large",
    );
    refused(&[run, "-o", "none/x.svg"], "there is no folder none");
    refused(&[run, "-o", "cache/x.svg"], "is in the lake");
    refused(
        &[run, "-o", "data/spiked.csv", "--format", "svg"],
        "is a log",
    );
    let files = fs::read_dir(lab.root()).unwrap();
    let names: Vec<_> = files.map(|f| f.unwrap().file_name()).collect();
    assert!(
        !names.iter().any(|n| n.to_string_lossy().contains("x.")),
        "{names:?}"
    );
    assert!(
        !names
            .iter()
            .any(|n| n.to_string_lossy().contains(".mdtui-export"))
    );
}
