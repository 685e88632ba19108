"""The templates in fixtures/templates: each is deployed, takes a file, is updated and deleted, and leaves nothing."""

import json

import pytest
import requests

import edi
from clients import CONNECTIONS, boto3_client
from pipeline import until
from server import REPOSITORY

ACCOUNT = "111122223333"
TEMPLATES = REPOSITORY / "fixtures/templates"
NAMES = ["cloudformation", "b2bi", "s3", "ssm", "sqs"]
IAM = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
ORDER = edi.interchange(edi.ORDER)
DOCUMENT = json.dumps({
    "order": "PO-77", "day": "20260301", "lines": [{"number": 1, "item": "CHAIN-9", "quantity": 4, "price": 12.5}],
}).encode()  # fmt: skip


class Deployed:
    """A stack of a template, and clients of its account."""

    def __init__(self, endpoint, file):
        self.endpoint = endpoint
        for name in NAMES:
            setattr(self, name, boto3_client(name, endpoint, ACCOUNT))
        self.ssm.put_parameter(Name="/cdk-bootstrap/hnb659fds/version", Value="32", Type="String")
        self.before = self.resources()
        self.body = (TEMPLATES / file).read_text()
        self.cloudformation.create_stack(StackName="orders", TemplateBody=self.body, Capabilities=IAM)
        assert self.described()["StackStatus"] == "CREATE_COMPLETE", self.failures()
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in self.described()["Outputs"]}
        self.bucket = self.outputs["Bucket"]

    def described(self, name="orders"):
        (stack,) = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        return stack

    def failures(self):
        events = self.cloudformation.describe_stack_events(StackName="orders")["StackEvents"]
        return [event["ResourceStatusReason"] for event in events if "FAILED" in event["ResourceStatus"]]

    def resources(self):
        """What there is beside the history: jobs, control numbers that were used, and deleted stacks."""
        state = CONNECTIONS.get(f"{self.endpoint}/_b2bi/state").json()
        history = {"account", "region", "jobs", "controlNumbers"}
        found = [(key, value) for scope in state["scopes"] for key, value in scope.items() if value and key not in history]
        documents = [document for document in state["documents"] if not document["collection"].startswith("cloudformation-")]
        buckets = [bucket["Name"] for bucket in self.s3.list_buckets()["Buckets"]]
        return [*found, *documents, *buckets]

    def drop(self, body, inbox="Inbox", outbox="Outbox", kind=".json"):
        """Puts a file into a folder of the stack; returns what it is transformed to."""
        self.s3.put_object(Bucket=self.bucket, Key=f"{self.outputs[inbox]}order", Body=body)

        def found():
            listed = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=self.outputs[outbox]).get("Contents", [])
            return [found["Key"] for found in listed if found["Key"].endswith(kind)]

        (key,) = until(found, bool)
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def update(self, **parameters):
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        self.cloudformation.update_stack(StackName="orders", UsePreviousTemplate=True, Parameters=given, Capabilities=IAM)
        assert self.described()["StackStatus"] == "UPDATE_COMPLETE", self.failures()

    def repeat(self):
        with pytest.raises(self.cloudformation.exceptions.ClientError, match=r"No updates are to be performed\."):
            self.update()

    def delete(self):
        stack = self.described()["StackId"]
        versions = self.s3.list_object_versions(Bucket=self.bucket)
        for found in [*versions["Versions"], *versions.get("DeleteMarkers", [])]:
            self.s3.delete_object(Bucket=self.bucket, Key=found["Key"], VersionId=found["VersionId"])
        self.cloudformation.delete_stack(StackName="orders")
        assert self.described(stack)["StackStatus"] == "DELETE_COMPLETE"
        assert self.resources() == self.before

    def phone(self):
        return self.b2bi.get_profile(profileId=self.outputs["ProfileId"])["phone"]


def live_and_die(deployed, **update):
    """A stack that is up: what is deployed again changes nothing, an update does, and a deletion leaves nothing."""
    deployed.repeat()
    deployed.update(Phone="5550100299", **update)
    assert deployed.phone() == "5550100299"
    deployed.delete()


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("pattern-inbound.yaml", json.loads(DOCUMENT)),
        ("cdk-app.json", {"order": "PO-77"}),
    ],
)
def test_an_inbound_template(server_with, file, expected):
    deployed = Deployed(server_with(), file)
    assert json.loads(deployed.drop(ORDER)) == expected
    live_and_die(deployed)


def test_an_outbound_template(server_with):
    deployed = Deployed(server_with(), "pattern-outbound.yaml")
    x12 = deployed.drop(DOCUMENT, kind=".edi").decode()
    assert "BEG*00*SA*PO-77**20260301~" in x12 and "PO1*1*4*EA*12.5**VN*CHAIN-9~" in x12 and "*NORTHMILL      *" in x12
    live_and_die(deployed, Usage="production")


