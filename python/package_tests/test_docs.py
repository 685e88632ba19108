"""Every block of the documentation is run: `sh` as it stands, `python` as a file of tests."""

import os
import pathlib
import re
import subprocess

import pytest
from b2bi_local import binary

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted((REPOSITORY / "crates/server/docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = {"sh", "python"}


def blocks(kind):
    """The blocks of a kind, each with the page and the line that it begins on."""
    for page in PAGES:
        text = page.read_text()
        for block in BLOCK.finditer(text):
            if block[1] == kind:
                line = text.count("\n", 0, block.start()) + 1
                yield pytest.param(block[2], id=f"{page.stem}-{line}")


def test_there_are_no_other_blocks():
    found = {block[1] for page in PAGES for block in BLOCK.finditer(page.read_text())}
    assert found == KINDS


@pytest.mark.parametrize("text", [*blocks("sh")])
def test_commands(text, tmp_path):
    (tmp_path / "b2bi-local").symlink_to(binary())
    (tmp_path / "fixtures").symlink_to(REPOSITORY / "fixtures")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], cwd=tmp_path, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("text", [*blocks("python")])
def test_tests(text, pytester):
    pytester.makepyfile(test_it=text)
    pytester.runpytest_subprocess("-p", "b2bi_local.plugin").assert_outcomes(passed=1)


@pytest.mark.parametrize("page", PAGES, ids=lambda it: it.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target
