"""The Python of docs/tables.md runs as it stands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyarrow.ipc
import pyarrow.parquet
import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    """Each command of the package, with files written to a folder of the test."""
    blocks = re.findall(r"^```sh-tables\n(.*?)^```$", (ROOT / "docs/tables.md").read_text(), re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines()]
    assert len(commands) >= 2
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == "python"
        arguments = [str(ROOT / argument) if argument.startswith("fixtures/") else argument for argument in arguments]
        done = subprocess.run([sys.executable, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
    claims = pyarrow.parquet.read_table(tmp_path / "claims.parquet")
    assert claims.num_rows > 0
    segments = pyarrow.ipc.open_file(tmp_path / "segments.arrow").read_all()
    assert "ISA" in segments["segment_id"].to_pylist()


def test_the_page_runs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs/tables.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 3
    exec("\n".join(blocks), {})
    assert "paid" in capsys.readouterr().out