def test_the_toolkit_in_both_directions(server_with):
    deployed = Deployed(server_with(), "toolkit.yaml")
    read = json.loads(deployed.drop(ORDER))
    assert read["interchanges"][0]["functional_groups"][0]["transactions"][0]["segments"] == edi.ORDER_SEGMENTS
    x12 = deployed.drop(json.dumps(edi.DOCUMENT).encode(), "OutboundInbox", "OutboundOutbox", kind=".edi").decode()
    assert "BEG*00*SA*PO-77**20260301~" in x12
    live_and_die(deployed, CustomDelimiters="true", Acknowledge="true", WrapBy="LINE_LENGTH", CustomControlNumbers="true")


@pytest.mark.parametrize(
    ("off", "parameters", "made"),
    [
        ("Outbound", {}, ["Files", "FilesPolicy", "InboundCapability", "InboundTransformer", "Partnership", "Profile"]),
        ("Inbound", {}, ["Files", "FilesPolicy", "OutboundCapability", "OutboundTransformer", "Partnership", "Profile"]),
        ("Outbound", {"ExistingBucket": "mine"}, ["InboundCapability", "InboundTransformer", "Partnership", "Profile"]),
        ("Outbound", {"InboundStatus": "inactive"}, ["Files", "FilesPolicy", "InboundTransformer", "Profile"]),
        ("Outbound", {"InboundCustomValidation": "true", "InboundSplit": "TRANSACTION", "InboundSamples": "true", "Acknowledge": "true"},
         ["Files", "FilesPolicy", "InboundCapability", "InboundTransformer", "Partnership", "Profile"]),
        ("Outbound", {"Further": "true", "FurtherSplit": "TRANSACTION", "FurtherSamples": "true"},
         ["Files", "FilesPolicy", "FurtherCapability", "FurtherTransformer", "InboundCapability", "InboundTransformer", "Partnership", "Profile"]),
        ("Outbound", {"Further": "true", "FurtherStatus": "inactive"},
         ["Files", "FilesPolicy", "FurtherTransformer", "InboundCapability", "InboundTransformer", "Partnership", "Profile"]),
    ],
)  # fmt: skip
def test_conditions_of_the_toolkit(endpoint, account, off, parameters, made):
    stacks, s3 = (boto3_client(name, endpoint, account) for name in ("cloudformation", "s3"))
    if "ExistingBucket" in parameters:
        parameters = {"ExistingBucket": f"mine-{account}"}
        s3.create_bucket(Bucket=parameters["ExistingBucket"])
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in {off: "false", **parameters}.items()]
    body = (TEMPLATES / "toolkit.yaml").read_text()
    stacks.create_stack(StackName="toolkit", TemplateBody=body, Parameters=given)
    resources = stacks.describe_stack_resources(StackName="toolkit")["StackResources"]
    assert sorted(found["LogicalResourceId"] for found in resources) == made
    assert {found["ResourceStatus"] for found in resources} == {"CREATE_COMPLETE"}


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"Inbound": "false", "Outbound": "false"}, "Rule 'SomethingIsMade' failed: Inbound or Outbound must be true"),
        ({"Further": "true", "Inbound": "false"}, "Rule 'FurtherIsAnother' failed: Further needs Inbound"),
        ({"Further": "true", "FurtherTransactionSet": "X12_850"}, "Rule 'FurtherIsAnother' failed: FurtherTransactionSet must be another"),
    ],
)
def test_rules_of_the_toolkit(endpoint, account, parameters, reason):
    stacks = boto3_client("cloudformation", endpoint, account)
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    with pytest.raises(stacks.exceptions.ClientError, match=reason):
        stacks.create_stack(StackName="toolkit", TemplateBody=(TEMPLATES / "toolkit.yaml").read_text(), Parameters=given)


def test_a_mixed_template_with_moto_behind(server_with):
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    moto = "http://{}:{}".format(*server.get_host_and_port())
    try:
        requests.post(f"{moto}/moto-api/reset").raise_for_status()
        flags = ["--upstream", moto, "--events-eventbridge", moto, "--events-source", "aws.b2bi"]
        deployed = Deployed(server_with(*flags), "mixed.yaml")
        assert json.loads(deployed.drop(ORDER)) == {"order": "PO-77"}
        queue = deployed.outputs["Queue"].rpartition("/")[2]
        url = deployed.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        (message, *_) = until(lambda: deployed.sqs.receive_message(QueueUrl=url).get("Messages", []), bool)
        detail = json.loads(message["Body"])["detail"]
        assert detail["trading-partner-id"] == deployed.outputs["Inbox"].split("/")[1]
        live_and_die(deployed, Wait="60")
        assert deployed.sqs.list_queues().get("QueueUrls", []) == []
    finally:
        server.stop()
