//! Metrics.
//!
//! A request costs a few additions to atomic numbers; nothing is allocated or locked.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use b2bi_local_dispatcher::{Descriptor, Operation};
use b2bi_local_objects::operations;

use crate::vocabulary::S3;

/// The statuses that are counted separately; others count as `other`, and no reply as `none`.
const STATUSES: [u16; 13] = [
    200, 400, 401, 403, 404, 405, 408, 409, 413, 429, 500, 502, 503,
];
/// The upper bounds of the histogram's buckets, in microseconds.
const BOUNDS: [u64; 12] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 1_000_000, 5_000_000,
];

/// The counts of a server since it started.
pub(crate) struct Metrics {
    services: Vec<(&'static str, Vec<&'static str>)>,
    /// Where each service's rows begin.
    begins: Vec<usize>,
    rows: Vec<Row>,
    /// Replies of the embedded S3.
    pub(crate) objects: Statuses,
    /// Replies from the upstream.
    pub(crate) passed: Statuses,
    /// Connections that are open.
    pub(crate) connections: AtomicI64,
    /// Connections that were turned away because there were too many.
    pub(crate) turned_away: AtomicU64,
}

/// The counters of an operation.
#[derive(Default)]
struct Row {
    plain: Statuses,
    faulted: Statuses,
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// Replies by status.
#[derive(Default)]
pub(crate) struct Statuses([AtomicU64; STATUSES.len() + 2]);

/// Which operation is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place(usize);

impl Metrics {
    pub(crate) fn new(services: &[&'static Descriptor]) -> Self {
        let names = services
            .iter()
            .map(|service| (service.signing_name, service.operations.to_vec()));
        let services: Vec<_> = names.chain([(S3, operations().collect())]).collect();
        let mut count = 0;
        let mut begins = Vec::with_capacity(services.len());
        for (_, operations) in &services {
            begins.push(count);
            count += operations.len();
        }
        Self {
            services,
            begins,
            rows: std::iter::repeat_with(Row::default).take(count).collect(),
            objects: Statuses::default(),
            passed: Statuses::default(),
            connections: AtomicI64::new(0),
            turned_away: AtomicU64::new(0),
        }
    }

    /// Resets the counters. Gauges show the present and are not reset.
    pub(crate) fn reset(&self) {
        for row in &self.rows {
            row.plain.reset();
            row.faulted.reset();
            row.buckets
                .iter()
                .for_each(|bucket| bucket.store(0, Relaxed));
            row.micros.store(0, Relaxed);
        }
        self.objects.reset();
        self.passed.reset();
        self.turned_away.store(0, Relaxed);
    }

    /// Where an operation of the service at this place is counted.
    pub(crate) fn place(&self, at: usize, operation: Operation) -> Option<Place> {
        let begin = self.begins.get(at)?;
        Some(Place(begin + operation.at))
    }

    /// Where an operation of S3 is counted.
    pub(crate) fn s3_place(&self, operation: &str) -> Option<Place> {
        let (_, operations) = self.services.last()?;
        let at = operations.iter().position(|name| *name == operation)?;
        Some(Place(self.begins.last()? + at))
    }

    /// Counts a request that has ended; without a status the client got no reply.
    pub(crate) fn count(&self, place: Place, status: Option<u16>, faulted: bool, took: Duration) {
        let Some(row) = self.rows.get(place.0) else {
            return;
        };
        let statuses = if faulted { &row.faulted } else { &row.plain };
        statuses.count(status);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(bucket) = row.buckets.get(bucket) {
            bucket.fetch_add(1, Relaxed);
        }
        row.micros.fetch_add(micros, Relaxed);
    }

    /// The counts in Prometheus's text format; operations without calls are left out.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        self.requests(&mut out);
        self.durations(&mut out);
        family(
            &mut out,
            "s3_requests_total",
            "counter",
            "Replies of the embedded S3 by status.",
        );
        self.objects.write(&mut out, "s3_requests_total", "");
        family(
            &mut out,
            "upstream_requests_total",
            "counter",
            "Replies from upstream by status.",
        );
        self.passed.write(&mut out, "upstream_requests_total", "");
        family(&mut out, "connections", "gauge", "Open connections.");
        let open = self.connections.load(Relaxed);
        let _ = writeln!(out, "b2bi_local_connections {open}");
        let help = "Connections turned away because there were too many.";
        family(&mut out, "connections_turned_away_total", "counter", help);
        let away = self.turned_away.load(Relaxed);
        let _ = writeln!(out, "b2bi_local_connections_turned_away_total {away}");
        out
    }

