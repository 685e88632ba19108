"""The package is typed, and so are the clients where mypy-boto3-b2bi is installed."""

import pathlib
import re
import textwrap

import pytest

api = pytest.importorskip("mypy.api")
PACKAGE = pathlib.Path(__file__).resolve().parents[1]

TESTS = """
    from b2bi_local import Running, Server, mock_b2bi
    from mypy_boto3_b2bi import B2BIClient

    def test_profiles(b2bi: B2BIClient, b2bi_local: Running) -> None:
        reveal_type(b2bi.list_profiles()["profiles"][0]["name"])
        reveal_type(b2bi_local.endpoint)

    @mock_b2bi
    def test_bare(number: int) -> str:
        return ""

    @mock_b2bi(account="111122223333")
    def test_called(number: int) -> str:
        return ""

    reveal_type(test_bare)
    reveal_type(test_called)
    with mock_b2bi() as server, Server() as own:
        reveal_type(server)
        reveal_type(own)
"""
REVEALED = ["str", "str", "def (number: int) -> str", "def (number: int) -> str", "Running", "Server"]


def test_the_package_is_clean(monkeypatch):
    monkeypatch.chdir(PACKAGE)
    told, errors, status = api.run([])
    assert (status, errors) == (0, ""), told


def test_a_users_tests_are_checked(monkeypatch, tmp_path):
    pytest.importorskip("mypy_boto3_b2bi")
    file = tmp_path / "test_it.py"
    file.write_text(textwrap.dedent(TESTS))
    monkeypatch.setenv("MYPYPATH", str(PACKAGE / "src"))
    told, _, status = api.run(["--strict", "--config-file", str(PACKAGE / "pyproject.toml"), str(file)])
    # Types without the modules that they are in, which differ with the version of mypy.
    revealed = [re.sub(r"\b\w+\.", "", line.split('"')[1]) for line in told.splitlines() if "Revealed" in line]
    assert (status, revealed) == (0, REVEALED), told
