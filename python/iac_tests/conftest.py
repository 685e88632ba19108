"""The server and the environment of the tools that deploy to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from server import Server, foreign_environment  # noqa: E402

ACCOUNT = "123456789012"


@pytest.fixture
def endpoint():
    with Server() as server:
        yield server.endpoint


@pytest.fixture
def run(endpoint, tmp_path):
    """Runs a tool; returns what it prints."""
    environment = {
        **foreign_environment(), "AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "any", "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "ACCOUNT": ACCOUNT,
        "SAM_CLI_TELEMETRY": "0", "CDK_DISABLE_CLI_TELEMETRY": "true", "NODE_PATH": os.environ.get("NODE_PATH", ""),
    }

    def run(*arguments, fails=False, **more):
        done = subprocess.run(
            arguments, env={**environment, **more}, capture_output=True, text=True, cwd=tmp_path, timeout=300,
        )
        words = done.stdout + done.stderr
        assert bool(done.returncode) == fails, words
        return words

    return run
