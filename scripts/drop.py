"""Drops many files at once while the server is killed again and again, and checks that each comes out once.

Half of the files are X12 purchase orders, each of which is answered by a 997 and a TA1; half are
documents that become X12. All interchanges to a partner count together, and their numbers have no
gaps. The server keeps its state in a directory; a writer whose put went unanswered looks whether
the file is there before it puts it again.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import json
import pathlib
import random
import sys
import tempfile
import threading
import time

import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python" / "tests"))
pytest.register_assert_rewrite("blocks", "replies")

import edi  # noqa: E402
from clients import boto3_client, checked_client  # noqa: E402
from pipeline import Pipeline, key_of, segments  # noqa: E402
from server import Server  # noqa: E402
from world import OUTBOUND, World  # noqa: E402

ACCOUNT = "111122223333"
PARTNERS, WRITERS, MAX_WAIT = 2, 8, 120
PAUSE = 0.02
US = "NORTHMILL"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=1000)
    arguments.add_argument("--kills", type=int, default=10)
    arguments.add_argument("--seed", type=int, default=random.randrange(1000), help="of the moments of the kills")
    arguments.add_argument("--quick", action="store_true", help="a hundred files and three kills")
    chosen = arguments.parse_args()
    files, kills = (100, 3) if chosen.quick else (chosen.files, chosen.kills)
    print(f"{files} files, {kills} kills, seed {chosen.seed}", flush=True)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as home, Station(pathlib.Path(home), files) as station:
        bucket, partners = prepare(station.endpoint)
        keys = drop(station, bucket, partners, files, kills, random.Random(chosen.seed))
        station.wait(files)
        check(station, bucket, keys, len(partners))
        again = check_events(station.home / "events.jsonl", keys)
    print(f"{files} files by {WRITERS} writers: each came out once, numbers distinct and without gaps, "
          f"{again} events told again; {time.monotonic() - begun:.1f} s")


class Station:
    """The server, a new process after each kill with the same state."""

    def __init__(self, home, files):
        self.home, self.changed = home, threading.Condition()
        self.flags = ["--data-dir", str(home / "data"), "--events-size", str(10 * files), "--events-file", str(home / "events.jsonl")]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *failure):
        self.server.__exit__(*failure)

    def start(self):
        server = Server(*self.flags).__enter__()
        with self.changed:
            self.server, self.endpoint = server, server.endpoint
            self.s3 = boto3_client("s3", self.endpoint, ACCOUNT, max_pool_connections=2 * WRITERS)
            self.changed.notify_all()

    def kill(self):
        self.server.kill()
        self.start()

    def after(self, s3):
        """A client of the server that replaces that of this client."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.s3 is not s3, MAX_WAIT), "nobody started the server again"
            return self.s3

    def jobs(self):
        """How many jobs are in each state."""
        reply = requests.get(f"{self.endpoint}/_b2bi/jobs", params={"limit": 0}, timeout=MAX_WAIT)
        return reply.json()["counts"]

    def wait(self, ended):
        """Waits until this many jobs have succeeded; a failed one is an error."""
        deadline = time.monotonic() + MAX_WAIT
        while (counts := self.jobs())["succeeded"] < ended:
            assert counts["failed"] == 0, counts
            assert time.monotonic() < deadline, counts
            time.sleep(PAUSE)


def prepare(endpoint):
    """A bucket, and partners, each with a folder for X12 and one for documents."""
    world = World(checked_client(endpoint, ACCOUNT), boto3_client("s3", endpoint, ACCOUNT))
    partners = []
    for number in range(PARTNERS):
        name = f"PARTNER{number}"
        inbound, outbound = Pipeline(world, endpoint), Pipeline(world, endpoint, "OUTBOUND", outputConversion=OUTBOUND)
        partners.append((name, inbound.input, outbound.input))
    return world.bucket, partners


