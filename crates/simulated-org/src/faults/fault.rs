//! What can be ordered to go wrong: which request, and what happens to it.

use serde::{Deserialize, Serialize};

/// A rule as it is posted: `{"match": {…}, "effect": {…}}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(rename = "match", default)]
    pub when: When,
    pub effect: Effect,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    pub method: Option<String>,
    /// Regular expression on path and query.
    pub path: Option<String>,
    /// Regular expression on the request body, so that one call among many alike can be meant.
    pub body: Option<String>,
    /// The object meant: by the path, or by what the rows of a collection say they are.
    pub sobject: Option<String>,
    /// Whose session: record id, username or seeded nickname.
    pub user: Option<String>,
    /// Mails only: regular expression on the recipient.
    pub recipient: Option<String>,
    /// Strikes from the nth matching request on; 1 is the first.
    pub nth: Option<u64>,
    /// How many requests it strikes; once when absent, without end when there is a `rate`.
    pub count: Option<u64>,
    /// Strikes this share of the matching requests, 0 to 1: which ones follows from `seed` alone.
    pub rate: Option<f64>,
    pub seed: u64,
    /// Strikes until it is removed.
    pub always: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// Answered instead of the Org; nothing is done.
    Status {
        status: u16,
        #[serde(default)]
        error_code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        retry_after: Option<u64>,
        /// Some edges answer with a page instead of JSON.
        #[serde(default)]
        html: bool,
    },
    /// Runs the request to the end, then says this in its place: done, but reported as failed.
    StatusAfter {
        status: u16,
        #[serde(default)]
        error_code: Option<String>,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        html: bool,
    },
    /// Waits before the request is handled.
    Delay { ms: u64 },
    /// Runs the request to the end, then waits before the headers of its answer.
    DelayAnswer { ms: u64 },
    /// Sends the body of the answer no faster than this.
    Drip { bytes_per_second: u64 },
    /// Reads the body of the request no faster than this.
    DripUpload { bytes_per_second: u64 },
    /// Reads so many bytes of the request's body, then resets the connection; nothing is done.
    CutUpload { bytes: u64 },
    /// A true TCP reset before anything is done.
    Reset,
    /// Runs the request to the end, then resets the connection, or answers `status` in its place.
    LoseAnswer {
        #[serde(default)]
        status: Option<u16>,
    },
    /// Runs the request, promises the whole body and sends only so much of it.
    Truncate { bytes: usize },
    /// Mails: this line in place of the sink's own at that stage.
    SmtpAnswer { stage: SmtpStage, answer: String },
    /// Mails: the connection ends at that stage.
    SmtpDrop { stage: SmtpStage },
    /// Mails: the message is taken, but the connection ends before the sink says so.
    SmtpLoseAnswer,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpStage {
    Connect,
    Mail,
    Rcpt,
    /// The DATA command.
    Data,
    /// The end of the message.
    Message,
}

impl Fault {
    pub fn new(effect: Effect) -> Self {
        Self { name: None, when: When::default(), effect }
    }

    pub fn status(status: u16, error_code: &str, message: &str) -> Self {
        Self::new(Effect::Status {
            status,
            error_code: Some(error_code.to_owned()),
            message: Some(message.to_owned()),
            retry_after: None,
            html: false,
        })
    }

    pub fn reset() -> Self {
        Self::new(Effect::Reset)
    }

    pub fn lose_answer() -> Self {
        Self::new(Effect::LoseAnswer { status: None })
    }

    /// Limits the rule to a method and to targets matching a regular expression.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.when.method = Some(method.to_owned());
        self.when.path = Some(path.to_owned());
        self
    }

    #[must_use]
    pub fn body(mut self, pattern: &str) -> Self {
        self.when.body = Some(pattern.to_owned());
        self
    }

    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.when.nth = Some(nth);
        self
    }

    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.when.count = Some(count);
        self
    }

    #[must_use]
    pub fn always(mut self) -> Self {
        self.when.always = true;
        self
    }

    #[must_use]
    pub fn sobject(mut self, name: &str) -> Self {
        self.when.sobject = Some(name.to_owned());
        self
    }

    /// Shown when the rule is listed.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }
}

impl Effect {
    pub fn is_for_mail(&self) -> bool {
        matches!(self, Self::SmtpAnswer { .. } | Self::SmtpDrop { .. } | Self::SmtpLoseAnswer)
    }

    /// Strikes while the request's body is read, so its rule cannot ask what that body holds.
    pub fn is_for_upload(&self) -> bool {
        matches!(self, Self::DripUpload { .. } | Self::CutUpload { .. })
    }
}
