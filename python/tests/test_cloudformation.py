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


HANDLE = "Type: AWS::CloudFormation::WaitConditionHandle"


def parameter(name, value):
    return f"{{Type: AWS::SSM::Parameter, Properties: {{Type: String, Name: {name}, Value: {value}}}}}"


def test_a_failed_update_is_rolled_back(stacks, endpoint, account):
    ssm = boto3_client("ssm", endpoint, account)
    before = f"Resources:\n  A: {parameter('/a', 'one')}\n  Gone: {parameter('/gone', 'here')}\n"
    stacks.create_stack(StackName="back", TemplateBody=before, DisableRollback=True)
    after = f"""Resources:
  A: {parameter('/a', 'two')}
  New: {parameter('/new', 'three')}
  Bad: {{Type: AWS::S3::Bucket, DependsOn: [A, New], Properties: {{BucketName: "NOT A NAME"}}}}
Outputs: {{A: {{Value: !Ref A}}}}
"""
    stacks.update_stack(StackName="back", TemplateBody=after)
    stack = described(stacks, "back")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE" and "Outputs" not in stack
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "one"
    assert ssm.get_parameter(Name="/gone")["Parameter"]["Value"] == "here"
    assert refused(ssm.get_parameter, Name="/new")[0] == "ParameterNotFound"
    assert stacks.get_template(StackName="back")["TemplateBody"] == before
    names = [found["LogicalResourceId"] for found in stacks.list_stack_resources(StackName="back")["StackResourceSummaries"]]
    assert names == ["A", "Gone"]
    (begun,) = [event for event in stacks.describe_stack_events(StackName="back")["StackEvents"]
                if event["ResourceStatus"] == "UPDATE_ROLLBACK_IN_PROGRESS"]
    assert begun["ResourceStatusReason"] == "The following resource(s) failed to create: [Bad]."

    # Without a rollback everything stays, and is rolled back later or updated on.
    stacks.update_stack(StackName="back", TemplateBody=after, DisableRollback=True)
    assert described(stacks, "back")["StackStatus"] == "UPDATE_FAILED"
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "two"
    stacks.rollback_stack(StackName="back")
    assert described(stacks, "back")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "one"
    stacks.update_stack(StackName="back", TemplateBody=after, DisableRollback=True)
    stacks.update_stack(StackName="back", TemplateBody=after.replace("NOT A NAME", f"good-{account}"))
    assert described(stacks, "back")["StackStatus"] == "UPDATE_COMPLETE"
    assert refused(ssm.get_parameter, Name="/gone")[0] == "ParameterNotFound"
    stacks.delete_stack(StackName="back")
    assert ssm.describe_parameters()["Parameters"] == []


def test_policies_say_what_stays(stacks, endpoint, account):
    ssm = boto3_client("ssm", endpoint, account)
    body = f"""Resources:
  Retained: {parameter('/retained', 'one')[:-1]}, DeletionPolicy: Retain}}
  Replaced: {parameter('/old', 'one')[:-1]}, UpdateReplacePolicy: Retain}}
  Removed: {parameter('/removed', 'one')}
"""
    stacks.create_stack(StackName="policies", TemplateBody=body)
    stacks.update_stack(StackName="policies", TemplateBody=body.replace("/old", "/new").replace("/removed", "/other"))
    names = lambda: {found["Name"] for found in ssm.describe_parameters()["Parameters"]}  # noqa: E731
    assert names() == {"/retained", "/old", "/new", "/other"}
    stacks.delete_stack(StackName="policies")
    assert names() == {"/retained", "/old"}
    assert ("Replaced", "DELETE_SKIPPED") in told(stacks, described_id(stacks, "policies"))


def described_id(stacks, name):
    """The ARN of a stack that is deleted."""
    found = stacks.list_stacks()["StackSummaries"]
    return next(stack["StackId"] for stack in found if stack["StackName"] == name)


def test_a_protected_stack_stays(stacks):
    stacks.create_stack(StackName="safe", TemplateBody=f"Resources: {{A: {{{HANDLE}}}}}", EnableTerminationProtection=True)
    code, message = refused(stacks.delete_stack, StackName="safe")
    assert code == "ValidationError" and "TerminationProtection is enabled" in message
    stacks.update_termination_protection(StackName="safe", EnableTerminationProtection=False)
    policy = '{"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}'
    stacks.set_stack_policy(StackName="safe", StackPolicyBody=policy)
    assert stacks.get_stack_policy(StackName="safe")["StackPolicyBody"] == policy
    assert refused(stacks.set_stack_policy, StackName="safe", StackPolicyBody="{}")[0] == "ValidationError"
    stacks.delete_stack(StackName="safe")
    stacks.delete_stack(StackName="safe")


