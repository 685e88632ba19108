"""Members of requests that say how a stack is changed: types, policies, deletion modes, imports."""

import json

import pytest
from botocore.exceptions import ClientError
from clients import boto3_client

LOGS = """Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: %s
    Properties: {LogGroupName: /mine/%s}
"""
BROKEN = """  Broken:
    Type: AWS::B2BI::Capability
    DependsOn: Logs
    Properties: {Name: broken, Type: edi, Configuration: {Edi: {
      Type: {X12Details: {TransactionSet: X12_850, Version: VERSION_4010}}, TransformerId: tr-00000000000000000,
      InputLocation: {BucketName: nowhere, Key: in}, OutputLocation: {BucketName: nowhere, Key: out}}}}
"""
PARAMETER = """  Setting:
    Type: AWS::SSM::Parameter
    Properties: {Name: /mine/setting, Type: String, Value: "1"}
"""
BUCKET = "Resources: {Files: {Type: AWS::S3::Bucket}, Kept: {Type: AWS::Logs::LogGroup}}"
POLICY = json.dumps({"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]})


@pytest.fixture
def stacks(endpoint, account):
    return boto3_client("cloudformation", endpoint, account)


def status(stacks, name="mine"):
    return stacks.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def told(stacks, name="mine"):
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        (["AWS::S3::Bucket", "AWS::Logs::LogGroup"], None),
        (["AWS::*"], None),
        (["AWS::S3::*", "AWS::Logs::*"], None),
        (["AWS::S3::*"], "AWS::Logs::LogGroup"),
        (["AWS::S3::Buck"], "AWS::S3::Bucket"),
        (["Custom::*"], "AWS::S3::Bucket"),
    ],
)
def test_only_types_that_the_caller_allows_are_made(stacks, allowed, refused):
    if refused is None:
        stacks.create_stack(StackName="mine", TemplateBody=BUCKET, ResourceTypes=allowed)
        assert status(stacks) == "CREATE_COMPLETE"
        stacks.delete_stack(StackName="mine")
        return
    with pytest.raises(ClientError, match=f"Resource type {refused} is not allowed by parameter ResourceTypes .*line 1"):
        stacks.create_stack(StackName="mine", TemplateBody=BUCKET, ResourceTypes=allowed)


def test_a_stack_policy_is_read_from_its_address(stacks, endpoint, account):
    s3 = boto3_client("s3", endpoint, account)
    s3.create_bucket(Bucket=f"policies-{account}")
    s3.put_object(Bucket=f"policies-{account}", Key="p.json", Body=POLICY)
    s3.put_object(Bucket=f"policies-{account}", Key="none.json", Body="{")
    url = f"{endpoint}/policies-{account}/p.json"
    stacks.create_stack(StackName="mine", TemplateBody=LOGS % ("Delete", "policy"), StackPolicyURL=url)
    assert stacks.get_stack_policy(StackName="mine")["StackPolicyBody"] == POLICY
    stacks.set_stack_policy(StackName="mine", StackPolicyBody='{"Statement": []}')
    stacks.update_stack(
        StackName="mine", TemplateBody=LOGS % ("Delete", "other"), StackPolicyURL=url, StackPolicyDuringUpdateBody='{"Statement": []}'
    )
    assert stacks.get_stack_policy(StackName="mine")["StackPolicyBody"] == POLICY
    for wrong, text in (
        ({"StackPolicyURL": f"{endpoint}/policies-{account}/none.json"}, "Error validating stack policy"),
        ({"StackPolicyURL": f"{endpoint}/policies-{account}/missing.json"}, "S3 error"),
        ({"StackPolicyURL": url, "StackPolicyBody": POLICY}, "You may only specify one of StackPolicyBody and StackPolicyURL"),
        ({}, "You must specify either StackPolicyBody or StackPolicyURL"),
    ):
        with pytest.raises(ClientError, match=text):
            stacks.set_stack_policy(StackName="mine", **wrong)


