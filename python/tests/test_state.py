"""The state taken out as JSON and put back, snapshots of it, and how it is set back."""

import json

import pytest

from clients import CONNECTIONS, boto3_client, checked_client
from server import Server

PROFILE = {"businessName": "Blue Bikes", "phone": "5555555555", "logging": "ENABLED"}
ONE, OTHER = "111122223333", "444455556666"


@pytest.fixture(params=["memory", "disk"])
def endpoint(request, server_with, tmp_path):
    """A server of the test's own, in each of the homes of state: whole states are put in."""
    flags = ["--data-dir", str(tmp_path)] if request.param == "disk" else []
    return server_with(*flags)


@pytest.fixture
def own(endpoint):
    """Asks one of the server's own routes."""

    def ask(method, path, status=200, **sent):
        reply = CONNECTIONS.request(method, f"{endpoint}/_b2bi/{path}", **sent)
        assert reply.status_code == status, reply.text
        return reply

    return ask


def made(endpoint, account, name, region="us-east-1"):
    client = checked_client(endpoint, account, region)
    return client.create_profile(name=name, tags=[{"Key": "a", "Value": "b"}], **PROFILE)["profileId"]


def names(endpoint, account, region="us-east-1"):
    return [profile["name"] for profile in checked_client(endpoint, account, region).list_profiles()["profiles"]]


def test_what_is_exported_is_exported_again_once_imported(endpoint, own, server_with):
    made(endpoint, ONE, "one"), made(endpoint, OTHER, "other", "eu-west-1")
    exported = own("GET", "state").text
    assert exported.count("\n") > 10, "a member a line, for version control"
    other_server = server_with()
    reply = CONNECTIONS.put(f"{other_server}/_b2bi/state", data=exported)
    assert reply.json() == {"restored": {"scopes": 2}}
    assert CONNECTIONS.get(f"{other_server}/_b2bi/state").text == exported
    assert names(other_server, OTHER, "eu-west-1") == ["other"]


def test_an_account_or_a_region_alone(endpoint, own):
    made(endpoint, ONE, "one"), made(endpoint, ONE, "far", "eu-west-1"), made(endpoint, OTHER, "other")
    scopes = lambda query: [  # noqa: E731
        (scope["account"], scope["region"]) for scope in own("GET", f"state?{query}").json()["scopes"]
    ]
    assert scopes(f"account={ONE}") == [(ONE, "eu-west-1"), (ONE, "us-east-1")]
    assert scopes("region=us-east-1") == [(ONE, "us-east-1"), (OTHER, "us-east-1")]
    assert scopes(f"account={OTHER}&region=eu-west-1") == []
    assert "nearest is `objects`" in own("GET", "state?object=true", 400).json()["error"]