def test_exports_hold_while_they_are_used(stacks):
    exporting = "Resources: {{A: {{" + HANDLE + "}}}}\nOutputs: {{V: {{Value: {}, Export: {{Name: shared}}}}}}"
    importing = "Resources: {P: " + parameter("/imported", "!ImportValue shared") + "}"
    stacks.create_stack(StackName="from", TemplateBody=exporting.format("one"))
    stacks.create_stack(StackName="to", TemplateBody=importing)
    assert described(stacks, "to")["StackStatus"] == "CREATE_COMPLETE"
    (export,) = stacks.list_exports()["Exports"]
    assert (export["Name"], export["Value"]) == ("shared", "one")
    assert stacks.list_imports(ExportName="shared")["Imports"] == ["to"]
    code, message = refused(stacks.delete_stack, StackName="from")
    assert message == "Export shared cannot be deleted as it is in use by to"
    stacks.update_stack(StackName="from", TemplateBody=exporting.format("two"))
    stack = described(stacks, "from")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE" and stack["Outputs"][0]["OutputValue"] == "one"
    stacks.create_stack(StackName="again", TemplateBody=exporting.format("one"))
    assert described(stacks, "again")["StackStatus"] == "ROLLBACK_COMPLETE"
    stacks.delete_stack(StackName="to")
    stacks.delete_stack(StackName="from")
    assert stacks.list_exports()["Exports"] == []
    assert "not imported" in refused(stacks.list_imports, ExportName="shared")[1]


def test_parameters_of_systems_manager_are_read(stacks, endpoint, account):
    ssm = boto3_client("ssm", endpoint, account)
    ssm.put_parameter(Name="/phone", Value="5550100200", Type="String")
    body = """
Parameters: {Phone: {Type: "AWS::SSM::Parameter::Value<String>", Default: /phone}}
Resources:
  P:
    Type: AWS::B2BI::Profile
    Properties: {Name: "{{resolve:ssm:/phone}}", BusinessName: "x{{resolve:ssm:/phone:1}}", Phone: !Ref Phone, Logging: DISABLED}
  Missing: {Type: AWS::SSM::Parameter, DependsOn: P, Properties: {Type: String, Value: "{{resolve:ssm:/none}}"}}
"""
    stacks.create_stack(StackName="ssm", TemplateBody=body, DisableRollback=True)
    stack = described(stacks, "ssm")
    assert stack["Parameters"] == [{"ParameterKey": "Phone", "ParameterValue": "/phone", "ResolvedValue": "5550100200"}]
    (profile,) = boto3_client("b2bi", endpoint, account).list_profiles()["profiles"]
    assert (profile["name"], profile["businessName"]) == ("5550100200", "x5550100200")
    failed = stacks.describe_stack_resource(StackName="ssm", LogicalResourceId="Missing")["StackResourceDetail"]
    assert failed["ResourceStatusReason"] == "Parameters: [ssm:/none] cannot be found."


def test_drift_is_found(stacks, endpoint, account):
    stacks.create_stack(StackName="drift", TemplateBody=f"Resources: {{A: {parameter('/d', 'one')}, B: {parameter('/e', 'one')}}}")

    def detected():
        begun = stacks.detect_stack_drift(StackName="drift")["StackDriftDetectionId"]
        status = stacks.describe_stack_drift_detection_status(StackDriftDetectionId=begun)
        assert status["DetectionStatus"] == "DETECTION_COMPLETE"
        drifts = stacks.describe_stack_resource_drifts(StackName="drift")["StackResourceDrifts"]
        return status["StackDriftStatus"], {drift["LogicalResourceId"]: drift for drift in drifts}

    status, drifts = detected()
    assert status == "IN_SYNC" and {drift["StackResourceDriftStatus"] for drift in drifts.values()} == {"IN_SYNC"}
    ssm = boto3_client("ssm", endpoint, account)
    ssm.put_parameter(Name="/d", Value="two", Overwrite=True)
    ssm.delete_parameter(Name="/e")
    status, drifts = detected()
    assert status == "DRIFTED" and drifts["B"]["StackResourceDriftStatus"] == "DELETED"
    (difference,) = drifts["A"]["PropertyDifferences"]
    assert difference == {"PropertyPath": "/Value", "ExpectedValue": "one", "ActualValue": "two", "DifferenceType": "NOT_EQUAL"}
    assert described(stacks, "drift")["DriftInformation"]["StackDriftStatus"] == "DRIFTED"
    stacks.delete_stack(StackName="drift")
    assert refused(stacks.describe_stacks, StackName="drift")[0] == "ValidationError"


