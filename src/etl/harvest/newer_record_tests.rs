//! Records of a newer program are neither replaced nor repaired.

use std::fs;

use super::{Options, harvest_log};
use crate::{
    ErrorClass,
    base::{CancelToken, NoProgress},
    catalog::fixture::world,
};

#[test]
fn a_record_of_a_newer_program_is_never_replaced() {
    let mut world = world();
    let row = "2022-11-23T20:40:00Z,1,x,1,77,encoder\n";
    let text = format!("time,value,field,robot_id,run_uuid,sensor_type\n{row}");
    world.write("a.csv", &text);
    world.refresh();
    let context = world.context.clone();
    let harvest = |force| {
        let options = Options {
            force,
            ..Options::default()
        };
        harvest_log(&context, "a.csv", options, &NoProgress, &CancelToken::new())
    };
    harvest(false).unwrap();
    let file = context.lake.record_location("a.csv");
    let own = fs::read_to_string(&file).unwrap();
    let newer = own.replace("\"record_version\": ", "\"record_version\": 9");
    // One that is read but for its version, and one of another shape.
    for text in [newer.as_str(), r#"{"record_version": 99, "runs": 7}"#] {
        fs::write(&file, text).unwrap();
        for force in [false, true] {
            let error = harvest(force).unwrap_err();
            assert_eq!(error.kind(), ErrorClass::Permanent);
            let words = error.to_string();
            assert!(words.contains("by a newer mdtui"), "{words}");
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
    }
    // One that is damaged is replaced.
    fs::write(&file, "{\"record_version\": ").unwrap();
    harvest(false).unwrap();
    assert!(fs::read_to_string(&file).unwrap().len() > 1000);
}
