"""The package's README is run: `python` as a file of tests, `toml` as pytest's configuration. So is the sample."""

import os
import pathlib
import re
import shutil

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
README = (REPOSITORY / "python" / "README.md").read_text()
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KINDS = {"python", "toml", "console"}
SAMPLE = REPOSITORY / "fixtures" / "order-intake"
SAMPLE_TESTS = 9
# Where the plugin fake_docker is.
HERE = str(pathlib.Path(__file__).parent)


def blocks(kind):
    """The blocks of a kind, each with the line that it begins on."""
    for block in BLOCK.finditer(README):
        if block[1] == kind:
            yield pytest.param(block[2], id=f"line {README.count(chr(10), 0, block.start()) + 1}")


def run(pytester, *arguments):
    return pytester.runpytest_subprocess("-p", "b2bi_local.plugin", "-p", "no:cacheprovider", *arguments)


def test_there_are_no_other_blocks():
    assert {block[1] for block in BLOCK.finditer(README)} == KINDS


@pytest.mark.parametrize("text", [*blocks("python")])
def test_tests(text, pytester, monkeypatch):
    pytester.makepyfile(test_it=text)
    engine = []
    if "testcontainers" in text:
        engine = ["-p", "fake_docker"]
        monkeypatch.setenv("PYTHONPATH", HERE, prepend=os.pathsep)
    run(pytester, "--b2bi-fail-unfired", *engine).assert_outcomes(passed=1)


@pytest.mark.parametrize("text", [*blocks("toml")])
def test_configuration(text, pytester):
    pytester.makepyprojecttoml(text)
    pytester.makepyfile("def test_it(b2bi): assert b2bi.list_profiles()['profiles'] == []")
    run(pytester, "--strict-config", "-W", "error").assert_outcomes(passed=1)


def test_every_fixture_and_option_is_documented(pytester):
    from b2bi_local import plugin

    names = [name for name in vars(plugin) if name.startswith("b2bi") or name == "s3"]
    names += [plugin.FLAGS, plugin.ENVIRONMENT, plugin.SERVICES, plugin.UNFIRED]
    assert [name for name in names if f"`{name}`" not in README and name != "b2bi_local_flags"] == []


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            headings = [line.strip("# ").lower().replace(" ", "-") for line in README.splitlines() if line[:1] == "#"]
            assert target[1:] in headings, target
        else:
            path = re.sub(r"^https://github.com/[^/]+/[^/]+/(tree|blob)/main/", "", target)
            assert (REPOSITORY / path).exists(), target


def test_the_sample(pytester, monkeypatch):
    monkeypatch.delenv("B2BI_LOCAL_ENDPOINT", raising=False)
    folder = pytester.path / "order-intake"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    os.chdir(folder)
    run(pytester).assert_outcomes(passed=SAMPLE_TESTS)
