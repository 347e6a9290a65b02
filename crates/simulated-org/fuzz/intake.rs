//! What must hold for whatever is uploaded. The fuzz targets and an ordinary test run these same functions.
//!
//! Invariants: no input panics; how a body was cut into pieces changes nothing; no limit is exceeded.

use simulated_org::files::multipart;
use simulated_org::soap::{package, zip_file};

const LIMIT_BYTES: u64 = 4_096;

/// A multipart body with the boundary `x`, in one piece, byte by byte, and in between.
pub fn multipart(bytes: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime without I/O");
    let outcome = |step: usize| {
        let read = runtime.block_on(multipart::read_pieces(bytes, "x", step, LIMIT_BYTES));
        read.map(|parts| {
            let (field, content) = parts.binary.expect("what is accepted has its file");
            assert!(content.size <= LIMIT_BYTES, "no file is larger than allowed");
            (parts.record, field, content)
        })
        .map_err(|refused| refused.code)
    };
    let whole = outcome(bytes.len());
    for step in [1, 3, 64] {
        assert_eq!(outcome(step), whole, "pieces of {step} bytes");
    }
}

/// A zip, opened with small limits and held against its manifest.
pub fn package_zip(bytes: &[u8]) {
    let limits = zip_file::ZipLimits { zipped_bytes: 64 * 1024, unzipped_bytes: 256 * 1024, members: 32 };
    let Ok(members) = zip_file::read(bytes, limits) else { return };
    assert!(members.len() <= limits.members);
    assert!(members.values().map(|content| content.len() as u64).sum::<u64>() <= limits.unzipped_bytes);
    assert!(members.keys().all(|path| !path.starts_with('/') && path.split('/').all(|step| step != "..")));
    let package = package::check(members);
    assert!(package.failures.iter().all(|failure| !failure.problem.is_empty()));
    assert!(!package.failures.is_empty() || package.files.contains_key("package.xml"));
}