def test_a_stack_that_cannot_be_deleted_is_deleted_by_force(stacks, endpoint, account):
    s3 = boto3_client("s3", endpoint, account)
    stacks.create_stack(StackName="mine", TemplateBody=BUCKET)
    stack_id = stacks.describe_stacks(StackName="mine")["Stacks"][0]["StackId"]
    bucket = stacks.describe_stack_resource(StackName="mine", LogicalResourceId="Files")["StackResourceDetail"]["PhysicalResourceId"]
    s3.put_object(Bucket=bucket, Key="k", Body="1")
    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        stacks.delete_stack(StackName="mine", DeletionMode="FORCE_DELETE_STACK")
    stacks.delete_stack(StackName="mine")
    assert status(stacks) == "DELETE_FAILED"
    before = len(told(stacks))
    stacks.delete_stack(StackName="mine", DeletionMode="FORCE_DELETE_STACK")
    assert told(stacks, stack_id)[before:] == [
        ("mine", "DELETE_IN_PROGRESS"), ("Files", "DELETE_IN_PROGRESS"), ("Files", "DELETE_FAILED"),
        ("Files", "DELETE_SKIPPED"), ("mine", "DELETE_COMPLETE"),
    ]  # fmt: skip
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"1"


def test_the_monitoring_time_is_kept_and_triggers_are_refused(stacks):
    body = LOGS % ("Delete", "monitored")
    trigger = {"Arn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:a", "Type": "AWS::CloudWatch::Alarm"}
    with pytest.raises(ClientError, match="RollbackConfiguration.RollbackTriggers.* is not supported here"):
        stacks.create_stack(StackName="mine", TemplateBody=body, RollbackConfiguration={"RollbackTriggers": [trigger]})
    stacks.create_stack(StackName="mine", TemplateBody=body, RollbackConfiguration={"MonitoringTimeInMinutes": 5, "RollbackTriggers": []})
    stack = stacks.describe_stacks(StackName="mine")["Stacks"][0]
    assert stack["RollbackConfiguration"]["MonitoringTimeInMinutes"] == 5
    with pytest.raises(ClientError, match="MonitoringTimeInMinutes.* from 0 to 180"):
        stacks.update_stack(StackName="mine", TemplateBody=body, RollbackConfiguration={"MonitoringTimeInMinutes": 181})


@pytest.fixture
def existing(endpoint, account):
    control = boto3_client("cloudcontrol", endpoint, account)
    control.create_resource(TypeName="AWS::Logs::LogGroup", DesiredState='{"LogGroupName": "/mine/logs"}')

    def names():
        listed = control.list_resources(TypeName="AWS::Logs::LogGroup")["ResourceDescriptions"]
        return [group["Identifier"] for group in listed]

    return names


def propose(stacks, body, kind, stack="mine"):
    stacks.create_change_set(StackName=stack, ChangeSetName="c", ChangeSetType=kind, TemplateBody=body, ImportExistingResources=True)
    changes = stacks.describe_change_set(StackName=stack, ChangeSetName="c")["Changes"]
    return sorted((change["ResourceChange"]["LogicalResourceId"], change["ResourceChange"]["Action"]) for change in changes)


def test_resources_that_exist_are_imported_by_a_creation(stacks, existing):
    assert propose(stacks, LOGS % ("Retain", "logs") + PARAMETER, "CREATE") == [("Logs", "Import"), ("Setting", "Add")]
    stacks.execute_change_set(StackName="mine", ChangeSetName="c")
    assert told(stacks)[1:] == [
        ("mine", "CREATE_IN_PROGRESS"), ("Logs", "IMPORT_IN_PROGRESS"), ("Logs", "IMPORT_COMPLETE"),
        ("Setting", "CREATE_IN_PROGRESS"), ("Setting", "CREATE_IN_PROGRESS"), ("Setting", "CREATE_COMPLETE"), ("mine", "CREATE_COMPLETE"),
    ]  # fmt: skip
    stacks.delete_stack(StackName="mine")
    assert existing() == ["/mine/logs"]


