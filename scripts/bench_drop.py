"""Measures pipelines: files a second, and the time from a drop to its output, for small and large files.

A client that only sends requests shows how many small files the server takes. Then a file of 1 GB is
split, and it is an error when the server needs more memory for that than it may.
B2BI_LOCAL_BIN names the server; scripts/bench calls this with the release build. The clients and the
server share the machine, so the figures are those of a developer's own.
"""

import argparse
import concurrent.futures
import http.client
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

import pytest
import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python" / "tests"))
pytest.register_assert_rewrite("blocks", "replies")

import edi  # noqa: E402
from clients import boto3_client, checked_client  # noqa: E402
from pipeline import SPLIT, Pipeline  # noqa: E402
from server import Server  # noqa: E402
from world import INBOUND_ORDERS, World  # noqa: E402

ACCOUNT, WRITERS, MAX_WAIT = "111122223333", 8, 300
SESSION = requests.Session()
# The maximum memory, in MB, while a file is split, and its maximum number of transactions.
MEMORY, TRANSACTIONS = 200, 100
HEAD = [["BEG", "00", "SA", "PO-77", "", "20260301"]]
LINE = ["PO1", "1", "4", "EA", "12.50", "TE", "VN", "CHAIN-9"]
ANSWERED = {"inboundEdi": {"x12": {"acknowledgmentOptions": {
    "functionalAcknowledgment": "GENERATE_ALL_SEGMENTS", "technicalAcknowledgment": "DO_NOT_GENERATE",
}}}}


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a few files only")
    quick = arguments.parse_args().quick
    plan = [("5 KB", 5_000, 40 if quick else 2000, 5 if quick else 200), ("5 MB", 5_000_000, 2 if quick else 40, 1 if quick else 20)]
    for name, size, files, rounds in plan:
        with Server("--events-size", "100000") as server:
            pipeline = pipeline_on(server)
            body = order(size)
            rate = throughput(pipeline, body, files)
            times = sorted(latency(pipeline, body, number) for number in range(rounds))
            print(f"{name}: {rate:8.1f} files/s; drop to output {1000 * statistics.median(times):.1f} ms, "
                  f"slowest of {rounds} {1000 * times[-1]:.1f} ms; memory {peak(server):.0f} MB; "
                  f"limit, the puts of input and output: {1000 * copied(pipeline, body):.1f} ms")
    plain_rates(40 if quick else 4000)
    split(*(("20 MB", 20_000_000) if quick else ("1 GB", 1_000_000_000)))


def pipeline_on(server, **transformer):
    s3 = boto3_client("s3", server.endpoint, ACCOUNT, max_pool_connections=WRITERS)
    return Pipeline(World(checked_client(server.endpoint, ACCOUNT), s3), server.endpoint, options=ANSWERED, **transformer)


def split(name, size):
    """Splits a file of this size, in a server with objects on disk."""
    splitting = {"inputConversion": {**INBOUND_ORDERS, "advancedOptions": SPLIT}}
    with tempfile.TemporaryDirectory() as home, Server("--data-dir", f"{home}/data") as server:
        pipeline = pipeline_on(server, **splitting)
        before, batch = peak(server), pathlib.Path(home, "batch.edi")
        write_batch(batch, size)
        begun = time.perf_counter()
        pipeline.world.s3.upload_file(str(batch), pipeline.world.bucket, f"{pipeline.input}batch.edi")
        put = time.perf_counter() - begun
        wait(pipeline, 1)
        outputs = [key for key in pipeline.keys() if key.endswith(".json")]
        assert len(outputs) == TRANSACTIONS, len(outputs)
        print(f"{name}, split: put in {put:.1f} s, out after {time.perf_counter() - begun - put:.1f} s more; "
              f"memory {before:.0f} MB at first, {peak(server):.0f} MB at most")
        assert peak(server) <= MEMORY, f"more than {MEMORY} MB"


