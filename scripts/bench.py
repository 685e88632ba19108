"""Compares b2bi-local with moto_server and a bare hyper server; scripts/bench calls it.

All figures of a run come from the same minute on the same cores: the server on the first, the
load on the second. Compare ratios; absolute figures are the machine's. The runs of what is
compared alternate, and the median of the rounds counts, because a shared machine is not steady.
"""

import argparse
import http.client
import json
import math
import os
import pathlib
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from typing import NamedTuple

import boto3
import moto
from botocore.awsrequest import AWSResponse
from botocore.config import Config

CONNECTIONS = 16
# Connections that clients of a large test run keep open.
MANY_CONNECTIONS = 2000
# The numbers of rules, none of which matches the request.
RULES = [0, 1, 10, 100]
TICKS = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORES, LOAD_CORES = set(CORES[:1]), set(CORES[-1:])
PROFILE = {
    "name": "example-profile",
    "businessName": "Example Trading Partner",
    "email": "edi@example.com",
    "phone": "555-0100",
    "logging": "ENABLED",
}
TRANSFORMER = {
    "name": "purchase-orders",
    "inputConversion": {
        "fromFormat": "X12",
        "formatOptions": {"x12": {"transactionSet": "X12_850", "version": "VERSION_4010"}},
    },
    "mapping": {
        "templateLanguage": "JSONATA",
        "template": '{"po": interchanges.functional_groups.transactions.segments}',
    },
    "sampleDocuments": {
        "bucketName": "examples",
        "keys": [{"input": "850/input.edi", "output": "850/output.json"}],
    },
}


class Load(NamedTuple):
    """The results of the load generator, and the server's CPU time for a request."""

    rate: float
    p50: float
    p99: float
    cpu: float
    refused: float
    body: float


class Server(NamedTuple):
    process: subprocess.Popen
    port: int

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def cpu_seconds(self):
        fields = proc(self, "stat").rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        """Resident memory in MB."""
        kilobytes = re.search(r"VmRSS:\s+(\d+)", proc(self, "status")).group(1)
        return int(kilobytes) / 1000


