//! What one run says of one robot: the objects below `robots` of a record.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

/// What a robot did in a run: the first that holds. In the order of how much that is: over several
/// robots or runs the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RobotState {
    /// It stood for the whole run: a fact, not a fault.
    Parked,
    /// An axis or a force is missing, so that nothing can be said.
    Unknown,
    /// It moved and touched nothing.
    Air,
    /// It pressed on something.
    Contact,
}

impl RobotState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Parked, Self::Unknown, Self::Air, Self::Contact];

    /// The word for screens, JSON and the catalog.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Unknown => "unknown",
            Self::Air => "air",
            Self::Contact => "contact",
        }
    }

    /// The inverse of [`RobotState::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Parts of 1 by what the robot did; they add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// In contact.
    pub contact: f64,
    /// Moving, not in contact.
    pub air: f64,
    /// At rest, not in contact.
    pub parked: f64,
}

/// What a force channel reads without a forming force: its zero and the tool's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bias {
    /// In N; `null` where it is unknown.
    pub value: Option<f64>,
    /// Which samples tell it.
    pub source: BiasSource,
    /// 1.4826 × the median distance from `value`, in N, over the same samples.
    pub sigma: Option<f64>,
}

/// Which samples tell a bias.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BiasSource {
    /// Those at rest.
    Parked,
    /// Those in motion without contact.
    Air,
    /// None does.
    Unknown,
}

impl BiasSource {
    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Air => "air",
            Self::Unknown => "unknown",
        }
    }
}

/// The magnitude of force less bias in N, over the time in contact; all `null` where the robot
/// was not in contact or its bias is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Forming {
    /// 99.9th percentile.
    pub force_peak_n: Option<f64>,
    /// Maximum.
    pub force_max_n: Option<f64>,
    /// Median.
    pub force_median_n: Option<f64>,
    /// Mean.
    pub force_mean_n: Option<f64>,
}

/// What tells when a robot is in contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactSource {
    /// The force less bias.
    Bias,
    /// Motion: the bias is unknown.
    Motion,
}

impl ContactSource {
    /// The word for screens and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bias => "bias",
            Self::Motion => "motion",
        }
    }
}

/// One layer of a part, or one turn of a spiral.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Layer {
    /// Median position along the forming axis in mm.
    #[serde(deserialize_with = "number")]
    pub z_mm: f64,
    /// Distance of `z_mm` from that of the layer before, in mm; `null` for the first.
    pub step_mm: Option<f64>,
    /// Its first sample (UTC text).
    pub start_time: String,
    /// Its last sample (UTC text).
    pub stop_time: String,
    /// Length of the path in mm.
    #[serde(deserialize_with = "number")]
    pub length_mm: f64,
    /// `length_mm` by the time that it took, in mm/s.
    pub feed_mm_s: Option<f64>,
    /// Median magnitude of force as recorded, in N.
    pub force_median_n: Option<f64>,
    /// 99.9th percentile of the magnitude of force as recorded, in N.
    pub force_peak_n: Option<f64>,
    /// Median force along the forming axis as recorded, in N.
    pub axial_median_n: Option<f64>,
    /// Mean distance from the centre of the part in mm; `null` where it is not round.
    pub radius_mm: Option<f64>,
    /// Of the wall between the layer before and this one, from the plane of a layer, in degrees.
    pub wall_angle_deg: Option<f64>,
    /// Whether it is at least 90 % as long as the median layer; trends leave out others.
    pub complete: bool,
}

/// A slope with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Slope {
    /// Theil–Sen estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What one run says of one robot. `null` where the run lacks the channels. `peak` is the
