"""Drops many files at once and checks that each comes out once, with control numbers of its own.

Half of the files are X12 purchase orders, each of which is answered by a 997 and a TA1; half are
documents that become X12. All interchanges to a partner count together.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python" / "tests"))
pytest.register_assert_rewrite("blocks", "replies")

import edi  # noqa: E402
from clients import boto3_client, checked_client  # noqa: E402
from pipeline import Pipeline, segments  # noqa: E402
from server import Server  # noqa: E402
from world import OUTBOUND, World  # noqa: E402

ACCOUNT = "111122223333"
PARTNERS, WRITERS, PATIENCE = 2, 8, 120
US = "NORTHMILL"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=1000)
    arguments.add_argument("--quick", action="store_true", help="a hundred files")
    chosen = arguments.parse_args()
    files = 100 if chosen.quick else chosen.files
    with Server("--events-size", str(10 * files)) as server:
        begun = time.monotonic()
        world, partners = prepare(server.endpoint)
        dropped = drop(world, partners, files)
        wait(partners, files)
        check(world, partners, dropped)
        print(f"{files} files by {WRITERS} writers: each came out once, numbers distinct and without gaps; "
              f"{time.monotonic() - begun:.1f} s")


def prepare(endpoint):
    """Partners, each with a folder for X12 and one for documents."""
    world = World(checked_client(endpoint, ACCOUNT), boto3_client("s3", endpoint, ACCOUNT, max_pool_connections=WRITERS))
    partners = []
    for number in range(PARTNERS):
        name = f"PARTNER{number}"
        inbound, outbound = Pipeline(world, endpoint), Pipeline(world, endpoint, "OUTBOUND", outputConversion=OUTBOUND)
        partners.append((name, inbound, outbound))
    return world, partners


def drop(world, partners, files):
    """Puts all files at once; returns their keys."""
    work = []
    for number in range(files):
        name, inbound, outbound = partners[number // 2 % PARTNERS]
        into, body = (inbound, order(name)) if number % 2 else (outbound, document(name))
        work.append((f"{into.input}{number:05}", body))
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(lambda it: world.s3.put_object(Bucket=world.bucket, Key=it[0], Body=it[1]), work))
    return [key for key, _ in work]


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


def wait(partners, files):
    """Waits until all jobs have ended."""
    pipeline, deadline = partners[0][1], time.monotonic() + PATIENCE
    while True:
        jobs = pipeline.told("jobs", limit=files)
        open_jobs = [it for it in jobs if it["state"] not in ("succeeded", "failed")]
        if len(jobs) == files and not open_jobs:
            failed = [it for it in jobs if it["state"] == "failed"]
            assert not failed, failed[:3]
            return
        assert time.monotonic() < deadline, f"{len(jobs)} jobs, {len(open_jobs)} of them under way"
        time.sleep(0.1)


def check(world, partners, dropped):
    numbers, outputs = collections.defaultdict(list), collections.Counter()
    pages = world.s3.get_paginator("list_objects_v2").paginate(Bucket=world.bucket, Prefix="output/")
    keys = [it["Key"] for page in pages for it in page.get("Contents", [])]
    for key in keys:
        assert "VALIDATION_REPORT" not in key, key
        if "/ACK/" not in key:
            outputs[key.rsplit("/", 1)[1].split(".")[0]] += 1
        if not key.endswith(".json"):
            text = world.s3.get_object(Bucket=world.bucket, Key=key)["Body"].read().decode()
            [isa] = segments(text, "ISA")
            numbers["ISA", isa[6].strip(), isa[8].strip()].append(int(isa[13]))
            for group in segments(text, "GS"):
                numbers["GS", group[1], group[2], group[3]].append(int(group[6]))
    assert outputs == collections.Counter(key.rsplit("/", 1)[1] for key in dropped)
    assert len(numbers) >= 2 * len(partners), numbers.keys()
    for pair, found in numbers.items():
        assert sorted(found) == list(range(1, len(found) + 1)), (pair, sorted(found))
    inbound = len(dropped) // 2
    total = sum(len(found) for pair, found in numbers.items() if pair[0] == "ISA")
    assert total == len(dropped) - inbound + 2 * inbound, total


if __name__ == "__main__":
    main()
