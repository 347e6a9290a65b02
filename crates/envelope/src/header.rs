//! The text at the start of an age file: who can open it, and a MAC over exactly that.
//!
//! Separate because the database, not the object, says which header a stored file has: callers compare
//! [`Header::mac`] with their row before they open anything.
//!
//! Format: c2sp.org/age, "Header", by its ABNF and nothing looser.
//! Invariants: two different byte strings never parse to equal headers; the MAC is taken over the bytes as read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::file_key::FileKey;
use crate::stanza::{Stanza, decode_exactly, write_x25519};
use crate::{Identity, OpenError, Recipient, SealError, randomness};

/// A well-formed header. Nothing in it is authentic before [`Header::open`] succeeds.
pub struct Header {
    stanzas: Vec<Stanza>,
    /// From the version line to the `---` mark.
    up_to_mark: Vec<u8>,
    mac: [u8; 32],
}

/// A header and where it ended.
pub struct ParsedHeader {
    /// What was read.
    pub header: Header,
    /// Bytes of the header; the payload starts right after them.
    pub header_len: usize,
}

/// No longer header is read, so a stream of nonsense costs no more memory than this. Ours are ~100 bytes a recipient.
pub const MAX_HEADER_LEN: usize = 16 * 1024;
/// Keeps every header we write far below [`MAX_HEADER_LEN`].
pub const MAX_RECIPIENTS: usize = 128;

const VERSION_LINE: &[u8] = b"age-encryption.org/v1\n";
const MARK: &str = "---";
const COLUMNS: usize = 64;

impl Header {
    /// Reads the header at the start of `bytes`, which may hold more than it.
    ///
    /// `Ok(None)` means that `bytes` so far is a good beginning: call again with more of the file in front. At the end
    /// of the file it means [`OpenError::Truncated`].
    pub fn parse(bytes: &[u8]) -> Result<Option<ParsedHeader>, OpenError> {
        let Some(mut rest) = strip_version_line(bytes)? else { return Ok(None) };
        let mut stanzas = Vec::new();
        loop {
            let taken = bytes.len() - rest.len();
            let Some(line) = next_line(&mut rest, taken)? else { return Ok(None) };
            if let Some(mac) = line.strip_prefix(b"--- ") {
                let mac = decode_exactly(mac)
                    .ok_or(OpenError::Malformed("the header MAC must be 32 bytes in canonical base64"))?;
                check_mix(&stanzas)?;
                let up_to_mark = bytes[..taken + MARK.len()].to_vec();
                return Ok(Some(ParsedHeader {
                    header: Self { stanzas, up_to_mark, mac },
                    header_len: bytes.len() - rest.len(),
                }));
            }
            let arguments = line
                .strip_prefix(b"-> ")
                .ok_or(OpenError::Malformed("a header line that starts neither a stanza nor the MAC"))?;
            let arguments = read_arguments(arguments)?;
            let Some(body) = read_body(bytes.len(), &mut rest)? else { return Ok(None) };
            stanzas.push(Stanza::read(arguments, &body)?);
        }
    }

    /// The MAC as written in the header. Compare it with the database before opening anything: a file planted by
    /// somebody who merely knows the recipient has another one.
    pub fn mac(&self) -> [u8; 32] {
        self.mac
    }

    /// Unwraps the file key and verifies the header with it.
    ///
    /// # Errors
    /// `NoMatch` when no stanza is for `identity`; `Altered` when one is, but the header is not the one sealed with it.
    pub fn open(&self, identity: &Identity) -> Result<FileKey, OpenError> {
        for stanza in &self.stanzas {
            if let Some(file_key) = stanza.unwrap_with(identity)? {
                return if file_key.verifies(&self.up_to_mark, &self.mac) {
                    Ok(file_key)
                } else {
                    Err(OpenError::Altered)
                };
            }
        }
        Err(OpenError::NoMatch)
    }
}

/// The header of a new file and its MAC. Draws one ephemeral secret per recipient, in their order.
pub(crate) fn write_header(
    file_key: &FileKey,
    recipients: &[Recipient],
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<(Vec<u8>, [u8; 32]), SealError> {
    if recipients.is_empty() {
        return Err(SealError::NoRecipients);
    }
    if recipients.len() > MAX_RECIPIENTS {
        return Err(SealError::TooManyRecipients);
    }
    let mut header = String::with_capacity(128 + recipients.len() * 98);
    header.push_str("age-encryption.org/v1\n");
    for recipient in recipients {
        write_x25519(file_key, recipient, randomness::draw(fill)?, &mut header);
    }
    header.push_str(MARK);
    let mac = file_key.header_mac(header.as_bytes());
    header.push(' ');
    STANDARD_NO_PAD.encode_string(mac, &mut header);
    header.push('\n');
    Ok((header.into_bytes(), mac))
}

fn strip_version_line(bytes: &[u8]) -> Result<Option<&[u8]>, OpenError> {
    if let Some(rest) = bytes.strip_prefix(VERSION_LINE) {
        Ok(Some(rest))
    } else if VERSION_LINE.starts_with(bytes) {
        Ok(None)
    } else {
        Err(OpenError::Malformed("it does not start as an age v1 file"))
    }
}

/// The next line without its LF; `None` when `rest` holds no whole line yet. `taken` bytes of the header are read.
fn next_line<'a>(rest: &mut &'a [u8], taken: usize) -> Result<Option<&'a [u8]>, OpenError> {
    let allowed = MAX_HEADER_LEN.saturating_sub(taken);
    let within = &rest[..rest.len().min(allowed)];
    match within.iter().position(|&byte| byte == b'\n') {
        Some(end) => {
            let line = &rest[..end];
            *rest = &rest[end + 1..];
            Ok(Some(line))
        }
        None if within.len() == allowed => Err(OpenError::Malformed("the header is longer than any we write")),
        None => Ok(None),
    }
}

fn read_arguments(line: &[u8]) -> Result<&str, OpenError> {
    let is_argument = |argument: &[u8]| !argument.is_empty() && argument.iter().all(u8::is_ascii_graphic);
    if !line.split(|&byte| byte == b' ').all(is_argument) {
        return Err(OpenError::Malformed("a stanza argument is empty or not printable ASCII"));
    }
    Ok(std::str::from_utf8(line).expect("it was just checked to be ASCII"))
}

/// Full lines of 64 columns, then one that is shorter and may be empty.
fn read_body(total: usize, rest: &mut &[u8]) -> Result<Option<Vec<u8>>, OpenError> {
    const REFUSED: OpenError = OpenError::Malformed("a stanza body is not canonical base64 in lines of 64 columns");
    let mut text = Vec::new();
    loop {
        let Some(line) = next_line(rest, total - rest.len())? else { return Ok(None) };
        if line.len() > COLUMNS {
            return Err(REFUSED);
        }
        text.extend_from_slice(line);
        if line.len() < COLUMNS {
            return STANDARD_NO_PAD.decode(&text).map(Some).map_err(|_| REFUSED);
        }
    }
}

fn check_mix(stanzas: &[Stanza]) -> Result<(), OpenError> {
    if stanzas.is_empty() {
        return Err(OpenError::Malformed("the header has no stanza"));
    }
    // Whoever opens with a passphrase must be sure that only its holders could have sealed the file.
    if stanzas.len() > 1 && stanzas.iter().any(|stanza| matches!(stanza, Stanza::Scrypt)) {
        return Err(OpenError::Malformed("a passphrase stanza must be alone in its header"));
    }
    Ok(())
}
