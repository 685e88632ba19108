"""What the server says of its configuration, its address and its directory when it starts, and its log."""

import json
import socket
import subprocess

import pytest

from clients import CONNECTIONS, boto3_client
from server import BINARY, MAX_WAIT, Server, foreign_environment


def refusal(*flags, cwd=None, **environment):
    """What the server says when it does not start."""
    run = subprocess.run(
        [str(BINARY), *flags], capture_output=True, text=True, timeout=MAX_WAIT, check=False, cwd=cwd,
        env={**foreign_environment(), "B2BI_LOCAL_LISTEN": "127.0.0.1:0", **environment})
    assert run.returncode != 0 and run.stdout == "", run.stdout
    return run.stderr


def logged(tmp_path, *flags, use=lambda endpoint: None, **environment):
    """The lines of the JSON log of a server that was used so."""
    with open(tmp_path / "log", "w") as log:
        settings = {"B2BI_LOCAL_LISTEN": "127.0.0.1:0", "B2BI_LOCAL_LOG_FORMAT": "json", **environment}
        process = subprocess.Popen(
            [str(BINARY), *flags], stdout=subprocess.PIPE, stderr=log, text=True, cwd=tmp_path,
            env={**foreign_environment(), **settings})
        ready = process.stdout.readline()
        assert ready.startswith("ready "), (tmp_path / "log").read_text()
        use(ready.split()[1].replace("0.0.0.0", "127.0.0.1"))
        process.terminate()
        process.communicate(timeout=MAX_WAIT)
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


@pytest.mark.parametrize("text, expected", [
    ("lisen = '127.0.0.1:0'", "lisen in settings.toml: is not a setting; the nearest is `listen` ("),
    ("[[rule]]\nerror = 1", "the nearest is `rules`"),
    ("log-format = 'jsn'", "log-format = jsn in settings.toml: did you mean `json`? It must be text or json"),
    ("quotas = 'flase'", "did you mean `false`? It must be true or false"),
    ("log = 'wran'", "did you mean `warn`? It must be off, error,"),
    ("clock = 'manaul'", "did you mean `manual`? It must be"),
    ("job-duration = 'imediate'", "did you mean `immediate`? It must be"),
])  # fmt: skip
def test_a_slip_is_told_with_what_was_meant(tmp_path, text, expected):
    (tmp_path / "settings.toml").write_text(text)
    told = refusal("--config", "settings.toml", cwd=tmp_path)
    assert expected in told and len(told) < 300, told


@pytest.mark.parametrize("rule, expected", [
    ("operation = 'Get*'\ntiems = 1", "unknown key `tiems`"),
    ("operation = 'GetProfil'\nerror.code = 'ThrottlingException'", "the nearest valid one is `GetProfile`"),
])  # fmt: skip
def test_a_rule_is_told_with_file_and_line(tmp_path, rule, expected):
    good = "[[rules]]\noperation = 'List*'\nerror.code = 'ThrottlingException'\n\n"
    (tmp_path / "faults.toml").write_text(f"# rules\nseed = 1\n\n{good}[[rules]]\n{rule}\n")
    told = refusal("--config", "faults.toml", cwd=tmp_path)
    assert "faults.toml, line 8: rule 2" in told and expected in told, told


def test_an_unknown_variable_is_told_and_no_other(tmp_path):
    variables = {"B2BI_LOCAL_SED": "1", "B2BI_LOCAL_ENDPOINT": "x", "B2BI_LOCAL_PORT_4577_TCP": "x"}
    told = [line for line in logged(tmp_path, **variables) if line["level"] == "WARN"]
    assert [(line["variable"], line["nearest"]) for line in told] == [("B2BI_LOCAL_SED", "B2BI_LOCAL_SEED")]


def test_paths_of_a_file_go_by_its_folder(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "elsewhere").mkdir()
    lines = ["data-dir = 'data'", "events-file = ['one.jsonl', 'two.jsonl']", f"init = '{tmp_path}/conf/init'"]
    (tmp_path / "conf" / "init").mkdir()
    (tmp_path / "conf" / "settings.toml").write_text("\n".join(lines))
    logged(tmp_path / "elsewhere", "--config", "../conf/settings.toml")
    assert (tmp_path / "conf" / "data" / "state.redb").exists()
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["log"]


def test_paths_of_a_flag_go_by_the_present_folder(tmp_path):
    logged(tmp_path, "--data-dir", "data")
    assert (tmp_path / "data" / "state.redb").exists()


@pytest.mark.parametrize("flags, warned", [
    (["--listen", "0.0.0.0:0"], True),
    (["--listen", "0.0.0.0:0", "--admin-token", "secret"], False),
    ([], False),
])  # fmt: skip
def test_a_server_that_others_reach_warns(tmp_path, flags, warned):
    told = [line["message"] for line in logged(tmp_path, *flags) if line["level"] == "WARN"]
    assert ["--admin-token" in message for message in told] == [True] * warned


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_is_refused(token):
    assert "admin-token: is empty" in refusal("--admin-token", token)
    assert "admin-token: is empty" in refusal(B2BI_LOCAL_ADMIN_TOKEN=token)