def drop(station, bucket, partners, files, kills, chance):
    """Puts all files at once, while the server is killed this many times; returns their keys."""
    work = []
    for number in range(files):
        name, inbound, outbound = partners[number // 2 % PARTNERS]
        into, body = (inbound, order(name)) if number % 2 else (outbound, document(name))
        work.append((f"{into}{number:05}", body))
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as writers:
        putting = [writers.submit(put, station, bucket, key, body) for key, body in work]
        for kill in range(kills):
            station.wait(files * kill // (kills + 1))
            time.sleep(chance.random() * PAUSE)
            station.kill()
        for item in putting:
            item.result()
    return [key for key, _ in work]


def put(station, bucket, key, body):
    s3 = station.s3
    while True:
        with contextlib.suppress(BotoCoreError):
            s3.put_object(Bucket=bucket, Key=key, Body=body)
            return
        while True:
            s3 = station.after(s3)
            with contextlib.suppress(BotoCoreError):
                if is_there(s3, bucket, key):
                    return
                break


def is_there(s3, bucket, key):
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "404", error
        return False
    return True


def order(partner):
    return edi.order().replace(b"BLUEBIKES      ", partner.ljust(15).encode())


def document(partner):
    group = {
        "GS_01_FunctionalIdentifierCode": "PO", "GS_02_ApplicationSenderCode": US, "GS_03_ApplicationReceiverCode": partner,
        "GS_07_ResponsibleAgencyCode": "X", "GS_08_Version": "004010",
        "transactions": [{"ST_01_TransactionSetIdentifierCode": "850", "segments": edi.ORDER_SEGMENTS}],
    }
    return json.dumps({"interchanges": [{
        "ISA_05_SenderQualifier": "ZZ", "ISA_06_SenderId": US, "ISA_07_ReceiverQualifier": "ZZ", "ISA_08_ReceiverId": partner,
        "functional_groups": [group],
    }]}).encode()


def check(station, bucket, dropped, partners):
    """Each file has one job and one output, and X12 has numbers that are distinct and without gaps."""
    counts = station.jobs()
    assert counts == {**dict.fromkeys(counts, 0), "succeeded": len(dropped)}, counts
    numbers, outputs = collections.defaultdict(list), collections.Counter()
    pages = station.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="output/")
    keys = [content["Key"] for page in pages for content in page.get("Contents", [])]
    assert not [key for key in keys if "VALIDATION_REPORT" in key]
    outputs = collections.Counter(key.rsplit("/", 1)[1].split(".")[0] for key in keys if "/ACK/" not in key)
    for text in read(station.s3, bucket, [key for key in keys if not key.endswith(".json")]):
        [isa] = segments(text, "ISA")
        numbers["ISA", isa[6].strip(), isa[8].strip()].append(int(isa[13]))
        for group in segments(text, "GS"):
            numbers["GS", group[1], group[2], group[3]].append(int(group[6]))
    assert outputs == collections.Counter(key.rsplit("/", 1)[1] for key in dropped), outputs.most_common(3)
    assert len(numbers) >= 2 * partners, numbers.keys()
    for pair, found in numbers.items():
        assert sorted(found) == list(range(1, len(found) + 1)), (pair, sorted(found))
    inbound = len(dropped) // 2
    total = sum(len(found) for pair, found in numbers.items() if pair[0] == "ISA")
    assert total == len(dropped) - inbound + 2 * inbound, total


def read(s3, bucket, keys):
    """The objects as text."""
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as readers:
        yield from readers.map(lambda key: s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode(), keys)


def check_events(path, dropped):
    """Repeated events of a file have the same id; returns the number of repetitions."""
    ids, lines = collections.defaultdict(set), path.read_text().splitlines()
    for event in map(json.loads, lines):
        assert event["detail-type"].endswith(" Completed"), event
        ids[key_of(event), event["detail-type"], event["detail"].get("ack-x12-type")].add(event["id"])
    assert {key for key, *_ in ids} <= set(dropped)
    assert all(len(item) == 1 for item in ids.values()), [told for told, value in ids.items() if len(value) > 1]
    return len(lines) - len(ids)


if __name__ == "__main__":
    main()
