"""The extension in a LocalStack that runs."""

import json
import time
import urllib.request

import pytest
from botocore.exceptions import ClientError
from conftest import open_url, start, stop

ACCOUNT = "111122223333"
PROFILE = {"businessName": "b", "phone": "5555555555", "logging": "DISABLED"}
X12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
ORDER = (
    "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260101*0900*U*00401*000000001*0*T*>~"
    "GS*PO*BLUE*NORTH*20260101*0900*1*X*004010~ST*850*0001~BEG*00*SA*PO-7**20260101~PO1*1*12*EA*9.5~CTT*1~SE*5*0001~"
    "GE*1*1~IEA*1*000000001~"
)
WAIT_SECONDS = 60


def until(found):
    """Asks again until there is something; the services of two processes work for it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
    return pytest.fail("nothing came")


def create(client, name):
    return client.create_profile(name=name, **PROFILE)["profileArn"]


class TestRequests:
    @pytest.mark.parametrize(
        "key, account, region",
        [(ACCOUNT, ACCOUNT, "us-east-1"), ("test", "000000000000", "eu-west-1"), ("444455556666", "444455556666", "us-east-1")],
    )
    def test_the_account_is_localstacks(self, localstack, key, account, region):
        arn = create(localstack.client("b2bi", key, region), "one")
        assert arn.startswith(f"arn:aws:b2bi:{region}:{account}:profile/")
        assert localstack.client("sts", key, region).get_caller_identity()["Account"] == account

    def test_errors_keep_their_types(self, localstack):
        b2bi = localstack.client("b2bi", "999900001111")
        with pytest.raises(b2bi.exceptions.ResourceNotFoundException):
            b2bi.get_profile(profileId="p-12345678901234567")
        for name in ("one", "two"):
            create(b2bi, name)
        with pytest.raises(b2bi.exceptions.ServiceQuotaExceededException):
            create(b2bi, "three")

    def test_faults_by_its_own_routes(self, localstack):
        b2bi = localstack.client("b2bi", "222233334444")
        rule = {"operation": "ListProfiles", "account": "222233334444", "error": {"code": "ConflictException"}, "times": 1}
        request = urllib.request.Request(f"{localstack.endpoint}/_b2bi/faults", json.dumps([rule]).encode(), method="POST")
        request.add_header("Content-Type", "application/json")
        assert len(json.load(open_url(request))["rules"]) == 1
        with pytest.raises(ClientError, match="ConflictException"):
            b2bi.list_profiles()
        assert b2bi.list_profiles()["profiles"] == []

    def test_other_services_are_localstacks(self, localstack):
        assert localstack.client("ssm").describe_parameters()["Parameters"] == []


def queue_of_events(localstack):
    sqs, events = localstack.client("sqs"), localstack.client("events")
    queue = sqs.create_queue(QueueName="edi")["QueueUrl"]
    events.put_rule(Name="edi", EventPattern=json.dumps({"source": ["aws.b2bi"]}))
    events.put_targets(Rule="edi", Targets=[{"Id": "edi", "Arn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:edi"}])
    return queue


def pipeline(localstack):
    """Makes an inbound pipeline in LocalStack's S3; returns the folder for uploads."""
    b2bi, s3 = localstack.client("b2bi"), localstack.client("s3")
    s3.create_bucket(Bucket="edi")
    profile = b2bi.create_profile(name="mine", **{**PROFILE, "logging": "ENABLED"})["profileId"]
    transformer = b2bi.create_transformer(
        name="orders",
        inputConversion={"fromFormat": "X12", "formatOptions": {"x12": X12}},
        mapping={"templateLanguage": "JSONATA", "template": '{"number": **.BEG_03}'},
    )["transformerId"]
    b2bi.update_transformer(transformerId=transformer, status="active")
    places = {name: {"bucketName": "edi", "key": key} for name, key in [("inputLocation", "in"), ("outputLocation", "out")]}
    edi = {"type": {"x12Details": X12}, "transformerId": transformer, **places}
    capability = b2bi.create_capability(name="orders", type="edi", configuration={"edi": edi})["capabilityId"]
    partner = b2bi.create_partnership(
        profileId=profile, name="north", email="n@example.com", capabilities=[capability]
    )["tradingPartnerId"]
    return f"in/{partner}/"


def test_a_file_put_into_localstacks_s3(localstack):
    s3, sqs = localstack.client("s3"), localstack.client("sqs")
    queue = queue_of_events(localstack)
    s3.put_object(Bucket="edi", Key=pipeline(localstack) + "order.edi", Body=ORDER)

    def outputs():
        listed = s3.list_objects_v2(Bucket="edi", Prefix="out/").get("Contents", [])
        return [found["Key"] for found in listed if found["Key"].endswith(".json")]

    [key] = until(outputs)
    assert json.loads(s3.get_object(Bucket="edi", Key=key)["Body"].read()) == {"number": "PO-7"}

    kinds = set()

    def completed():
        reply = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in reply.get("Messages", []):
            event = json.loads(message["Body"])
            kinds.add((event["detail-type"], event["account"]))
        return ("Transformation Completed", ACCOUNT) in kinds

    until(completed)
    logs = localstack.client("logs")
    until(lambda: logs.describe_log_groups(logGroupNamePrefix="/aws/vendedlogs/b2bi/")["logGroups"])


class TestLife:
    def test_it_ends_with_localstack(self, tmp_path):
        _, process, output = start(tmp_path)
        [line] = [line for line in output.lines if "is served by b2bi-local at" in line]
        endpoint = line.split()[-1]
        assert open_url(f"{endpoint}/_b2bi/health").status == 200
        stop(process, output)
        with pytest.raises(OSError):
            open_url(f"{endpoint}/_b2bi/health")

    def test_a_wrong_flag_is_told(self, tmp_path):
        _, process, output = start(tmp_path, B2BI_LOCAL_FLAGS="--no-such-flag")
        stop(process, output)
        assert "--no-such-flag" in output.text()
