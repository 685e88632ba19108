"""The server's clock: standing still, put forward, and wrong."""

import datetime
import threading
import time

import pytest
import requests
from botocore.exceptions import ClientError

from clients import CONNECTIONS, boto3_client

PROFILE = {"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
MANUAL = ("--clock", "manual", "--clock-start", "2026-01-01T00:00:00Z")
ACCOUNT = "111122223333"


@pytest.fixture
def manual(server_with):
    """A server whose time stands still."""
    return server_with(*MANUAL)


def change(endpoint, **changes):
    reply = CONNECTIONS.put(f"{endpoint}/_b2bi/clock", json=changes)
    assert reply.status_code == 200, reply.text
    return reply.json()


def shown(endpoint):
    return CONNECTIONS.get(f"{endpoint}/_b2bi/clock").json()


def arm(endpoint, *rules):
    assert CONNECTIONS.put(f"{endpoint}/_b2bi/faults", json=rules).status_code == 200


def created(client):
    return client.create_profile(**PROFILE)["createdAt"]


def code_of(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return raised.value.response["Error"]["Code"]


def test_time_stands_still_until_it_is_put_forward(manual):
    client = boto3_client("b2bi", manual, ACCOUNT)
    assert [created(client), created(client)] == [START, START]
    assert change(manual, advanceMs=90_500)["now"] == "2026-01-01T00:01:30.500Z"
    assert created(client) == START + datetime.timedelta(seconds=90.5)
    assert change(manual, setTo="2026-02-01T00:00:00Z", advanceMs=1)["now"] == "2026-02-01T00:00:00.001Z"


def test_changing_the_mode_changes_no_time(manual):
    assert shown(manual) == {
        "mode": "manual", "now": "2026-01-01T00:00:00.000Z", "skewMs": 0, "sleeping": 0, "wakesInMs": None,
    }
    assert change(manual, mode="real")["now"].startswith("2026-01-01T00:0")
    stopped = change(manual, mode="manual")["now"]
    assert shown(manual)["now"] == stopped > "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize("body, named", [
    ('{"mode": "slow"}', "mode"), ('{"advanceMs": -1}', "advanceMs"), ('{"setTo": "noon"}', "setTo"),
    ('{"advance": 1}', "advanceMs"), ("x", "JSON"),
])
def test_a_change_that_makes_no_sense_is_refused(manual, body, named):
    reply = CONNECTIONS.put(f"{manual}/_b2bi/clock", data=body)
    assert reply.status_code == 400 and named in reply.json()["error"]
    assert shown(manual)["now"] == "2026-01-01T00:00:00.000Z"


def test_a_client_token_is_forgotten_after_a_day(manual):
    client = boto3_client("b2bi", manual, ACCOUNT)
    first = client.create_profile(**PROFILE, clientToken="t")["profileId"]
    change(manual, advanceMs=24 * 3_600_000)
    assert client.create_profile(**PROFILE, clientToken="t")["profileId"] == first
    change(manual, advanceMs=1)
    assert client.create_profile(**PROFILE, clientToken="t")["profileId"] != first


def test_windows_open_and_buckets_fill_by_the_clock(manual):
    client = boto3_client("b2bi", manual, ACCOUNT)
    arm(
        manual,
        {"operation": "GetProfile", "window": {"startMs": 5000, "endMs": 10_000}, "http": {"statusCode": 503}},
        {"operation": "ListProfiles", "throttle": {"ratePerSecond": 0.5, "burst": 1}},
    )
    assert code_of(client.get_profile, profileId="p-1") == "ResourceNotFoundException"
    client.list_profiles()
    assert code_of(client.list_profiles) == "ThrottlingException"
    change(manual, advanceMs=5000)
    assert code_of(client.get_profile, profileId="p-1") == "503"
    client.list_profiles()
    change(manual, advanceMs=5000)
    assert code_of(client.get_profile, profileId="p-1") == "ResourceNotFoundException"


def test_a_held_up_request_goes_on_when_the_clock_does(manual):
    arm(manual, {"latency": {"fixedMs": 3_600_000}})
    client = boto3_client("b2bi", manual, ACCOUNT)
    replies = []
    caller = threading.Thread(target=lambda: replies.append(client.list_profiles()["profiles"]))
    caller.start()
    deadline = time.monotonic() + 30
    while shown(manual)["sleeping"] == 0 and time.monotonic() < deadline:
        pass
    assert (shown(manual)["wakesInMs"], replies) == (3_600_000, [])
    change(manual, advanceMs=3_600_000)
    caller.join(30)
    assert (shown(manual)["sleeping"], replies) == (0, [[]])


@pytest.mark.parametrize("rule", [None, {"response": {"drip": {"bytes": 1000, "everyMs": 1}}}])
def test_the_skew_is_told_in_dates_and_timestamps(manual, rule):
    if rule:
        arm(manual, rule)
    change(manual, skewMs=-3_600_000)
    client = boto3_client("b2bi", manual, ACCOUNT)
    reply = client.create_profile(**PROFILE)
    assert reply["createdAt"] == START - datetime.timedelta(hours=1)
    assert reply["ResponseMetadata"]["HTTPHeaders"]["date"] == "Wed, 31 Dec 2025 23:00:00 GMT"


def test_s3_has_the_same_time(manual):
    s3 = boto3_client("s3", manual, ACCOUNT)
    s3.create_bucket(Bucket="orders")
    change(manual, advanceMs=1000, skewMs=1000)
    reply = s3.put_object(Bucket="orders", Key="k")
    assert reply["ResponseMetadata"]["HTTPHeaders"]["date"] == "Thu, 01 Jan 2026 00:00:02 GMT"
    assert s3.head_object(Bucket="orders", Key="k")["LastModified"] == START + datetime.timedelta(seconds=2)


def test_the_skew_moves_the_window_of_signatures(server_with):
    endpoint = server_with("--verify-signatures", "--credentials", f"{ACCOUNT}:any")
    client = boto3_client("b2bi", endpoint, ACCOUNT)
    assert client.list_profiles()["profiles"] == []
    for minutes, code in [(20, "InvalidSignatureException"), (-20, "InvalidSignatureException")]:
        change(endpoint, skewMs=minutes * 60_000)
        assert code_of(client.list_profiles) == code
    change(endpoint, skewMs=10 * 60_000)
    assert client.list_profiles()["profiles"] == []


def test_the_machines_time_is_the_default(server_with):
    endpoint = server_with()
    before = datetime.datetime.now(datetime.timezone.utc)
    assert abs(created(boto3_client("b2bi", endpoint, ACCOUNT)) - before) < datetime.timedelta(seconds=30)
    assert shown(endpoint)["mode"] == "real"


def test_no_time_is_too_far(manual):
    change(manual, setTo="9999-12-31T23:59:59Z", advanceMs=5000)
    reply = requests.get(f"{manual}/_b2bi/health")
    assert reply.headers["date"] == "Fri, 31 Dec 9999 23:59:59 GMT"


def test_objects_expire_as_the_clock_is_put_forward(manual):
    s3 = boto3_client("s3", manual, ACCOUNT)
    s3.create_bucket(Bucket="orders")
    rule = {"Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket="orders", LifecycleConfiguration={"Rules": [rule]})
    for key in ["old/a", "new/a"]:
        s3.put_object(Bucket="orders", Key=key, Body=b"x")
    change(manual, advanceMs=2 * 24 * 3_600_000)
    for _ in range(200):
        contents = [found["Key"] for found in s3.list_objects_v2(Bucket="orders").get("Contents", [])]
        if contents == ["new/a"]:
            break
        time.sleep(0.02)
    assert contents == ["new/a"]
