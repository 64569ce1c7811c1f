//! CSV as recorders, databases and spreadsheets write it: other separators, encodings and
//! quotes give the tables of the plain log, cell for cell, and nothing loses a row.

use std::{fs, io::Write as _, path::Path};

use crate::common::{
    Lab,
    tables::{Tables, tables},
};
use mdtui::etl::{
    clean::Reason,
    extract::{LogReader, raw_rows},
    lake::{Lake, Record},
    profile::Profile,
    source::Format,
    time,
};

const ROWS: usize = 660;
const HEADER: [&str; 7] = [
    "time",
    "value",
    "field",
    "robot_id",
    "run_uuid",
    "sensor_type",
    "cell_id",
];

/// Two runs of six channels, in file order.
fn rows() -> Vec<[String; 7]> {
    let channels = ["x", "fx", "y", "fy", "z", "fz"];
    let row = |i: usize| {
        let (run, n) = (5001 + i / (ROWS / 2), i % (ROWS / 2));
        let field = channels[n % 6];
        let sensor = if field.len() == 1 {
            "encoder"
        } else {
            "load_cell"
        };
        let us = 1_714_977_000_000_000 + (i * 7_919_123 + n % 7) as i64;
        let value = (n * n * 37 % 99_991) as f64 / 64.0 - 300.0;
        [
            time::format(us),
            format!("{value:.6}"),
            field.to_owned(),
            "1".to_owned(),
            run.to_string(),
            sensor.to_owned(),
            "4".to_owned(),
        ]
    };
    (0..ROWS).map(row).collect()
}

