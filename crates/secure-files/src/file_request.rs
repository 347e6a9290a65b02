//! A file request: open until it is fulfilled, revoked or expired; suspended while its Case is gone.

use std::str::FromStr;

use crate::{Conflict, Refusal, Timestamp};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileRequestState {
    /// Takes files.
    Open,
    /// The customer said that everything is there.
    Fulfilled,
    /// The agent took it back.
    Revoked,
    /// Its lifetime is over.
    Expired,
    /// Its Case was deleted.
    Suspended,
}

impl FileRequestState {
    /// As in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fulfilled => "fulfilled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Suspended => "suspended",
        }
    }

    /// The customer has sent everything.
    pub fn fulfil(self) -> Result<Self, Refusal> {
        match self {
            Self::Open => Ok(Self::Fulfilled),
            _ => Err(Refusal::LinkClosed),
        }
    }

    /// The agent takes it back; taking back what is suspended is fine too.
    pub fn revoke(self) -> Result<Self, Refusal> {
        match self {
            Self::Open | Self::Suspended => Ok(Self::Revoked),
            _ => Err(self.in_the_way()),
        }
    }

    /// Its time is over.
    pub fn expire(self) -> Result<Self, Refusal> {
        match self {
            Self::Open | Self::Suspended => Ok(Self::Expired),
            _ => Err(self.in_the_way()),
        }
    }

    /// Its Case was deleted.
    pub fn suspend(self) -> Result<Self, Refusal> {
        match self {
            Self::Open => Ok(Self::Suspended),
            _ => Err(self.in_the_way()),
        }
    }

    /// Its Case came back.
    pub fn resume(self) -> Result<Self, Refusal> {
        match self {
            Self::Suspended => Ok(Self::Open),
            _ => Err(self.in_the_way()),
        }
    }

    /// Whether a customer may redeem links and send files now.
    pub fn accepts_files(self, expires_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
        if self == Self::Open && now < expires_at { Ok(()) } else { Err(Refusal::LinkClosed) }
    }

    fn in_the_way(self) -> Refusal {
        Refusal::Conflict(Conflict::WrongState { state: self.as_str() })
    }
}

impl FromStr for FileRequestState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Open, Self::Fulfilled, Self::Revoked, Self::Expired, Self::Suspended]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use FileRequestState::{Expired, Fulfilled, Open, Revoked, Suspended};

    #[test]
    fn each_transition_leaves_only_the_states_it_may() {
        type Transition = fn(FileRequestState) -> Result<FileRequestState, Refusal>;
        let table: [(Transition, &[FileRequestState], FileRequestState); 5] = [
            (FileRequestState::fulfil, &[Open], Fulfilled),
            (FileRequestState::revoke, &[Open, Suspended], Revoked),
            (FileRequestState::expire, &[Open, Suspended], Expired),
            (FileRequestState::suspend, &[Open], Suspended),
            (FileRequestState::resume, &[Suspended], Open),
        ];
        for (transition, from, to) in table {
            for state in [Open, Fulfilled, Revoked, Expired, Suspended] {
                assert_eq!(transition(state).ok(), from.contains(&state).then_some(to), "{state:?} to {to:?}");
            }
        }
    }

    #[test]
    fn files_are_accepted_only_while_open_and_in_time() {
        let at = Timestamp::from_millis;
        assert_eq!(Open.accepts_files(at(10), at(9)), Ok(()));
        assert_eq!(Open.accepts_files(at(10), at(10)), Err(Refusal::LinkClosed));
        for state in [Fulfilled, Revoked, Expired, Suspended] {
            assert_eq!(state.accepts_files(at(10), at(0)), Err(Refusal::LinkClosed));
        }
    }

    #[test]
    fn every_state_reads_back() {
        for state in [Open, Fulfilled, Revoked, Expired, Suspended] {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
