//! The effects of a run's values, how the output is written, and how workers start and end.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use b2bi_local_mapping::Run;
use b2bi_local_xslt::Xslt;

use super::{NOW, generous, map, run, settings, stylesheet};

fn check(content: &str, wanted: &str) {
    let template = stylesheet(content);
    let output = map(
        &Xslt::new(settings()),
        &template,
        "<a>é</a>",
        &run(generous()),
    );
    assert_eq!(output.unwrap(), wanted, "{content}");
}

#[test]
fn chance_and_time_are_the_runs() {
    let content = "<xsl:output method=\"text\"/><xsl:template match=\"/\" xmlns:m=\"http://exslt.org/math\" \
                   xmlns:d=\"http://exslt.org/dates-and-times\"><xsl:value-of select=\"concat(d:date-time(), ' ', m:random())\"/></xsl:template>";
    let xslt = Xslt::new(settings());
    let draw = |now, seed| {
        let run = Run {
            seed,
            ..Run::new(now, 0, generous())
        };
        map(&xslt, &stylesheet(content), "<a/>", &run).unwrap()
    };
    let first = draw(NOW, 7);
    assert!(first.starts_with("2026-03-02T05:04:03Z 0."), "{first}");
    assert_eq!(draw(NOW, 7), first);
    assert_ne!(draw(NOW, 8), first);
    assert!(draw(NOW + 1_000, 7).starts_with("2026-03-02T05:04:04Z"));
}

#[test]
fn messages_are_the_runs() {
    let content = "<xsl:template match=\"/\"><xsl:message>no ship-to</xsl:message><xsl:message>é</xsl:message><b/></xsl:template>";
    let run = run(generous());
    map(&Xslt::new(settings()), &stylesheet(content), "<a/>", &run).unwrap();
    assert_eq!(run.messages.take(), "no ship-to\né\n");
}

#[test]
fn the_output_is_unicode_and_says_so() {
    let copied = "<xsl:template match=\"/\"><xsl:copy-of select=\".\"/></xsl:template>";
    let with = |encoding: &str| format!("<xsl:output encoding=\"{encoding}\"/>{copied}");
    check(copied, "<?xml version=\"1.0\"?>\n<a>é</a>\n");
    let unicode = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a>é</a>\n";
    check(&with("UTF-8"), unicode);
    check(&with("ISO-8859-1"), unicode);
    check(&with("UTF-16"), unicode);
    check(
        &with("US-ASCII"),
        "<?xml version=\"1.0\" encoding=\"US-ASCII\"?>\n<a>&#233;</a>\n",
    );
}

#[test]
fn a_declared_encoding_does_not_count_for_a_text() {
    let declared = |text: &str| format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{text}");
    let content = "<xsl:output omit-xml-declaration=\"yes\"/><xsl:template match=\"/\"><ä><xsl:value-of select=\".\"/></ä></xsl:template>";
    let xslt = Xslt::new(settings());
    let output = map(
        &xslt,
        &declared(&stylesheet(content)),
        &declared("<a>é</a>"),
        &run(generous()),
    );
    assert_eq!(output.unwrap(), "<ä>é</ä>\n");
}

#[test]
fn an_empty_result_is_an_empty_output() {
    check(
        "<xsl:output method=\"text\"/><xsl:template match=\"/\"/>",
        "",
    );
}

#[test]
fn a_large_document_is_mapped() {
    let input = format!("<a>{}</a>", "<b><c>some text</c></b>".repeat(200_000));
    let template = stylesheet(
        "<xsl:template match=\"/\"><n><xsl:value-of select=\"count(//c)\"/></n></xsl:template>",
    );
    let xslt = Xslt::new(settings());
    for _ in 0..3 {
        let output = map(&xslt, &template, &input, &run(generous())).unwrap();
        assert!(output.ends_with("<n>200000</n>\n"), "{output}");
    }
}

#[test]
fn workers_are_replaced_and_run_beside_each_other() {
    let xslt = Xslt::new(settings());
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let xslt = xslt.clone();
            thread::spawn(move || {
                for n in 0..150 {
                    let template = stylesheet("<xsl:output method=\"text\"/><xsl:template match=\"/\"><xsl:value-of select=\".\"/></xsl:template>");
                    let output = map(&xslt, &template, &format!("<a>{n}</a>"), &run(generous()));
                    assert_eq!(output.unwrap(), n.to_string());
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_worker_ends_with_its_server() {
    let program = settings().worker.unwrap();
    let (server, its) = UnixStream::pair().unwrap();
    let mut worker = Command::new(program.path)
        .args(program.arguments)
        .stdin(OwnedFd::from(its))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert!(worker.try_wait().unwrap().is_none());
    drop(server);
    let deadline = Instant::now() + Duration::from_mins(1);
    while worker.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "it goes on without a server");
        thread::sleep(Duration::from_millis(5));
    }
}
