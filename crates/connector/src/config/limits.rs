//! `[limits]`: how much and how fast, so that one link cannot take the service from everybody else.

use serde::Deserialize;

use super::ConfigError;

#[derive(Clone, Debug)]
pub struct LimitsConfig {
    pub requests_per_minute_per_link: u32,
    pub requests_per_minute_per_ip: u32,
    pub requests_per_minute_global: u32,
    /// Attempts to redeem a link: the only request where guessing could pay.
    pub redemptions_per_minute_per_link: u32,
    pub redemptions_per_minute_per_ip: u32,
    pub redemptions_per_minute_global: u32,
    /// Bytes of unfinished and held files; `None`: no quota.
    pub quota_bytes_per_link: Option<u64>,
    pub quota_bytes_per_case: Option<u64>,
    pub quota_bytes_per_org: Option<u64>,
    /// Uploads of one link that are not finished yet.
    pub open_uploads_per_link: u32,
    /// Of the file system that holds local objects; below it, uploads are refused before they begin.
    pub free_space_reserve_bytes: u64,
    /// A body slower than this, after its first ten seconds, is cut; the client resumes.
    pub minimum_bytes_per_second: u64,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimits {
    requests_per_minute_per_link: Option<u32>,
    requests_per_minute_per_ip: Option<u32>,
    requests_per_minute_global: Option<u32>,
    redemptions_per_minute_per_link: Option<u32>,
    redemptions_per_minute_per_ip: Option<u32>,
    redemptions_per_minute_global: Option<u32>,
    quota_bytes_per_link: Option<u64>,
    quota_bytes_per_case: Option<u64>,
    quota_bytes_per_org: Option<u64>,
    open_uploads_per_link: Option<u32>,
    free_space_reserve_bytes: Option<u64>,
    minimum_bytes_per_second: Option<u64>,
}

impl RawLimits {
    pub(super) fn read(self) -> Result<LimitsConfig, ConfigError> {
        let rate = |key: &str, given: Option<u32>, otherwise: u32| match given {
            Some(0) => Err(ConfigError::wrong(format!("limits.{key}"), "0 would refuse everybody")),
            given => Ok(given.unwrap_or(otherwise)),
        };
        Ok(LimitsConfig {
            requests_per_minute_per_link: rate(
                "requests_per_minute_per_link",
                self.requests_per_minute_per_link,
                1_200,
            )?,
            requests_per_minute_per_ip: rate("requests_per_minute_per_ip", self.requests_per_minute_per_ip, 3_000)?,
            requests_per_minute_global: rate("requests_per_minute_global", self.requests_per_minute_global, 120_000)?,
            redemptions_per_minute_per_link: rate(
                "redemptions_per_minute_per_link",
                self.redemptions_per_minute_per_link,
                20,
            )?,
            redemptions_per_minute_per_ip: rate(
                "redemptions_per_minute_per_ip",
                self.redemptions_per_minute_per_ip,
                60,
            )?,
            redemptions_per_minute_global: rate(
                "redemptions_per_minute_global",
                self.redemptions_per_minute_global,
                6_000,
            )?,
            quota_bytes_per_link: self.quota_bytes_per_link,
            quota_bytes_per_case: self.quota_bytes_per_case,
            quota_bytes_per_org: self.quota_bytes_per_org,
            open_uploads_per_link: rate("open_uploads_per_link", self.open_uploads_per_link, 1_000)?,
            free_space_reserve_bytes: self.free_space_reserve_bytes.unwrap_or(1 << 30),
            minimum_bytes_per_second: self.minimum_bytes_per_second.unwrap_or(512),
        })
    }
}