def test_stacks_are_nested(stacks, endpoint, account):
    s3 = boto3_client("s3", endpoint, account)
    s3.create_bucket(Bucket=f"templates-{account}")

    def put(value):
        inner = f"Parameters: {{N: {{Type: String}}}}\nResources: {{P: {parameter('!Ref N', value)}}}\nOutputs: {{Name: {{Value: !Ref P}}}}"
        s3.put_object(Bucket=f"templates-{account}", Key="inner.yaml", Body=inner.encode())

    put("one")
    url = f"{endpoint}/templates-{account}/inner.yaml"
    outer = f"""Resources:
  Inner: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: "{url}", Parameters: {{N: /nested}}}}}}
Outputs: {{Name: {{Value: !GetAtt Inner.Outputs.Name}}}}
"""
    s3.put_object(Bucket=f"templates-{account}", Key="outer.yaml", Body=outer.encode())
    made = stacks.create_stack(StackName="outer", TemplateURL=f"https://templates-{account}.s3.us-east-1.amazonaws.com/outer.yaml")
    stack = described(stacks, "outer")
    assert stack["StackStatus"] == "CREATE_COMPLETE" and stack["Outputs"][0]["OutputValue"] == "/nested"
    (inner,) = [found for found in stacks.describe_stacks()["Stacks"] if found["StackName"] != "outer"]
    assert (inner["ParentId"], inner["RootId"]) == (made["StackId"],) * 2 and inner["StackName"].startswith("outer-Inner-")
    assert refused(stacks.update_stack, StackName="outer", TemplateBody=outer)[1] == "No updates are to be performed."
    put("two")
    stacks.update_stack(StackName="outer", TemplateBody=outer)
    ssm = boto3_client("ssm", endpoint, account)
    assert ssm.get_parameter(Name="/nested")["Parameter"]["Value"] == "two"
    put("[]")
    stacks.update_stack(StackName="outer", TemplateBody=outer)
    assert described(stacks, "outer")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert ssm.get_parameter(Name="/nested")["Parameter"]["Value"] == "two"
    stacks.delete_stack(StackName="outer")
    assert described(stacks, inner["StackId"])["StackStatus"] == "DELETE_COMPLETE"
    itself = f"Resources: {{I: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: '{endpoint}/templates-{account}/self'}}}}}}"
    s3.put_object(Bucket=f"templates-{account}", Key="self", Body=itself.encode())
    stacks.create_stack(StackName="self", TemplateBody=itself)
    assert described(stacks, "self")["StackStatus"] == "ROLLBACK_COMPLETE"


def test_what_is_not_here_is_recorded_and_says_so(stacks):
    body = "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {Arn: {Value: !GetAtt Q.Arn}}"
    stacks.create_stack(StackName="recorded", TemplateBody=body)
    stack = described(stacks, "recorded")
    assert stack["Outputs"][0]["OutputValue"].startswith("arn:aws:sqs:us-east-1:")
    resource = stacks.describe_stack_resource(StackName="recorded", LogicalResourceId="Q")["StackResourceDetail"]
    assert resource["ResourceStatusReason"].startswith("Recorded only:")


def test_operations_take_time(server_with, account):
    stacks = boto3_client("cloudformation", server_with("--stack-duration", "polls(2)"), account)
    body = f"Resources: {{A: {parameter('/t', 'one')}}}"
    stacks.create_stack(StackName="slow", TemplateBody=body)
    seen = [described(stacks, "slow")["StackStatus"] for _ in range(2)]
    assert seen[0] == "CREATE_IN_PROGRESS"
    stacks.get_waiter("stack_create_complete").wait(StackName="slow", WaiterConfig={"Delay": 1})
    stacks.update_stack(StackName="slow", TemplateBody=body.replace("one", "two"))
    code, message = refused(stacks.update_stack, StackName="slow", TemplateBody=body.replace("one", "three"))
    assert code == "ValidationError" and "UPDATE_IN_PROGRESS state and can not be updated" in message
    stacks.cancel_update_stack(StackName="slow")
    waiter = stacks.get_waiter("stack_rollback_complete") if "stack_rollback_complete" in stacks.waiter_names else None
    waiter.wait(StackName="slow", WaiterConfig={"Delay": 1})
    assert described(stacks, "slow")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "cannot be called" in refused(stacks.cancel_update_stack, StackName="slow")[1]


def test_an_update_that_repeats_makes_no_call(stacks, endpoint, account):
    b2bi = boto3_client("b2bi", endpoint, account)
    stacks.create_stack(StackName="same", TemplateBody=PROFILE)
    (profile,) = b2bi.list_profiles()["profiles"]
    before = [b2bi.get_profile(profileId=profile["profileId"]).get("modifiedAt"), told(stacks, "same")]
    assert refused(stacks.update_stack, StackName="same", UsePreviousTemplate=True)[1] == "No updates are to be performed."
    assert refused(stacks.update_stack, StackName="same", TemplateBody=PROFILE)[1] == "No updates are to be performed."
    assert [b2bi.get_profile(profileId=profile["profileId"]).get("modifiedAt"), told(stacks, "same")] == before
