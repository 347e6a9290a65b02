//! The customer's mailbox: what the mail server of the story has taken.

use simulated_org::{Mail, SimulatedOrg};

pub struct Mailbox<'a>(pub(crate) &'a SimulatedOrg);

impl Mailbox<'_> {
    pub fn mails(&self) -> Vec<Mail> {
        self.0.mails()
    }

    #[track_caller]
    pub fn newest(&self) -> Mail {
        self.mails().pop().expect("a mail has arrived")
    }

    /// The upload link of the newest mail that has one.
    #[track_caller]
    pub fn newest_link(&self) -> String {
        let links = self.mails().into_iter().rev().flat_map(|mail| mail.links);
        links.into_iter().find(|link| link.contains("/r/")).expect("a mail with an upload link has arrived")
    }
}
