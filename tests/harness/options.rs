//! What differs from one journey to the next.

/// Where the connector keeps its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Where the connector keeps its objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Objects {
    Disk,
    /// A bucket of its own on a real S3 server.
    S3,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub engine: Engine,
    pub objects: Objects,
    pub orgs: usize,
    /// Of the managed package; empty: none.
    pub namespace: &'static str,
    /// Asked for before the first upload.
    pub consent_wording: Option<&'static str>,
    /// More lines for `[policy]`.
    pub policy: &'static str,
    /// `[[scanner]]` sections: see [`scanners::section`](crate::scanners::section).
    pub scanners: String,
    /// More lines for `[limits]`.
    pub limits: &'static str,
    /// The most calls that each Org may get before the story fails.
    pub api_budget: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            engine: Engine::Sqlite,
            objects: Objects::Disk,
            orgs: 1,
            namespace: "",
            consent_wording: None,
            policy: "",
            scanners: String::new(),
            limits: "",
            api_budget: 150,
        }
    }
}

impl Options {
    pub fn on_postgres() -> Self {
        Self { engine: Engine::Postgres, ..Self::default() }
    }
}