class TestObjects:
    LONG = "0123456789abcdef\n" * 5000

    def put(self, endpoint):
        s3 = boto3_client("s3", endpoint, ONE)
        s3.create_bucket(Bucket="orders")
        s3.put_object(
            Bucket="orders", Key="in/é.edi", Body="ISA*é~\n".encode(), ContentType="application/edi-x12", CacheControl="no-store",
            Metadata={"partner": "blue"}, Tagging="a=1&b=2",
        )
        s3.put_object(Bucket="orders", Key="long.txt", Body=self.LONG.encode())
        s3.put_object(Bucket="orders", Key="picture", Body=b"\x00\xff\x01")
        boto3_client("s3", endpoint, OTHER).create_bucket(Bucket="empty")
        return s3

    def test_they_are_exported_as_people_read_them_and_imported(self, endpoint, own, server_with, tmp_path):
        made(endpoint, ONE, "one"), self.put(endpoint)
        exported = own("GET", "state?objects=true")
        buckets = exported.json()["objects"]
        assert [(bucket["account"], bucket["bucket"], len(bucket["objects"])) for bucket in buckets] == [(ONE, "orders", 3), (OTHER, "empty", 0)]
        first, long, picture = buckets[0]["objects"]
        assert (first["text"], first["metadata"], first["tags"]) == ("ISA*é~\n", {"partner": "blue"}, {"a": "1", "b": "2"})
        assert (long["text"], picture["base64"]) == (self.LONG, "AP8B")

        elsewhere = server_with("--data-dir", str(tmp_path / "elsewhere"))
        there = boto3_client("s3", elsewhere, "777777777777")
        there.create_bucket(Bucket="gone")
        reply = CONNECTIONS.put(f"{elsewhere}/_b2bi/state", data=exported.content)
        assert reply.json() == {"restored": {"scopes": 1, "buckets": 2}}, reply.text
        assert CONNECTIONS.get(f"{elsewhere}/_b2bi/state?objects=true").text == exported.text
        assert there.list_buckets()["Buckets"] == []
        object_ = boto3_client("s3", elsewhere, ONE).get_object(Bucket="orders", Key="in/é.edi")
        told = object_["Body"].read().decode(), object_["ContentType"], object_["CacheControl"], object_["TagCount"]
        assert told == ("ISA*é~\n", "application/edi-x12", "no-store", 2)

    def test_they_are_left_alone_by_a_state_without_them(self, endpoint, own):
        self.put(endpoint)
        own("PUT", "state", json=own("GET", "state").json())
        assert buckets(endpoint, ONE) == ["orders"]

    def test_an_account_alone_and_no_region(self, endpoint, own):
        self.put(endpoint)
        assert [item["bucket"] for item in own("GET", f"state?objects=true&account={OTHER}").json()["objects"]] == ["empty"]
        assert "no region" in own("GET", "state?objects=true&region=us-east-1", 400).json()["error"]
        assert "true or false" in own("GET", "state?objects=yes", 400).json()["error"]

    @pytest.mark.parametrize("change, told", [
        ({"text": 7}, "objects[0]"), ({"base64": "AA=="}, "either text or base64"), ({"key": ""}, "1 to 1024"),
        ({"key": "picture"}, "is there twice"), ({"lastModified": "now"}, "2026-01-31T09:30:00Z"), ({"colour": "red"}, "unknown field"),
        ({"text": None, "base64": "!"}, "base64"),
    ])
    def test_what_cannot_be_made_changes_nothing(self, endpoint, own, change, told):
        made(endpoint, ONE, "one"), self.put(endpoint)
        before = own("GET", "state?objects=true")
        broken = before.json()
        broken["scopes"] = []
        broken["objects"][0]["objects"][0].update(change)
        error = own("PUT", "state", 400, json=broken).json()["error"]
        assert error.startswith("Nothing was changed: ") and told in error
        assert own("GET", "state?objects=true").text == before.text

    def test_those_elsewhere_are_not_part_of_the_state(self, server_with):
        endpoint = server_with("--s3-endpoint", "http://127.0.0.1:9")
        state = f"{endpoint}/_b2bi/state"
        assert "elsewhere" in CONNECTIONS.get(f"{state}?objects=true").json()["error"]
        empty = CONNECTIONS.get(state).json()
        assert CONNECTIONS.put(state, json=empty).status_code == 200
        reply = CONNECTIONS.put(state, json={**empty, "objects": []})
        assert (reply.status_code, reply.json()["error"][:20]) == (400, "Nothing was changed:")

    def test_a_snapshot_has_them(self, endpoint, own):
        s3 = self.put(endpoint)
        before = own("GET", "state?objects=true").text
        own("POST", "snapshots/with?objects=true", 201)
        s3.put_object(Bucket="orders", Key="picture", Body=b"other")
        s3.create_bucket(Bucket="later")
        assert own("POST", "snapshots/with/restore").json()["restored"]["buckets"] == 2
        assert own("GET", "state?objects=true").text == before

    def test_they_stay_when_the_server_is_killed(self, tmp_path):
        with Server("--data-dir", str(tmp_path)) as server:
            state = lambda: CONNECTIONS.get(f"{server.endpoint}/_b2bi/state?objects=true").text  # noqa: E731
            self.put(server.endpoint)
            before = state()
            boto3_client("s3", server.endpoint, ONE).delete_object(Bucket="orders", Key="long.txt")
            assert CONNECTIONS.put(f"{server.endpoint}/_b2bi/state", data=before.encode()).status_code == 200
            server.kill()
        with Server("--data-dir", str(tmp_path)) as server:
            assert state() == before


