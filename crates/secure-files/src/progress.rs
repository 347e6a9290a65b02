//! What an agent reads about a request at a glance, derived from everything that is known of it.

use std::str::FromStr;

use crate::FileRequestState;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailState {
    /// Waits to be sent.
    Queued,
    /// Is being handed over.
    Sending,
    /// The mail server took it.
    Sent,
    /// The mail server refused it.
    Failed,
    /// The answer was lost; only a person may repeat it.
    Unknown,
}

impl MailState {
    /// As in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl FromStr for MailState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Queued, Self::Sending, Self::Sent, Self::Failed, Self::Unknown]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// The mail is on its way out.
    Sending,
    /// The mail left.
    Sent,
    /// The mail was refused.
    Undelivered,
    /// Nobody knows whether the mail left.
    Uncertain,
    /// The customer has opened the link.
    Opened,
    /// Bytes are coming.
    Uploading,
    /// Everything is there.
    Fulfilled,
    /// Taken back.
    Revoked,
    /// Out of time.
    Expired,
    /// Its Case is gone.
    Suspended,
}

impl Progress {
    /// What the request's state, its newest mail, and what the customer did add up to.
    pub fn of(state: FileRequestState, mail: Option<MailState>, is_opened: bool, is_receiving: bool) -> Self {
        match state {
            FileRequestState::Fulfilled => Self::Fulfilled,
            FileRequestState::Revoked => Self::Revoked,
            FileRequestState::Expired => Self::Expired,
            FileRequestState::Suspended => Self::Suspended,
            FileRequestState::Open if is_receiving => Self::Uploading,
            FileRequestState::Open if is_opened => Self::Opened,
            FileRequestState::Open => match mail {
                None | Some(MailState::Queued | MailState::Sending) => Self::Sending,
                Some(MailState::Sent) => Self::Sent,
                Some(MailState::Failed) => Self::Undelivered,
                Some(MailState::Unknown) => Self::Uncertain,
            },
        }
    }

    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Undelivered => "undelivered",
            Self::Uncertain => "uncertain",
            Self::Opened => "opened",
            Self::Uploading => "uploading",
            Self::Fulfilled => "fulfilled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
        }
    }

    /// As in Salesforce's picklist `FileRequest__c.State__c`.
    pub fn picklist_value(self) -> &'static str {
        match self {
            Self::Sending => "Sending",
            Self::Sent => "Sent",
            Self::Undelivered => "Undelivered",
            Self::Uncertain => "Uncertain",
            Self::Opened => "Opened",
            Self::Uploading => "Uploading",
            Self::Fulfilled => "Fulfilled",
            Self::Revoked => "Revoked",
            Self::Expired => "Expired",
            Self::Suspended => "Suspended",
        }
    }
}

impl FromStr for Progress {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [
            Self::Sending,
            Self::Sent,
            Self::Undelivered,
            Self::Uncertain,
            Self::Opened,
            Self::Uploading,
            Self::Fulfilled,
            Self::Revoked,
            Self::Expired,
            Self::Suspended,
        ]
        .into_iter()
        .find(|progress| progress.as_str() == text)
        .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furthest_thing_that_happened_is_shown() {
        use FileRequestState::{Open, Revoked};
        for (state, mail, opened, receiving, shown) in [
            (Open, None, false, false, Progress::Sending),
            (Open, Some(MailState::Queued), false, false, Progress::Sending),
            (Open, Some(MailState::Sent), false, false, Progress::Sent),
            (Open, Some(MailState::Failed), false, false, Progress::Undelivered),
            (Open, Some(MailState::Unknown), false, false, Progress::Uncertain),
            (Open, Some(MailState::Failed), true, false, Progress::Opened),
            (Open, Some(MailState::Sent), true, true, Progress::Uploading),
            (Revoked, Some(MailState::Sent), true, true, Progress::Revoked),
        ] {
            assert_eq!(Progress::of(state, mail, opened, receiving), shown);
            assert!(shown.picklist_value().eq_ignore_ascii_case(shown.as_str()));
            assert_eq!(shown.as_str().parse(), Ok(shown));
        }
    }
}
