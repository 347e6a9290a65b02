//! Whether a scanner finds what everybody must find, as `check-config` says it.

use crate::scanners::Scanner;

/// What was found, or what to do.
///
/// # Errors
/// A sentence for the operator.
pub async fn check_scanner(scanner: &Scanner) -> Result<String, String> {
    let test = scanner
        .test_itself()
        .await
        .map_err(|silence| format!("{silence}; see that it runs, and that `address` is where it listens"))?;
    match test.proven_bytes {
        0 => Err(format!("{} does not find the EICAR test file; give it signatures", test.engine)),
        proven if proven < scanner.max_bytes => Err(format!(
            "{} finds our sample in archives of {proven} bytes, but not of max_bytes = {}; raise its own limits, or set \
             max_bytes to what it takes",
            test.engine, scanner.max_bytes
        )),
        proven => Ok(format!("{} finds our sample in archives of up to {proven} bytes", test.engine)),
    }
}
