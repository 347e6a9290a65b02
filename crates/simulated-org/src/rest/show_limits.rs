//! `GET limits`, consistent with `Sforce-Limit-Info`.

use serde_json::json;

use super::Answer;
use crate::work::Work;

pub fn show_limits(work: &Work) -> Answer {
    let usage = work.world.api_usage;
    let limit = |max: u64, used: u64| json!({ "Max": max, "Remaining": max.saturating_sub(used) });
    Answer::ok(json!({
        "DailyApiRequests": limit(usage.max, usage.used),
        "DataStorageMB": limit(5, 1),
        "FileStorageMB": limit(20, 0),
        "HourlyPublishedPlatformEvents": limit(50_000, work.world.events_published),
    }))
}
