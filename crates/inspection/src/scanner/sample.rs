//! A file that every scanner must find something in, of any size: the EICAR test file as the last member of an archive.
//!
//! The test file (EICAR, "Anti-Malware Testfile") only counts at the start of a file, so larger ones hold it as a stored
//! member of a zip archive behind stored filler: a scanner that stops before its end does not see it.

/// The test file in two halves, so that this program is not found to be one.
const HALVES: [&[u8]; 2] = [br"X5O!P%@AP[4\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"];
const FILLER_BYTES: u64 = 512 * 1024;
const LOCAL_HEADER_BYTES: u64 = 30;
const CENTRAL_HEADER_BYTES: u64 = 46;
const END_BYTES: u64 = 22;
const NAME_BYTES: u64 = 8;

/// The 68 bytes of the test file.
pub fn test_file() -> Vec<u8> {
    HALVES.concat()
}

/// An archive of at most `size` bytes (at least 1 KiB) and at least `size` less 1 KiB, made piece by piece: no piece is
/// larger than 512 KiB.
pub fn archive(size: u64) -> impl Iterator<Item = Vec<u8>> {
    let entry = LOCAL_HEADER_BYTES + CENTRAL_HEADER_BYTES + 2 * NAME_BYTES;
    let fixed = END_BYTES + entry + 68;
    let mut room = size.max(1_024) - fixed;
    let mut lengths = Vec::new();
    while room > entry {
        let length = (room - entry).min(FILLER_BYTES);
        lengths.push(length);
        room -= entry + length;
    }
    let fillers = lengths.len();
    let members: Vec<Member> = lengths
        .into_iter()
        .map(|length| vec![0; usize::try_from(length).unwrap_or_default()])
        .chain([test_file()])
        .scan(0, |offset, content| {
            let member = Member { offset: *offset, crc: crc32(&content), length: content.len() as u64 };
            *offset += LOCAL_HEADER_BYTES + NAME_BYTES + member.length;
            Some(member)
        })
        .collect();
    let directory_offset = members.last().map_or(0, |last| last.offset + LOCAL_HEADER_BYTES + NAME_BYTES + last.length);
    let directory: Vec<u8> = members.iter().enumerate().flat_map(|(at, member)| member.central(at)).collect();
    let end = end(members.len(), directory.len() as u64, directory_offset);
    members
        .into_iter()
        .enumerate()
        .map(move |(at, member)| {
            let content =
                if at < fillers { vec![0; usize::try_from(member.length).unwrap_or_default()] } else { test_file() };
            [member.local(at), content].concat()
        })
        .chain([directory, end])
}

struct Member {
    offset: u64,
    crc: u32,
    length: u64,
}

impl Member {
    /// Version needed, flags, method, time, date, CRC, sizes and name lengths: the part that both headers share
    /// (APPNOTE 4.3.7 and 4.3.12).
    fn shared(&self) -> Vec<u8> {
        let length = u32::try_from(self.length).unwrap_or(u32::MAX).to_le_bytes();
        let name_length = u16::try_from(NAME_BYTES).unwrap_or(u16::MAX).to_le_bytes();
        [
            &10_u16.to_le_bytes()[..],
            &[0; 4],
            &[0, 0, 0x21, 0],
            &self.crc.to_le_bytes(),
            &length,
            &length,
            &name_length,
            &[0; 2],
        ]
        .concat()
    }

    fn local(&self, at: usize) -> Vec<u8> {
        [b"PK\x03\x04", self.shared().as_slice(), format!("{at:08}").as_bytes()].concat()
    }

    fn central(&self, at: usize) -> Vec<u8> {
        let offset = u32::try_from(self.offset).unwrap_or(u32::MAX).to_le_bytes();
        let name = format!("{at:08}");
        [b"PK\x01\x02", &10_u16.to_le_bytes()[..], &self.shared(), &[0; 10], &offset, name.as_bytes()].concat()
    }
}

fn end(members: usize, directory_bytes: u64, directory_offset: u64) -> Vec<u8> {
    let members = u16::try_from(members).unwrap_or(u16::MAX).to_le_bytes();
    let number = |bytes: u64| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
    [b"PK\x05\x06", &[0; 4][..], &members, &members, &number(directory_bytes), &number(directory_offset), &[0; 2]]
        .concat()
}

/// As in ISO 3309, which zip uses.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn the_test_file_is_eicars() {
        let file = test_file();
        assert_eq!(file.len(), 68);
        // Published with the file: MD5 44d88612fea8a8f36de82e1278abb02f; here by its CRC.
        assert_eq!(crc32(&file), 0x6851_cf3c);
    }

    #[test]
    fn an_archive_of_any_size_ends_in_the_test_file() {
        for size in [0, 1_024, 1_025, 70_000, 524_288, 1_048_576, 5_000_001] {
            let bytes: Vec<u8> = archive(size).flatten().collect();
            let length = bytes.len() as u64;
            assert!(length <= size.max(1_024) && length + 1_024 > size, "{size}: {length}");
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            let mut last = String::new();
            let members = archive.len();
            for at in 0..members {
                let mut member = archive.by_index(at).unwrap();
                if at == members - 1 {
                    member.read_to_string(&mut last).unwrap();
                } else {
                    std::io::copy(&mut member, &mut std::io::sink()).unwrap();
                }
            }
            assert_eq!(last.as_bytes(), test_file(), "{size}");
        }
    }
}
