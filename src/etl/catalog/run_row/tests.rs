use proptest::prelude::*;

use super::*;
use crate::stats::RobotState;

fn text() -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop_oneof!["[a-c]{0,2}", any::<String>()])
}

/// Names of tables as this and other programs write them.
fn file_name(run: RunId) -> impl Strategy<Value = Option<String>> {
    let usual = "[0-9a-f]{16}".prop_map(move |print| run_file_name(run, &print));
    let near = prop_oneof![
        Just(run_file_name(RunId(run.0 ^ 1), "4f1c000000009e02")),
        Just(run_file_name(run, "a.b")),
        Just(run_file_name(run, "")),
        Just("run.parquet".to_owned()),
    ];
    prop::option::of(prop_oneof![usual, near, any::<String>()])
}

prop_compose! {
    fn figures()(
        times in prop::array::uniform2(prop::option::of(-9_i64..9)),
        runtime in prop::option::of(-1e9..1e9_f64),
        counts in prop::array::uniform3(any::<u64>()),
        small in prop::array::uniform2(any::<u32>()),
        distances in prop::collection::btree_map("[a-z0-9]{0,2}", -1e9..1e9_f64, 0..5),
        states in prop::collection::btree_map("[a-z0-9]{0,2}", 0..4_usize, 0..20),
        disposition in prop::option::of(0..Disposition::ALL.len()),
        verdict in 0..Verdict::ALL.len(),
        values in prop::collection::vec(prop::option::of(-9.0..9.0), 0..50),
    ) -> RunFields<'static> {
        RunFields {
            start_us: times[0],
            stop_us: times[1],
            runtime_s: runtime,
            rows: counts[0],
            samples: counts[1],
            complete_rows: counts[2],
            channels: small[0],
            flags: small[1],
            distance_mm: distances.into(),
            states: states.into_iter().map(|(robot, s)| (robot, RobotState::ALL[s])).collect(),
            disposition: disposition.map(|n| Disposition::ALL[n]),
            verdict: Verdict::ALL[verdict],
            picture: Picture::of(&values),
            ..RunFields::new("", RunId(0))
        }
    }
}

prop_compose! {
    fn texts()(run in 0..4_u128)(
        run in Just(RunId(run)),
        key in "[a-c]{0,2}",
        texts in prop::array::uniform4(text()),
        also_in in prop::collection::vec(any::<String>(), 0..3),
        file_name in file_name(RunId(run)),
    ) -> (RunId, String, [Option<String>; 4], Vec<String>, Option<String>) {
        (run, key, texts, also_in, file_name)
    }
}

proptest! {
    /// Whatever runs come after each other, each row has its own values.
    #[test]
    fn a_row_has_the_values_that_it_is_made_of(
        all in prop::collection::vec((figures(), texts()), 1..8)
    ) {
        let fields = all.iter().map(|(figures, (run, key, texts, also_in, file_name))| RunFields {
            log_key: key,
            run: *run,
            cell_id: texts[0].as_deref(),
            error: texts[1].as_deref(),
            note: texts[2].as_deref(),
            spark_channel: texts[3].as_deref(),
            also_in,
            file_name: file_name.as_deref().map(Into::into),
            ..figures.clone()
        });
        let fields: Vec<_> = fields.collect();
        let mut list = RunRows::default();
        let rows: Vec<RunRow> = fields.iter().map(|fields| list.row(fields.clone())).collect();
        for (row, fields) in rows.iter().zip(&fields) {
            prop_assert_eq!(&row.fields(), fields);
            prop_assert_eq!(&RunRow::from(fields.clone()), row);
        }
    }
}

#[test]
fn a_row_takes_little_room_and_shares_what_its_log_has() {
    assert!(size_of::<RunRow>() <= 96, "{} bytes", size_of::<RunRow>());
    let mut list = RunRows::default();
    let of = |n: u128| RunFields {
        cell_id: Some("10"),
        spark_channel: Some("fz_1"),
        file_name: Some(run_file_name(RunId(n), "4f1c000000009e02").into()),
        ..RunFields::new("cell-10/a", RunId(n))
    };
    let (one, two) = (list.row(of(1)), list.row(of(2)));
    assert!(Arc::ptr_eq(&one.shared, &two.shared));
    assert!(one.rare.is_none() && two.rare.is_none());
}
