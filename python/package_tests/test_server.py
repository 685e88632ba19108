"""`Server`: it starts and stops in no time, leaves nothing, and says what went wrong."""

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from b2bi_local import AdminError, BinaryNotFound, Server, ServerError, binary


def answers(endpoint):
    host, port = endpoint.split("//")[1].split(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def test_it_serves_as_long_as_the_block_lasts():
    with Server() as server:
        assert server.admin.get("health")["status"] == "ready"
        assert answers(server.endpoint)
    assert not answers(server.endpoint)


def test_idle_connections_do_not_hold_it_up():
    with Server() as server:
        client = server.client("b2bi", "111122223333")
        client.list_profiles()
        begun = time.monotonic()
        server.stop()
        assert time.monotonic() - begun < 1


def test_it_can_be_started_again():
    server = Server()
    for _ in range(2):
        with server:
            assert server.client("b2bi", "111122223333").list_profiles()["profiles"] == []


def test_a_flag_that_there_is_not():
    with pytest.raises(ServerError, match="--no-such-flag"):
        Server("--no-such-flag").start()


def test_a_server_that_died():
    server = Server()
    server.start()
    os.kill(server._process.pid, signal.SIGKILL)
    server._process.wait()
    with pytest.raises(ServerError, match="status -9"):
        server.stop()


def test_the_environments_settings_do_not_count(monkeypatch):
    monkeypatch.setenv("B2BI_LOCAL_QUOTA_PROFILES", "0")
    monkeypatch.setenv("B2BI_LOCAL_LISTEN", "nonsense")
    with Server() as server:
        client = server.client("b2bi", "111122223333")
        client.create_profile(name="p", businessName="b", phone="5555555555", logging="DISABLED")


def test_what_the_admin_api_refuses():
    with Server() as server:
        with pytest.raises(AdminError, match="unknown path") as caught:
            server.admin.get("nothing")
        assert caught.value.status == 404
        with pytest.raises(AdminError, match="erorr"):
            server.admin.post("faults", {"erorr": {}})


def test_a_binary_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv("B2BI_LOCAL_BIN", str(tmp_path / "gone"))
    with pytest.raises(BinaryNotFound, match="gone"):
        binary()


def test_the_binary_on_the_path(monkeypatch, tmp_path):
    monkeypatch.delenv("B2BI_LOCAL_BIN", raising=False)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path / "scripts"))
    monkeypatch.setattr("importlib.metadata.files", lambda _: [])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BinaryNotFound):
        binary()
    here = tmp_path / "b2bi-local"
    here.write_text("#!/bin/sh\n")
    here.chmod(0o755)
    assert binary() == here


def test_it_does_not_outlive_a_killed_process():
    script = (
        "import sys, time; from b2bi_local import Server; server = Server(); server.start();"
        "print(server.endpoint, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    endpoint = child.stdout.readline().strip()
    assert answers(endpoint)
    child.kill()
    child.communicate()
    deadline = time.monotonic() + 10
    while answers(endpoint) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not answers(endpoint)