def test_an_import_is_all_or_nothing(endpoint, own):
    made(endpoint, ONE, "one"), made(endpoint, OTHER, "other")
    before = own("GET", "state")
    broken = before.json()
    broken["scopes"][0]["account"] = "777777777777"
    broken["scopes"][1]["region"] = 7
    error = own("PUT", "state", 400, json=broken).json()["error"]
    assert error.startswith("Nothing was changed: scopes[1]: region")
    assert "not JSON" in own("PUT", "state", 400, data="{").json()["error"]
    assert own("GET", "state").text == before.text


def test_a_later_format_is_refused(endpoint, own):
    made(endpoint, ONE, "one")
    before = own("GET", "state")
    later = {**before.json(), "version": before.json()["version"] + 1}
    error = own("PUT", "state", 400, json=later).json()["error"]
    assert "a later release" in error and "update" in error
    assert own("GET", "state").text == before.text


def test_snapshots(endpoint, own):
    made(endpoint, ONE, "one")
    own("POST", "snapshots/before", 201)
    made(endpoint, ONE, "two")
    [listed] = own("GET", "snapshots").json()["snapshots"]
    assert (listed["name"], listed["buckets"]) == ("before", None)
    assert listed["bytes"] > 0 and listed["takenAt"].endswith("Z") and set(listed["holds"]) == {
        "profiles", "transformers", "capabilities", "partnerships", "jobs"}
    taken = own("GET", "snapshots/before").text
    assert taken != own("GET", "state").text
    own("POST", "snapshots/before/restore")
    assert own("GET", "state").text == taken
    assert names(endpoint, ONE) == ["one"]
    own("DELETE", "snapshots/before")
    assert "no snapshot before" in own("POST", "snapshots/before/restore", 404).json()["error"]
    assert own("GET", "snapshots").json() == {"snapshots": []}


def test_snapshots_stay_in_the_directory(tmp_path):
    with Server("--data-dir", str(tmp_path)) as server:
        ask = lambda method, path: CONNECTIONS.request(method, f"{server.endpoint}/_b2bi/snapshots/{path}")  # noqa: E731
        made(server.endpoint, ONE, "one")
        taken = [ask("POST", name).status_code for name in ("before", "gone")]
        assert (taken, ask("DELETE", "gone").status_code) == ([201, 201], 200)
        before = ask("GET", "before").text
        made(server.endpoint, ONE, "two")
        server.kill()
    with Server("--data-dir", str(tmp_path)) as server:
        assert [kept["name"] for kept in ask("GET", "").json()["snapshots"]] == ["before"]
        assert ask("GET", "before").text == before
        assert ask("POST", "before/restore").status_code == 200
        assert names(server.endpoint, ONE) == ["one"]


def test_a_state_that_the_disk_does_not_take_changes_nothing(tmp_path):
    with Server("--data-dir", str(tmp_path), file_bytes=4 << 20) as server:
        state = lambda: CONNECTIONS.get(f"{server.endpoint}/_b2bi/state")  # noqa: E731
        made(server.endpoint, ONE, "one")
        before = state()
        large = before.json()
        [profile] = large["scopes"][0]["profiles"]
        large["scopes"][0]["profiles"] = [{**profile, "id": f"p-{number:017}"} for number in range(9000)]
        reply = CONNECTIONS.put(f"{server.endpoint}/_b2bi/state", json=large)
        assert reply.status_code == 500, reply.text
        assert reply.json()["error"].startswith("Nothing was changed: cannot write to the data directory")
        assert state().text == before.text
    with Server("--data-dir", str(tmp_path)) as server:
        assert state().text == before.text


