//! Whether inotify tells every change of a file system.

use std::path::Path;

/// File systems of local disks and of memory, which no other machine and no layer below can
/// change: numbers of linux/magic.h. On any other one inotify may be silent: network shares,
/// FUSE and overlay mounts, folders shared with a virtual machine.
const LOCAL: [u32; 20] = [
    0xEF53,      // ext2, ext3, ext4
    0x5846_5342, // XFS
    0x9123_683E, // btrfs
    0x0102_1994, // tmpfs
    0x8584_58F6, // ramfs
    0xF2F5_2010, // F2FS
    0x2FC1_2FC1, // ZFS
    0xCA45_1A4E, // bcachefs
    0x3153_464A, // JFS
    0x5265_4973, // ReiserFS
    0x3434,      // NILFS
    0x4D44,      // FAT
    0x2011_BAB0, // exFAT
    0x7366_746E, // NTFS
    0x482B,      // HFS+
    0x1501_3346, // UDF
    0x9660,      // ISO 9660
    0x7371_7368, // SquashFS
    0xE0F5_E1E2, // EROFS
    0x2405_1905, // UBIFS
];

/// Whether inotify tells every change below `path`, as far as its own file system goes.
pub(super) fn tells_changes(path: &Path) -> bool {
    // Fields of statfs have other types on other processors: the number has 32 bits.
    rustix::fs::statfs(path).is_ok_and(|found| is_local(found.f_type as u32))
}

fn is_local(magic: u32) -> bool {
    LOCAL.contains(&magic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_that_others_can_change_are_not_local() {
        for (name, magic) in [
            ("NFS", 0x6969),
            ("SMB", 0x517B),
            ("CIFS", 0xFF53_4D42),
            ("SMB2", 0xFE53_4D42),
            ("FUSE, virtiofs", 0x6573_5546),
            ("overlay", 0x794C_7630),
            ("9P", 0x0102_1997),
            ("Ceph", 0x00C3_6400),
            ("AFS", 0x5346_414F),
            ("VirtualBox", 0x786F_4256),
            ("GPFS", 0x4750_4653),
            ("Lustre", 0x0BD0_0BD0),
            ("GFS2", 0x0116_1970),
            ("autofs", 0x0187),
            ("one that nobody knows yet", 0x1234_5678),
        ] {
            assert!(!is_local(magic), "{name}");
        }
        for (name, magic) in [
            ("ext4", 0xEF53),
            ("btrfs", 0x9123_683E),
            ("tmpfs", 0x0102_1994),
        ] {
            assert!(is_local(magic), "{name}");
        }
    }

    #[test]
    fn the_system_is_asked_for_the_file_system() {
        assert!(!tells_changes(Path::new("/proc")));
        assert!(!tells_changes(Path::new("/not/there")));
        let shm = Path::new("/dev/shm");
        let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
        if mounts
            .lines()
            .any(|line| line.starts_with("tmpfs /dev/shm tmpfs "))
        {
            assert!(tells_changes(shm));
        }
    }
}