def proc(server, name):
    return pathlib.Path(f"/proc/{server.process.pid}/{name}").read_text()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def pinned(cores):
    """Processes that are started inside run on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def running(command, port):
    process = subprocess.Popen(
        [str(item) for item in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Server(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def request_bytes(client, operation, **members):
    """The request as boto3 sends it, with twelve zeros for unique parts."""
    caught = {}

    def catch(request, **_):
        caught["request"] = request
        return AWSResponse(request.url, 200, {}, Empty())

    client.meta.events.register("before-send", catch)
    try:
        getattr(client, operation)(**members)
    finally:
        client.meta.events.unregister("before-send", catch)
    request = caught["request"]
    token = rb'("clientToken": ?")[^"]{36}'
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.read()
    body = re.sub(token, rb"\g<1>00000000-0000-4000-8000-000000000000", body)
    url = urllib.parse.urlsplit(request.url)
    lines = [f"{request.method} {url.path} HTTP/1.1", f"Host: {url.netloc}"]
    for name, value in request.headers.items():
        # The load generator sends the body at once.
        if name == "Expect":
            continue
        lines.append(f"{name}: {value.decode() if isinstance(value, bytes) else value}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Empty:
    """The reply to boto3 while its request is recorded."""

    def stream(self, **_):
        yield b""


def client(service, server):
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def answered(port, request):
    """Whether the server on this port answers the request with success."""
    try:
        with socket.create_connection(("127.0.0.1", port), 10) as stream:
            stream.sendall(request)
            reply = http.client.HTTPResponse(stream)
            reply.begin()
            return reply.status == 200
    except (OSError, http.client.HTTPException):
        return False


def started(command, port, request):
    """Milliseconds from the start of the process to its first answer, and its idle memory then."""
    begin = time.perf_counter()
    with running(command, port) as server:
        while not answered(port, request):
            if server.process.poll() is not None or time.perf_counter() - begin > 60:
                sys.exit(f"{command[0]} does not answer")
            time.sleep(0.0002)
        elapsed = time.perf_counter() - begin
        time.sleep(0.3)
        return elapsed * 1000, server.memory()


class Bench:
    def __init__(self, arguments):
        self.target = pathlib.Path(os.environ["B2BI_LOCAL_BENCH_TARGET"])
        quick = arguments.quick
        self.starts, self.moto_starts = (3, 1) if quick else (20, 10)
        self.rounds, self.seconds, self.count = (1, 0.2, 2000) if quick else (7, 1, 40000)

    def b2bi(self, port):
        return [self.target / "b2bi-local", "--listen", f"127.0.0.1:{port}", "--quotas=false"]

    def moto(self, port):
        return [pathlib.Path(sys.executable).with_name("moto_server"), "-p", port]

    def load(self, server, request, connections=CONNECTIONS):
        cpu = server.cpu_seconds()
        limits = [connections, self.seconds, self.count]
        command = [self.target / "examples" / "load", f"127.0.0.1:{server.port}", *limits]
        with pinned(LOAD_CORES):
            done = subprocess.run(
                [str(item) for item in command],
                input=request,
                stdout=subprocess.PIPE,
                check=True,
                timeout=60,
            )
        count, seconds, refused, body, p50, p99 = map(float, done.stdout.split())
        cpu = (server.cpu_seconds() - cpu) / count * 1e6
        return Load(count / seconds, p50, p99, cpu, refused, body)

    def start_up(self):
        """The time of each server to its first answer, and its memory then."""
        found = {}
        for name, command, service, operation, times in [
            ("b2bi-local", self.b2bi, "b2bi", "list_profiles", self.starts),
            ("moto_server", self.moto, "ssm", "describe_parameters", self.moto_starts),
        ]:
            port = free_port()
            request = request_bytes(client(service, Server(None, port)), operation)
            runs = [started(command(port), port, request) for _ in range(times)]
            found[name] = tuple(statistics.median(pair) for pair in zip(*runs))
        return found

    def bare(self):
        """The loads of b2bi-local and of the bare server, alternating."""
        port = free_port()
        bare = subprocess.Popen(
            [str(self.target / "examples" / "bare_hyper")], stdout=subprocess.PIPE, text=True
        )
        try:
            bare_server = Server(bare, int(bare.stdout.readline().rsplit(":", 1)[1]))
            with running(self.b2bi(port), port) as server:
                return self.side_by_side(server, bare_server)
        finally:
            bare.terminate()
            bare.wait()

    def side_by_side(self, server, bare):
        requests = b2bi_requests(server) | s3_requests(server)
        loads = {}
        for _ in range(self.rounds):
            for name, request in requests.items():
                load = self.load(server, request)
                constant = re.sub(rb"^\S+ \S+", b"POST /%d" % load.body, request)
                loads.setdefault((name, "b2bi-local"), []).append(load)
                loads.setdefault((name, "bare hyper"), []).append(self.load(bare, constant))
        return loads

    def rules(self):
        """The loads of GetProfile by the number of rules that do not match it, alternating."""
        port, loads = free_port(), {count: [] for count in RULES}
        with running(self.b2bi(port), port) as server:
            request = profile_request(server)
            for _ in range(self.rounds):
                for count, rounds in loads.items():
                    arm(server, count)
                    rounds.append(self.load(server, request))
        return loads

    def many(self):
        """The loads of GetProfile with few and with many connections, alternating."""
        port, loads = free_port(), {CONNECTIONS: [], MANY_CONNECTIONS: []}
        with running(self.b2bi(port), port) as server:
            request = profile_request(server)
            for _ in range(self.rounds):
                for connections, rounds in loads.items():
                    rounds.append(self.load(server, request, connections))
        return loads

    def moto_loads(self):
        port = free_port()
        with running(self.moto(port), port) as server:
            requests = ssm_requests(server)
            return {
                (name, "moto_server"): [self.load(server, request)]
                for name, request in requests.items()
            }

    def run(self):
        print_starts(starts := self.start_up())
        with pinned(SERVER_CORES):
            loads = self.bare() | self.moto_loads()
            rules, many = self.rules(), self.many()
        print_loads(loads)
        print_ratios(starts["b2bi-local"], loads)
        print_rules(rules)
        print_many(many)


def wait_for(port, request):
    for _ in range(5000):
        if answered(port, request):
            return
        time.sleep(0.01)
    sys.exit("a server does not answer")


def arm(server, count):
    """Sets this many fault rules, all for an operation that is not called."""
    rules = [{"id": f"rule-{at}", "operation": "DeletePartnership"} for at in range(count)]
    headers = {"Content-Type": "application/json"}
    url, body = f"{server.url}/_b2bi/faults", json.dumps(rules).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, headers, method="PUT")) as reply:
        assert len(json.load(reply)["rules"]) == count


def profile_request(server):
    """GetProfile of an existing profile."""
    b2bi = client("b2bi", server)
    wait_for(server.port, request_bytes(b2bi, "list_profiles"))
    profile = b2bi.create_profile(**PROFILE)["profileId"]
    return request_bytes(b2bi, "get_profile", profileId=profile)


def b2bi_requests(server):
    get_profile, b2bi = profile_request(server), client("b2bi", server)
    for _ in range(50):
        b2bi.create_transformer(**TRANSFORMER)
    return {
        "GetProfile": get_profile,
        "ListTransformers(50)": request_bytes(b2bi, "list_transformers", maxResults=50),
        "CreateProfile": request_bytes(b2bi, "create_profile", **PROFILE),
    }


def s3_requests(server):
    s3, kilobyte = client("s3", server), b"0123456789abcde\n" * 64
    s3.create_bucket(Bucket="bench")
    s3.put_object(Bucket="bench", Key="1-kb", Body=kilobyte)
    return {
        "GetObject(1 KB)": request_bytes(s3, "get_object", Bucket="bench", Key="1-kb"),
        "PutObject(1 KB)": request_bytes(s3, "put_object", Bucket="bench", Key="1-kb", Body=kilobyte),
    }


def ssm_requests(server):
    ssm = client("ssm", server)
    wait_for(server.port, request_bytes(ssm, "describe_parameters"))
    for at in range(50):
        ssm.put_parameter(Name=f"/bench/{at}", Value="a value of some length", Type="String")
    new = {"Name": "/new/000000000000", "Value": "a value of some length", "Type": "String"}
    return {
        "SSM GetParameter": request_bytes(ssm, "get_parameter", Name="/bench/0"),
        "SSM DescribeParameters": request_bytes(ssm, "describe_parameters", MaxResults=50),
        "SSM PutParameter": request_bytes(ssm, "put_parameter", **new),
    }


def middle(loads):
    return Load(*(statistics.median(pair) for pair in zip(*loads)))


def ratio(over, under, figure=lambda load: load.rate):
    """The median ratio; a round too short for the clock of CPU time does not count."""
    ratios = [figure(a) / figure(b) for a, b in zip(over, under) if figure(b)]
    return statistics.median(ratios) if ratios else math.nan


def print_starts(starts):
    print(f"b2bi-local beside moto_server {moto.__version__}\n")
    print(f"{'':<28}{'first answer':>14}{'idle':>12}")
    for name, (millis, megabytes) in starts.items():
        print(f"{name:<28}{millis:>11.1f} ms{megabytes:>9.1f} MB")


def print_loads(loads):
    print(f"\n{CONNECTIONS} connections, server and load on a core each; CPU is the server's\n")
    columns = ("requests/s", "p50 µs", "p99 µs", "CPU µs", "bytes", "refused")
    print(f"{'':<41}" + "".join(f"{column:>11}" for column in columns))
    for (operation, server), rounds in loads.items():
        item = middle(rounds)
        figures = (item.rate, item.p50, item.p99, item.cpu, item.body, item.refused)
        print(f"{operation:<28}{server:<13}" + "".join(f"{figure:>11,.0f}" for figure in figures))


def print_ratios(start, loads):
    get, listed = "GetProfile", "ListTransformers(50)"
    got, put = "GetObject(1 KB)", "PutObject(1 KB)"
    ours = {name: rounds for (name, server), rounds in loads.items() if server == "b2bi-local"}
    bare = {name: rounds for (name, server), rounds in loads.items() if server == "bare hyper"}
    print(f"\n{'':<41}{'found':>11}{'wanted':>11}")
    for name, found, wanted in [
        ("start to first answer, ms", start[0], "< 15"),
        ("idle resident memory, MB", start[1], "< 12"),
        ("GetProfile / bare hyper", ratio(ours[get], bare[get]), ">= 0.70"),
        ("  of CPU time: bare hyper / GetProfile", ratio(bare[get], ours[get], lambda value: value.cpu), ""),
        ("ListTransformers(50) / GetProfile", ratio(ours[listed], ours[get]), ">= 0.25"),
        ("GetObject(1 KB) / bare hyper", ratio(ours[got], bare[got]), ">= 0.50"),
        ("PutObject(1 KB) / bare hyper", ratio(ours[put], bare[put]), ">= 0.50"),
    ]:
        print(f"{name:<41}{found:>11.2f}{wanted:>11}")


def print_rules(loads):
    """The cost of rules that do not match a request; ratios are to no rules in the same round."""
    print(f"\n{'GetProfile, rules that are not about it':<41}{'requests/s':>11}{'ratio':>11}{'CPU ratio':>11}")
    for count, rounds in loads.items():
        rate, cpu = ratio(rounds, loads[0]), ratio(rounds, loads[0], lambda value: value.cpu)
        print(f"{count:<41}{middle(rounds).rate:>11,.0f}{rate:>11.2f}{cpu:>11.2f}")


def print_many(loads):
    """The cost of many connections; ratios are to few connections in the same round."""
    print(f"\n{'GetProfile, connections':<41}{'requests/s':>11}{'ratio':>11}{'refused':>11}")
    for connections, rounds in loads.items():
        rate, refused = ratio(rounds, loads[CONNECTIONS]), sum(load.refused for load in rounds)
        print(f"{connections:<41}{middle(rounds).rate:>11,.0f}{rate:>11.2f}{refused:>11,.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a few seconds")
    Bench(parser.parse_args()).run()
