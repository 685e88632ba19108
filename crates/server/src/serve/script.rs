//! The bytes that are sent on a connection that was taken from HTTP.

use std::time::{Duration, SystemTime};

use b2bi_local_faults::{Chunked, Connection, Damage, Drip, Ending, Finish, MAX_DELAY_MS, Place};
use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING};
use http::{HeaderValue, Response};

/// No HTTP, and no TLS either.
const GARBAGE: &[u8] = b"\x15\x03\x01\x00\x02\x02\x46 these bytes are no reply \xff\xfe\r\n";

/// How a reply is damaged or replaced.
#[derive(Clone, Debug)]
pub(super) enum WireFault {
    Connection(Connection),
    Damage(Damage),
}

/// What happens on a connection, and how it ends.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct WireScript {
    pub(super) steps: Vec<WireStep>,
    /// With a reset rather than in good order.
    pub(super) resets: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum WireStep {
    Send(Bytes),
    /// Sends bytes in pieces, each after a pause.
    Drip(Bytes, Drip),
    /// Waits, unless the client disconnects.
    Pause(Duration),
}

impl WireFault {
    /// Whether some of the reply is sent.
    pub(super) fn sends_reply(&self) -> bool {
        match self {
            Self::Connection(connection) => connection.needs_reply(),
            Self::Damage(_) => true,
        }
    }

    /// What happens in place of sending the reply.
    pub(super) fn script(&self, response: &Response<Bytes>) -> WireScript {
        match self {
            Self::Connection(connection) => cut(connection, response),
            Self::Damage(damage) => damaged(damage, response),
        }
    }
}

/// The script of a connection that ends.
pub(super) fn cut(connection: &Connection, response: &Response<Bytes>) -> WireScript {
    let sent = match connection.at {
        Place::Accept => Bytes::new(),
        Place::Headers => start_of(
            &head(response, &[length(response)]),
            connection.after_bytes,
            0,
        ),
        Place::Body => {
            let (body, half) = (response.body(), response.body().len() / 2);
            let body = start_of(body, connection.after_bytes, half);
            joined(&[&head(response, &[length(response)]), &body])
        }
        Place::End => joined(&[&head(response, &[length(response)]), response.body()]),
    };
    let mut script = WireScript {
        steps: vec![WireStep::Send(sent)],
        resets: connection.kind == Ending::Reset,
    };
    if connection.kind == Ending::Garbage {
        script
            .steps
            .push(WireStep::Send(Bytes::from_static(GARBAGE)));
    }
    script.pause(connection.hold_ms());
    script
}

fn damaged(damage: &Damage, response: &Response<Bytes>) -> WireScript {
    let body = response.body();
    let sent = start_of(body, None, damage.sent_of(body.len()));
    // Without this, a client might send its next request before the connection ends.
    let closing = (CONNECTION, HeaderValue::from_static("close"));
    let framing = match (damage.chunked, damage.content_length) {
        (Some(_), _) => (TRANSFER_ENCODING, HeaderValue::from_static("chunked")),
        (None, Some(claimed)) => (CONTENT_LENGTH, claimed.into()),
        (None, None) => length(response),
    };
    let mut script = WireScript {
        steps: vec![WireStep::Send(head(response, &[closing, framing]))],
        resets: damage.finish == Some(Finish::Reset),
    };
    let sent = match damage.chunked {
        None => sent,
        Some(kind) => in_chunks(kind, &sent),
    };
    script.send(sent, damage.drip);
    if damage.finish == Some(Finish::Stall) {
        script.pause(MAX_DELAY_MS);
    }
    script
}

impl WireScript {
    fn pause(&mut self, millis: u64) {
        if millis > 0 {
            self.steps
                .push(WireStep::Pause(Duration::from_millis(millis)));
        }
    }

    fn send(&mut self, bytes: Bytes, drip: Option<Drip>) {
        self.steps.push(match drip {
            None => WireStep::Send(bytes),
            Some(drip) => WireStep::Drip(bytes, drip),
        });
    }
}

type Framing = (http::HeaderName, HeaderValue);

fn length(response: &Response<Bytes>) -> Framing {
    // The reply to a HEAD has the length of a body that is not sent.
    let event_log = response.headers().get(CONTENT_LENGTH);
    let event_log = event_log.filter(|_| response.body().is_empty()).cloned();
    let length = event_log.unwrap_or_else(|| response.body().len().into());
    (CONTENT_LENGTH, length)
}

/// The head of a reply, with these headers instead of those that HTTP would add.
fn head(response: &Response<Bytes>, added: &[Framing]) -> Bytes {
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let line = format!("HTTP/1.1 {} {reason}", status.as_u16());
    let date = || httpdate::fmt_http_date(SystemTime::now());
    let date = response
        .headers()
        .get(DATE)
        .map_or_else(|| date().into_bytes(), |found| found.as_bytes().to_vec());
    let own = [CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION, DATE];
    let kept = response
        .headers()
        .iter()
        .filter(|(name, _)| !own.contains(name));
    let mut head = BytesMut::from(line.as_bytes());
    let mut add = |name: &str, value: &[u8]| {
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value);
    };
    kept.for_each(|(name, value)| add(name.as_str(), value.as_bytes()));
    add("date", &date);
    for (name, value) in added {
        add(name.as_str(), value.as_bytes());
    }
    head.extend_from_slice(b"\r\n\r\n");
    head.freeze()
}

