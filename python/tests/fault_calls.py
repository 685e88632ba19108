"""What the fixtures of faults are met with: calls of boto3, and what a caller can tell of them in one line."""

import json
import threading

from botocore.exceptions import ClientError, WaiterError

import edi
from clients import CONNECTIONS, boto3_client
from pipeline import SPLIT, Pipeline
from world import INBOUND_ORDERS, OUTBOUND, World, told

ACCOUNT = "111122223333"
PROFILE = {"name": "n", "businessName": "b", "phone": "5555555", "logging": "DISABLED"}
# The stages that inbound files go through; outbound ones have `convert`.
STAGES = ["accept", "fetchInput", "parse", "validate", "acknowledge", "map", "writeOutput", "finish"]
# How often the service's waiter asks; its pauses are left out.
WAITS = {"Delay": 1, "MaxAttempts": 12}


def code_of(call, *arguments, **members):
    """What the call returns, the error's code, or the exception's name."""
    try:
        return call(*arguments, **members)
    except ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:  # noqa: BLE001
        return type(error).__name__


class Caller:
    """A client of a server with faults, and the account's resources there."""

    def __init__(self, endpoint, retries, max_wait=0.5):
        self.endpoint = endpoint
        self.b2bi = boto3_client("b2bi", endpoint, ACCOUNT, retries=retries, read_timeout=max_wait)
        self.world = World(self.b2bi, boto3_client("s3", endpoint, ACCOUNT))

    def clock(self, **changes):
        return CONNECTIONS.put(f"{self.endpoint}/_b2bi/clock", json=changes).json()

    def settled(self, sleeping):
        """Waits until as many sleep on the clock."""
        while CONNECTIONS.get(f"{self.endpoint}/_b2bi/clock").json()["sleeping"] != sleeping:
            pass

    def create(self, **changes):
        return {"profileId": self.b2bi.create_profile(**{**PROFILE, **changes})["profileId"]}

    def name(self, profile):
        return code_of(lambda: self.b2bi.get_profile(**profile)["name"])

    def names(self, **pages):
        """The names of the profiles, page by page."""
        found = self.b2bi.get_paginator("list_profiles").paginate(PaginationConfig=pages)
        return "|".join(",".join(profile["name"] for profile in page["profiles"]) for page in found)

    def written(self, prefix):
        """How many objects stand in a folder of the bucket, those in folders of it aside."""
        listed = self.world.s3.list_objects_v2(Bucket=self.world.bucket, Prefix=prefix, Delimiter="/")
        return len(listed.get("Contents", []))

    def summary(self, job):
        """How the job ended, how many files it names, and which are there."""
        ended = f"failed: {job['message']}" if job["status"] == "failed" else job["status"]
        named, written = len(job.get("outputFiles", [])), self.written("out/")
        return f"{ended}; {named} named, {written} written, {self.written('out/ACK/')} acknowledgments"

    def ended(self, job):
        """Asks until the job has ended, however long it takes."""
        while (found := self.b2bi.get_transformer_job(**job))["status"] == "running":
            pass
        return self.summary(found)

    def started(self):
        return self.world.start(self.world.put(edi.order()))

    def told(self, what, **query):
        return CONNECTIONS.get(f"{self.endpoint}/_b2bi/{what}", params=query).json()

    def states(self):
        """How many jobs are in each state."""
        counts = self.told("jobs")["counts"]
        return ", ".join(f"{count} {state}" for state, count in counts.items() if count)

    def started_by_stage(self):
        """A job on a file named after each stage, when each of them has met its fault."""
        for stage in STAGES:
            self.world.start(self.world.put(edi.order(), f"in/{stage}.edi"))
        self.outbound("convert.json")
        while len(self.told("journal", kind="job")["entries"]) <= len(STAGES):
            pass

    def outbound(self, name):
        """Drops a document where it becomes X12."""
        pipeline = Pipeline(self.world, self.endpoint, "OUTBOUND", outputConversion=OUTBOUND)
        pipeline.put(json.dumps(edi.DOCUMENT), name)
        return pipeline


def list_profiles(caller):
    return told(caller.b2bi.list_profiles())


def create_profile(caller):
    caller.create()


def create_transformer(caller):
    caller.b2bi.create_transformer(name="orders", inputConversion=INBOUND_ORDERS)


def delete_profile(caller):
    caller.b2bi.delete_profile(**caller.create())


def pages(caller):
    caller.names()


def two_pages(caller):
    """A list of two profiles, one on a page."""
    for name in ["first", "second"]:
        caller.create(name=name)
        caller.clock(advanceMs=1)
    return caller.names(PageSize=1)


def minute(caller):
    """A call every five seconds for a minute."""
    found = []
    for _ in range(12):
        reply = code_of(caller.b2bi.list_profiles)
        found.append(reply if isinstance(reply, str) else "ok")
        caller.clock(advanceMs=5000)
    return " ".join(found)


def get_after_create(caller):
    """A profile that is read at once, and two seconds later."""
    profile = caller.create()
    before = caller.name(profile)
    caller.clock(advanceMs=2000)
    return f"{before}, {caller.name(profile)}"