    fn requests(&self, out: &mut String) {
        let help = "Requests by operation, status and whether a fault acted.";
        family(out, "requests_total", "counter", help);
        for (labels, row) in self.labelled() {
            for (statuses, faulted) in [(&row.plain, false), (&row.faulted, true)] {
                let labels = format!("{labels},faulted=\"{faulted}\",");
                statuses.write(out, "requests_total", &labels);
            }
        }
    }

    fn durations(&self, out: &mut String) {
        let help = "Time from a request's head to its reply.";
        family(out, "request_duration_seconds", "histogram", help);
        let name = "b2bi_local_request_duration_seconds";
        for (labels, row) in self.labelled() {
            let counts: Vec<u64> = row
                .buckets
                .iter()
                .map(|bucket| bucket.load(Relaxed))
                .collect();
            let all: u64 = counts.iter().sum();
            if all == 0 {
                continue;
            }
            let mut below = 0;
            for (bound, count) in BOUNDS.iter().zip(&counts) {
                below += count;
                let bound = seconds(*bound);
                let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {below}");
            }
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {all}");
            let sum = seconds(row.micros.load(Relaxed));
            let _ = writeln!(out, "{name}_sum{{{labels}}} {sum}");
            let _ = writeln!(out, "{name}_count{{{labels}}} {all}");
        }
    }

    fn labelled(&self) -> impl Iterator<Item = (String, &Row)> {
        let names = self.services.iter().flat_map(|(name, operations)| {
            let operations = operations.iter();
            operations
                .map(move |operations| format!("service=\"{name}\",operation=\"{operations}\""))
        });
        names.zip(&self.rows)
    }
}

impl Statuses {
    /// Counts a reply.
    pub(crate) fn count(&self, status: Option<u16>) {
        let place = match status {
            None => STATUSES.len() + 1,
            Some(status) => {
                let known = STATUSES.iter().position(|item| *item == status);
                known.unwrap_or(STATUSES.len())
            }
        };
        if let Some(count) = self.0.get(place) {
            count.fetch_add(1, Relaxed);
        }
    }

    fn reset(&self) {
        self.0.iter().for_each(|item| item.store(0, Relaxed));
    }

    fn write(&self, out: &mut String, name: &str, labels: &str) {
        let known = STATUSES.iter().map(u16::to_string);
        let names = known.chain(["other".to_owned(), "none".to_owned()]);
        for (status, count) in names.zip(&self.0) {
            let count = count.load(Relaxed);
            if count > 0 {
                let _ = writeln!(
                    out,
                    "b2bi_local_{name}{{{labels}status=\"{status}\"}} {count}"
                );
            }
        }
    }
}

/// The two lines before the samples of a family.
pub(crate) fn family(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP b2bi_local_{name} {help}");
    let _ = writeln!(out, "# TYPE b2bi_local_{name} {kind}");
}

/// Microseconds as seconds, without a rounding error: `0.00025`.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    short.to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Metrics, seconds};
    use b2bi_local_dispatcher::{Descriptor, Protocol};

    static STS: Descriptor = Descriptor {
        signing_name: "sts",
        protocol: Protocol::Query { namespace: "urn:x" },
        operations: &["GetCallerIdentity"],
    };

    #[test]
    fn requests_are_counted_by_operation_status_and_time() {
        let metrics = Metrics::new(&[&STS]);
        let operation = STS.operation("GetCallerIdentity").unwrap();
        assert!(metrics.place(2, operation).is_none());
        assert!(metrics.s3_place("GetObject").is_some());
        assert!(metrics.s3_place("GetProfile").is_none());
        let place = metrics.place(0, operation).unwrap();
        metrics.count(place, Some(200), false, Duration::from_micros(100));
        metrics.count(place, Some(418), true, Duration::from_secs(9));
        metrics.count(place, None, true, Duration::from_millis(1));
        let text = metrics.text();
        let labels = "service=\"sts\",operation=\"GetCallerIdentity\"";
        for line in [
            format!("requests_total{{{labels},faulted=\"false\",status=\"200\"}} 1"),
            format!("requests_total{{{labels},faulted=\"true\",status=\"other\"}} 1"),
            format!("requests_total{{{labels},faulted=\"true\",status=\"none\"}} 1"),
            format!("request_duration_seconds_bucket{{{labels},le=\"0.0001\"}} 1"),
            format!("request_duration_seconds_bucket{{{labels},le=\"5\"}} 2"),
            format!("request_duration_seconds_bucket{{{labels},le=\"+Inf\"}} 3"),
            format!("request_duration_seconds_sum{{{labels}}} 9.0011"),
        ] {
            assert!(text.contains(&line), "{line}\n{text}");
        }
    }

    #[test]
    fn seconds_are_exact() {
        for (micros, expected) in [(0, "0"), (100, "0.0001"), (1_500_000, "1.5")] {
            assert_eq!(seconds(micros), expected);
        }
    }
}
