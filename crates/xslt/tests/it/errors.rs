//! The messages and positions for errors in templates and inputs.

use b2bi_local_mapping::Cause;
use b2bi_local_xslt::{Settings, Xslt};

use super::{generous, map, run, settings, stylesheet};

fn check(xslt: &Xslt, template: &str, cause: Cause, wanted: &str) {
    let problem = map(xslt, template, "<a><b>1</b></a>", &run(generous())).unwrap_err();
    assert_eq!(problem.to_string(), wanted, "{template}");
    assert_eq!(problem.cause, cause, "{template}");
}

#[test]
fn a_wrong_template_says_where() {
    let xslt = Xslt::new(settings());
    let root = |content: &str, wanted: &str| {
        let template = format!("<xsl:template match=\"/\">{content}</xsl:template>");
        check(&xslt, &stylesheet(&template), Cause::Template, wanted);
    };
    root(
        "<xsl:value-of select=\"a[\"/>",
        "xsl:value-of: could not compile select expression 'a[': Invalid expression (line 2)",
    );
    root(
        "<xsl:for-each/>",
        "xsl:for-each: select is missing (line 2)",
    );
    root(
        "<a>",
        "The template is not XML: Opening and ending tag mismatch: a line 2 and xsl:template (line 2, column 43)",
    );
    root(
        "\n<foo:a/>",
        "Namespace prefix foo on a is not defined; declare the prefix foo with xmlns:foo=\"...\" in xsl:stylesheet (line 3, column 7)",
    );
    root(
        "\n<xsl:for-each-group select=\"a\"/>",
        "XSLT 1.0 has no element xsl:for-each-group; for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command (line 3)",
    );
    root(
        "<xsl:value-off select=\"a\"/>",
        "XSLT 1.0 has no element xsl:value-off. Did you mean xsl:value-of? (line 2)",
    );
    root(
        "<xsl:if test=\"a\">1<xsl:else/>2</xsl:if>",
        "XSLT 1.0 has no element xsl:else. Write xsl:choose with xsl:when and xsl:otherwise (line 2)",
    );
    root(
        "<xsl:value-of select=\"a == 7\"/>",
        "xsl:value-of: could not compile select expression 'a == 7': Invalid expression. Compare with a single = (line 2)",
    );
    root(
        "<xsl:value-of select=\"for $x in a return $x\"/>",
        "xsl:value-of: could not compile select expression 'for $x in a return $x': Invalid expression; for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command (line 2)",
    );
    check(
        &xslt,
        &stylesheet("<xsl:function name=\"f\"/>"),
        Cause::Template,
        "XSLT 1.0 has no element xsl:function; for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command (line 2)",
    );
    check(
        &xslt,
        &stylesheet("<xsl:template match=\"a[\"/>"),
        Cause::Template,
        "']' expected: failed to compile 'a[' (line 2)",
    );
    check(
        &xslt,
        "<a/>",
        Cause::Template,
        "document is not a stylesheet; declare xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" in xsl:stylesheet (line 1)",
    );
    check(
        &xslt,
        "",
        Cause::Template,
        "The template is not XML: it is empty",
    );
}

#[test]
fn a_template_that_does_not_fit_says_why() {
    let xslt = Xslt::new(settings());
    let root = |content: &str, wanted: &str| {
        let template = format!("<xsl:template match=\"/\">{content}</xsl:template>");
        check(&xslt, &stylesheet(&template), Cause::Evaluation, wanted);
    };
    root(
        "\n<xsl:value-of select=\"upper-case(a)\"/>",
        "XSLT 1.0 has no function upper-case(); for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command (line 3)",
    );
    root(
        "<xsl:value-of select=\"$x\"/>",
        "Variable 'x' has not been declared (line 2)",
    );
    root(
        "<xsl:call-template name=\"x\"/>",
        "The called template 'x' was not found (line 2)",
    );
    root(
        "<xsl:apply-templates select=\"'a'\"/>",
        "The 'select' expression did not evaluate to a node set (line 2)",
    );
    root(
        "<xsl:message>only said</xsl:message><xsl:message terminate=\"yes\">no ship-to</xsl:message>",
        "only said\nno ship-to",
    );
}

#[test]
fn the_error_for_a_newer_template_names_the_hook() {
    let xslt = Xslt::new(settings());
    let newer = stylesheet("").replace("1.0", "2.0");
    let simple = "<a xsl:version=\"3.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>";
    for (template, version) in [(newer.as_str(), "2.0"), (simple, "3.0")] {
        let wanted = format!(
            "The template is in XSLT {version}, and 1.0 is built in; for XSLT 2.0 and 3.0 a processor can be plugged in by --xslt-command"
        );
        check(&xslt, template, Cause::Template, &wanted);
    }
}

#[test]
fn an_input_that_is_not_xml_says_where() {
    let xslt = Xslt::new(settings());
    for (input, wanted) in [
        (
            "{}",
            "The input is not XML: Start tag expected, '<' not found at line 1 column 1",
        ),
        ("", "The input is not XML: it is empty"),
        (
            "<a>\n</b>",
            "The input is not XML: Opening and ending tag mismatch: a line 1 and b at line 2 column 5",
        ),
    ] {
        let problem = map(&xslt, &stylesheet(""), input, &run(generous())).unwrap_err();
        assert_eq!(problem.cause, Cause::Input, "{input}");
        assert_eq!(problem.to_string(), wanted, "{input}");
    }
}

#[test]
fn without_a_worker_it_says_so() {
    check(
        &Xslt::new(Settings::standard()),
        "<a/>",
        Cause::Evaluation,
        "XSLT needs the program b2bi-local as a worker, and its path is not known",
    );
}

#[test]
fn a_worker_that_is_none_is_reported() {
    let mut settings = settings();
    settings.worker.as_mut().unwrap().path = "/no/such/program".into();
    let xslt = Xslt::new(settings.clone());
    let problem = map(&xslt, "<a/>", "<a/>", &run(generous())).unwrap_err();
    assert!(
        problem.reason.starts_with("No XSLT worker can be started"),
        "{problem}"
    );
    settings.worker.as_mut().unwrap().path = "/bin/false".into();
    let problem = map(&Xslt::new(settings), "<a/>", "<a/>", &run(generous())).unwrap_err();
    assert!(problem.reason.contains("exit status: 1"), "{problem}");
}

#[test]
fn a_worker_that_crashes_takes_nothing_with_it() {
    let mut settings = settings();
    let worker = settings.worker.as_mut().unwrap();
    worker.path = "/bin/sh".into();
    worker.arguments = vec!["-c".into(), "head -c 9 >/dev/null; kill -SEGV $$".into()];
    let xslt = Xslt::new(settings);
    for _ in 0..3 {
        let problem = map(&xslt, "<a/>", "<a/>", &run(generous())).unwrap_err();
        assert!(problem.reason.contains("nests deeper"), "{problem}");
    }
}
