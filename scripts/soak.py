"""Shows that the memory of a server stays within its bounds, however long it works.

Several clients work at once: some start jobs and ask for early ones again, one drops files into a
watched folder, one sends requests of ever new accounts, one reads through a stale rule while it
changes a profile, and one sends X12 that is nothing but faults. Outputs are deleted as a consumer
would, since objects are the user's own data. The memory is read from /proc once a second.
"""

import argparse
import base64
import hashlib
import http.client
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures/x12/documents"
ORDER = (FIXTURES / "purchase-order.edi").read_bytes()
ISA = ORDER[:106].decode()
ACCOUNT, BUCKET = "111122223333", "soak"
# Resident megabytes; docs/limits.md says what they consist of.
BOUND_MB = 300
KINDS = ["starters", "starters", "starters", "droppers", "strangers", "changers", "litterers"]
LONG = 365 * 24 * 3600


class Client:
    """One connection to the server, as one account."""

    def __init__(self, address, account=ACCOUNT):
        self.address, self.account = address, account
        self.connection = http.client.HTTPConnection(*address, timeout=120)

    def send(self, method, path, body=b"", headers=None):
        service = "b2bi" if path == "/" else "s3"
        signed = f"AWS4-HMAC-SHA256 Credential={self.account}/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
        self.connection.request(method, path, body, {"Authorization": signed, **(headers or {})})
        reply = self.connection.getresponse()
        return reply.status, reply.read()

    def call(self, operation, **members):
        headers = {"X-Amz-Target": f"B2BI.{operation}", "Content-Type": "application/x-amz-json-1.0"}
        status, body = self.send("POST", "/", json.dumps(members).encode(), headers)
        return status, json.loads(body or b"{}")

    def must(self, operation, **members):
        status, reply = self.call(operation, **members)
        assert status == 200, (operation, status, reply)
        return reply

    def put(self, key, body):
        status, reply = self.send("PUT", f"/{BUCKET}/{key}", body)
        assert status == 200, (key, status, reply)


