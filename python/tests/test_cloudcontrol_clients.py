"""Cloud Control as Terraform's awscc, Pulumi's aws-native and c7n-awscc call it: their requests, in their order."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from clients import boto3_client
from server import Server

PROFILE = "AWS::B2BI::Profile"
MODEL = {
    "Name": "acme", "BusinessName": "Acme", "Phone": "5550100200", "Logging": "DISABLED",
    "Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
}  # fmt: skip
DETAILS = {"TransactionSet": "X12_850", "Version": "VERSION_4010"}
WAIT = {"Delay": 0.01, "MaxAttempts": 100}


def not_found(cloud, identifier, kind=PROFILE):
    with pytest.raises(ClientError) as caught:
        cloud.get_resource(TypeName=kind, Identifier=identifier)
    response = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"] == 400 and response["Error"]["Code"] == "ResourceNotFoundException"


class Awscc:
    """The provider: it waits after each request, even if the first event says SUCCESS, and reads the identifier last."""

    def __init__(self, endpoint, account):
        self.cloud = boto3_client("cloudcontrol", endpoint, account)
        assert boto3_client("sts", endpoint, account).get_caller_identity()["Account"] == account

    def wait(self, event):
        token = event["ProgressEvent"]["RequestToken"]
        self.cloud.get_waiter("resource_request_success").wait(RequestToken=token, WaiterConfig=WAIT)
        return self.cloud.get_resource_request_status(RequestToken=token)["ProgressEvent"]

    def create(self, kind, model):
        event = self.cloud.create_resource(TypeName=kind, DesiredState=json.dumps(model), ClientToken=str(uuid.uuid4()))
        return self.wait(event)["Identifier"]

    def read(self, kind, identifier):
        found = self.cloud.get_resource(TypeName=kind, Identifier=identifier)["ResourceDescription"]
        assert found["Identifier"] == identifier
        return json.loads(found["Properties"])

    def patch(self, kind, identifier, *patch):
        event = self.cloud.update_resource(
            TypeName=kind, Identifier=identifier, PatchDocument=json.dumps(patch), ClientToken=str(uuid.uuid4()),
        )  # fmt: skip
        return self.wait(event)

    def delete(self, kind, identifier):
        event = self.cloud.delete_resource(TypeName=kind, Identifier=identifier, ClientToken=str(uuid.uuid4()))
        token = event["ProgressEvent"]["RequestToken"]
        event = self.cloud.get_resource_request_status(RequestToken=token)["ProgressEvent"]
        # A deletion of what is gone counts as done.
        assert event["OperationStatus"] == "SUCCESS" or event["ErrorCode"] == "NotFound"


@pytest.fixture
def awscc(endpoint, account):
    return Awscc(endpoint, account)


def test_awscc_plans_applies_and_destroys(awscc):
    identifier = awscc.create(PROFILE, MODEL)
    # After the creation, and again at each plan, the state is what was asked for and the computed values.
    for _ in range(2):
        assert {key: value for key, value in awscc.read(PROFILE, identifier).items() if key in MODEL} == MODEL
    awscc.patch(PROFILE, identifier)
    awscc.patch(PROFILE, identifier, {"op": "replace", "path": "/Tags", "value": [{"Key": "c", "Value": "3"}]})
    awscc.patch(
        PROFILE, identifier, {"op": "replace", "path": "/Phone", "value": "5550100299"},
        {"op": "add", "path": "/Email", "value": "a@example.com"}, {"op": "remove", "path": "/Tags"},
    )  # fmt: skip
    read = awscc.read(PROFILE, identifier)
    assert (read["Phone"], read["Email"], read.get("Tags", [])) == ("5550100299", "a@example.com", [])
    awscc.delete(PROFILE, identifier)
    assert not_found(awscc.cloud, identifier)
    awscc.delete(PROFILE, identifier)


def test_awscc_removes_list_items_from_the_back(awscc):
    tags = [{"Key": str(number), "Value": "v"} for number in range(4)]
    identifier = awscc.create(PROFILE, {**MODEL, "Tags": tags})
    awscc.patch(PROFILE, identifier, {"op": "remove", "path": "/Tags/3"}, {"op": "remove", "path": "/Tags/1"})
    assert sorted(tag["Key"] for tag in awscc.read(PROFILE, identifier)["Tags"]) == ["0", "2"]


def test_awscc_makes_all_four_types(awscc, endpoint, account):
    boto3_client("s3", endpoint, account).create_bucket(Bucket=f"b-{account}")
    transformer = awscc.create("AWS::B2BI::Transformer", {
        "Name": "orders", "Status": "active", "InputConversion": {"FromFormat": "X12", "FormatOptions": {"X12": DETAILS}},
        "Mapping": {"TemplateLanguage": "JSONATA", "Template": "$"},
    })  # fmt: skip
    capability = awscc.create("AWS::B2BI::Capability", {"Name": "orders", "Type": "edi", "Configuration": {"Edi": {
        "CapabilityDirection": "INBOUND", "Type": {"X12Details": DETAILS}, "TransformerId": transformer,
        "InputLocation": {"BucketName": f"b-{account}", "Key": "in"}, "OutputLocation": {"BucketName": f"b-{account}", "Key": "out"},
    }}})  # fmt: skip
    profile = awscc.create(PROFILE, MODEL)
    partnership = awscc.create("AWS::B2BI::Partnership", {
        "Name": "partner", "Email": "a@example.com", "ProfileId": profile, "Capabilities": [capability],
    })  # fmt: skip
    assert awscc.read("AWS::B2BI::Partnership", partnership)["TradingPartnerId"].startswith("tp-")
    # Terraform destroys in the opposite order.
    for kind, identifier in [("Partnership", partnership), ("Profile", profile), ("Capability", capability), ("Transformer", transformer)]:
        awscc.delete(f"AWS::B2BI::{kind}", identifier)
        assert not_found(awscc.cloud, identifier, f"AWS::B2BI::{kind}")


def pulumi(cloud, call, **arguments):
    """A request as aws-native makes it: an event that says SUCCESS ends the wait, Throttling is tried again."""
    for _ in range(3):
        event = call(**arguments)["ProgressEvent"]
        while event["OperationStatus"] in ("PENDING", "IN_PROGRESS"):
            event = cloud.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]
        if event["OperationStatus"] == "SUCCESS" or event.get("ErrorCode") != "Throttling":
            return event
    return event


@pytest.mark.parametrize("duration", ["immediate", "0s", "polls(3)"])
def test_pulumi_waits_as_long_as_it_has_to(duration, account):
    with Server("--resource-duration", duration, "--faults", "CreateProfile=1*error(ThrottlingException)->off") as server:
        cloud = boto3_client("cloudcontrol", server.endpoint, account)
        created = pulumi(cloud, cloud.create_resource, TypeName=PROFILE, DesiredState=json.dumps(MODEL))
        assert created["OperationStatus"] == "SUCCESS"
        identifier = created["Identifier"]
        cloud.get_resource(TypeName=PROFILE, Identifier=identifier)
        patch = json.dumps([{"op": "replace", "path": "/Name", "value": "other"}])
        updated = pulumi(cloud, cloud.update_resource, TypeName=PROFILE, Identifier=identifier, PatchDocument=patch)
        assert updated["OperationStatus"] == "SUCCESS"
        deleted = pulumi(cloud, cloud.delete_resource, TypeName=PROFILE, Identifier=identifier)
        assert deleted["OperationStatus"] == "SUCCESS"
        assert not_found(cloud, identifier)


def test_pulumi_reads_what_a_failed_creation_has_left(account):
    # The transformer is made, and is not activated.
    with Server("--faults", "UpdateTransformer=error(InternalServerException)") as server:
        cloud = boto3_client("cloudcontrol", server.endpoint, account)
        model = {
            "Name": "orders", "Status": "active", "InputConversion": {"FromFormat": "X12", "FormatOptions": {"X12": DETAILS}},
        }  # fmt: skip
        event = pulumi(cloud, cloud.create_resource, TypeName="AWS::B2BI::Transformer", DesiredState=json.dumps(model))
        assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "ServiceInternalError")
        found = cloud.get_resource(TypeName="AWS::B2BI::Transformer", Identifier=event["Identifier"])["ResourceDescription"]
        assert json.loads(found["Properties"])["Status"] == "inactive"


def test_c7n_lists_reads_and_tags(endpoint, account):
    cloud = boto3_client("cloudcontrol", endpoint, account)
    awscc = Awscc(endpoint, account)
    made = sorted(awscc.create(PROFILE, {**MODEL, "Name": f"acme-{number}"}) for number in range(3))
    pages = cloud.get_paginator("list_resources").paginate(TypeName=PROFILE, PaginationConfig={"PageSize": 2})
    listed = [found["Identifier"] for page in pages for found in page["ResourceDescriptions"]]
    assert sorted(listed) == made
    for identifier in listed:
        assert awscc.read(PROFILE, identifier)["Tags"] == MODEL["Tags"]
        awscc.patch(PROFILE, identifier, {"op": "add", "path": "/Tags/-", "value": {"Key": "owner", "Value": "edi"}})
        assert {"Key": "owner", "Value": "edi"} in awscc.read(PROFILE, identifier)["Tags"]
    for kind in ("Transformer", "Capability", "Partnership"):
        assert cloud.list_resources(TypeName=f"AWS::B2BI::{kind}")["ResourceDescriptions"] == []
