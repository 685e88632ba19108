"""What the package says: warnings, representations, errors and time-outs."""

import datetime
import http.server
import socket
import threading

import pytest
from b2bi_local import Server

NO_WAIT = {"retries": {"mode": "standard", "total_max_attempts": 3}}
PROFILE = {"name": "p", "businessName": "b", "phone": "5555555555", "logging": "DISABLED"}


def test_warnings_of_the_server_are_warnings_of_python(b2bi_faults):
    from b2bi_local import FaultWarning

    with pytest.warns(FaultWarning, match="GetProfile: ConflictException is not declared") as caught:
        b2bi_faults.add("GetProfile", error="ConflictException")
        b2bi_faults("GetProfile", "error(ConflictException)")
    assert [warning.filename for warning in caught] == [__file__, __file__]


def test_representations_say_what_it_is(b2bi, b2bi_local, b2bi_faults, b2bi_events, b2bi_clock, b2bi_account):
    with b2bi_faults("CreateProfile", "after reset -> ok") as fault:
        assert repr(fault) == "<Fault CreateProfile after reset -> ok, fired 0, matched 0>"
        fault.client("b2bi", **NO_WAIT).create_profile(**PROFILE)
    ended = "<Fault CreateProfile after reset -> ok, fired 1, matched 2, completed>"
    assert (repr(fault), fault.fired, fault.completed) == (ended, 1, True)
    error = b2bi_faults.add("ListProfiles", error="ThrottlingException", times=2)
    assert repr(error) == "<Fault ListProfiles times 2 error {'code': 'ThrottlingException'}, fired 0, matched 0>"
    address = b2bi_local.endpoint
    assert repr(b2bi_faults) == f"<Faults of account {b2bi_account} at {address}: 1 rules>"
    assert repr(b2bi_events) == f"<Events of account {b2bi_account} at {address}>"
    assert repr(b2bi_clock) == f"<Clock of {address}>"
    assert repr(b2bi_local.admin) == f"<Admin of {address}>"
    assert address in repr(b2bi_local) or "Server at" in repr(b2bi_local)


def test_a_representation_does_not_fail(b2bi_faults):
    fault = b2bi_faults.add("ListProfiles", error="ThrottlingException")
    b2bi_faults._admin.delete("faults", id=fault.id)
    assert "404" in repr(fault)


def test_a_chain_for_all_clients_of_the_account(b2bi, b2bi_local, b2bi_faults):
    with b2bi_faults.add("ListProfiles", chain="2*error(ThrottlingException) -> ok") as fault:
        assert b2bi_local.client("b2bi", "999999999999").list_profiles()["profiles"] == []
        for _ in range(2):
            with pytest.raises(b2bi.exceptions.ThrottlingException):
                b2bi_faults.client("b2bi", retries={"total_max_attempts": 1}).list_profiles()
        assert b2bi.list_profiles()["profiles"] == []
    assert fault.completed


def test_a_time_out_lists_what_there_is(b2bi, s3, b2bi_events):
    s3.create_bucket(Bucket="orders")
    x12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
    conversion = {"fromFormat": "X12", "formatOptions": {"x12": x12}}
    transformer = b2bi.create_transformer(name="orders", inputConversion=conversion)["transformerId"]
    b2bi.update_transformer(transformerId=transformer, status="active")
    places = {name: {"bucketName": "orders", "key": key} for name, key in
              [("inputLocation", "in"), ("outputLocation", "out")]}  # fmt: skip
    edi = {"type": {"x12Details": x12}, "transformerId": transformer, **places}
    capability = b2bi.create_capability(name="orders", type="edi", configuration={"edi": edi})["capabilityId"]
    profile = b2bi.create_profile(**PROFILE)["profileId"]
    partner = b2bi.create_partnership(
        profileId=profile, name="mill", email="edi@mill.example", capabilities=[capability]
    )["tradingPartnerId"]
    s3.put_object(Bucket="orders", Key=f"in/{partner}/one.edi", Body="not X12")
    [failed] = b2bi_events.wait_for("Transformation F*")
    with pytest.raises(TimeoutError) as caught:
        b2bi_events.wait_for("Transformation Completed", timeout=0.05, jobId="*")
    told = str(caught.value)
    assert "0 of 1 events after 0.05 s" in told and "detailType Transformation Completed" in told
    assert f"  s3://orders/in/{partner}/ (orders)" in told
    assert f"  {failed['detail-type']}" in told
    assert f"failed, input s3://orders/in/{partner}/one.edi: " in told


def test_a_time_out_without_anything_says_none(b2bi_events):
    with pytest.raises(TimeoutError, match="seen:\n  none\njobs:\n  none\nwatched folders:\n  none"):
        b2bi_events.wait(seconds=0)


def outcomes(pytester, tests, *arguments):
    pytester.makepyfile(test_it=tests)
    return pytester.runpytest_subprocess("-p", "b2bi_local.plugin", *arguments)