class Server:
    """The server and its resident memory."""

    def __init__(self, *flags):
        command = [os.environ["B2BI_LOCAL_BIN"], "--listen", "127.0.0.1:0", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        url = next(filter(None, (re.search(r"http://([\d.]+):(\d+)", line) for line in self.process.stdout)))
        self.address = (url[1], int(url[2]))

    def resident_mb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        self.process.terminate()
        assert self.process.wait(60) == 0, "the server did not end well"


class Soak:
    """The work, shared by threads that each have a client."""

    def __init__(self, server, jobs, seconds):
        self.server, self.wanted, self.deadline = server, jobs, time.monotonic() + seconds
        self.counts, self.lock, self.failure = dict.fromkeys(("jobs", "files", "accounts", "changes", "garbage"), 0), threading.Lock(), None
        self.first, self.over = None, threading.Event()
        client = self.client()
        client.send("PUT", f"/{BUCKET}")
        client.put("in/order.edi", ORDER)
        client.put("in/garbage.edi", (ISA + "X~" * (4 << 20)).encode())
        self.transformer = self.make_transformer(client)
        self.profile = client.must("CreateProfile", name="us", phone="5555555555", businessName="us", logging="ENABLED")["profileId"]
        self.folder = self.make_pipeline(client)

    def client(self, account=ACCOUNT):
        return Client(self.server.address, account)

    def make_transformer(self, client):
        x12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
        made = client.must("CreateTransformer", name="orders", inputConversion={"fromFormat": "X12", "formatOptions": {"x12": x12}})
        client.must("UpdateTransformer", transformerId=made["transformerId"], status="active")
        return made["transformerId"]

    def make_pipeline(self, client):
        x12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
        edi = {"capabilityDirection": "INBOUND", "type": {"x12Details": x12}, "transformerId": self.transformer,
               "inputLocation": {"bucketName": BUCKET, "key": "in"}, "outputLocation": {"bucketName": BUCKET, "key": "out"}}
        capability = client.must("CreateCapability", name="orders", type="edi", configuration={"edi": edi})["capabilityId"]
        partner = client.must("CreatePartnership", profileId=self.profile, name="them", email="a@b.example", capabilities=[capability])
        return f"in/{partner['tradingPartnerId']}"

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] += number
            done = self.counts["jobs"] + self.counts["files"]
        if done >= self.wanted or time.monotonic() > self.deadline:
            self.over.set()

    def start_job(self, client, key):
        at = {"bucketName": BUCKET, "key": key}
        return client.must("StartTransformerJob", transformerId=self.transformer, inputFile=at,
                           outputLocation={"bucketName": BUCKET, "key": "out"})["transformerJobId"]

    def starters(self, client):
        """Starts jobs, and waits regularly so that no queue grows forever."""
        for number in itertools.count():
            job = self.start_job(client, "in/order.edi")
            self.first = self.first or job
            if number % 50 == 0:
                while client.must("GetTransformerJob", transformerId=self.transformer, transformerJobId=job)["status"] == "running":
                    time.sleep(0.01)
            yield "jobs"

    def droppers(self, client):
        for number in itertools.count():
            client.put(f"{self.folder}/{number % 1000}.edi", ORDER)
            yield "files"

    def strangers(self, _):
        for number in itertools.count():
            client = self.client(f"{number % 10**12:012}")
            client.must("ListProfiles")
            client.connection.close()
            yield "accounts"

    def changers(self, client):
        """Changes a profile while a stale rule is armed; some of the time there is none."""
        for number in itertools.count():
            if number % 5000 == 0:
                rule = {"id": "lag", "operation": "GetProfile", "stale": {"forMs": 600_000}}
                status, body = client.send("PUT", "/_b2bi/faults", json.dumps({"rules": [rule]}).encode())
                assert status == 200, body
            if number % 5000 == 4000:
                assert client.send("DELETE", "/_b2bi/faults")[0] == 200
            client.must("UpdateProfile", profileId=self.profile, name=f"n{number}")
            client.must("GetProfile", profileId=self.profile)
            yield "changes"

    def litterers(self, client):
        """X12 with mistakes only, in a job and in TestParsing."""
        x12 = {"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}}
        client.put("in/sets.edi", (ISA + "GS*PO*A*B*20260101*0900*1*X*004010~" + "".join(f"ST*N{number}*1~SE*9*2~" for number in range(10_000))).encode())
        while True:
            self.start_job(client, "in/garbage.edi")
            client.call("TestParsing", inputFile={"bucketName": BUCKET, "key": "in/sets.edi"}, fileFormat="JSON", ediType=x12)
            time.sleep(1)
            yield "garbage"

    def sweepers(self, client):
        """Deletes outputs, like a consumer of them."""
        while True:
            _, listing = client.send("GET", f"/{BUCKET}?list-type=2&prefix=out/&max-keys=1000")
            keys = re.findall(r"<Key>([^<]+)</Key>", listing.decode())
            if keys:
                gone = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys).encode()
                body = b"<Delete><Quiet>true</Quiet>" + gone + b"</Delete>"
                digest = base64.b64encode(hashlib.md5(body).digest()).decode()
                status, reply = client.send("POST", f"/{BUCKET}?delete", body, {"Content-MD5": digest})
                assert status == 200, reply
            if len(keys) < 100:
                time.sleep(0.1)
            yield None

    def work(self, kind):
        try:
            for what in kind(self.client()):
                if what:
                    self.count(what)
                if self.over.is_set():
                    return
        except Exception as failure:  # A thread tells the main one.
            self.failure = failure
            self.over.set()

    def run(self, limit_mb, names):
        kinds = [getattr(self, name) for name in names] + [self.sweepers]
        threads = [threading.Thread(target=self.work, args=(kind,), daemon=True) for kind in kinds]
        for thread in threads:
            thread.start()
        begun, most, last = time.monotonic(), 0, -LONG
        while not self.over.wait(1) or any(thread.is_alive() for thread in threads):
            resident = self.server.resident_mb()
            most = max(most, resident)
            elapsed = time.monotonic() - begun
            if elapsed - last >= max(5, elapsed / 20):
                last = elapsed
                self.print(elapsed, resident)
            if resident > limit_mb:
                self.print(elapsed, resident)
                sys.exit(f"{resident:.0f} MB are resident, and the bound is {limit_mb} MB")
        if self.failure:
            raise self.failure
        self.print(time.monotonic() - begun, self.server.resident_mb())
        return most

    def print(self, elapsed, resident):
        counts = ", ".join(f"{count} {what}" for what, count in self.counts.items())
        print(f"{elapsed:6.0f} s  {resident:6.1f} MB  {counts}", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jobs", type=int, default=1_000_000, help="jobs and dropped files together")
    arguments.add_argument("--minutes", type=float, default=20)
    arguments.add_argument("--bound", type=int, default=BOUND_MB, help="megabytes")
    arguments.add_argument("--kinds", nargs="+", default=KINDS, choices=sorted(set(KINDS)), help="what works at once")
    arguments.add_argument("--memory", action="store_true", help="state in memory, without a data directory")
    arguments.add_argument("--quick", action="store_true", help="twenty seconds")
    chosen = arguments.parse_args()
    seconds = 20 if chosen.quick else chosen.minutes * 60
    with tempfile.TemporaryDirectory() as home:
        server = Server(*([] if chosen.memory else ["--data-dir", home]))
        try:
            soak = Soak(server, chosen.jobs, seconds)
            most = soak.run(chosen.bound, chosen.kinds)
            check(soak, chosen.memory)
        finally:
            server.process.poll() is None and server.stop()
    print(f"at most {most:.0f} MB resident; the bound is {chosen.bound} MB")


def check(soak, in_memory):
    """The first job can still be read if state is on disk."""
    if soak.first and not in_memory:
        status, reply = soak.client().call("GetTransformerJob", transformerId=soak.transformer, transformerJobId=soak.first)
        assert (status, reply.get("status")) == (200, "succeeded"), reply


if __name__ == "__main__":
    main()
