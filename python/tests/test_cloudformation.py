"""CloudFormation: stacks by boto3."""

import json

import botocore.exceptions
import pytest
from clients import boto3_client

PROFILE = """
AWSTemplateFormatVersion: "2010-09-09"
Description: A trading partner
Parameters:
  Name: {Type: String, Default: Acme}
  Secret: {Type: String, NoEcho: true, Default: hidden}
Resources:
  Inbox:
    Type: AWS::S3::Bucket
  Profile:
    Type: AWS::B2BI::Profile
    Properties: {Name: !Ref Name, BusinessName: !Ref Name, Phone: "5550100200", Logging: DISABLED}
  Transformer:
    Type: AWS::B2BI::Transformer
    Properties:
      Name: orders
      Status: active
      InputConversion: {FromFormat: X12, FormatOptions: {X12: {TransactionSet: X12_850, Version: VERSION_4010}}}
      Mapping: {TemplateLanguage: JSONATA, Template: "$"}
  Capability:
    Type: AWS::B2BI::Capability
    Properties:
      Name: orders
      Type: edi
      Configuration:
        Edi:
          CapabilityDirection: INBOUND
          Type: {X12Details: {TransactionSet: X12_850, Version: VERSION_4010}}
          InputLocation: {BucketName: !Ref Inbox, Key: in}
          OutputLocation: {BucketName: !Ref Inbox, Key: out}
          TransformerId: !Ref Transformer
  Partnership:
    Type: AWS::B2BI::Partnership
    Properties: {Name: partner, Email: a@example.com, ProfileId: !Ref Profile, Capabilities: [!Ref Capability]}
Outputs:
  Partner: {Value: !GetAtt Partnership.TradingPartnerId, Description: The id}
  Where: {Value: !Sub "${AWS::StackName}/${Inbox}"}
"""


@pytest.fixture
def stacks(endpoint, account):
    return boto3_client("cloudformation", endpoint, account)


def described(stacks, name):
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    return stack


def told(stacks, name):
    """The events of a stack, the oldest first."""
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]


def refused(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def empty(s3, bucket):
    for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=found["Key"])


