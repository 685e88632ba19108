"""The commands that work on files, as processes: pipes that close, what goes to which stream, exit statuses."""

import signal
import subprocess

import pytest

from server import BINARY, REPOSITORY

ORDER = REPOSITORY / "fixtures/x12/documents/purchase-order.edi"
TEMPLATE = REPOSITORY / "fixtures/mapping/purchase-order.jsonata"


def run(*arguments, **options):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, check=False, timeout=60, **options)


@pytest.fixture
def long_order(tmp_path):
    """An order whose document fills a pipe many times."""
    before, rest = ORDER.read_text().split("PO1*", 1)
    path = tmp_path / "long.edi"
    path.write_text(before + "PO1*1*3*EA*12.5**VN*CHAIN-9~\n" * 20_000 + "PO1*" + rest)
    return path


@pytest.mark.parametrize(
    "arguments",
    [["parse"], ["parse", "--format", "xml"], ["validate", "--format", "json"], ["map", "--template", "same.jsonata"]],
    ids=" ".join,
)
def test_a_closed_pipe_is_quiet(arguments, long_order, tmp_path):
    (tmp_path / "same.jsonata").write_text("$")
    with subprocess.Popen(
        [BINARY, *arguments, str(long_order)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        process.stdout.read(100)
        process.stdout.close()
        problems = process.stderr.read().decode()
        status = process.wait(timeout=60)
    assert "b2bi-local:" not in problems and "panicked" not in problems
    assert status in (0, 1) and status != -signal.SIGPIPE


@pytest.mark.parametrize("arguments", [["--help"], ["validate", "--help"], ["--print-config"], ["sets"]], ids=" ".join)
def test_a_short_output_into_a_closed_pipe_is_quiet(arguments):
    script = 'set -o pipefail; "$@" | true; exit ${PIPESTATUS[0]}'
    done = subprocess.run(
        ["bash", "-c", script, "bash", BINARY, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_whole_report_is_on_standard_output(tmp_path):
    missing = str(tmp_path / "missing.edi")
    done = run("validate", str(ORDER), missing)
    assert (done.returncode, done.stderr) == (2, "")
    assert f"{ORDER}: 1 problem\n" in done.stdout and f"{missing} cannot be read" in done.stdout


def test_a_pipe_is_read_as_a_file_is():
    for command in (["parse"], ["validate"], ["ack", "--at", "20260301120000"], ["map", "--template", str(TEMPLATE)]):
        named = run(*command, str(ORDER))
        piped = run(*command, input=ORDER.read_text())
        assert piped.returncode == named.returncode
        assert piped.stdout == named.stdout.replace(str(ORDER), "standard input")


def test_help_tells_every_variable_and_the_exit_statuses():
    text = run("--help").stdout
    config = run("--print-config").stdout
    keys = [line.split(" = ")[0] for line in config.splitlines() if " = " in line and not line.startswith("#")]
    assert keys
    for key in keys:
        assert f"B2BI_LOCAL_{key.upper().replace('-', '_')}" in text, key
    for name in ("B2BI_LOCAL_CONFIG", "B2BI_LOCAL_BIN", "B2BI_LOCAL_ENDPOINT", "NO_COLOR", "Exit status"):
        assert name in text, name