def test_a_port_in_use_names_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        told = refusal("--listen", address)
    assert f"cannot listen on {address}" in told and "--listen HOST:PORT (port 0" in told
    assert "an address of this machine" in refusal("--listen", "192.0.2.1:4577")


def test_files_of_others_are_named_and_left_alone(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "holiday.jpg").write_text("beach")
    for _ in range(2):
        told = [line for line in logged(tmp_path, "--data-dir", "data") if line["level"] == "WARN"]
        assert [line["files"] for line in told] == ["holiday.jpg"]
    assert (data / "holiday.jpg").read_text() == "beach"


def test_the_log_has_plain_fields(tmp_path):
    def use(endpoint):
        client = boto3_client("b2bi", endpoint, "111122223333")
        rule = {"id": "slow", "operation": "ListProfiles", "error": {"code": "ConflictException"}}
        CONNECTIONS.post(f"{endpoint}/_b2bi/faults", json=[rule]).raise_for_status()
        with pytest.raises(client.exceptions.ClientError):
            client.list_profiles()
        s3 = boto3_client("s3", endpoint, "111122223333")
        s3.create_bucket(Bucket="orders")
        x12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
        conversion = {"fromFormat": "X12", "formatOptions": {"x12": x12}}
        transformer = client.create_transformer(name="t", inputConversion=conversion)["transformerId"]
        client.update_transformer(transformerId=transformer, status="active")
        s3.put_object(Bucket="orders", Key="one", Body="not X12")
        job = client.start_transformer_job(
            transformerId=transformer, inputFile={"bucketName": "orders", "key": "one"},
            outputLocation={"bucketName": "orders", "key": "out/"})  # fmt: skip
        address = f"{endpoint}/_b2bi/events?jobId={job['transformerJobId']}&wait=10"
        CONNECTIONS.get(address).raise_for_status()

    lines = logged(tmp_path, "--log", "info", "--log-requests", use=use)
    for line in lines:
        for name, value in line.items():
            assert isinstance(value, (str, int, float)), (name, value)
            assert not any(mark in str(value) for mark in ("Some(", "None", "Ok(", "Err(", "{ ")), line
    [fault] = [line for line in lines if line["message"] == "fault injected"]
    assert (fault["operation"], fault["account"], fault["rules"]) == ("ListProfiles", "111122223333", "slow")
    requests = [line for line in lines if line["message"] == "request"]
    assert requests and all(isinstance(line["elapsed_ms"], float) for line in requests)
    assert "B2BI.ListProfiles" in {line.get("target") for line in requests}
    [ended] = [line for line in lines if line["message"] == "job ended"]
    assert (ended["state"], ended["outputs"]) == ("failed", 0) and ended["reason"]


@pytest.mark.parametrize("path", ["/_b2bi", "/_b2bi/"])
@pytest.mark.parametrize("flags", [[], ["--upstream", "http://127.0.0.1:9", "--upstream-services", "s3"]])
def test_the_index_lists_the_routes(path, flags):
    with Server(*flags) as server:
        reply = CONNECTIONS.get(server.endpoint + path)
        told = reply.json()
        assert reply.status_code == 200 and told["version"]
        routes = {route["path"]: route for route in told["routes"]}
        assert routes["/_b2bi/clock"]["methods"] == ["GET", "PUT"] and "jobId" in routes["/_b2bi/events"]["query"]
        assert all(route["summary"] for route in told["routes"])
        unknown = CONNECTIONS.get(f"{server.endpoint}/_b2bi/fault")
        assert unknown.status_code == 404
        assert unknown.json()["error"].endswith("the nearest is `/_b2bi/faults`; GET /_b2bi lists all")


STATUSES = {
    "ExpiredTokenException": 403, "IncompleteSignature": 400, "InternalFailure": 500, "InvalidClientTokenId": 403,
    "OptInRequired": 403, "RequestExpired": 400, "RequestTimeout": 408, "ServiceUnavailable": 503, "SlowDown": 503,
    "UnrecognizedClientException": 403, "AccessDenied": 403, "Throttling": 400, "TooManyRequestsException": 429,
}  # fmt: skip
RETRIED = {"InternalFailure", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling", "TooManyRequestsException"}


@pytest.mark.parametrize("code", STATUSES)
def test_common_errors_have_their_statuses(endpoint, account, code):
    rules = [{"id": f"{account}-{code}", "account": account, "operation": "ListProfiles", "error": {"code": code}}]
    told = CONNECTIONS.post(f"{endpoint}/_b2bi/faults", json=rules).json()
    assert told["warnings"] == []
    client = boto3_client("b2bi", endpoint, account, retries={"mode": "standard", "total_max_attempts": 2})
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.list_profiles()
    CONNECTIONS.delete(f"{endpoint}/_b2bi/faults/{account}-{code}").raise_for_status()
    reply = caught.value.response
    assert (reply["Error"]["Code"], reply["ResponseMetadata"]["HTTPStatusCode"]) == (code, STATUSES[code])
    assert reply["ResponseMetadata"]["RetryAttempts"] == (code in RETRIED)
