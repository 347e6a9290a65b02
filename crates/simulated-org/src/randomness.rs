//! The simulator's one place that draws random bytes: session ids and token ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `bytes` random bytes as URL-safe text.
pub fn text(bytes: usize) -> String {
    let mut drawn = vec![0; bytes];
    rand::fill(&mut drawn[..]);
    URL_SAFE_NO_PAD.encode(drawn)
}

/// A random version 4 UUID, which is what an Org puts into `jti` and event receipts.
pub fn uuid() -> String {
    let mut drawn = [0; 16];
    rand::fill(&mut drawn);
    drawn[6] = (drawn[6] & 0x0f) | 0x40;
    drawn[8] = (drawn[8] & 0x3f) | 0x80;
    let hex = hex::encode(drawn);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
