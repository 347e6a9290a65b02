//! ICAP `RESPMOD`: the file as the body of an HTTP answer that a proxy is about to hand on (RFC 3507).
//!
//! A scanner lets it pass with 204 (4.6), or answers 200 with what it would hand on instead. Who found something says so
//! in `X-Infection-Found`, `X-Virus-ID` or `X-Violations-Found` (draft-stecher-icap-subid), or hands on a page of its own
//! in place of the file. A 200 that is none of these may be the file itself, unscanned: that is unclear, never clean.

use super::{Answer, name};

/// Longest head that is read, bytes.
const LONGEST: usize = 16 * 1024;

/// An ICAP service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Host and port, as in the address.
    pub authority: String,
    /// What follows the host in the address, with its slash: `/virus_scan?allow204=on`.
    pub path: String,
}

impl Service {
    /// Everything that goes before the file's chunks. `length` is the file's, bytes.
    pub fn begin(&self, length: u64) -> Vec<u8> {
        // Names are fixed on purpose: nothing a customer chose goes into a header.
        let asked = format!("GET /file HTTP/1.1\r\nHost: {}\r\n\r\n", self.authority);
        let answered =
            format!("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {length}\r\n\r\n");
        let head = format!(
            "RESPMOD icap://{}{} ICAP/1.0\r\nHost: {}\r\nUser-Agent: casegate\r\nAllow: 204\r\nConnection: close\r\n\
             Encapsulated: req-hdr=0, res-hdr={}, res-body={}\r\n\r\n",
            self.authority,
            self.path,
            self.authority,
            asked.len(),
            asked.len() + answered.len()
        );
        [head, asked, answered].concat().into_bytes()
    }

    /// Asks what the service is.
    pub fn options(&self) -> Vec<u8> {
        format!(
            "OPTIONS icap://{}{} ICAP/1.0\r\nHost: {}\r\nUser-Agent: casegate\r\nConnection: close\r\n\r\n",
            self.authority, self.path, self.authority
        )
        .into_bytes()
    }
}

/// What goes before a chunk, which must not be empty; [`CHUNK_END`] goes after it.
pub fn chunk_head(length: usize) -> Vec<u8> {
    format!("{length:x}\r\n").into_bytes()
}

/// What goes after a chunk.
pub const CHUNK_END: &[u8] = b"\r\n";
/// What ends the file.
pub const END: &[u8] = b"0\r\n\r\n";

/// The head of an answer: ICAP's own, and the first line of the HTTP answer inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// ICAP's status.
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    /// Status of the HTTP answer that the service would hand on.
    handed_on: Option<u16>,
}

/// Not an ICAP answer, or one whose head is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The head in what was received so far; `None` while it is incomplete.
///
/// # Errors
/// [`Malformed`].
pub fn complete(received: &[u8]) -> Result<Option<Head>, Malformed> {
    let Some((head, rest)) = split_head(received) else {
        return if received.len() <= LONGEST { Ok(None) } else { Err(Malformed) };
    };
    let text = std::str::from_utf8(head).map_err(|_| Malformed)?;
    let mut lines = text.split("\r\n");
    let status = status_of(lines.next().unwrap_or_default(), "ICAP/1.0 ").ok_or(Malformed)?;
    let mut headers = Vec::new();
    for line in lines {
        // A value goes on in lines that begin with white space: `X-Violations-Found` does so.
        if line.starts_with([' ', '\t']) && !headers.is_empty() {
            continue;
        }
        let (field, value) = line.split_once(':').ok_or(Malformed)?;
        headers.push((field.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut head = Head { status, headers, handed_on: None };
    if head.header("encapsulated").is_some_and(|parts| parts.contains("res-hdr=0")) {
        let Some((inner, _)) = split_head(rest) else {
            return if rest.len() <= LONGEST { Ok(None) } else { Err(Malformed) };
        };
        let first = String::from_utf8_lossy(inner);
        let first = first.split("\r\n").next().unwrap_or_default();
        head.handed_on = status_of(first, "HTTP/1.1 ").or_else(|| status_of(first, "HTTP/1.0 "));
    }
    Ok(Some(head))
}

impl Head {
    fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(field, _)| field == wanted).map(|(_, value)| value.as_str())
    }

    /// What the answer to `RESPMOD` says.
    pub fn read(&self) -> Answer {
        if let Some(found) = self.finding() {
            return Answer::Found(found);
        }
        match (self.status, self.handed_on) {
            (204, _) => Answer::NothingFound,
            // A page of the service's own instead of the file.
            (200 | 201, Some(400..=599)) => Answer::Found(name("blocked")),
            _ => Answer::Unclear,
        }
    }

    /// Names the service, and changes when its signatures do (4.7): for records, and to see that they were renewed.
    pub fn service_tag(&self) -> Option<String> {
        self.header("istag").map(|tag| name(tag.trim_matches('"')))
    }

    /// Whether the service takes `RESPMOD`.
    pub fn takes_answers(&self) -> bool {
        self.header("methods").is_some_and(|methods| methods.to_ascii_uppercase().contains("RESPMOD"))
    }

    fn finding(&self) -> Option<String> {
        if let Some(found) = self.header("x-infection-found") {
            // `Type=0; Resolution=2; Threat=Eicar-Test-Signature;`
            let threat = found.split(';').find_map(|part| part.trim().strip_prefix("Threat="));
            return Some(name(threat.unwrap_or(found)));
        }
        if let Some(found) = self.header("x-virus-id") {
            return Some(name(found));
        }
        // A count, then four lines for each; zero is none.
        let violations = self.header("x-violations-found")?;
        (violations != "0").then(|| name("violation"))
    }
}

fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let searched = &bytes[..bytes.len().min(LONGEST + 4)];
    let end = searched.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((&bytes[..end], &bytes[end + 4..]))
}

