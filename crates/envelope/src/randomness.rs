//! Drawing from the randomness a caller hands in, and refusing it when it was never filled.
//!
//! Invariants: this crate has no other source of randomness.

use zeroize::Zeroizing;

use crate::SealError;

/// A zeroed buffer that comes back zero was not filled: chance would need 2^128 tries, a broken source needs one.
pub(crate) fn draw<const N: usize>(fill: &mut dyn FnMut(&mut [u8])) -> Result<Zeroizing<[u8; N]>, SealError> {
    let mut bytes = Zeroizing::new([0; N]);
    fill(bytes.as_mut());
    if bytes.iter().all(|&byte| byte == 0) { Err(SealError::NoRandomness) } else { Ok(bytes) }
}
