//! Whether the disk that holds local objects still has room.
//!
//! Asked before an upload is accepted, so that the answer is a clear 507 and not a write that fails half-way.
//!
//! Units: bytes available to this process (not those reserved for root).

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::config::{LimitsConfig, ObjectsConfig};

#[derive(Clone, Debug)]
pub struct FreeSpace {
    /// `None`: the objects are on somebody else's disks.
    folder: Option<PathBuf>,
    reserve_bytes: u64,
}

impl FreeSpace {
    pub fn new(objects: &ObjectsConfig, limits: &LimitsConfig) -> Self {
        Self { folder: objects.disk_root().map(Path::to_owned), reserve_bytes: limits.free_space_reserve_bytes }
    }

    /// Whether `incoming_bytes` more leave the reserve untouched.
    pub fn has_room_for(&self, incoming_bytes: u64) -> io::Result<bool> {
        Ok(match self.available_bytes()? {
            None => true,
            Some(available) => {
                available.checked_sub(incoming_bytes).is_some_and(|remaining| remaining >= self.reserve_bytes)
            }
        })
    }

    /// `None` when the objects are not on a disk of ours. Also a gauge of `/metrics`.
    pub fn available_bytes(&self) -> io::Result<Option<u64>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let bytes = available_bytes(folder)?;
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; exact to 8 PiB")]
        metrics::gauge!("casegate_free_space_bytes").set(bytes as f64);
        Ok(Some(bytes))
    }
}

/// Of the file system of `folder`, or of its nearest parent that exists already.
fn available_bytes(folder: &Path) -> io::Result<u64> {
    let existing = folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(folder);
    let figures = rustix::fs::statvfs(existing)?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_has_room_up_to_its_reserve() {
        let folder = tempfile::tempdir().unwrap();
        let space = |reserve_bytes| FreeSpace { folder: Some(folder.path().join("not/yet/there")), reserve_bytes };
        let available = space(0).available_bytes().unwrap().unwrap();
        assert!(available > 0);
        assert!(space(0).has_room_for(1).unwrap());
        assert!(!space(0).has_room_for(u64::MAX).unwrap());
        assert!(!space(u64::MAX).has_room_for(0).unwrap());
    }

    #[test]
    fn somebody_elses_disks_are_never_full() {
        assert!(FreeSpace { folder: None, reserve_bytes: u64::MAX }.has_room_for(u64::MAX).unwrap());
    }
}
