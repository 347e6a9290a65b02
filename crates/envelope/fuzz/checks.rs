//! What must hold for each parser on any bytes at all. The fuzz targets and an ordinary test run these same functions.
//!
//! Invariants: no input panics; what is refused stays refused; what is accepted has exactly one spelling.

use envelope::{
    CHUNK_LEN, FileIdentity, Header, Identity, Keyring, MAX_HEADER_LEN, Opener, Recipient, SealError, SeekPlan,
    ciphertext_length, open_whole, seal_whole,
};

const PLACE: &str = "table/row/column";

/// Not random and not repeated within one check, which is all that a check needs.
fn counting() -> impl FnMut(&mut [u8]) {
    let mut next = 0_u8;
    move |bytes: &mut [u8]| {
        for byte in bytes {
            next = next.wrapping_mul(29).wrapping_add(97);
            *byte = next;
        }
    }
}

fn an_identity() -> Identity {
    Identity::from_bytes([7; 32])
}

pub fn header(bytes: &[u8]) {
    match Header::parse(bytes) {
        Ok(Some(parsed)) => {
            let len = parsed.header_len;
            assert!(len <= bytes.len() && len <= MAX_HEADER_LEN);
            let alone = Header::parse(&bytes[..len]).expect("nothing behind a header changes it").expect("it is whole");
            assert_eq!((alone.header_len, alone.header.mac()), (len, parsed.header.mac()));
            assert!(matches!(Header::parse(&bytes[..len - 1]), Ok(None)), "one byte less is not a header");
            let _ = parsed.header.open(&an_identity());
        }
        Ok(None) => assert!(bytes.len() < MAX_HEADER_LEN, "no longer header is waited for"),
        Err(_) => {
            let longer = [bytes, b"\n--- x"].concat();
            assert!(Header::parse(&longer).is_err(), "what is refused stays refused");
        }
    }
    assert!(open_whole(&an_identity(), bytes).is_err() || bytes.starts_with(b"age-encryption.org/v1\n"));
}

pub fn identity_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(identity) = Identity::parse(text) {
        assert_eq!(identity.to_text().as_str(), text);
    }
    if let Ok(identity) = Identity::parse_file(text) {
        assert!(text.contains(identity.to_text().as_str()));
    }
}

pub fn recipient_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(recipient) = Recipient::parse(text) {
        assert_eq!(recipient.to_string(), text);
        seal_whole(&[recipient], b"", &mut counting()).expect("whatever is a recipient can be sealed to");
    }
}

/// The bytes as a whole key object, and as the plaintext of one that is properly sealed.
pub fn key_object(bytes: &[u8]) {
    let keyring = Keyring::new(an_identity(), vec![]);
    let _ = keyring.open_key_object(bytes);
    let object = seal_whole(&[keyring.current_recipient()], bytes, &mut counting()).expect("there is a recipient");
    if let Ok(identity) = keyring.open_key_object(&object) {
        let again = identity.key_object(&keyring.current_recipient(), &[], &mut counting());
        assert_eq!(again.as_ref(), Ok(&object), "one spelling per identity");
    }
    let _ = FileIdentity::generate(&mut counting());
}

/// The bytes as a whole cell, and as the plaintext of one.
pub fn cell(bytes: &[u8]) {
    let keyring = Keyring::new(an_identity(), vec![]);
    if let Ok(plaintext) = keyring.open_cell(PLACE, bytes) {
        let nonce = bytes[9..33].to_vec();
        let again = keyring.seal_cell(PLACE, &plaintext, &mut |fill| fill.copy_from_slice(&nonce));
        assert!(again.as_deref() == Ok(bytes) || again == Err(SealError::NoRandomness));
    }
    let sealed = keyring.seal_cell(PLACE, bytes, &mut counting()).expect("the place is well formed");
    assert_eq!(keyring.open_cell(PLACE, &sealed).expect("it was just sealed here").as_slice(), bytes);
}

/// The bytes as a script of damage to a sealed file: either nothing changed, or it is refused, and what was released
/// by then is a beginning of the plaintext. The first two bytes choose the length, then five bytes an edit.
pub fn payload(bytes: &[u8]) {
    let Some(([chunks, off], script)) = bytes.split_first_chunk::<2>() else { return };
    let length = (usize::from(chunks % 3) * CHUNK_LEN).saturating_add_signed(isize::from(off.cast_signed()));
    let plaintext: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("below 251")).collect();
    let identity = an_identity();
    let file = seal_whole(&[identity.recipient()], &plaintext, &mut counting()).expect("there is a recipient");
    let parsed = Header::parse(&file).expect("we wrote it").expect("it is whole");
    let file_key = || parsed.header.open(&identity).expect("it is for this identity");
    let original = &file[parsed.header_len..];
    let mut payload = original.to_vec();
    for edit in script.as_chunks::<5>().0 {
        apply(*edit, &mut payload);
    }

    let mut released = Vec::new();
    let piece = 1 + usize::from(*off) * 331;
    let mut opener = Opener::new(file_key());
    let updated = payload.chunks(piece).try_for_each(|piece| opener.update(piece, &mut released));
    let opened = opener.finish(&mut released);
    assert!(updated.is_ok() || updated == opened, "a failure lasts");
    assert_eq!(opened.is_ok(), payload == original);
    assert!(plaintext.starts_with(&released));
    assert!(opened.is_err() || released == plaintext);

    let Ok(plan) = SeekPlan::new(0, payload.len() as u64) else { return };
    assert_eq!(ciphertext_length(0, plan.plaintext_len()), payload.len() as u64);
    let place = |range: std::ops::Range<u64>| {
        usize::try_from(range.start).expect("it is in memory")..usize::try_from(range.end).expect("it is in memory")
    };
    let nonce = payload[place(plan.nonce_range())].try_into().expect("16 bytes");
    let Ok(opener) = plan.authenticate_last(&file_key(), nonce, &payload[place(plan.last_chunk_range())]) else {
        return;
    };
    assert_eq!(opener.plaintext_len(), length as u64, "the end proves the length");
}

fn apply([what, high, middle, low, value]: [u8; 5], payload: &mut Vec<u8>) {
    let number = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
    let at = number % (payload.len() + 1);
    match what % 5 {
        0 => payload.truncate(at),
        1 => payload.insert(at, value),
        2 if at < payload.len() => payload[at] ^= value,
        3 if at < payload.len() => {
            payload.remove(at);
        }
        _ => payload.rotate_left(at),
    }
}
