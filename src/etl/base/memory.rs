//! How much memory this process and this machine have.

use std::sync::OnceLock;

use rustix::process::{Resource, getrlimit};

/// Bytes of data that this process may have: its limit, else the machine's memory. What a
/// log claims is held against this before anything is set aside for it.
pub fn available() -> u64 {
    getrlimit(Resource::Data)
        .current
        .unwrap_or(u64::MAX)
        .min(machine())
}

/// Bytes of memory of the machine, or of the container that it is shared with.
pub(crate) fn machine() -> u64 {
    static MACHINE: OnceLock<u64> = OnceLock::new();
    *MACHINE.get_or_init(read_machine)
}

fn read_machine() -> u64 {
    let total = std::fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
            let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
            Some(kib << 10)
        })
        .unwrap_or(4 << 30);
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse().ok());
    container.map_or(total, |limit: u64| total.min(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_memory() {
        assert!(available() > 64 << 20);
    }
}
