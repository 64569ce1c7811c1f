//! The functions of `fuzz/`, with seeded bytes: pieces of what each understands, cut, joined
//! and spoilt. `MDTUI_FUZZ=1000000` runs so many of each; `MDTUI_FUZZ_SEEDS=DIR` writes the
//! pieces there for `scripts/fuzz.sh`: files to begin with, and a dictionary.

#[path = "../../fuzz/functions.rs"]
mod functions;

use std::{fmt::Write, fs, path::Path, sync::Arc};

use mdtui::etl::{
    Error,
    base::Progress,
    catalog::Update,
    harvest::{LogRef, Options, Outcome, Summary},
    lake::{Context, Lake, lock::Owner},
    profile::{BUILT_IN, Profile},
    worker::{
        frame::framed,
        message::{self, PROTOCOL, Report, Request, Task},
    },
};

/// A small generator (splitmix64) that gives the same numbers everywhere.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

/// Up to eight pieces of `words`, some of them spoilt.
fn bytes(numbers: &mut Numbers, words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..=numbers.below(8) {
        let word = words[numbers.below(words.len())];
        let from = if numbers.below(3) == 0 {
            numbers.below(word.len())
        } else {
            0
        };
        bytes.extend_from_slice(&word[from..]);
    }
    for _ in 0..numbers.below(3) {
        let at = numbers.below(bytes.len());
        bytes[at] = match numbers.below(3) {
            0 => numbers.below(256) as u8,
            1 => bytes[at] ^ (1 << numbers.below(8)),
            _ => b'0' + numbers.below(10) as u8,
        };
    }
    bytes
}

fn run(name: &str, function: fn(&[u8]), few: usize, words: &[&[u8]]) {
    if let Some(dir) = std::env::var_os("MDTUI_FUZZ_SEEDS") {
        write_seeds(Path::new(&dir), name, words);
    }
    let cases = std::env::var("MDTUI_FUZZ")
        .ok()
        .and_then(|n| n.parse().ok());
    let mut numbers = Numbers(7);
    for word in words {
        function(word);
    }
    for _ in 0..cases.unwrap_or(few) {
        function(&bytes(&mut numbers, words));
    }
}

/// How many seeds are joined from the words.
const SEEDS: usize = 100;
/// A longer word is no entry of a dictionary.
const LONGEST_ENTRY: usize = 64;

fn write_seeds(dir: &Path, name: &str, words: &[&[u8]]) {
    let folder = dir.join(name);
    fs::create_dir_all(&folder).unwrap();
    let mut numbers = Numbers(11);
    let joined = (0..SEEDS).map(|_| bytes(&mut numbers, words));
    let whole = words.iter().map(|word| word.to_vec());
    for (n, seed) in whole.chain([words.concat()]).chain(joined).enumerate() {
        fs::write(folder.join(format!("seed-{n}")), seed).unwrap();
    }
    let mut dictionary = String::new();
    for word in words.iter().filter(|word| word.len() <= LONGEST_ENTRY) {
        let entry = word.iter().fold(String::new(), |mut entry, byte| {
            write!(entry, "\\x{byte:02x}").unwrap();
            entry
        });
        writeln!(dictionary, "\"{entry}\"").unwrap();
    }
    fs::write(dir.join(format!("{name}.dict")), dictionary).unwrap();
}

#[test]
fn times() {
    run(
        "times",
        functions::times,
        100_000,
        &[
            b"2022-11-23",
            b"T",
            b"20:40:00",
            b".123456789",
            b"Z",
            b"+01:00",
            b"-0930",
            b" ",
            b"9999",
            b"60",
            b"0000-01-01T00:00:00",
            b"\n",
            b"2022-11-23T20:40:00.035Z\n2022-11-23T20:40:01Z\n2022-11-23T20:40:01.5+01:00",
        ],
    );
}

#[test]
fn run_ids() {
    run(
        "run_ids",
        functions::run_ids,
        100_000,
        &[
            b"12400000000000000000",
            b"1.24e19",
            b"340282366920938463463374607431768211455",
            b"-",
            b"0",
            b".",
            b"e",
            b"6a1685c9-961d-11ed-8000-000000000000",
            b"ABCDEF01",
        ],
    );
}

#[test]
fn expressions() {
    run(
        "expressions",
        functions::expressions,
        50_000,
        &[
            b"fz_1",
            b" < ",
            b"-1500",
            b" and ",
            b" or ",
            b"not ",
            b"((((",
            b"))",
            b"is null",
            b"'it''s'",
            b"\"peak force\"",
            b"cell<9",
            b"size>1.5MiB",
            b"verdict:",
            b"v1",
            b"time >= +90s",
            b"2022-11-23T20:40:00",
            b"state:failed",
            b"since:2022-11-01",
            b"runtime>500",
            b"1e999",
            b"\xe2\x80\xae",
            b"\"",
            b" != <> == ",
            b"20:43:10.5",
            b"+1m30.5s",
            b"10ms",
            b"h",
            b"99999999999999999999",
            b",",
            b"\xc2\xb5s",
        ],
    );
}

