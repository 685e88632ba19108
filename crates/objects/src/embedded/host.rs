//! Finds the bucket in a host name.

use std::net::IpAddr;

use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// The domains under which a host name contains a bucket.
pub(crate) struct Hosts {
    domains: Vec<String>,
}

impl Hosts {
    pub(crate) fn new(domains: &[String]) -> Self {
        Self {
            domains: domains
                .iter()
                .map(|domain| domain.to_ascii_lowercase())
                .collect(),
        }
    }

    /// The bucket in a host name.
    pub(crate) fn bucket(&self, host: &str) -> Option<String> {
        let host = without_port(host).to_ascii_lowercase();
        if host.parse::<IpAddr>().is_ok() {
            return None;
        }
        let below = |domain: &String| {
            host.strip_suffix(domain.as_str())?
                .strip_suffix('.')
                .map(str::to_owned)
        };
        before_s3(&self.domains.iter().find_map(below)?).map(str::to_owned)
    }
}

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match self.bucket(host) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The text before the labels of S3's own endpoint, which may be `s3`, `s3.region`,
/// `s3.dualstack.region`, `s3-region`, or absent.
fn before_s3(name: &str) -> Option<&str> {
    let mut start = name.len() + 1;
    for label in name.rsplit('.').take(3) {
        start -= label.len() + 1;
        if label == "s3" || label.starts_with("s3-") {
            return name.get(..start)?.strip_suffix('.');
        }
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_in_hosts() {
        let check = |host: &str, expected: Option<&str>| {
            let hosts = Hosts::new(&["localhost".to_owned(), "amazonaws.com".to_owned()]);
            assert_eq!(
                hosts.parse_host_header(host).unwrap().bucket(),
                expected,
                "{host}"
            );
        };
        check("localhost", None);
        check("localhost:4577", None);
        check("127.0.0.1:4577", None);
        check("[::1]:4577", None);
        check("b2bi:4577", None);
        check("storage.example.com", None);
        check("s3.localhost:4577", None);
        check("s3.eu-west-1.localhost:4577", None);
        check("orders.localhost:4577", Some("orders"));
        check("Orders.LOCALHOST", Some("orders"));
        check("orders.s3.localhost:4577", Some("orders"));
        check("my.orders.s3.localhost", Some("my.orders"));
        check("my.orders.localhost", Some("my.orders"));
        check("orders.s3.us-east-1.amazonaws.com", Some("orders"));
        check(
            "orders.s3.dualstack.us-east-1.amazonaws.com",
            Some("orders"),
        );
        check("orders.s3-us-west-2.amazonaws.com", Some("orders"));
        check("s3.dualstack.us-east-1.amazonaws.com", None);
    }
}
