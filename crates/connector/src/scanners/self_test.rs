//! Whether a scanner finds what everybody must find, and up to which size. Tried at the start and every hour, because a
//! scanner that passed yesterday may have new limits, or no signatures, today.

use inspection::scanner::{Answer, clamd, icap, sample};
use secure_files::Timestamp;

use super::conversation::{Conversation, Silence};
use super::stream::Stream;
use super::{PoisonError, Protocol, Scanner};

/// Sizes in rising order, bytes; the scanner's own limit comes last.
const SIZES: [u64; 3] = [64 * 1024, 4 * 1024 * 1024, 32 * 1024 * 1024];

/// What a self-test showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelfTest {
    /// Largest size at which the sample was found, bytes; 0: never.
    pub proven_bytes: u64,
    /// Engine and signatures as the scanner names them: `ClamAV 1.4.6/27500`, or an ICAP service's tag.
    pub engine: String,
    /// When the signatures were made, if the scanner says it.
    pub signatures_made: Option<Timestamp>,
}

impl Scanner {
    /// Sends samples of rising size until one is not found, and believes the scanner up to the last that was.
    pub async fn test_itself(&self) -> Result<SelfTest, Silence> {
        let tested = self.find_samples().await;
        *self.tested.write().unwrap_or_else(PoisonError::into_inner) = tested.as_ref().ok().cloned();
        tested
    }

    async fn find_samples(&self) -> Result<SelfTest, Silence> {
        let (engine, signatures_made) = self.ask_engine().await?;
        let mut proven_bytes = 0;
        if self.finds(68, std::iter::once(sample::test_file())).await? {
            proven_bytes = 68;
            for size in SIZES.into_iter().filter(|size| *size < self.max_bytes).chain([self.max_bytes]) {
                let length = sample::archive(size).map(|piece| piece.len() as u64).sum();
                if !self.finds(length, sample::archive(size)).await? {
                    break;
                }
                proven_bytes = size;
            }
        }
        Ok(SelfTest { proven_bytes, engine, signatures_made })
    }

    async fn finds(&self, length: u64, pieces: impl Iterator<Item = Vec<u8>>) -> Result<bool, Silence> {
        let mut stream = Stream::begin(self, length).await?;
        for piece in pieces {
            stream.update(&piece).await?;
        }
        Ok(matches!(stream.finish().await?, Answer::Found(_)))
    }

    async fn ask_engine(&self) -> Result<(String, Option<Timestamp>), Silence> {
        let mut conversation = Conversation::begin(&self.place, self.patience).await?;
        match &self.protocol {
            Protocol::Clamd => {
                conversation.send(clamd::VERSION).await?;
                let answer = conversation.answer(clamd::complete).await?;
                let version = clamd::version(&answer).ok_or(Silence::Nonsense)?;
                Ok(match version.signatures {
                    Some((number, made)) => (format!("{}/{number}", version.engine), moment(&made)),
                    None => (version.engine, None),
                })
            }
            Protocol::Icap(service) => {
                conversation.send(&service.options()).await?;
                let head = conversation.answer(icap::complete).await?;
                if head.status != 200 || !head.takes_answers() {
                    return Err(Silence::Nonsense);
                }
                Ok((head.service_tag().unwrap_or_else(|| "ICAP".to_owned()), None))
            }
        }
    }
}

/// `Sat Nov 21 09:12:44 2026`, taken as UTC: half a day more or less does not matter to an age of days.
fn moment(text: &str) -> Option<Timestamp> {
    let made = jiff::civil::DateTime::strptime("%a %b %d %H:%M:%S %Y", text).ok()?;
    let made = made.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_millis(made.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scanners_date_is_read() {
        assert_eq!(moment("Sat Nov 21 09:12:44 2026"), Some(Timestamp::from_millis(1_795_252_364_000)));
        assert_eq!(moment("yesterday"), None);
    }
}