#[test]
fn profiles() {
    let half = BUILT_IN.len() / 2;
    run(
        "profiles",
        functions::profiles,
        3_000,
        &[
            BUILT_IN.as_bytes(),
            &BUILT_IN.as_bytes()[..half],
            b"hold = \"unlimited\"\n",
            b"[[fields]]\n",
            b"robots = [1,2,3]\n",
            b"\x1b[2J",
            b"min = nan\n",
            b"[columns]\n",
        ],
    );
}

#[test]
fn config() {
    let sample = include_str!("../../assets/config.toml");
    run(
        "config",
        functions::config,
        20_000,
        &[
            sample.as_bytes(),
            b"data_dir = \"~/logs\"\n",
            b"jobs = \"cores\"\n",
            b"jobs = 1024\n",
            b"theme = \"high-contrast\"\n",
            b"markers = \"dot\"\n",
            b"memory = \"512 MB\"\n",
            b"memory = \"1e300TiB\"\n",
            b"log_seconds = 86400\n",
            b"mouse = false\n",
            b"[logs]\norder = [\"state\"]\nhidden = [\"size\"]\n",
            b"\"\\u001b[2J\" = '''\n",
            b"[keys]\nharvest = \"F5\"\n",
            b"[keys.signals]\nmark = [\"i\", \"ctrl-x\"]\n",
            b"down = \"j\"\n",
            b"[site.a]\njobs = 2\n",
            b"time_zone = \"Europe/Berlin\"\n",
            b"version = 1\n[lists.logs]\nmarks = [\"a\"]\n",
            b"[[",
            b"#\n",
        ],
    );
}

#[test]
fn csv() {
    run(
        "csv",
        functions::csv,
        3_000,
        &[
            b"time,value,field,robot_id,run_uuid,sensor_type\n",
            b"time,value,field,robot_id,run_uuid,sensor_type,cell_id\n",
            b"2022-11-23T20:40:00Z,1.5,x,1,7,encoder\n",
            b"2022-11-23T20:40:00.012Z,1.75,x,1,7,encoder\n",
            b"2022-11-23T20:40:01Z,-3,fz,2,7,load_cell,10\n",
            b"2022-11-23 20:40:00,nan,y,1.0,6a1685c9-961d-11ed-8000-000000000000,encoder\n",
            b"\"2022-11-23T20:40:00Z\",\"1\",\"fx\",2,1e19,load_cell\r\n",
            b"\xef\xbb\xbf",
            b"\"",
            b",,,,,\n",
            b"\n\"",
            b"a\",\",",
            b"sep=;\n# x\n",
            b"time;value;field;robot_id;run_uuid;sensor_type\n",
            b"2022-11-23 20:40:00,5+00;1,5;x;1;7;encoder\n",
            b"\xff\xfet\0i\0m\0e\0",
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
        ],
    );
}

#[test]
fn protocol() {
    let context = Context {
        data_dir: "data".into(),
        links: mdtui::etl::source::scan::Links::default(),
        lake: Lake::new("cache"),
        profile: Arc::new(Profile::built_in().unwrap()),
    };
    let owner = Owner {
        id: "0".repeat(32),
        pid: 1,
        host: "press-2".into(),
    };
    let requests = [
        Request::Start {
            protocol: PROTOCOL,
            memory: Some(1 << 30),
        },
        Request::Harvest(Box::new(Task::new(
            &context,
            LogRef::Known("a/b"),
            Options::default(),
            owner,
        ))),
        Request::Cancel,
    ];
    let full = std::io::ErrorKind::StorageFull.into();
    let error = Error::io("read", Path::new("a"), full);
    let finished = |result| Report::Finished {
        result,
        updates: vec![Update::Notes { key: "c".into() }],
        unsettled: true,
    };
    let reports = [
        Report::Ready {
            protocol: PROTOCOL,
            program: "mdtui".into(),
        },
        Report::Accepted,
        Report::Progress(Progress::start(7)),
        Report::Reading {
            column: "time".into(),
        },
        finished(Ok(Outcome::Harvested(Summary {
            run_errors: vec!["run 1: broken".into()],
            ..Summary::default()
        }))),
        finished(Ok(Outcome::Renamed { from: "c".into() })),
        finished(Err((&error).into())),
    ];
    let said = requests.iter().map(|r| message::write(r).unwrap());
    let mut words: Vec<Vec<u8>> = said
        .chain(reports.iter().map(|r| message::write(r).unwrap()))
        .collect();
    words.extend(words.clone().iter().map(|word| framed(word).unwrap()));
    let other: [&[u8]; 7] = [
        b"\x05\0\0\0",
        b"\xff\xff\xff\xff",
        b"{\"start\":{\"protocol\":",
        b"null",
        b"1e999",
        b"\"\\u001b\"",
        b"[[[[[[[[",
    ];
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).chain(other).collect();
    run("protocol", functions::protocol, 50_000, &words);
}
