"""A capability that watches a folder of the bucket, a partnership that has it, and what they bring forth."""

import json
import time

import requests

from world import INBOUND_ORDERS

MAX_WAIT = 20
PAUSE = 0.01
SPLIT = {"x12": {"splitOptions": {"splitBy": "TRANSACTION"}}}
TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


class Pipeline:
    """Inbound purchase orders from `input/` to `output/`, unless told otherwise."""

    def __init__(self, world, endpoint, direction="INBOUND", options=None, logging="ENABLED", **transformer):
        self.world, self.endpoint, self.direction = world, endpoint, direction
        b2bi, bucket = world.b2bi, world.bucket
        self.transformer = self.active(transformer or {"inputConversion": INBOUND_ORDERS})
        self.profile = world.call("CreateProfile", logging=logging)
        self.capability = b2bi.create_capability(name="orders", type="edi", configuration={"edi": {
            "capabilityDirection": direction, "transformerId": self.transformer,
            "type": {"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}},
            "inputLocation": {"bucketName": bucket, "key": "input"},
            "outputLocation": {"bucketName": bucket, "key": "output/"},
        }})
        self.partnership = b2bi.create_partnership(
            profileId=self.profile["profileId"], name="partner", email="a@b.example",
            capabilities=[self.capability["capabilityId"]], **({"capabilityOptions": options} if options else {}),
        )
        self.account = self.partnership["partnershipArn"].split(":")[4]
        self.partner = self.partnership["tradingPartnerId"]
        inner = f"{self.capability['capabilityId']}/" if direction == "OUTBOUND" else ""
        self.input, self.output = f"input/{inner}{self.partner}/", f"output/{inner}{self.partner}/"

    def active(self, members):
        made = self.world.b2bi.create_transformer(name="orders", **members)
        return self.world.active(made["transformerId"])

    def drop(self, body, name="order.edi"):
        """Puts a file into the watched folder; returns the detail of the event that it ends in."""
        self.put(body, name)
        [event] = self.events("Transformation*", of=name)
        return event["detail"]

    def put(self, body, name="order.edi"):
        self.world.s3.put_object(Bucket=self.world.bucket, Key=self.input + name, Body=body)

    def events(self, kind="*", count=1, of=None):
        """The events of the partner, when there are so many."""
        def found():
            events = self.told("events", tradingPartnerId=self.partner, detailType=kind)
            events = [event["event"] for event in events]
            return [event for event in events if of is None or key_of(event) == self.input + of]

        return until(found, lambda value: len(value) >= count)

    def logs(self, count=1, **query):
        return until(lambda: self.told("logs", **query), lambda value: len(value) >= count)

    def jobs(self, **query):
        return self.told("jobs", tradingPartnerId=self.partner, **query)

    def told(self, what, **query):
        reply = requests.get(f"{self.endpoint}/_b2bi/{what}", params={"account": self.account, **query})
        body = reply.json()
        assert reply.status_code == 200, body
        return body["records" if what == "logs" else what]

    def keys(self, prefix=None):
        listed = self.world.s3.list_objects_v2(Bucket=self.world.bucket, Prefix=self.output if prefix is None else prefix)
        return [content["Key"] for content in listed.get("Contents", [])]

    def read(self, key):
        return self.world.s3.get_object(Bucket=self.world.bucket, Key=key)["Body"].read().decode()

    def document(self, detail):
        """The output that an event names, read."""
        file = detail["output-file-s3-attributes"]
        text = self.read(file["object-key"])
        assert (file["bucket"], file["object-size-bytes"]) == (self.world.bucket, len(text.encode()))
        return text

    def acknowledgements(self):
        """The acknowledgements, by the end of their names."""
        return {key.split("Z.")[-1]: self.read(key) for key in self.keys(f"{self.output}ACK/")}


def key_of(event):
    return event["detail"]["input-file-s3-attributes"]["object-key"]


def until(look, enough):
    """What there is to see as soon as it is enough; no more is there then either."""
    deadline = time.monotonic() + MAX_WAIT
    while True:
        found = look()
        if enough(found):
            return found
        assert time.monotonic() < deadline, f"only {json.dumps(found, default=str)[:2000]}"
        time.sleep(PAUSE)


def segments(x12, *ids):
    """The segments of X12 with `*` and `~`, those of these ids or all."""
    lines = [line.strip() for line in x12.replace("\r", "\n").split("~")]
    return [line.split("*") for line in lines if line and (not ids or line.split("*")[0] in ids)]