def write_batch(path, size):
    """A file of about this size with the maximum number of transactions, all alike."""
    marker = "LINES"
    frame = edi.interchange([*HEAD, [marker], ["CTT", "1"]], sets=TRANSACTIONS).decode()
    line = "*".join(LINE) + "~\n"
    lines = size // TRANSACTIONS // len(line)
    frame = frame.replace("SE*5*", f"SE*{4 + lines}*")
    with path.open("w") as file:
        for number, part in enumerate(frame.split(f"{marker}~\n")):
            for _ in range(lines if number else 0):
                file.write(line)
            file.write(part)


def order(size):
    """A purchase order of about this size, acknowledged by a 997."""
    return edi.interchange(HEAD + [LINE] * (size // (len("*".join(LINE)) + 2)))


def throughput(pipeline, body, files):
    """Files a second from the first put to the last event."""
    begun = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(lambda number: pipeline.put(body, f"{number:05}.edi"), range(files)))
    wait(pipeline, files)
    return files / (time.perf_counter() - begun)


def plain_rates(files):
    """Files of 3 KB a second from a client that only sends requests: boto3 takes more time for a file than the server."""
    body = order(3_000)
    with tempfile.TemporaryDirectory() as home:
        for name, settings in [("in memory", []), ("with --data-dir", ["--data-dir", f"{home}/data"])]:
            with Server("--events-size", "100000", *settings) as server:
                pipeline, begun = pipeline_on(server), time.perf_counter()
                with concurrent.futures.ThreadPoolExecutor(WRITERS) as writers:
                    list(writers.map(lambda writer: put_plainly(pipeline, body, writer, files // WRITERS), range(WRITERS)))
                wait(pipeline, files)
                rate = files / (time.perf_counter() - begun)
                print(f"3 KB, {name}, from a client that only sends requests: {rate:.0f} files/s")


def put_plainly(pipeline, body, writer, files):
    """Puts files over one connection."""
    address = urllib.parse.urlsplit(pipeline.endpoint).netloc
    signed = f"AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    connection = http.client.HTTPConnection(address)
    for number in range(files):
        path = f"/{pipeline.world.bucket}/{pipeline.input}{writer}-{number}.edi"
        connection.request("PUT", path, body, {"Authorization": signed})
        reply = connection.getresponse()
        assert reply.read() == b"" and reply.status == 200, reply.status


def latency(pipeline, body, number):
    """Seconds from the put of one file to its event, which comes when the output is there."""
    before = completed(pipeline)
    begun = time.perf_counter()
    pipeline.put(body, f"single-{number}.edi")
    wait(pipeline, before + 1)
    return time.perf_counter() - begun


def copied(pipeline, body, rounds=5):
    """Seconds for a put of the input and one of its document, the minimum of some rounds: the cost of the bytes alone."""
    s3, bucket = pipeline.world.s3, pipeline.world.bucket
    document = pipeline.read(next(key for key in pipeline.keys() if key.endswith(".json"))).encode()
    times = []
    for number in range(rounds):
        begun = time.perf_counter()
        s3.put_object(Bucket=bucket, Key=f"limit/{number}.edi", Body=body)
        s3.put_object(Bucket=bucket, Key=f"limit/{number}.json", Body=document)
        times.append(time.perf_counter() - begun)
    return min(times)


def wait(pipeline, count):
    deadline = time.monotonic() + MAX_WAIT
    while completed(pipeline) < count:
        assert time.monotonic() < deadline, f"{completed(pipeline)} of {count} came out"


def completed(pipeline):
    """The number of succeeded jobs, which is cheaper to read than the events."""
    query = {"account": ACCOUNT, "limit": 0}
    counts = SESSION.get(f"{pipeline.endpoint}/_b2bi/jobs", params=query).json()["counts"]
    assert counts["failed"] == 0, counts
    return counts["succeeded"]


def peak(server):
    """The maximum memory of the server so far, in MB."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    main()
