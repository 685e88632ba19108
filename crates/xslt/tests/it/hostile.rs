//! Templates that would use unlimited time or memory, or read and write foreign files.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use b2bi_local_mapping::{Cause, Limits, MappingError};
use b2bi_local_xslt::{Settings, Xslt};

use super::{generous, map, run, settings, stylesheet};

/// A busy machine takes longer to notice than an idle one.
const SOON: Duration = Duration::from_secs(30);

fn hostile() -> Xslt {
    Xslt::new(Settings {
        memory_bytes: 128 << 20,
        ..settings()
    })
}

fn limits() -> Limits {
    Limits {
        time: Duration::from_secs(2),
        output_bytes: 1 << 20,
        ..Limits::standard()
    }
}

fn problem(xslt: &Xslt, template: &str, input: &str, limits: Limits) -> MappingError {
    let begun = Instant::now();
    let problem = map(xslt, template, input, &run(limits)).unwrap_err();
    let taken = begun.elapsed();
    assert!(taken < SOON, "{template} took {taken:?}");
    problem
}

fn check(content: &str, limits: Limits, cause: Cause, words: &str) {
    let xslt = hostile();
    let found = problem(&xslt, &stylesheet(content), "<a><b>1</b></a>", limits);
    assert_eq!(found.cause, cause, "{content}: {found}");
    assert!(found.to_string().contains(words), "{content}: {found}");
    // The next request finds a worker.
    let after = stylesheet("<xsl:template match=\"/\"><ok/></xsl:template>");
    let mapped = map(&xslt, &after, "<a/>", &run(generous())).unwrap();
    assert!(mapped.contains("<ok/>"), "{mapped}");
}

#[test]
fn recursion_without_end() {
    check(
        "<xsl:template match=\"/\" name=\"x\"><xsl:call-template name=\"x\"/></xsl:template>",
        generous(),
        Cause::Limit,
        "Templates call each other too deeply (line 2)",
    );
    check(
        "<xsl:template match=\"node()\"><xsl:apply-templates select=\"/\"/></xsl:template>\
         <xsl:template match=\"/\"><xsl:apply-templates/></xsl:template>",
        generous(),
        Cause::Limit,
        "Templates call each other too deeply",
    );
}

#[test]
fn functions_that_call_themselves() {
    let function = "<f:function name=\"g:f\" xmlns:f=\"http://exslt.org/functions\" xmlns:g=\"urn:g\">\
         <xsl:param name=\"n\"/><f:result select=\"g:f($n + 1)\"/></f:function>\
         <xsl:template match=\"/\" xmlns:g=\"urn:g\"><xsl:value-of select=\"g:f(1)\"/></xsl:template>";
    let extended = stylesheet(function).replacen(
        "version=",
        "extension-element-prefixes=\"f\" xmlns:f=\"http://exslt.org/functions\" version=",
        1,
    );
    let dynamic = "<xsl:template match=\"/\" xmlns:d=\"http://exslt.org/dynamic\">\
         <xsl:variable name=\"e\" select=\"'d:evaluate($e)'\"/><xsl:value-of select=\"d:evaluate($e)\"/></xsl:template>";
    let found = problem(&hostile(), &extended, "<a/>", generous());
    assert_eq!(found.cause, Cause::Limit, "{found}");
    // What cannot be evaluated to its end is nothing.
    let mapped = map(&hostile(), &stylesheet(dynamic), "<a/>", &run(generous()));
    assert_eq!(mapped.unwrap(), "");
}

#[test]
fn computation_without_end() {
    let input = format!("<a>{}</a>", "<b/>".repeat(3_000));
    let template = stylesheet(
        "<xsl:template match=\"/\"><xsl:value-of select=\"count(//*[count(//*[count(//*) > 1]) > 1])\"/></xsl:template>",
    );
    let found = problem(&hostile(), &template, &input, limits());
    assert_eq!(found.cause, Cause::Limit, "{found}");
    assert_eq!(found.reason, "It took longer than 2000 ms");
}

/// A template that calls itself, each time with twice as much.
fn doubling(parameter: &str, twice: &str) -> String {
    format!(
        "<xsl:template match=\"/\" name=\"x\"><xsl:param name=\"s\" {parameter}/>\
         <xsl:call-template name=\"x\"><xsl:with-param name=\"s\" {twice}</xsl:call-template></xsl:template>"
    )
}

#[test]
fn memory_without_end() {
    let memory = "It took more than 134217728 bytes of memory";
    for content in [
        doubling("select=\"'xxxxxxxx'\"", "select=\"concat($s, $s)\"/>"),
        doubling(
            "",
            "><xsl:copy-of select=\"$s\"/><b/><xsl:copy-of select=\"$s\"/></xsl:with-param>",
        ),
    ] {
        check(&content, generous(), Cause::Limit, memory);
    }
}

#[test]
fn outputs_that_are_too_long() {
    let content =
        "<xsl:template match=\"/\"><xsl:for-each select=\"//a\"><b/></xsl:for-each></xsl:template>";
    let input = format!("<a>{}</a>", "<a/>".repeat(300_000));
    let limits = Limits {
        output_bytes: 1 << 20,
        ..generous()
    };
    let found = problem(&hostile(), &stylesheet(content), &input, limits);
    assert_eq!(found.cause, Cause::Limit, "{found}");
    assert_eq!(found.reason, "The output is longer than 1048576 bytes");
}

