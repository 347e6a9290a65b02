//! Opens a deployed zip: stored or deflated members, few enough and small enough, with honest names.
//!
//! Format: APPNOTE.TXT without encryption, splitting or any method but 0 and 8; limits of the Metadata API. Units: bytes.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::{CompressionMethod, ZipArchive};

/// What a package may be: 39 MB zipped, 400 MB unzipped, 10,000 files. Ours is a fraction of a megabyte.
#[derive(Clone, Copy, Debug)]
pub struct ZipLimits {
    pub zipped_bytes: usize,
    pub unzipped_bytes: u64,
    pub members: usize,
}

impl Default for ZipLimits {
    fn default() -> Self {
        Self { zipped_bytes: 39 * 1024 * 1024, unzipped_bytes: 400 * 1024 * 1024, members: 10_000 }
    }
}

/// Every file by its path, directories left out.
pub type Members = BTreeMap<String, Vec<u8>>;

/// Reads all members, or says in one sentence why not. A member's stated size is never believed.
pub fn read(bytes: &[u8], limits: ZipLimits) -> Result<Members, String> {
    if bytes.len() > limits.zipped_bytes {
        return Err(format!("The zip file is larger than {} bytes", limits.zipped_bytes));
    }
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("The zip file cannot be read: {error}"))?;
    if archive.len() > limits.members {
        return Err(format!("The zip file holds more than {} files", limits.members));
    }
    let mut members = Members::new();
    let mut left = limits.unzipped_bytes;
    for index in 0..archive.len() {
        let file =
            archive.by_index(index).map_err(|error| format!("A member of the zip file cannot be read: {error}"))?;
        let name = std::str::from_utf8(file.name_raw()).map_err(|_| "A file name is not UTF-8".to_owned())?.to_owned();
        if file.is_dir() {
            continue;
        }
        check_name(&name)?;
        if file.encrypted() || !matches!(file.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            return Err(format!("{name} is neither stored nor deflated"));
        }
        let mut content = Vec::new();
        // One byte more than is left tells a member that goes on from one that just fits.
        let read = file.take(left + 1).read_to_end(&mut content);
        read.map_err(|error| format!("{name} cannot be unzipped: {error}"))?;
        left = left
            .checked_sub(content.len() as u64)
            .ok_or_else(|| format!("Unzipped, the files hold more than {} bytes", limits.unzipped_bytes))?;
        if members.insert(name.clone(), content).is_some() {
            return Err(format!("{name} is in the zip file twice"));
        }
    }
    Ok(members)
}

/// Relative, forward, and never upward: the name becomes a path.
fn check_name(name: &str) -> Result<(), String> {
    let step_is_honest = |step: &str| !matches!(step, "" | "." | "..");
    let honest = name.split('/').all(step_is_honest) && !name.contains(['\\', ':', '\0']) && name.len() <= 1_024;
    if honest { Ok(()) } else { Err(format!("{name:?} is no path inside the zip file")) }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn what_fits_is_read_and_what_does_not_is_refused() {
        let limits = ZipLimits { zipped_bytes: 10_000, unzipped_bytes: 100_000, members: 2 };
        let good = zipped(&[("package.xml", b"<a/>"), ("classes/A.cls", b"class")]);
        assert_eq!(read(&good, limits).unwrap()["classes/A.cls"], b"class");
        let bomb = zipped(&[("zeros", &vec![0; 1_000_000])]);
        assert!(bomb.len() < limits.zipped_bytes);
        for (bytes, told) in [
            (zipped(&[("a", b""), ("b", b""), ("c", b"")]), "more than 2 files"),
            (bomb, "hold more than"),
            (zipped(&[("../up", b"")]), "no path inside"),
            (zipped(&[("/abs", b"")]), "no path inside"),
            (zipped(&[("a\\b", b"")]), "no path inside"),
            (vec![1; 10_001], "larger than"),
            (b"PK nonsense".to_vec(), "cannot be read"),
            (good[..good.len() - 30].to_vec(), "cannot be read"),
        ] {
            let refused = read(&bytes, limits).unwrap_err();
            assert!(refused.contains(told), "{refused}");
        }
    }
}
