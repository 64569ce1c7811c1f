//! When a robot presses on something.

use super::Stretch;

/// Contacts and losses of contact that are shorter, in microseconds, do not count.
const LEAST: i64 = 200_000;
/// Deviations of the noisiest load cell that a force is above.
const SIGMAS: f64 = 8.0;

/// The force without bias, in N, above which there is contact: `sigma` is the largest deviation
/// among the channels.
pub(super) fn threshold(sigma: f64, contact_n: f64) -> f64 {
    (SIGMAS * sigma).max(contact_n)
}

/// The stretches in which `net` (‖F − bias‖ in N, at `times`) is above `threshold`, until it is
/// below half of it.
pub(super) fn by_bias(times: &[i64], net: &[f64], threshold: f64) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut open: Option<Stretch> = None;
    for (time, force) in times.iter().zip(net) {
        match &mut open {
            None if *force > threshold => {
                open = Some(Stretch {
                    from: *time,
                    to: *time,
                });
            }
            Some(_) if *force < threshold / 2.0 => found.extend(open.take()),
            Some(contact) => contact.to = *time,
            None => {}
        }
    }
    found.extend(open);
    let mut joined: Vec<Stretch> = Vec::with_capacity(found.len());
    for contact in found {
        match joined
            .last_mut()
            .filter(|last| contact.from - last.to < LEAST)
        {
            Some(last) => last.to = contact.to,
            None => joined.push(contact),
        }
    }
    joined.retain(|contact| contact.to - contact.from >= LEAST);
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_contacts_and_short_losses_do_not_count() {
        let times: Vec<i64> = (0..600).map(|i| i * 10_000).collect();
        let mut net = vec![3.0; 600];
        net[100..300].fill(400.0);
        // A loss of 0.15 s, and one of 0.25 s.
        net[150..165].fill(3.0);
        net[250..275].fill(3.0);
        // A touch of 0.1 s; and one that only falls to more than half.
        net[400..410].fill(400.0);
        net[500..560].fill(60.0);
        net[520..530].fill(26.0);
        let found = by_bias(&times, &net, threshold(5.0, 50.0));
        let seconds: Vec<(i64, i64)> = found
            .iter()
            .map(|s| (s.from / 10_000, s.to / 10_000))
            .collect();
        assert_eq!(seconds, [(100, 249), (275, 299), (500, 559)]);
        assert_eq!(threshold(10.0, 50.0), 80.0);
    }
}
