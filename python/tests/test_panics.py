"""A panic ends nothing but the request or job that has it, in the binary that ships."""

import json

import pytest

from clients import CONNECTIONS, boto3_client, headers_for

PROFILE = {"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}


def panics(endpoint, kind="request"):
    text = CONNECTIONS.get(f"{endpoint}/_b2bi/metrics").text
    (line,) = [line for line in text.splitlines() if line.startswith(f'b2bi_local_panics_total{{kind="{kind}"}}')]
    return int(line.split()[-1])


def create(endpoint, **headers):
    headers = {**headers_for("CreateProfile", "111122223333"), **headers}
    return CONNECTIONS.post(endpoint, data=json.dumps(PROFILE), headers=headers)


@pytest.mark.parametrize("fault", ["panic", "after panic", "twice panic"])
def test_a_request_that_panics_is_answered_with_the_modelled_error(server_with, fault):
    endpoint = server_with()
    reply = create(endpoint, **{"x-mock-fault": fault})
    assert reply.status_code == 500
    assert reply.json()["__type"].endswith("#InternalServerException")
    assert "The server failed at " in reply.json()["message"]
    assert panics(endpoint) == 1
    assert create(endpoint).status_code == 200
    (entry,) = CONNECTIONS.get(f"{endpoint}/_b2bi/journal?status=500").json()["entries"]
    assert entry["error"] == "InternalServerException"


@pytest.mark.parametrize(
    "query",
    [
        "Expires=9223372036854775807&Signature=1",
        "Expires=253402300800&Signature=1",
        "Expires=99999999999999999999999999&Signature=1",
        "X-Amz-Date=20260101T000000Z&X-Amz-Expires=9000000000000000&X-Amz-Signature=1",
        "X-Amz-Date=99991231T235959Z&X-Amz-Expires=18446744073709551615&X-Amz-Signature=1",
    ],
)
def test_a_presigned_request_may_expire_at_any_time(server_with, query):
    endpoint = server_with()
    reply = CONNECTIONS.get(f"{endpoint}/bucket/key?{query}")
    assert reply.status_code == 404, reply.text
    assert panics(endpoint) == 0


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_no_clock_breaks_a_reply(server_with, time):
    endpoint = server_with("--clock", "manual", "--clock-start", time)
    CONNECTIONS.put(f"{endpoint}/_b2bi/clock", json={"advanceMs": 2**63 - 1, "skewMs": 2**63 - 1})
    client = boto3_client("b2bi", endpoint, "111122223333")
    made = client.create_profile(**PROFILE)
    assert client.get_profile(profileId=made["profileId"])["createdAt"].year in (1, 9999)
    s3 = boto3_client("s3", endpoint, "111122223333")
    s3.create_bucket(Bucket="bucket")
    s3.put_object(Bucket="bucket", Key="k", Body=b"x")
    assert s3.head_object(Bucket="bucket", Key="k")["ContentLength"] == 1
    assert panics(endpoint) == 0
