//! The functions of `fuzz/`, with seeded bytes: pieces of what each understands, cut, joined
//! and spoilt. `MDTUI_FUZZ=1000000` runs so many of each.

#[path = "../fuzz/functions.rs"]
mod functions;

use mdtui::etl::profile::BUILT_IN;

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

fn run(function: fn(&[u8]), few: usize, words: &[&[u8]]) {
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

#[test]
fn times() {
    run(
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
        ],
    );
}

#[test]
fn run_ids() {
    run(
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
        ],
    );
}

#[test]
fn profiles() {
    let half = BUILT_IN.len() / 2;
    run(
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
fn csv() {
    run(
        functions::csv,
        3_000,
        &[
            b"time,value,field,robot_id,run_uuid,sensor_type\n",
            b"2022-11-23T20:40:00Z,1.5,x,1,7,encoder\n",
            b"\"2022-11-23T20:40:00Z\",\"1\",\"fx\",2,1e19,load_cell\r\n",
            b"\xef\xbb\xbf",
            b"\"",
            b",,,,,\n",
            b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
        ],
    );
}

#[test]
fn protocol() {
    run(
        functions::protocol,
        50_000,
        &[
            b"\x05\0\0\0",
            b"\xff\xff\xff\xff",
            b"{\"Cancel\":null}",
            b"\"Cancel\"",
            b"{\"Start\":{\"protocol\":1,\"memory\":5}}",
            b"\x0c\0\0\0\"Accepted\"\n\n",
            b"[[[[[[[[",
        ],
    );
}