UNFIRED = """
    def test_it_fired(b2bi, b2bi_faults):
        with b2bi_faults.add("ListProfiles", latency={"fixedMs": 1}): b2bi.list_profiles()

    def test_in_a_block(b2bi_faults):
        with b2bi_faults("ListProfiles", "reset -> ok"): pass

    def test_of_the_test(b2bi_faults):
        b2bi_faults.add("CreateProfile", error="ThrottlingException")

    def test_that_fails_anyway(b2bi_faults):
        b2bi_faults.add("CreateProfile", error="ThrottlingException")
        assert "its own reason" == ""
"""


@pytest.mark.parametrize("where", ["ini", "option", "nowhere"])
def test_a_rule_that_never_fired_fails_the_test(pytester, where):
    if where == "ini":
        pytester.makeini("[pytest]\nb2bi_local_fail_unfired = true")
    result = outcomes(pytester, UNFIRED, *(["--b2bi-fail-unfired"] if where == "option" else []))
    if where == "nowhere":
        return result.assert_outcomes(passed=3, failed=1)
    result.assert_outcomes(passed=1, failed=3)
    told = result.stdout.str()
    assert "ListProfiles reset -> ok, fired 0" in told and "its own reason" in told
    assert told.count("fault rules that never fired:") >= 2


def test_an_error_of_the_admin_api_shows_no_inside(pytester):
    result = outcomes(
        pytester,
        """
        def test_faults(b2bi_faults): b2bi_faults.add("Get*", error="ConflictException", tiems=1)
        def test_chain(b2bi_faults): b2bi_faults("Get*", "rest")
        def test_path(b2bi_local): b2bi_local.admin.get("nothing")
        def test_events(b2bi_events): b2bi_events.wait_for("Transformation*", timeout=0)
        """,
    )
    result.assert_outcomes(failed=4)
    told = result.stdout.str()
    assert "tiems" in told and "http.client" not in told
    assert "raise AdminError" not in told and "raise TimeoutError" not in told and "b2bi_local/" not in told


def test_pauses_of_boto3_can_be_taken_away(b2bi_no_pauses, b2bi_local, b2bi_account, b2bi_faults, monkeypatch):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    b2bi_faults.add("ListProfiles", chain="2*error(ThrottlingException) -> ok")
    client = b2bi_local.client("b2bi", b2bi_account, **NO_WAIT)
    assert client.list_profiles()["profiles"] == []
    assert slept and set(slept) == {0}


def test_a_clock_that_is_wrong_refuses_signatures(b2bi_account):
    from b2bi_local.clock import Clock

    with Server("--verify-signatures", "--credentials", f"{b2bi_account}:any") as server:
        client = server.client("b2bi", b2bi_account, retries={"total_max_attempts": 1})
        assert client.list_profiles()["profiles"] == []
        Clock(server).skew(minutes=-20)
        with pytest.raises(client.exceptions.ClientError, match="Signature"):
            client.list_profiles()
        made = datetime.datetime.now(datetime.timezone.utc)
        Clock(server).skew(minutes=-10)
        late = made - client.create_profile(**PROFILE)["createdAt"]
        assert datetime.timedelta(minutes=9) < late < datetime.timedelta(minutes=11)


class Other(http.server.BaseHTTPRequestHandler):
    """Some other server."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_):
        pass


@pytest.fixture
def refusal(pytester, monkeypatch):
    """Runs a test with an endpoint that cannot be used; returns the one message."""

    def refusal(endpoint):
        monkeypatch.setenv("B2BI_LOCAL_ENDPOINT", endpoint)
        result = outcomes(pytester, "def test_one(b2bi): pass\ndef test_two(b2bi): pass")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        told = result.stderr.str() + result.stdout.str()
        assert told.count("B2BI_LOCAL_ENDPOINT is") == 1 and "Traceback" not in told
        return told

    return refusal


@pytest.mark.parametrize("endpoint", ["127.0.0.1:4577", "ftp://127.0.0.1", "http://", "http://h:x", "http://h/path"])
def test_an_endpoint_of_another_form(refusal, endpoint):
    assert "http://HOST:PORT" in refusal(endpoint)


def test_an_endpoint_where_nobody_answers(refusal):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert "no server answers there" in refusal(f"http://127.0.0.1:{closed.getsockname()[1]}")


def test_an_endpoint_of_another_server(refusal):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        assert "not b2bi-local" in refusal(f"http://127.0.0.1:{other.server_port}")
        other.shutdown()


def test_an_endpoint_that_wants_a_token(refusal, monkeypatch, pytester):
    with Server("--admin-token", "secret") as server:
        assert "B2BI_LOCAL_ADMIN_TOKEN is not set" in refusal(server.endpoint)
        monkeypatch.setenv("B2BI_LOCAL_ADMIN_TOKEN", "wrong")
        assert "B2BI_LOCAL_ADMIN_TOKEN is not the server's" in refusal(server.endpoint)
        monkeypatch.setenv("B2BI_LOCAL_ADMIN_TOKEN", "secret")
        outcomes(pytester, "def test_it(b2bi): assert b2bi.list_profiles()").assert_outcomes(passed=1)
