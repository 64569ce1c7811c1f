//! `find --json`. `docs/json.md` says what each key means.

use serde::{Serialize, Serializer};

use crate::{
    cli::json::VERSION,
    etl::{
        find::{Search, Stretch},
        time,
    },
};

/// All stretches; made one by one while they are written.
#[derive(Serialize)]
pub struct FindJson<'a> {
    version: u32,
    stretches: Stretches<'a>,
}

impl<'a> FindJson<'a> {
    /// Of these, in their order.
    pub fn new(search: &'a Search, found: &'a [Stretch]) -> Self {
        Self {
            version: VERSION,
            stretches: Stretches { search, found },
        }
    }
}

struct Stretches<'a> {
    search: &'a Search,
    found: &'a [Stretch],
}

#[derive(Serialize)]
struct StretchJson<'a> {
    run_uuid: String,
    log: &'a str,
    cell_id: Option<&'a str>,
    start_time: String,
    stop_time: String,
    seconds: f64,
    channel: Option<&'a str>,
    extreme: Option<f64>,
}

impl Serialize for Stretches<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let each = self.found.iter().filter_map(|stretch| {
            let target = self.search.target(stretch)?;
            Some(StretchJson {
                run_uuid: target.run.to_string(),
                log: &target.log_key,
                cell_id: target.cell_id.as_deref(),
                start_time: time::format(stretch.start_us),
                stop_time: time::format(stretch.stop_us),
                seconds: stretch.seconds(),
                channel: self.search.channel.as_deref(),
                extreme: stretch.extreme(),
            })
        });
        serializer.collect_seq(each)
    }
}