/// Header and rows, whose cells `change` may change.
fn with(separator: &str, mut change: impl FnMut(usize, &mut Vec<String>)) -> String {
    let mut lines = vec![HEADER.join(separator)];
    for (i, row) in rows().into_iter().enumerate() {
        let mut row = row.to_vec();
        change(i, &mut row);
        lines.push(row.join(separator));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn plain() -> String {
    with(",", |_, _| {})
}

/// With a column of remarks at `place`, empty but for these.
fn remarks(place: usize, separator: &str, remarks: &[(usize, &str)]) -> String {
    let text = with(separator, |i, row| {
        let remark = remarks.iter().find(|(row, _)| *row == i);
        row.insert(place, remark.map_or("", |(_, text)| text).to_owned());
    });
    let mut header: Vec<&str> = HEADER.into();
    header.insert(place, "remark");
    text.replacen(&HEADER.join(separator), &header.join(separator), 1)
}

fn without_end(text: &str) -> &str {
    text.strip_suffix('\n').unwrap()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(text).unwrap();
    gz.finish().unwrap()
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = format!("\u{feff}{text}");
    text.encode_utf16().flat_map(bytes).collect()
}

fn read(bytes: &[u8], format: Format) -> Tables {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log");
    fs::write(&path, bytes).unwrap();
    tables(&path, format)
}

fn good() -> Tables {
    let good = read(plain().as_bytes(), Format::Csv);
    assert_eq!((good.rows_in, good.runs.len()), (ROWS as u64, 2));
    assert_eq!(good.rejected, []);
    good
}

/// The text gives the good tables in every clothing.
fn assert_good(good: &Tables, name: &str, text: &str) {
    let crlf = text.replace('\n', "\r\n");
    let forms: [(&str, Vec<u8>, Format); 8] = [
        ("plain", text.into(), Format::Csv),
        ("CRLF", crlf.clone().into(), Format::Csv),
        ("BOM", format!("\u{feff}{text}").into(), Format::Csv),
        ("UTF-16LE", utf16(text, u16::to_le_bytes), Format::Csv),
        ("UTF-16BE", utf16(&crlf, u16::to_be_bytes), Format::Csv),
        ("gzip", gzip(text.as_bytes()), Format::CsvGz),
        (
            "padded gzip",
            [gzip(crlf.as_bytes()), vec![0; 256]].concat(),
            Format::CsvGz,
        ),
        // The last row is complete and of a known run.
        ("no last line end", without_end(text).into(), Format::Csv),
    ];
    for (form, bytes, format) in forms {
        assert!(read(&bytes, format) == *good, "{name}, {form}");
    }
}

#[test]
fn dialects() {
    let good = good();
    let assert_good = |name, text: &str| assert_good(&good, name, text);
    let decimal_comma = |separator| with(separator, |_, row| row[1] = row[1].replace('.', ","));
    let semicolon = with(";", |_, _| {});
    assert_good("comma", &plain());
    assert_good("semicolon", &semicolon);
    assert_good("tab", &with("\t", |_, _| {}));
    assert_good("semicolon and decimal comma", &decimal_comma(";"));
    assert_good(
        "every number with a comma",
        &with(";", |_, row| {
            row[0] = row[0].replace('.', ",");
            row[1] = row[1].replace('.', ",");
            row[3] = "1,0".into();
            row[4].push_str(",0");
        }),
    );
    assert_good("sep=;", &format!("sep=;\n{semicolon}"));
    assert_good("sep=tab", &format!("SEP=\t\n{}", with("\t", |_, _| {})));
    assert_good("\"sep=,\"", &format!("\"sep=,\"\n{}", plain()));
    assert_good("comments", &format!("# logger 7\n\n#,a;b\n{}", plain()));
    assert_good("comment and sep", &format!("# 7\nsep=;\n{semicolon}"));
    let numbered = with(",", |i, row| row.insert(0, i.to_string()));
    assert_good("a column called #", &format!("#,{numbered}"));
    let quoted = |cell: &mut String| *cell = format!("\"{cell}\"");
    let all = with(";", |_, row| row.iter_mut().for_each(quoted));
    assert_good("all cells quoted", &all);
    let header = HEADER.map(|name| format!("\"{name}\"")).join(";");
    let all = all.replacen(&HEADER.join(";"), &header, 1);
    assert_good("header quoted too", &all);
    assert_good(
        "a separator of another dialect in a name",
        &remarks(7, ",", &[]).replacen("remark", "remark;in\tEnglish;a;b;c;d;e;f", 1),
    );
}

#[test]
fn offsets_of_hours() {
    let text = with(",", |_, row| {
        row[0] = row[0].replace('T', " ").replace('Z', "+00");
    });
    assert_good(&good(), "+00", &text);
}

#[test]
fn quotes_swallow_no_row() {
    let good = good();
    for separator in [",", ";", "\t"] {
        // First, in the middle, and last.
        for place in [0, 4, 7] {
            let assert_good = |name: &str, list: &[(usize, &str)]| {
                let name = format!("{name} in column {place}, separator {separator:?}");
                assert_good(&good, &name, &remarks(place, separator, list));
            };
            assert_good("unclosed", &[(200, "\"3 mm blank")]);
            assert_good("unclosed in the first row", &[(0, "\"3 mm blank")]);
            assert_good("unclosed in the last row", &[(ROWS - 1, "\"3 mm blank")]);
            assert_good("pair", &[(150, "\"clamp"), (400, "2\" bolt")]);
            assert_good("open and close", &[(150, "\"clamp"), (400, "bolt\"")]);
            assert_good(
                "in each row",
                &[(1, "\""), (2, "\"a"), (3, "\""), (4, "a\"")],
            );
            assert_good("legal", &[(150, "\"two\nlines, legal; really\"")]);
            assert_good(
                "legal and not",
                &[
                    (10, "\"3 mm"),
                    (150, "\"two\n\n\"\"lines\"\"\""),
                    (151, "\""),
                ],
            );
            assert_good("legal in the last row", &[(ROWS - 1, "\"two\nlines\"")]);
        }
    }
}

#[test]
fn a_cut_last_line_is_one_rejected_row() {
    let text = plain();
    let last = without_end(&text).rsplit('\n').next().unwrap();
    let whole = &text[..text.len() - 1 - last.len()];
    let without_last = read(whole.as_bytes(), Format::Csv);
    assert_eq!(without_last.rows_in, ROWS as u64 - 1);
    let cut = vec![(ROWS as u64 - 1, Reason::TruncatedRow)];
    let assert_cut = |bytes: &[u8], format, name: &str| {
        let found = read(bytes, format);
        assert_eq!(found.rows_in, ROWS as u64, "{name}");
        assert_eq!(found.rejected, cut, "{name}");
        assert!(found.runs == without_last.runs, "{name}");
    };
    // Everywhere but within the last cell.
    for len in 1..last.rfind(',').unwrap() {
        let cut = format!("{whole}{}", &last[..len]);
        assert_cut(cut.as_bytes(), Format::Csv, &cut[whole.len()..]);
    }
    for len in [5, 40, 52] {
        let cut = format!("{whole}{}", &last[..len]);
        assert_cut(&gzip(cut.as_bytes()), Format::CsvGz, "gzip");
        let odd = utf16(&cut, u16::to_le_bytes);
        assert_cut(&odd[..odd.len() - 1], Format::Csv, "within a UTF-16 unit");
    }
    // The run id is the last cell: only an id that no other row has shows the cut.
    let run_last = |row: &mut Vec<String>| {
        let run = row.remove(4);
        row.push(run);
    };
    let mut header: Vec<String> = HEADER.map(str::to_owned).into();
    run_last(&mut header);
    let text = with(",", |_, row| run_last(row));
    let text = text.replacen(&HEADER.join(","), &header.join(","), 1);
    for cut in [2, 3] {
        let cut = &text[..text.len() - cut];
        assert_cut(cut.as_bytes(), Format::Csv, "run id last");
    }
    assert!(read(without_end(&text).as_bytes(), Format::Csv) == good());
    // A quoted cell that is cut off in its second line: the first line is a row.
    let text = remarks(7, ",", &[(ROWS - 1, "\"two\nlin")]);
    let found = read(without_end(&text).as_bytes(), Format::Csv);
    assert_eq!(found.rejected, [(ROWS as u64, Reason::TruncatedRow)]);
    assert!(found.runs == good().runs);
}

#[test]
fn rejected_rows_keep_their_numbers_and_text() {
    let bad = [(0, "x"), (152, "1,5"), (400, "\"a \"\"b\"\"\"")];
    let text = remarks(7, ";", &[(9, "\"3 mm"), (150, "\"two\n\nlines\"")]);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (row, value) in bad {
        // After the header, and the two more lines of the remark.
        let line = 1 + row + if row > 150 { 2 } else { 0 };
        let mut cells: Vec<&str> = lines[line].split(';').collect();
        (cells[1], cells[2]) = (value, "nothing");
        lines[line] = cells.join(";");
    }
    lines.insert(0, "# a comment".into());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.csv");
    fs::write(&path, lines.join("\r\n") + "\r\n").unwrap();
    let found = tables(&path, Format::Csv);
    let reasons = [
        (0, Reason::InvalidValue),
        (152, Reason::UnknownField),
        (400, Reason::InvalidValue),
    ];
    assert_eq!(found.rows_in, ROWS as u64);
    assert_eq!(found.rejected, reasons);
    let rows = bad.map(|(row, _)| row as u64);
    let profile = Profile::built_in().unwrap();
    let mut values = Vec::new();
    raw_rows(&path, Format::Csv, &profile, &rows, |row| {
        values.push((row.row, row.cells[1].clone().unwrap()));
        Ok(())
    })
    .unwrap();
    // As they stand there, a decimal comma too.
    let want = [(0, "x"), (152, "1,5"), (400, "a \"b\"")];
    assert_eq!(values, want.map(|(row, value)| (row, value.to_owned())));
}

#[test]
fn what_cannot_be_read_is_named() {
    let text = plain();
    let unmarked = |bytes: Vec<u8>| bytes[2..].to_vec();
    let wide = |c: char| (c as u32).to_le_bytes();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("bar.csv", with("|", |_, _| {}).into(), "separated by `|`"),
        (
            "space.csv",
            with(" ", |_, _| {}).into(),
            "separated by spaces",
        ),
        ("sep.csv", format!("sep=|\n{text}").into(), "`sep=|`"),
        (
            "utf16.csv",
            unmarked(utf16(&text, u16::to_le_bytes)),
            "UTF-16 (little-endian) without a byte order mark",
        ),
        (
            "utf32.csv",
            text.chars().flat_map(wide).collect(),
            "UTF-32 (little-endian)",
        ),
        ("gzip.csv", gzip(text.as_bytes()), "compressed with gzip"),
        ("text.csv.gz", text.clone().into(), "not gzip"),
        ("comments.csv", b"# one\n# two\n".to_vec(), "no header"),
    ];
    let dir = tempfile::tempdir().unwrap();
    let profile = Profile::built_in().unwrap();
    for (name, bytes, words) in cases {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        let format = if name.ends_with("gz") {
            Format::CsvGz
        } else {
            Format::Csv
        };
        let error = LogReader::open(&path, format, &profile).err().unwrap();
        let error = error.to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
}

fn record(lab: &Lab, key: &str) -> Record {
    Record::read(&Lake::new(lab.cache()), key).unwrap().unwrap()
}

fn put(lab: &Lab, name: &str, text: &str) {
    fs::write(lab.data().join(Path::new(name)), text).unwrap();
}

#[test]
fn a_cut_line_is_counted_and_written_down() {
    let lab = Lab::new();
    let text = plain();
    put(&lab, "a.csv", &text[..text.len() - 15]);
    lab.ok(&["harvest", "a.csv"]);
    let record = record(&lab, "a.csv");
    let ledger = &record.ledger;
    assert_eq!((ledger.rows_in, ledger.rows_kept), (660, 659));
    assert_eq!(ledger.dropped.get(&Reason::TruncatedRow), Some(&1));
    assert!(ledger.balances());
    assert_eq!(record.file_stats.run_success_count, 2);
    assert_eq!(record.file_stats.run_error_count, 0);
    assert!(record.rejected_file.is_some());
    let shown = lab.json(&["list", "--json"]);
    assert_eq!(shown["logs"][0]["state"], "harvested", "{shown}");
}

#[test]
fn a_log_without_a_kept_row_says_the_reason_with_an_example() {
    let lab = Lab::new();
    put(&lab, "a.csv", &plain().replace('Z', "+0"));
    let answer = lab.run(&["harvest", "a.csv"]);
    assert_eq!(answer.code, 1);
    let time = rows()[0][0].replace('Z', "+0");
    let words = format!(
        "none of its 660 rows could be kept (invalid_time 660): row 0 has `{time}` in column `time`; \
         a time is such as 2022-11-23T20:40:00.035Z"
    );
    assert!(answer.err.contains(&words), "{}", answer.err);
    let record = record(&lab, "a.csv");
    assert_eq!(record.error.as_ref(), Some(&words));
    assert_eq!(record.ledger.dropped.get(&Reason::InvalidTime), Some(&660));
    assert!(record.rejected_file.is_some());
    let list = lab.json(&["list", "--json"]);
    let reason = list["logs"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(&words), "{reason}");

    // Two reasons, the more frequent one as the example, and a cell with nothing in it.
    let text = with(",", |i, row| {
        if i < 3 {
            row[1] = "much".into();
        } else {
            row[4].clear();
        }
    });
    put(&lab, "b.csv", &text);
    lab.run(&["harvest", "b.csv"]);
    let list = lab.json(&["list", "--json"]);
    let reason = list["logs"][1]["reason"].as_str().unwrap();
    assert!(
        reason
            .contains("(invalid_value 3, invalid_run 657): row 3 has nothing in column `run_uuid`"),
        "{reason}"
    );

    // One line, and that is cut off.
    let text = plain();
    put(&lab, "c.csv", &text[..text.find('\n').unwrap() + 50]);
    lab.run(&["harvest", "c.csv"]);
    let list = lab.json(&["list", "--json"]);
    let reason = list["logs"][2]["reason"].as_str().unwrap();
    assert!(
        reason.contains("(truncated_row 1): row 0 is cut off"),
        "{reason}"
    );
}