@pytest.mark.parametrize("policy", ["Retain", "RetainExceptOnCreate", "Delete"])
def test_a_rollback_leaves_what_was_imported(stacks, existing, policy):
    assert ("Logs", "Import") in propose(stacks, LOGS % (policy, "logs") + BROKEN, "CREATE")
    stacks.execute_change_set(StackName="mine", ChangeSetName="c")
    assert status(stacks) == "ROLLBACK_COMPLETE" and existing() == ["/mine/logs"]
    stacks.create_stack(StackName="other", TemplateBody="Resources:\n" + PARAMETER)
    assert ("Logs", "Import") in propose(stacks, LOGS % (policy, "logs") + PARAMETER + BROKEN, "UPDATE", "other")
    stacks.execute_change_set(StackName="other", ChangeSetName="c")
    assert status(stacks, "other") == "UPDATE_ROLLBACK_COMPLETE" and existing() == ["/mine/logs"]


def test_what_cannot_be_imported_is_told(stacks, existing):
    without = LOGS.replace("    DeletionPolicy: %s\n", "") % "logs"
    with pytest.raises(ClientError, match=r"resources to import \[Logs\] must have DeletionPolicy"):
        propose(stacks, without, "CREATE")
    assert propose(stacks, LOGS % ("Retain", "another"), "CREATE") == [("Logs", "Add")]
    stacks.execute_change_set(StackName="mine", ChangeSetName="c")
    with pytest.raises(ClientError, match="already exists in stack"):
        propose(stacks, LOGS % ("Retain", "another"), "CREATE", "other")


INCLUDING = """Parameters: {Where: {Type: String}}
Resources:
  Logs:
    Type: AWS::Logs::LogGroup
    Properties:
      Fn::Transform: {Name: AWS::Include, Parameters: {Location: !Sub "s3://${Where}/group.yaml"}}
"""


def test_templates_include_objects_of_s3(stacks, endpoint, account):
    s3 = boto3_client("s3", endpoint, account)
    where = f"snippets-{account}"
    s3.create_bucket(Bucket=where)
    parameters = [{"ParameterKey": "Where", "ParameterValue": where}]
    wanted = {"StackName": "mine", "TemplateBody": INCLUDING, "Parameters": parameters, "Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    assert stacks.validate_template(TemplateBody=INCLUDING)["DeclaredTransforms"] == ["AWS::Include"]
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_AUTO_EXPAND\]"):
        s3.put_object(Bucket=where, Key="group.yaml", Body="LogGroupName: /included/one")
        stacks.create_stack(**{**wanted, "Capabilities": []})
    stacks.create_stack(**wanted)
    group = stacks.describe_stack_resource(StackName="mine", LogicalResourceId="Logs")["StackResourceDetail"]
    assert group["PhysicalResourceId"] == "/included/one"
    processed = stacks.get_template(StackName="mine", TemplateStage="Processed")["TemplateBody"]
    assert processed["Resources"]["Logs"]["Properties"] == {"LogGroupName": "/included/one"}
    assert "Fn::Transform" in stacks.get_template(StackName="mine")["TemplateBody"]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update_stack(**wanted)
    s3.put_object(Bucket=where, Key="group.yaml", Body='{"LogGroupName": "/included/two"}')
    stacks.update_stack(StackName="mine", UsePreviousTemplate=True, Parameters=parameters, Capabilities=["CAPABILITY_AUTO_EXPAND"])
    assert status(stacks) == "UPDATE_COMPLETE"
    s3.delete_object(Bucket=where, Key="group.yaml")
    with pytest.raises(ClientError, match="Transform AWS::Include failed with: S3 error: .*group.yaml"):
        stacks.update_stack(**wanted)
    stacks.delete_stack(StackName="mine")
    with pytest.raises(ClientError, match=f"No transform named {account}::Mine found"):
        stacks.create_stack(StackName="macro", TemplateBody="Transform: Mine\n" + BUCKET)
