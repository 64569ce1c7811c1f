use super::*;

#[test]
fn counts_are_grouped_and_agree_with_their_noun() {
    assert_eq!(thousands(0), "0");
    assert_eq!(thousands(999), "999");
    assert_eq!(thousands(u64::MAX), "18,446,744,073,709,551,615");
    assert_eq!(thousands(1_577_762), "1,577,762");
    assert_eq!(grouped("-54967"), "-54,967");
    assert_eq!(count(1, "run"), "1 run");
    assert_eq!(count(0, "run"), "0 runs");
    assert_eq!(count(54_967, "row"), "54,967 rows");
    assert_eq!(count_of(2, "entry", "entries"), "2 entries");
}

#[test]
fn sizes_and_counts_have_three_digits() {
    for (n, size, count) in [
        (0, "0 B", "0"),
        (361, "361 B", "361"),
        (999, "999 B", "999"),
        (1_000, "1.00 kB", "1.00 k"),
        (15_162, "15.2 kB", "15.2 k"),
        (999_499, "999 kB", "999 k"),
        (999_960, "1.00 MB", "1.00 M"),
        (1_577_762, "1.58 MB", "1.58 M"),
        (14_800_000, "14.8 MB", "14.8 M"),
        (2_000_000_000_000, "2.00 TB", "2.00 T"),
    ] {
        assert_eq!((bytes(n).as_str(), short(n).as_str()), (size, count));
    }
}

#[test]
fn limits_are_written_as_they_are_typed() {
    let all = [1 << 30, 3 << 29, 256 << 20, 2048, 7].map(binary_bytes);
    assert_eq!(all, ["1 GiB", "1.5 GiB", "256 MiB", "2 KiB", "7 bytes"]);
}

#[test]
fn durations_are_exact_when_over_and_coarse_before() {
    let took = [0.314, 12.34, 125.0].map(seconds);
    assert_eq!(took, ["0.31 s", "12.3 s", "2m 05s"]);
    let left = [0.2, 7.1, 21.0, 61.0].map(estimate);
    assert_eq!(left, ["1 s", "8 s", "25 s", "2 min"]);
}
