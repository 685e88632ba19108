"""Runs moto's S3 tests against the embedded S3 and compares the failures with the listed ones, which have reasons."""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

READY = "ready "


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", type=pathlib.Path, help="the folder that has moto's tests/")
    parser.add_argument("listed", type=pathlib.Path, help="the failures that are known: test, reason")
    parser.add_argument("--all", action="store_true", help="run also the tests that were not verified against AWS, and list failures only")
    return parser.parse_args()


@contextlib.contextmanager
def running(command):
    """A server, and the line of its output with its address."""
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield server
    finally:
        server.terminate()
        server.wait()


def line_with(server, text):
    seen = []
    for line in server.stdout:
        seen.append(line)
        if text in line:
            return line.strip()
    sys.exit(f"a server ended before it said {text!r}: {''.join(seen)}")


def outcomes(suite, endpoint, selection):
    """The result of each test, by its name."""
    environment = {
        **os.environ,
        "TEST_SERVER_MODE": "true",
        "TEST_SERVER_MODE_ENDPOINT": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        options = ["-q", "-p", "no:cacheprovider", "--timeout=20", "--tb=no", "-W", "ignore", f"--junitxml={report.name}"]
        command = [sys.executable, "-m", "pytest", *options, *selection, "tests/test_s3"]
        subprocess.run(command, cwd=suite, env=environment, stdout=subprocess.DEVNULL, check=False)
        cases = ElementTree.parse(report.name).iter("testcase")
        return {f"{case.get('classname').split('.')[-1]}::{case.get('name')}": outcome(case) for case in cases}


def outcome(case):
    kinds = {child.tag for child in case}
    if "skipped" in kinds:
        return "skipped"
    return "failed" if kinds & {"failure", "error"} else "passed"


def function(test):
    """The name of a test without its parameters, which may have any characters."""
    return test.partition("[")[0]


def listed_reasons(path):
    rows = [line.split("\t") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(rows)


def main():
    options = arguments()
    reasons = listed_reasons(options.listed)
    binary = os.environ["B2BI_LOCAL_BIN"]
    moto = [sys.executable, "-u", "-m", "moto.server", "--host", "127.0.0.1", "--port", "0"]
    with running(moto) as upstream:
        address = line_with(upstream, "Running on http://").split()[-1]
        with running([binary, "--listen", "127.0.0.1:0", "--log", "off", "--upstream", address]) as server:
            endpoint = line_with(server, READY).removeprefix(READY).split()[0]
            selection = [] if options.all else ["-m", "aws_verified"]
            found = outcomes(options.suite, endpoint, selection)
    failed = {function(test) for test, result in found.items() if result == "failed"}
    ran = {function(test) for test, result in found.items() if result != "skipped"}
    news = sorted(failed - reasons.keys())
    mended = sorted((reasons.keys() & ran) - failed)
    for test in news:
        print(f"fails, and is not listed: {test}")
    for test in mended:
        print(f"is listed, and passes: {test}")
    counts = {kind: sum(result == kind for result in found.values()) for kind in ("passed", "failed", "skipped")}
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    if not counts["passed"]:
        sys.exit("no test passed: the suite did not run")
    # Tests that were not verified against AWS show how moto answers, not how S3 does.
    sys.exit(1 if (news or mended) and not options.all else 0)


if __name__ == "__main__":
    main()