def test_what_snapshots_refuse(own):
    own("GET", "snapshots/none", 404), own("DELETE", "snapshots/none", 404)
    own("PUT", "snapshots/none", 405), own("GET", "snapshots/none/restore", 405)
    assert "letters" in own("POST", "snapshots/a%20b", 400).json()["error"]
    assert own("GET", "snapshots").json() == {"snapshots": []}


def filled(endpoint, account):
    """A bucket with a short object, a long one, and an upload under way."""
    s3 = boto3_client("s3", endpoint, account)
    s3.create_bucket(Bucket="files")
    s3.put_object(Bucket="files", Key="short", Body=b"a")
    s3.put_object(Bucket="files", Key="long", Body=b"a" * 2_000_000)
    upload = s3.create_multipart_upload(Bucket="files", Key="parts")["UploadId"]
    s3.upload_part(Bucket="files", Key="parts", UploadId=upload, PartNumber=1, Body=b"a")


def buckets(endpoint, account):
    return [bucket["Name"] for bucket in boto3_client("s3", endpoint, account).list_buckets()["Buckets"]]


class TestReset:
    def test_an_account_leaves_the_others(self, endpoint, own):
        for account in (ONE, OTHER):
            made(endpoint, account, "near"), made(endpoint, account, "far", "eu-west-1"), filled(endpoint, account)
        assert own("POST", f"reset?account={ONE}").json() == {"reset": ["state"]}
        assert (names(endpoint, ONE), names(endpoint, ONE, "eu-west-1"), buckets(endpoint, ONE)) == ([], [], [])
        assert (names(endpoint, OTHER), buckets(endpoint, OTHER)) == (["near"], ["files"])
        own("POST", "reset?what=state&region=eu-west-1")
        assert (names(endpoint, OTHER), names(endpoint, OTHER, "eu-west-1")) == (["near"], [])
        assert buckets(endpoint, OTHER) == ["files"]

    def test_the_state_goes_and_the_journal_stays(self, endpoint, own):
        made(endpoint, ONE, "one"), filled(endpoint, ONE)
        assert own("POST", "reset?what=state").json() == {"reset": ["state"]}
        assert [entry["operation"] for entry in own("GET", "journal?service=b2bi").json()["entries"]] == ["CreateProfile"]
        assert (own("GET", "state").json()["scopes"], buckets(endpoint, ONE)) == ([], [])

    def test_what_is_refused(self, endpoint, own):
        made(endpoint, ONE, "one")
        for query in ["acount=1", f"what=faults&account={ONE}", "what=", "what=state&what=state", "state"]:
            assert own("POST", f"reset?{query}", 400).json()["error"]
        assert names(endpoint, ONE) == ["one"]

    def test_as_moto_does(self, endpoint, own):
        made(endpoint, ONE, "one"), filled(endpoint, ONE)
        assert CONNECTIONS.post(f"{endpoint}/moto-api/reset").json() == {"status": "ok"}
        assert (names(endpoint, ONE), buckets(endpoint, ONE)) == ([], [])
        assert CONNECTIONS.get(f"{endpoint}/moto-api/reset").status_code == 405

    def test_the_initial_state_is_there_again(self, server_with, tmp_path):
        profile = {"name": "seeded", **PROFILE}
        (tmp_path / "seed.json").write_text(json.dumps({"account": ONE, "profiles": [profile]}))
        endpoint = server_with("--init", str(tmp_path))
        made(endpoint, ONE, "one")
        assert CONNECTIONS.post(f"{endpoint}/_b2bi/reset").status_code == 200
        assert names(endpoint, ONE) == ["seeded"]

    def test_it_is_gone_from_the_disk(self, tmp_path):
        with Server("--data-dir", str(tmp_path)) as server:
            made(server.endpoint, ONE, "one"), filled(server.endpoint, ONE)
            assert CONNECTIONS.post(f"{server.endpoint}/_b2bi/reset").status_code == 200
            server.kill()
        with Server("--data-dir", str(tmp_path)) as server:
            assert (names(server.endpoint, ONE), buckets(server.endpoint, ONE)) == ([], [])
        assert list((tmp_path / "blobs").iterdir()) == []