/// 99.9th percentile and `max` the maximum. The aliases are the keys of records of version 1;
/// those of version 3 had no keys after `force_samples`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RobotStats {
    /// What it did; `null` in records before version 4 unless it was parked.
    #[serde(default)]
    pub state: Option<RobotState>,
    /// Length of the robot's path in mm.
    pub distance_mm: Option<f64>,
    /// 99.9th percentile of speed in mm/s.
    #[serde(alias = "top_speed_p999")]
    pub speed_peak: Option<f64>,
    /// Maximum of speed in mm/s.
    #[serde(alias = "top_speed_max")]
    pub speed_max: Option<f64>,
    /// 99.9th percentile of the magnitude of force as recorded, in N.
    #[serde(alias = "peak_force_p999")]
    pub force_peak: Option<f64>,
    /// Maximum of the magnitude of force as recorded, in N.
    #[serde(alias = "peak_force_max")]
    pub force_max: Option<f64>,
    /// Mean magnitude of force as recorded, in N.
    #[serde(alias = "mean_force")]
    pub force_mean: Option<f64>,
    /// Samples behind `force_mean`: its weight over runs.
    pub force_samples: u64,
    /// Shares of time; `null` where the state is unknown.
    #[serde(default, deserialize_with = "duty")]
    pub duty: Option<Duty>,
    /// Shares of the path's length; `null` where the state is unknown.
    #[serde(default, deserialize_with = "duty")]
    pub duty_mm: Option<Duty>,
    /// By force channel.
    #[serde(default)]
    pub bias: BTreeMap<String, Bias>,
    /// Forces of forming.
    #[serde(default)]
    pub forming: Forming,
    /// The layers in order of time; empty where there are none.
    #[serde(default, deserialize_with = "layers")]
    pub layers: Vec<Layer>,
    /// Why there are none.
    #[serde(default)]
    pub layers_reason: Option<String>,
    /// Slope of |`axial_median_n`| over complete layers, in N a layer.
    #[serde(default)]
    pub axial_slope_n_per_layer: Option<Slope>,
    /// Of the wall over all complete layers, from the plane of a layer, in degrees.
    #[serde(default)]
    pub wall_angle_deg: Option<f64>,
    /// What tells of contact; `null` where the robot was not in contact.
    #[serde(default)]
    pub contact_source: Option<ContactSource>,
    /// RMS of the force along the forming axis from 5 to 30 Hz during contact, in N; `null`
    /// below 70 samples/s and where no contact is long enough.
    #[serde(default)]
    pub chatter_rms_n: Option<f64>,
}

// Early programs wrote null for a number that overflowed; what such a figure belongs to is unknown.

fn duty<'de, D: Deserializer<'de>>(record: D) -> Result<Option<Duty>, D::Error> {
    #[derive(Deserialize)]
    struct Shares {
        contact: Option<f64>,
        air: Option<f64>,
        parked: Option<f64>,
    }
    let shares = Option::<Shares>::deserialize(record)?;
    Ok(shares.and_then(|shares| {
        Some(Duty {
            contact: shares.contact?,
            air: shares.air?,
            parked: shares.parked?,
        })
    }))
}

fn layers<'de, D: Deserializer<'de>>(record: D) -> Result<Vec<Layer>, D::Error> {
    let mut layers = Vec::<Layer>::deserialize(record)?;
    layers.retain(|layer| !layer.z_mm.is_nan() && !layer.length_mm.is_nan());
    Ok(layers)
}

/// NaN for null.
fn number<'de, D: Deserializer<'de>>(record: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(record)?.unwrap_or(f64::NAN))
}

impl RobotStats {
    /// Whether its forces may be called forming forces. A record from before states were told
    /// says nothing to the contrary.
    pub fn may_have_formed(&self) -> bool {
        matches!(self.state, None | Some(RobotState::Contact))
    }

    /// 99.9th percentile of force as recorded, in N, of a robot that may have formed: what load
    /// cells of one that touched nothing read is not among forces.
    pub fn contact_peak(&self) -> Option<f64> {
        self.force_peak.filter(|_| self.may_have_formed())
    }

    /// As [`RobotStats::contact_peak`], the maximum.
    pub fn contact_max(&self) -> Option<f64> {
        self.force_max.filter(|_| self.may_have_formed())
    }

    /// As [`RobotStats::contact_peak`], the mean.
    pub fn contact_mean(&self) -> Option<f64> {
        self.force_mean.filter(|_| self.may_have_formed())
    }
}
