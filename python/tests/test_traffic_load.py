"""`--upstream-b2bi` under load: many threads, large bodies. The recording has every call, and a replay answers the same."""

import json
from concurrent.futures import ThreadPoolExecutor

from clients import boto3_client
from server import Server

THREADS = 20
ROUNDS = 5
TEMPLATE_BYTES = 200_000
ORDER = "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260301*0930*U*00401*000000001*0*T*>~GS*PO*BLUEBIKES*NORTHMILL*20260301*0930*1*X*004010~ST*850*0001~BEG*00*SA*PO-77**20260301~"


def suite(b2bi, thread):
    """What one thread of a suite does; its names are its own, so that calls of threads differ."""
    told = []
    for turn in range(ROUNDS):
        name = f"thread {thread}, turn {turn}"
        made = b2bi.create_profile(name=name, businessName="Acme", phone="+15551234567", logging="DISABLED")["profileId"]
        told.append(b2bi.get_profile(profileId=made)["name"])
        template = json.dumps({"name": name, "filler": "x" * TEMPLATE_BYTES})
        mapped = b2bi.test_mapping(inputFileContent="{}", mappingTemplate=template, fileFormat="JSON")["mappedFileContent"]
        told.append(len(mapped))
        b2bi.delete_profile(profileId=made)
    return told


def run(endpoint):
    clients = [boto3_client("b2bi", endpoint, "111122223333") for _ in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(suite, clients, range(THREADS)))


def test_twenty_threads_are_recorded_and_replayed(tmp_path):
    recording = tmp_path / "suite.json"
    with Server("--quota-profiles", "1000") as upstream, \
            Server("--upstream-b2bi", upstream.endpoint, "--record-traffic", str(recording)) as server:
        first = run(server.endpoint)
    assert len(json.loads(recording.read_text())["answers"]) == THREADS * ROUNDS * 4
    with Server("--replay", str(recording)) as server:
        assert run(server.endpoint) == first


def test_the_largest_bodies_are_recorded_and_replayed(tmp_path):
    recording = tmp_path / "large.json"
    order = ORDER + "".join(f"PO1*{number}*4*EA*12.50**VN*CHAIN-9~" for number in range(1, 7700))
    order += "CTT*7699~SE*7702*0001~GE*1*1~IEA*1*000000001~"
    assert 240_000 < len(order) < 250_000
    content = json.dumps({"filler": "y" * 1_000_000})

    def calls(endpoint):
        b2bi = boto3_client("b2bi", endpoint, "111122223333")
        details = {"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}}
        parsed = b2bi.test_parsing(inputFile={"bucketName": "large", "key": "order.edi"}, fileFormat="JSON", ediType=details)
        mapped = b2bi.test_mapping(inputFileContent=content, mappingTemplate="$", fileFormat="JSON")
        return parsed["parsedFileContent"], mapped["mappedFileContent"]

    with Server() as upstream, Server("--upstream-b2bi", upstream.endpoint, "--record-traffic", str(recording)) as server:
        s3 = boto3_client("s3", upstream.endpoint, "111122223333")
        s3.create_bucket(Bucket="large")
        s3.put_object(Bucket="large", Key="order.edi", Body=order.encode())
        first = calls(server.endpoint)
    assert len(first[0]) > 800_000
    with Server("--replay", str(recording)) as server:
        assert calls(server.endpoint) == first