/// A body whose second half is in a chunk without a size, or whose last chunk is missing.
fn in_chunks(kind: Chunked, body: &Bytes) -> Bytes {
    let good = match kind {
        Chunked::BadSize => start_of(body, None, body.len() / 2),
        Chunked::Unterminated => body.clone(),
    };
    let rest = body.slice(good.len()..);
    let size = format!("{:x}\r\n", good.len());
    // A chunk of size 0 would be the last one.
    let first: &[&[u8]] = if good.is_empty() {
        &[]
    } else {
        &[size.as_bytes(), &good, b"\r\n"]
    };
    match kind {
        Chunked::BadSize => joined(&[&first.concat(), b"no size\r\n", &rest, b"\r\n0\r\n\r\n"]),
        Chunked::Unterminated => joined(first),
    }
}

/// So many bytes from the start, at most all of them.
fn start_of(bytes: &Bytes, wanted: Option<u64>, default: usize) -> Bytes {
    let wanted = wanted.map_or(default, |wanted| {
        usize::try_from(wanted).unwrap_or(usize::MAX)
    });
    bytes.slice(..wanted.min(bytes.len()))
}

fn joined(parts: &[&[u8]]) -> Bytes {
    parts.concat().into()
}

#[cfg(test)]
mod tests {
    use b2bi_local_faults::{Effect, Rule};
    use serde_json::{Value, json};

    use super::{Bytes, Response, WireFault, WireScript, WireStep};

    fn script(rule: &Value) -> WireScript {
        let rule: Rule = serde_json::from_value(rule.clone()).unwrap();
        let wire_fault = match rule.effect() {
            Some(Effect::Connection(connection)) => WireFault::Connection(connection.clone()),
            Some(Effect::Response(damage)) => WireFault::Damage(damage.clone()),
            other => panic!("{other:?}"),
        };
        let mut response = Response::new(Bytes::from_static(b"0123456789"));
        response.headers_mut().insert("x", "y".parse().unwrap());
        wire_fault.script(&response)
    }

    /// The sent bytes in one form: `|` for a pause with its milliseconds, without the date.
    fn shown(script: &WireScript) -> String {
        let steps = script.steps.iter().map(|step| match step {
            WireStep::Send(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            WireStep::Drip(bytes, drip) => {
                let text = String::from_utf8_lossy(bytes);
                format!("|{} by {} every {} ms|", text, drip.bytes, drip.every_ms)
            }
            WireStep::Pause(time) => format!("|{}|", time.as_millis()),
        });
        let end = if script.resets { "RST" } else { "FIN" };
        let text = steps.collect::<String>() + end;
        let lines = text
            .split("\r\n")
            .filter(|part| !part.starts_with("date: "));
        lines.collect::<Vec<_>>().join("~")
    }

    fn check(rule: Value, expected: &str) {
        let head = "HTTP/1.1 200 OK~x: y~";
        let expected = expected.replace("HEAD~", head);
        let expected = expected.replace("CLOSE~", "connection: close~");
        assert_eq!(shown(&script(&rule)), expected, "{rule}");
    }

    #[test]
    fn connections_end_where_the_rule_says() {
        let cut = |written: Value| json!({"connection": written});
        check(cut(json!({"kind": "reset"})), "RST");
        check(cut(json!({"kind": "close", "holdMs": 5})), "|5|FIN");
        check(cut(json!({"kind": "stall"})), "|3600000|FIN");
        check(cut(json!({"kind": "reset", "afterBytes": 7})), "HTTP/1.RST");
        check(
            cut(json!({"kind": "reset", "at": "body"})),
            "HEAD~content-length: 10~~01234RST",
        );
        check(
            cut(json!({"kind": "close", "at": "body", "afterBytes": 0})),
            "HEAD~content-length: 10~~FIN",
        );
        check(
            cut(json!({"kind": "reset", "at": "end"})),
            "HEAD~content-length: 10~~0123456789RST",
        );
        let garbage = shown(&script(&cut(json!({"kind": "garbage"}))));
        assert!(
            garbage.contains("no reply") && garbage.ends_with("~FIN"),
            "{garbage}"
        );
    }

    #[test]
    fn replies_are_damaged() {
        let damaged = |written: Value| json!({"response": written});
        check(
            damaged(json!({"truncate": {"percent": 50}, "finish": "reset"})),
            "HEAD~CLOSE~content-length: 10~~01234RST",
        );
        check(
            damaged(json!({"truncate": {"bytes": 3}, "finish": "stall"})),
            "HEAD~CLOSE~content-length: 10~~012|3600000|FIN",
        );
        check(
            damaged(json!({"contentLength": 4})),
            "HEAD~CLOSE~content-length: 4~~0123456789FIN",
        );
        check(
            damaged(json!({"chunked": "unterminated"})),
            "HEAD~CLOSE~transfer-encoding: chunked~~a~0123456789~FIN",
        );
        check(
            damaged(json!({"chunked": "badSize"})),
            "HEAD~CLOSE~transfer-encoding: chunked~~5~01234~no size~56789~0~~FIN",
        );
        check(
            damaged(json!({"truncate": {"bytes": 3}, "drip": {"bytes": 2, "everyMs": 7}})),
            "HEAD~CLOSE~content-length: 10~~|012 by 2 every 7 ms|FIN",
        );
    }
}
