//! Counters, gauges and histograms in Prometheus' text format.
//!
//! Any module records with the `metrics` macros; without a metrics listener nobody installed a recorder and they cost
//! next to nothing. Labels are ours: routes, methods, states, never a name or an id.

use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The recorder is the process's: a second connector in the same process shares the first one's.
    pub fn install() -> Self {
        static INSTALLED: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = INSTALLED.get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
                .expect("the list of buckets is not empty")
                .build_recorder();
            let handle = recorder.handle();
            // Somebody else's recorder, if any, was there first: ours then stays empty, and nothing breaks.
            if metrics::set_global_recorder(recorder).is_ok() {
                describe();
            }
            handle
        });
        Self(handle.clone())
    }

    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// From a health check to an upload of hours.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0, 1800.0, 7200.0];

fn describe() {
    describe_counter!("casegate_http_requests_total", "Requests by method, route, status and outcome");
    describe_gauge!("casegate_http_requests_in_flight", "Requests whose answer has not left yet");
    describe_histogram!("casegate_http_request_seconds", Unit::Seconds, "Time from head to the end of the answer");
    describe_counter!("casegate_http_received_bytes_total", Unit::Bytes, "Bytes of request bodies");
    describe_counter!("casegate_http_sent_bytes_total", Unit::Bytes, "Bytes of answer bodies");
    describe_gauge!("casegate_http_connections", "Open connections of the main listener");
    describe_counter!("casegate_refused_for_rate_total", "Requests refused by a limit: ip, link or global");
    describe_gauge!("casegate_free_space_bytes", Unit::Bytes, "Room on the disk of local objects, when last asked");
    describe_counter!("casegate_mails_total", "Mails by outcome: accepted, refused, put_off, unknown");
    describe_gauge!(
        "casegate_org_calls_used_percent",
        "Of the Salesforce calls of 24 hours, by all clients, in the Org that is shortest of them; looks slow down at 80"
    );
    describe_gauge!(
        "casegate_scanner_proven_bytes",
        Unit::Bytes,
        "Largest size at which the scanner found our sample when last tried"
    );
    describe_gauge!(
        "casegate_tls_certificate_reloaded",
        "1 when the last look at changed TLS files loaded them, else 0"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recorded_is_rendered() {
        let metrics = Metrics::install();
        metrics::counter!("casegate_mails_total", "outcome" => "accepted").increment(3);
        metrics::histogram!("casegate_http_request_seconds", "route" => "/r/{id}").record(0.2);
        let text = Metrics::install().render();
        assert!(text.contains(r#"casegate_mails_total{outcome="accepted"} "#), "{text}");
        assert!(text.contains(r#"casegate_http_request_seconds_bucket{route="/r/{id}",le="0.25"} 1"#), "{text}");
        drop(metrics);
    }
}