fn status_of(line: &str, protocol: &str) -> Option<u16> {
    line.strip_prefix(protocol)?.split(' ').next()?.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Answer {
        complete(text.as_bytes()).unwrap().unwrap().read()
    }

    #[test]
    fn a_request_is_laid_out_as_its_offsets_say() {
        let service = Service { authority: "127.0.0.1:1344".to_owned(), path: "/virus_scan".to_owned() };
        let text = String::from_utf8(service.begin(68)).unwrap();
        let (head, encapsulated) = text.split_once("\r\n\r\n").unwrap();
        let offset = |part: &str| {
            let after = head.split(part).nth(1).unwrap();
            after.split([',', '\r']).next().unwrap().parse::<usize>().unwrap()
        };
        assert!(encapsulated[offset("req-hdr=")..].starts_with("GET /file"));
        assert!(encapsulated[offset("res-hdr=")..].starts_with("HTTP/1.1 200 OK"));
        assert_eq!(offset("res-body="), encapsulated.len());
        assert_eq!(chunk_head(65_536), b"10000\r\n");
    }

    #[test]
    fn only_204_means_that_nothing_was_found() {
        assert_eq!(answer("ICAP/1.0 204 No Content\r\nISTag: \"x\"\r\n\r\n"), Answer::NothingFound);
        assert_eq!(
            answer(
                "ICAP/1.0 200 OK\r\nX-Infection-Found: Type=0; Resolution=2; Threat=Eicar-Test-Signature;\r\n\
                 Encapsulated: res-hdr=0, res-body=60\r\n\r\nHTTP/1.1 403 Forbidden\r\nServer: x\r\n\r\n"
            ),
            Answer::Found("Eicar-Test-Signature".to_owned())
        );
        assert_eq!(answer("ICAP/1.0 200 OK\r\nX-Virus-ID: EICAR\r\n\r\n"), Answer::Found("EICAR".to_owned()));
        assert_eq!(
            answer("ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=9\r\n\r\nHTTP/1.1 403 No\r\n\r\n"),
            Answer::Found("blocked".to_owned())
        );
        assert_eq!(
            answer("ICAP/1.0 200 OK\r\nX-Violations-Found: 1\r\n\t-\r\n\tEicar\r\n\t0\r\n\t0\r\n\r\n"),
            Answer::Found("violation".to_owned())
        );
        // The file handed back: some services do so above their limit, without a look at it.
        let back = "ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=9\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
        assert_eq!(answer(back), Answer::Unclear);
        for status in ["100 Continue", "404 Not Found", "500 Server error", "503 Overloaded"] {
            assert_eq!(answer(&format!("ICAP/1.0 {status}\r\n\r\n")), Answer::Unclear, "{status}");
        }
    }

    #[test]
    fn half_a_head_is_waited_for_and_nonsense_refused() {
        let whole = "ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, res-body=9\r\n\r\nHTTP/1.1 403 No\r\n\r\n";
        for end in 0..whole.len() {
            assert_eq!(complete(&whole.as_bytes()[..end]), Ok(None), "{end}");
        }
        for text in ["HTTP/1.1 200 OK\r\n\r\n", "ICAP/1.0 99 x\r\n\r\n", "ICAP/1.0 200 OK\r\nno colon\r\n\r\n"] {
            assert_eq!(complete(text.as_bytes()), Err(Malformed), "{text}");
        }
        assert_eq!(complete(&vec![b'x'; 20_000]), Err(Malformed));
    }
}
