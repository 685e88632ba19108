"""Events for those who wait: requests that take until there is one, and streams of server-sent events."""

import concurrent.futures
import json
import time

import pytest
import requests

import edi
from server import Server

MAX_WAIT = 20


def listed(endpoint, **query):
    reply = requests.get(f"{endpoint}/_b2bi/events", params=query, timeout=2 * MAX_WAIT)
    assert reply.status_code == 200, reply.text
    return reply.json()


class Stream:
    """The entries that a client of server-sent events reads."""

    def __init__(self, endpoint, last=None, path="events", **query):
        headers = {"Accept": "text/event-stream", **({} if last is None else {"Last-Event-ID": str(last)})}
        url = f"{endpoint}/_b2bi/{path}"
        self.reply = requests.get(url, params=query, headers=headers, stream=True, timeout=MAX_WAIT)
        assert (self.reply.status_code, self.reply.headers["content-type"]) == (200, "text/event-stream")
        self.reply.encoding = "utf-8"
        self.lines = self.reply.iter_lines(chunk_size=1, decode_unicode=True)

    def next(self):
        number = data = None
        for line in self.lines:
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "data":
                data = json.loads(value)
            elif line == "" and data:
                assert data["number"] == number
                return data
        raise AssertionError("the stream has ended")


class TestLongPoll:
    def test_it_takes_until_there_is_an_event(self, world, endpoint, account):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(listed, endpoint, account=account, detailType="Transformation*", wait=MAX_WAIT)
            job = world.start(world.put(edi.order()))
            [event] = waiting.result()["events"]
        assert event["jobId"] == job["transformerJobId"]
        at_once = listed(endpoint, account=account, detailType="Transformation*", wait=60)
        assert at_once["events"] == [event]

    def test_it_ends_with_nothing_when_the_time_is_up(self, endpoint, account):
        assert listed(endpoint, account=account, wait=1)["events"] == []

    @pytest.mark.parametrize("wait", ["61", "-1", "long"])
    def test_nobody_waits_for_ever(self, endpoint, wait):
        reply = requests.get(f"{endpoint}/_b2bi/events?wait={wait}")
        assert (reply.status_code, "60 at most" in reply.json()["error"]) == (400, True)


class TestServerSentEvents:
    def test_events_come_as_they_happen(self, world, endpoint, account):
        stream = Stream(endpoint, account=account, detailType="Transformation*")
        jobs = []
        for _ in range(2):
            jobs.append(world.start(world.put(edi.order()))["transformerJobId"])
            assert stream.next()["jobId"] == jobs[-1]
        assert [event["jobId"] for event in listed(endpoint, account=account, detailType="Transformation*")["events"]] == jobs

    def test_a_client_that_comes_back_goes_on_where_it_was(self, world, endpoint, account):
        world.finished(world.put(edi.order()))
        first, second, third = listed(endpoint, account=account)["events"]
        stream = Stream(endpoint, last=first["number"], account=account)
        assert [stream.next(), stream.next()] == [second, third]

    def test_numbers_of_a_server_before_do_not_hide_events(self, world, endpoint, account):
        world.finished(world.put(edi.order()))
        events = listed(endpoint, account=account)["events"]
        stream = Stream(endpoint, last=10**12, account=account)
        assert [stream.next() for _ in events] == events

    def test_filters_that_there_are_not_are_refused(self, endpoint):
        headers = {"Accept": "text/event-stream"}
        assert requests.get(f"{endpoint}/_b2bi/events?colour=red", headers=headers).status_code == 400


class TestJournalAsEvents:
    """The request journal is a stream as well, with the filters of the list."""

    def journal(self, endpoint, **query):
        return requests.get(f"{endpoint}/_b2bi/journal", params=query, timeout=MAX_WAIT).json()["entries"]

    @pytest.mark.parametrize("path", ["journal", "requests"])
    def test_requests_come_as_they_are_settled(self, b2bi, endpoint, account, path):
        stream = Stream(endpoint, path=path, account=account, operation="List*")
        for _ in range(2):
            b2bi.list_capabilities()
            b2bi.list_profiles()
        came = [stream.next() for _ in range(4)]
        assert [entry["operation"] for entry in came] == ["ListCapabilities", "ListProfiles"] * 2
        assert self.journal(endpoint, account=account, operation="List*") == came

    def test_a_client_that_comes_back_goes_on_where_it_was(self, b2bi, endpoint, account):
        for _ in range(3):
            b2bi.list_profiles()
        first, second, third = self.journal(endpoint, account=account)
        stream = Stream(endpoint, last=first["number"], path="journal", account=account)
        assert [stream.next(), stream.next()] == [second, third]

    def test_filters_that_there_are_not_are_refused(self, endpoint):
        headers = {"Accept": "text/event-stream"}
        assert requests.get(f"{endpoint}/_b2bi/journal?colour=red", headers=headers).status_code == 400


class TestExplainedEntries:
    """Why a rule does not match a request of the journal."""

    def test_the_facts_are_those_of_the_request(self, b2bi, endpoint, account):
        error = {"code": "ThrottlingException"}
        rules = {
            "operation": {"operation": "GetProfile", "error": error},
            "region": {"region": "eu-*", "error": error},
            "body": {"body": {"/name": "x"}, "error": error},
            "matches": {"operation": "List*", "latency": {"fixedMs": 1}},
        }
        ids = {name: f"{name}-{account}" for name in rules}
        for name, rule in rules.items():
            reply = requests.post(f"{endpoint}/_b2bi/faults", json={"id": ids[name], "account": account, **rule})
            assert reply.status_code in (200, 201), reply.text
        try:
            b2bi.list_profiles()
            [entry] = requests.get(f"{endpoint}/_b2bi/journal?account={account}").json()["entries"]
            explained = self.explained(endpoint, entry=entry["number"])
            failed = {rule["id"]: rule["failed"] for rule in explained["rules"]}
            for name, expected in {"operation": "operation", "region": "region", "body": "body", "matches": None}.items():
                assert failed[ids[name]] == expected
            assert "body" in explained["notKept"]
            otherwise = self.explained(endpoint, entry=entry["number"], operation="GetProfile")
            assert {"id": ids["operation"], "matches": True, "failed": None} in otherwise["rules"]
        finally:
            for id_ in ids.values():
                requests.delete(f"{endpoint}/_b2bi/faults/{id_}")

    def explained(self, endpoint, **query):
        return requests.get(f"{endpoint}/_b2bi/faults/explain", params=query).json()


def until_followed(endpoint, by):
    """Returns once so many requests are with the server; one that is on its way may find the door closed."""
    deadline = time.monotonic() + MAX_WAIT
    while f"b2bi_local_event_followers {by}\n" not in requests.get(f"{endpoint}/_b2bi/metrics").text:
        assert time.monotonic() < deadline, "nobody waits for events"


def test_a_server_that_stops_does_not_wait_for_those_who_wait():
    with concurrent.futures.ThreadPoolExecutor() as pool:
        # The server's end is awaited for half as long as it would let requests go on.
        with Server("--drain-seconds", "60") as server:
            stream = Stream(server.endpoint)
            waiting = pool.submit(listed, server.endpoint, wait=60)
            until_followed(server.endpoint, by=2)
        assert waiting.result()["events"] == []
        assert list(stream.lines) == [":", ""]
