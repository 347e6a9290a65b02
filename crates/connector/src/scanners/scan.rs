//! One file before all scanners, in parts where it is larger than a scanner takes.
//!
//! Parts overlap, so that what lies across a border is seen whole. Nothing found in parts is not clean: an archive cannot
//! be opened from its middle. A finding in any part is a finding.

use inspection::scanner::{Answer, Skipped};
use secure_files::{ScanGap, ScanOutcome, ScanVerdict, Timestamp};

use super::conversation::Silence;
use super::stream::Stream;
use super::{Scanner, Scanners};

/// How much of a part is seen again by the next, bytes: longer than any signature's reach between two of its pieces.
const OVERLAP: usize = 1024 * 1024;

pub struct Scan {
    scanners: Scanners,
    watches: Vec<Watch>,
    size_bytes: u64,
}

/// One scanner's view of the file.
struct Watch {
    /// `None`: it has answered, or nothing more is asked of it.
    stream: Option<Stream>,
    /// How many bytes the current part has taken, and how many are still to come for the file.
    part_bytes: u64,
    remaining: u64,
    /// The end of the current part, for the next to begin with.
    tail: Vec<u8>,
    /// The scanner went away: nothing more is asked of it for this file.
    is_lost: bool,
    outcome: ScanOutcome,
}

impl Scan {
    pub(super) async fn begin(scanners: Scanners, size_bytes: u64, now: Timestamp) -> Self {
        let mut watches = Vec::with_capacity(scanners.0.len());
        for scanner in scanners.all() {
            let mut watch = Watch {
                stream: None,
                part_bytes: 0,
                remaining: size_bytes,
                tail: Vec::new(),
                is_lost: false,
                outcome: ScanOutcome::clean(),
            };
            if let Err(gap) = scanner.is_believed(size_bytes, now) {
                watch.outcome.add_gap(gap);
            }
            watch.begin_part(scanner).await;
            watches.push(watch);
        }
        Self { scanners, watches, size_bytes }
    }

    /// Never fails: a scanner that does is a reason why the file could not be fully checked.
    pub async fn update(&mut self, bytes: &[u8]) {
        let Self { scanners, watches, .. } = self;
        let all = watches.iter_mut().zip(scanners.all().iter()).map(|(watch, scanner)| watch.update(scanner, bytes));
        futures_util::future::join_all(all).await;
    }

    /// What all of them together say. A size that is not what was announced is a scan of something else.
    pub async fn finish(self) -> ScanOutcome {
        let Self { scanners, watches, size_bytes } = self;
        let mut outcome = ScanOutcome::clean();
        if watches.is_empty() {
            return ScanOutcome { verdict: ScanVerdict::NotScanned, ..outcome };
        }
        for (mut watch, scanner) in watches.into_iter().zip(scanners.all().iter()) {
            if watch.remaining == 0 {
                watch.end_part().await;
            } else {
                watch.outcome.add_gap(ScanGap::Interrupted);
            }
            tracing::debug!(
                target: "casegate", scanner = scanner.name, size_bytes, verdict = watch.outcome.verdict.as_str(),
                "a scanner answered"
            );
            outcome.add(watch.outcome);
        }
        outcome
    }
}

impl Watch {
    async fn begin_part(&mut self, scanner: &Scanner) {
        let again = self.tail.len() as u64;
        let length = (self.remaining + again).min(scanner.max_bytes);
        self.part_bytes = again;
        let began = async {
            let mut stream = Stream::begin(scanner, length).await?;
            stream.update(&self.tail).await?;
            Ok(stream)
        };
        match began.await {
            Ok(stream) => self.stream = Some(stream),
            Err(silence) => self.give_up(silence),
        }
    }

    async fn update(&mut self, scanner: &Scanner, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.stream.is_none() {
                self.remaining = self.remaining.saturating_sub(rest.len() as u64);
                return;
            }
            if self.part_bytes == scanner.max_bytes {
                self.end_part().await;
                if self.outcome.verdict != ScanVerdict::Infected && !self.is_lost {
                    self.begin_part(scanner).await;
                }
                continue;
            }
            let room = usize::try_from(scanner.max_bytes - self.part_bytes).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(rest.len().min(room));
            if let Some(stream) = &mut self.stream
                && let Err(silence) = stream.update(now).await
            {
                self.give_up(silence);
            }
            self.part_bytes += now.len() as u64;
            self.remaining = self.remaining.saturating_sub(now.len() as u64);
            self.remember(now, scanner.max_bytes);
            rest = later;
        }
    }

    /// The last bytes of a part, when another part will follow.
    fn remember(&mut self, bytes: &[u8], max_bytes: u64) {
        if self.part_bytes + self.remaining <= max_bytes {
            self.tail.clear();
            return;
        }
        let keep = OVERLAP.min(bytes.len());
        let old = OVERLAP - keep;
        self.tail.drain(..self.tail.len().saturating_sub(old));
        self.tail.extend_from_slice(&bytes[bytes.len() - keep..]);
    }

    async fn end_part(&mut self) {
        let Some(stream) = self.stream.take() else { return };
        match stream.finish().await {
            Ok(Answer::NothingFound) => {}
            Ok(Answer::Found(name)) => self.outcome.find(name),
            Ok(Answer::Skipped(Skipped::BeyondLimits)) => self.outcome.add_gap(ScanGap::LargerThanLimit),
            Ok(Answer::Skipped(Skipped::Encrypted)) => self.outcome.add_gap(ScanGap::Encrypted),
            Ok(Answer::Unclear) => self.outcome.add_gap(ScanGap::Unclear),
            Err(silence) => self.give_up(silence),
        }
    }

    fn give_up(&mut self, silence: Silence) {
        self.stream = None;
        self.is_lost = true;
        self.outcome.add_gap(match silence {
            Silence::Unreachable | Silence::TooSlow | Silence::Ended => ScanGap::ScannerDown,
            Silence::Nonsense => ScanGap::Unclear,
        });
    }
}