#[test]
fn messages_without_end() {
    let content = "<xsl:template match=\"/\"><xsl:for-each select=\"//*\"><xsl:for-each select=\"//*\"><xsl:message><xsl:copy-of select=\"/\"/></xsl:message></xsl:for-each></xsl:for-each></xsl:template>";
    let input = format!("<a>{}</a>", "<b/>".repeat(3_000));
    let found = problem(&hostile(), &stylesheet(content), &input, limits());
    assert_eq!(found.cause, Cause::Limit, "{found}");
}

#[test]
fn what_is_outside_is_refused() {
    let outside = |content: &str, address: &str| {
        let words = format!(
            "Nothing but the template and the input is read or written: {address} is refused"
        );
        let found = problem(&hostile(), &stylesheet(content), "<a/>", generous());
        assert_eq!(found.reason, words, "{content}");
    };
    let copied = |select: &str| {
        format!("<xsl:template match=\"/\"><xsl:copy-of select=\"{select}\"/></xsl:template>")
    };
    outside(&copied("document('/etc/passwd')"), "/etc/passwd");
    outside(
        &copied("document('http://127.0.0.1:1/')"),
        "http://127.0.0.1:1/",
    );
    outside("<xsl:import href=\"/etc/passwd\"/>", "/etc/passwd");
    outside("<xsl:include href=\"other.xslt\"/>", "other.xslt");
    let written = |element: &str| {
        format!(
            "<xsl:template match=\"/\"><{element} href=\"/tmp/written\" xmlns:exsl=\"http://exslt.org/common\" \
             xsl:extension-element-prefixes=\"exsl\">a</{element}></xsl:template>"
        )
    };
    outside(&written("xsl:document"), "/tmp/written");
    let extended = stylesheet(&written("exsl:document")).replacen(
        "version=",
        "extension-element-prefixes=\"exsl\" xmlns:exsl=\"http://exslt.org/common\" version=",
        1,
    );
    let found = problem(&hostile(), &extended, "<a/>", generous());
    assert!(found.reason.ends_with("/tmp/written is refused"), "{found}");
}

#[test]
fn entities_from_outside_and_bombs_of_them_are_refused() {
    let template =
        stylesheet("<xsl:template match=\"/\"><xsl:value-of select=\".\"/></xsl:template>");
    let mut entities = String::from("<!ENTITY l0 \"lol\">");
    for level in 1..10 {
        let ten = format!("&l{};", level - 1).repeat(10);
        let _ = write!(entities, "<!ENTITY l{level} \"{ten}\">");
    }
    for (input, words) in [
        (
            "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>".to_owned(),
            "file:///etc/passwd is refused",
        ),
        (
            "<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://127.0.0.1:1/x.dtd\"> %x;]><a/>".to_owned(),
            "http://127.0.0.1:1/x.dtd is refused",
        ),
        (
            format!("<!DOCTYPE a [{entities}]><a>&l9;</a>"),
            "The input is not XML: Detected an entity reference loop",
        ),
        ("<a>".repeat(5_000), "The input is not XML: Excessive depth"),
    ] {
        let found = problem(&hostile(), &template, &input, generous());
        assert_eq!(found.cause, Cause::Input, "{found}");
        assert!(found.reason.contains(words), "{found}");
        let in_template = input.replace("<a>&", "<a b=\"&").replace(";</a>", ";\"/>");
        let found = problem(&hostile(), &in_template, "<a/>", generous());
        assert_eq!(found.cause, Cause::Template, "{found}");
    }
    // The document's own entities exist.
    let own = "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>";
    let mapped = map(&hostile(), &template, own, &run(generous())).unwrap();
    assert!(mapped.ends_with("y\n"), "{mapped}");
}

#[test]
fn a_run_can_be_cancelled() {
    let input = format!("<a>{}</a>", "<b/>".repeat(3_000));
    let template = stylesheet(
        "<xsl:template match=\"/\"><xsl:value-of select=\"count(//*[count(//*[count(//*) > 1]) > 1])\"/></xsl:template>",
    );
    let run = run(generous());
    let cancel = run.cancel.clone();
    let begun = Instant::now();
    let running = thread::spawn(move || map(&hostile(), &template, &input, &run).unwrap_err());
    thread::sleep(Duration::from_millis(100));
    cancel.cancel();
    assert_eq!(running.join().unwrap().cause, Cause::Cancelled);
    assert!(begun.elapsed() < SOON);
}

#[test]
fn other_templates_are_carried_out_meanwhile() {
    let xslt = hostile();
    let input = format!("<a>{}</a>", "<b/>".repeat(3_000));
    let bomb = stylesheet(
        "<xsl:template match=\"/\"><xsl:value-of select=\"count(//*[count(//*[count(//*) > 1]) > 1])\"/></xsl:template>",
    );
    let busy = xslt.clone();
    let bombing = thread::spawn(move || map(&busy, &bomb, &input, &run(limits())).unwrap_err());
    let mut done = 0;
    while !bombing.is_finished() {
        let template = stylesheet("<xsl:template match=\"/\"><ok/></xsl:template>");
        map(&xslt, &template, "<a/>", &run(generous())).unwrap();
        done += 1;
    }
    assert_eq!(bombing.join().unwrap().cause, Cause::Limit);
    assert!(done > 3, "only {done}");
}