def test_a_stack_comes_up_and_goes(stacks, endpoint, account):
    made = stacks.create_stack(StackName="one", TemplateBody=PROFILE, Tags=[{"Key": "team", "Value": "edi"}])
    stacks.get_waiter("stack_create_complete").wait(StackName="one")
    stack = described(stacks, "one")
    assert stack["StackId"] == made["StackId"] and stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Description"] == "A trading partner"
    shown = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
    assert shown == {"Name": "Acme", "Secret": "****"}
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert outputs["Partner"].startswith("tp-") and outputs["Where"].startswith("one/one-")
    b2bi = boto3_client("b2bi", endpoint, account)
    (partnership,) = b2bi.list_partnerships()["partnerships"]
    assert partnership["tradingPartnerId"] == outputs["Partner"]
    profile = b2bi.get_profile(profileId=partnership["profileId"])
    tags = b2bi.list_tags_for_resource(ResourceARN=profile["profileArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {
        "team": "edi",
        "aws:cloudformation:stack-name": "one",
        "aws:cloudformation:stack-id": made["StackId"],
        "aws:cloudformation:logical-id": "Profile",
    }
    resources = stacks.list_stack_resources(StackName="one")["StackResourceSummaries"]
    assert {resource["ResourceStatus"] for resource in resources} == {"CREATE_COMPLETE"}
    assert [resource["LogicalResourceId"] for resource in resources][-1] == "Partnership"
    named = stacks.describe_stack_resources(PhysicalResourceId=profile["profileId"])["StackResources"]
    assert {resource["StackName"] for resource in named} == {"one"}
    detail = stacks.describe_stack_resource(StackName="one", LogicalResourceId="Profile")["StackResourceDetail"]
    assert detail["PhysicalResourceId"] == profile["profileId"]
    assert stacks.get_template(StackName="one")["TemplateBody"] == PROFILE
    assert told(stacks, "one")[:4] == [
        ("one", "CREATE_IN_PROGRESS"),
        ("Inbox", "CREATE_IN_PROGRESS"),
        ("Inbox", "CREATE_IN_PROGRESS"),
        ("Inbox", "CREATE_COMPLETE"),
    ]
    stacks.delete_stack(StackName="one")
    stack = described(stacks, "one")
    assert stack["StackStatus"] == "DELETE_FAILED" and "[Inbox]" in stack["StackStatusReason"]
    empty(boto3_client("s3", endpoint, account), outputs["Where"].split("/")[1])
    stacks.delete_stack(StackName="one")
    stacks.get_waiter("stack_delete_complete").wait(StackName="one")
    code, message = refused(stacks.describe_stacks, StackName="one")
    assert (code, message) == ("ValidationError", "Stack with id one does not exist")
    gone = described(stacks, made["StackId"])
    assert gone["StackStatus"] == "DELETE_COMPLETE" and "DeletionTime" in gone
    assert told(stacks, made["StackId"])[-1] == ("one", "DELETE_COMPLETE")
    for name in ["profiles", "transformers", "capabilities", "partnerships"]:
        assert getattr(b2bi, f"list_{name}")()[name] == []
    assert boto3_client("s3", endpoint, account).list_buckets()["Buckets"] == []
    listed = stacks.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert [found["StackName"] for found in listed] == ["one"]


FAILING = PROFILE.replace("Email: a@example.com", "Email: nothing")


@pytest.mark.parametrize(
    ("arguments", "expected", "left"),
    [
        ({}, "ROLLBACK_COMPLETE", 0),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1),
        ({"DisableRollback": True}, "CREATE_FAILED", 1),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0),
    ],
)
def test_what_a_failed_creation_leaves(stacks, endpoint, account, arguments, expected, left):
    made = stacks.create_stack(StackName="bad", TemplateBody=FAILING, **arguments)["StackId"]
    stack = described(stacks, made)
    assert stack["StackStatus"] == expected
    events = stacks.describe_stack_events(StackName=made)["StackEvents"]
    (failed,) = [event for event in events if event["ResourceStatus"] == "CREATE_FAILED" and event["PhysicalResourceId"] != made]
    assert failed["LogicalResourceId"] == "Partnership", failed
    assert "HandlerErrorCode: InvalidRequest" in failed["ResourceStatusReason"] or "Email" in failed["ResourceStatusReason"]
    profiles = boto3_client("b2bi", endpoint, account).list_profiles()["profiles"]
    assert len(profiles) == left
    if expected == "ROLLBACK_COMPLETE":
        code, message = refused(stacks.update_stack, StackName="bad", TemplateBody=PROFILE)
        assert code == "ValidationError" and "is in ROLLBACK_COMPLETE state and can not be updated" in message


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("Resources: {}", "ValidationError", "At least one Resources member must be defined"),
        ("nothing", "ValidationError", "line 1"),
        ("Resources: {A: {Type: AWS::B2BI::Nothing}}", "ValidationError", "Unrecognized resource types: [AWS::B2BI::Nothing]"),
        ("Resources: {A: {Type: AWS::S3::Bucket, DependsOn: A}}", "ValidationError", "ircular dependency"),
        ("Resources: {A: {Type: AWS::IAM::Role}}", "InsufficientCapabilitiesException", "CAPABILITY_IAM"),
        ("Parameters: {P: {Type: String}}\nResources: {A: {Type: AWS::S3::Bucket}}", "ValidationError", "Parameters: [P] must have values"),
    ],
)
def test_templates_are_refused(stacks, body, code, words):
    found, message = refused(stacks.create_stack, StackName="x", TemplateBody=body)
    assert found == code and words in message
    assert refused(stacks.describe_stacks, StackName="x")[0] == "ValidationError"


def test_a_name_is_taken_once(stacks):
    body = "Resources: {A: {Type: AWS::CloudFormation::WaitConditionHandle}}"
    stacks.create_stack(StackName="twice", TemplateBody=body)
    assert refused(stacks.create_stack, StackName="twice", TemplateBody=body) == (
        "AlreadyExistsException",
        "Stack [twice] already exists",
    )
    code, message = refused(stacks.create_stack, StackName="no_name", TemplateBody=body)
    assert code == "ValidationError" and "regular expression" in message
    assert refused(stacks.update_stack, StackName="twice", TemplateBody=body) == (
        "ValidationError",
        "No updates are to be performed.",
    )
    stacks.delete_stack(StackName="nobody")


def test_templates_are_told_of(stacks):
    valid = stacks.validate_template(TemplateBody=PROFILE)
    assert [parameter["ParameterKey"] for parameter in valid["Parameters"]] == ["Name", "Secret"]
    summary = stacks.get_template_summary(TemplateBody=PROFILE)
    assert "AWS::B2BI::Profile" in summary["ResourceTypes"]
    assert summary["Parameters"][1]["NoEcho"] is True
    schema = json.loads(stacks.describe_type(Type="RESOURCE", TypeName="AWS::B2BI::Profile")["Schema"])
    assert schema["typeName"] == "AWS::B2BI::Profile"
    assert refused(stacks.describe_type, Type="RESOURCE", TypeName="AWS::B2BI::No")[0] == "TypeNotFoundException"
