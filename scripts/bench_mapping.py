"""Measures mappings (compared with jsonata-js), starter templates, GenerateMapping and XSLT; scripts/bench-mapping
calls it.

All figures of a run come from the same minutes on the same machine. Compare ratios; absolute figures are
the machine's. What is compared alternates, and the median of the rounds counts.
"""

import argparse
import http.client
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

TARGET = pathlib.Path(os.environ["B2BI_LOCAL_BENCH_TARGET"])
BINARY = os.environ.get("B2BI_LOCAL_BIN", str(TARGET / "b2bi-local"))
TEMPLATE = "fixtures/mapping/bench/orders.jsonata"
STYLESHEET = pathlib.Path("fixtures/mapping/xslt/orders/order.xslt")
STARTERS = [("X12_837", "VERSION_4010"), ("X12_837_X222", "VERSION_5010_HIPAA"), ("X12_837_X223", "VERSION_5010_HIPAA"), ("X12_837_X224", "VERSION_5010_HIPAA")]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a few seconds")
    arguments.add_argument("--library", default="", help="the folder of jsonata-js; none is left out")
    arguments = arguments.parse_args()
    document = TARGET / "mapping-bench.json"
    rounds = 1 if arguments.quick else 7
    ours = in_process(document, rounds, arguments.quick)
    print(f"{document.stat().st_size / 1e6:.1f} MB of purchase orders, {TEMPLATE}, {rounds} rounds\n")
    mappings(ours["map"], document, rounds, arguments.library)
    for name, millis in list(ours.items())[1:]:
        row(name, millis, 20 if name.startswith("starter") else None)
    starters(rounds)
    xslt(50 if arguments.quick else 500)


def row(name, millis, most=None):
    print(f"{name:<52}{millis:>10.1f} ms" + (f"   wanted < {most}" if most else ""))


def in_process(document, rounds, quick):
    """The names and milliseconds that the example prints."""
    command = [TARGET / "examples" / "mapping_bench", TEMPLATE, document, str(rounds)]
    done = output(command + ["quick"] if quick else command)
    lines = (line.split("\t") for line in done.splitlines())
    return {name: float(millis) for name, millis in lines}


def mappings(ours, document, rounds, library):
    """The 5 MB document in both processes, and through both as a command."""
    row("map in process, b2bi-local", ours)
    command = [BINARY, "map", "--template", TEMPLATE, document]
    if not library:
        row("map as a command, b2bi-local", timed(command, rounds))
        return
    node = ["node", "scripts/bench_mapping.mjs", library, TEMPLATE, document]
    theirs = float(output(node + [str(rounds)]))
    row("map in process, jsonata-js", theirs)
    if json.loads(output(command)) != json.loads(output(node + ["0"])):
        sys.exit("the two results differ")
    times = [(timed(command, 1), timed(node + ["0"], 1)) for _ in range(rounds)]
    here, there = (statistics.median(pair) for pair in zip(*times))
    row("map as a command, b2bi-local", here)
    row("map as a command, jsonata-js under node", there)
    print(f"\njsonata-js / b2bi-local: {theirs / ours:.1f} in process, {there / here:.1f} as a command; wanted > 1\n")


def starters(rounds):
    for name, version in STARTERS:
        for language in ["jsonata", "xslt"]:
            command = [BINARY, "template", "--transaction-set", name, "--version", version, "--type", language]
            row(f"starter as a command {name} {language}", timed(command, rounds), 20)


def xslt(count):
    """TestMapping of a small stylesheet over HTTP, with a warm worker."""
    edi = STYLESHEET.parent / "input.edi"
    document = output([BINARY, "parse", "--format", "xml", edi])
    request = {"inputFileContent": document, "mappingTemplate": STYLESHEET.read_text(), "fileFormat": "XML"}
    server = subprocess.Popen([BINARY, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = server.stdout.readline().split("//")[1].strip()
        connection = http.client.HTTPConnection(address)
        call(connection, request)
        times = sorted(call(connection, request) for _ in range(count))
    finally:
        server.terminate()
        server.wait()
    row(f"XSLT over HTTP, {len(document) / 1000:.1f} kB, median of {count}", statistics.median(times), 3)
    row("XSLT over HTTP, 95 of 100", times[count * 95 // 100])


def call(connection, request):
    """The milliseconds until the reply, which must be a success."""
    headers = {
        "Authorization": "AWS4-HMAC-SHA256 Credential=111122223333/20260301/us-east-1/b2bi/aws4_request, SignedHeaders=host, Signature=0",
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "B2BI.TestMapping",
    }
    begun = time.perf_counter()
    connection.request("POST", "/", json.dumps(request), headers)
    reply = connection.getresponse()
    body = reply.read()
    taken = (time.perf_counter() - begun) * 1000
    if reply.status != 200:
        sys.exit(f"TestMapping: {reply.status} {body.decode()}")
    return taken


def timed(command, rounds):
    """The median milliseconds of a whole process."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        output(command)
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def output(command):
    return subprocess.run([str(item) for item in command], stdout=subprocess.PIPE, check=True, text=True).stdout


if __name__ == "__main__":
    main()