def get_after_update(caller):
    profile = caller.create()
    caller.clock(advanceMs=2000)
    caller.b2bi.update_profile(**profile, name="m")
    before = caller.name(profile)
    caller.clock(advanceMs=2000)
    return f"{before}, {caller.name(profile)}"


def list_after_delete(caller):
    profile = caller.create()
    caller.clock(advanceMs=2000)
    caller.b2bi.delete_profile(**profile)
    before = len(caller.b2bi.list_profiles()["profiles"])
    caller.clock(advanceMs=2000)
    return f"{before}, {len(caller.b2bi.list_profiles()['profiles'])}"


def two_updates(caller):
    """Two updates at the same time: what is there while they are held, and what they return."""
    profile, found = caller.create(), []

    def update(name):
        found.append(code_of(lambda: caller.b2bi.update_profile(**profile, name=name)["name"]))

    threads = [threading.Thread(target=update, args=(name,)) for name in ("left", "right")]
    for thread in threads:
        thread.start()
    caller.settled(sleeping=2)
    held = caller.name(profile)
    caller.clock(advanceMs=1000)
    for thread in threads:
        thread.join()
    assert caller.name(profile) in found
    return f"{held}; {', '.join(sorted(found))}"


def skewed(caller):
    """Calls before the clocks differ, while they do, and when they agree again."""
    found = []
    for minutes in [0, 20, -20, 10]:
        caller.clock(skewMs=minutes * 60_000)
        reply = code_of(caller.b2bi.list_profiles)
        found.append(reply if isinstance(reply, str) else "ok")
    return ", ".join(found)


def job(caller):
    return caller.ended(caller.started())


def held_job(caller):
    """A job that is asked for while it waits for the clock, and when that was put forward."""
    started = caller.started()
    caller.settled(sleeping=1)
    before = caller.b2bi.get_transformer_job(**started)["status"]
    caller.clock(advanceMs=60_000)
    return f"{before}, {caller.ended(started)}"


def unknown_job(caller):
    """A job that is asked for until it is known, and then until it has ended."""
    started, unknown = caller.started(), 0
    while code_of(caller.b2bi.get_transformer_job, **started) == "ResourceNotFoundException":
        unknown += 1
    return f"{unknown} times unknown, {caller.ended(started)}"


def late_job(caller):
    """A job that has ended, at once and when the clock was put forward."""
    job = caller.started()
    before = caller.ended(job)
    caller.clock(advanceMs=60_000)
    while caller.written("out/") == 0:
        pass
    return f"{before}, then {caller.ended(job)}"


def split_job(caller):
    """A file of three transactions, each of which becomes a file."""
    splitting = {**INBOUND_ORDERS, "advancedOptions": SPLIT}
    pipeline = Pipeline(caller.world, caller.endpoint, inputConversion=splitting)
    pipeline.put(edi.order(sets=3))
    told, written = pipeline.events("Transformation Completed", 3), [key for key in pipeline.keys() if key.endswith(".json")]
    return f"{len(told)} told, {len(written)} written, {len(pipeline.acknowledgements())} acknowledgments"


def outbound_job(caller):
    """A document that is to become X12."""
    pipeline = caller.outbound("order.json")
    while not (jobs := pipeline.jobs(state="failed")):
        pass
    return f"failed: {jobs[0]['message']}; {len(pipeline.keys())} written"


def stalled_jobs(caller):
    """A job for each stage, a day after it has come there."""
    caller.started_by_stage()
    caller.clock(advanceMs=86_400_000)
    return caller.states()


def waiting_jobs(caller):
    """A job for each stage that waits there, and what becomes of them when the clock is put forward."""
    caller.started_by_stage()
    before = caller.states()
    caller.clock(advanceMs=60_000)
    while " running" in caller.states() or " accepted" in caller.states():
        pass
    return f"{before}, then {caller.states()}"


def vanished_jobs(caller):
    """A job for each stage, when none of them is known any more."""
    caller.started_by_stage()
    while caller.states():
        pass
    return f"{len(caller.told('journal', kind='job', outcome='vanish')['entries'])} vanished"


def wait(caller):
    """The service's waiter on a job that does not end; returns why it gave up."""
    started = caller.started()
    try:
        caller.b2bi.get_waiter("transformer_job_succeeded").wait(**started, WaiterConfig=WAITS)
    except WaiterError as error:
        return str(error).removeprefix("Waiter TransformerJobSucceeded failed: ")


CALLS = {
    "ListProfiles": list_profiles, "CreateProfile": create_profile, "DeleteProfile": delete_profile,
    "CreateTransformer": create_transformer, "Pages": pages, "TwoPages": two_pages, "Minute": minute,
    "GetAfterCreate": get_after_create, "GetAfterUpdate": get_after_update, "ListAfterDelete": list_after_delete,
    "TwoUpdates": two_updates, "Skewed": skewed, "Job": job, "HeldJob": held_job, "UnknownJob": unknown_job,
    "Wait": wait, "LateJob": late_job, "SplitJob": split_job, "OutboundJob": outbound_job, "StalledJobs": stalled_jobs,
    "WaitingJobs": waiting_jobs, "VanishedJobs": vanished_jobs,
}
