"""Every block of the documentation is run: `sh` as it stands, `python` as a file of tests, `toml` as a file of settings.

On the page about tables, `toml` is a specification of tables, and python-tables/tests run the `python`.

`rust` is a doctest of the testkit; `yaml` is a compose file, which Docker looks at where there is one; `console` is a talk
with AWS itself, and not run.
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml
from b2bi_local import binary

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What a block has started ends with it, also where it fails.
ENDING = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n"
# scripts/test-tables and scripts/test-engines run the last two.
KINDS = {"sh", "python", "toml", "yaml", "rust", "console", "sh-tables", "python-spark"}


def blocks(kind, besides=""):
    """The blocks of a kind, each with the page and the line that it begins on; not those of one page."""
    for page in PAGES:
        if page.stem == besides:
            continue
        text = page.read_text()
        for block in BLOCK.finditer(text):
            if block[1] == kind:
                line = text.count("\n", 0, block.start()) + 1
                values = (page, block[2]) if kind == "toml" else (block[2],)
                yield pytest.param(*values, id=f"{page.stem}-{line}")


def test_there_are_no_other_blocks():
    found = {block[1] for page in PAGES for block in BLOCK.finditer(page.read_text())}
    assert found == KINDS


@pytest.mark.parametrize("text", [*blocks("sh")])
def test_commands(text, tmp_path):
    (tmp_path / "b2bi-local").symlink_to(binary())
    (tmp_path / "fixtures").symlink_to(REPOSITORY / "fixtures")
    if re.search(r"^aws ", text, re.MULTILINE):
        (tmp_path / "aws").symlink_to(aws_cli())
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", ENDING + text], cwd=tmp_path, env={**os.environ, "PATH": path},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr


COMPOSE = [*blocks("yaml"), pytest.param((REPOSITORY / "docker-compose.yml").read_text(), id="docker-compose.yml")]


@pytest.mark.parametrize("text", COMPOSE)
def test_compose(text, tmp_path):
    """Its settings are settings of ours, what it waits for is there, and Docker takes it."""
    services = yaml.safe_load(text)["services"]
    config = subprocess.run([binary(), "--print-config"], capture_output=True, text=True, check=True).stdout
    keys = re.findall(r"^([a-z0-9-]+) = ", config, re.MULTILINE)
    settings = {f"B2BI_LOCAL_{key.replace('-', '_').upper()}" for key in keys}
    for service in services.values():
        ours = {name for name in service.get("environment", {}) if name.startswith("B2BI_LOCAL_")}
        assert ours <= settings and set(service.get("depends_on", {})) <= set(services)
        assert {port.split(":")[0] for port in service.get("ports", [])} <= {"127.0.0.1"}, "loopback only"
    docker = shutil.which("docker")
    if docker and subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode == 0:
        (tmp_path / "docker-compose.yml").write_text(text)
        subprocess.run([docker, "compose", "config", "--quiet"], cwd=tmp_path, check=True, timeout=60)


def aws_cli():
    """The aws CLI: B2BI_LOCAL_AWS_CLI, or the one on the PATH."""
    found = os.environ.get("B2BI_LOCAL_AWS_CLI") or shutil.which("aws")
    return found or pytest.skip("wants the aws CLI")


@pytest.mark.parametrize(("page", "text"), [*blocks("toml")])
def test_settings(page, text, tmp_path):
    if page.stem == "tables":
        check_specification(text, tmp_path)
        return
    (tmp_path / "b2bi-local.toml").write_text(text)
    command = [binary(), "--config", str(tmp_path / "b2bi-local.toml"), "--print-config"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0 and "b2bi-local.toml" in run.stdout, run.stderr


def check_specification(text, tmp_path):
    """Each of its tables can be printed."""
    (tmp_path / "my.toml").write_text(text)
    tables = re.findall(r"^\[tables\.(\w+)\]", text, re.MULTILINE)
    file = REPOSITORY / "fixtures/x12/documents/purchase-order.edi"
    for table in tables:
        command = [binary(), "rows", "--table", f"my.toml#{table}", "--format", "csv", str(file)]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert run.returncode in (0, 1) and run.stdout.startswith("file,"), run.stderr
    assert tables


@pytest.mark.parametrize("text", [*blocks("python", besides="tables")])
def test_tests(text, pytester):
    pytester.makepyfile(test_it=text)
    pytester.runpytest_subprocess("-p", "b2bi_local.plugin").assert_outcomes(passed=1)


@pytest.mark.parametrize("page", PAGES, ids=lambda value: value.stem)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target
