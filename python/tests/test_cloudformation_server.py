"""Stacks and the rest of the server: state, faults, hostile templates, templates at the start."""

import json

import botocore.exceptions
import pytest

from clients import CONNECTIONS, boto3_client
from server import REPOSITORY, Server

ACCOUNT = "111122223333"
TEMPLATE = (REPOSITORY / "fixtures/templates/inbound.yaml").read_text()


def described(stacks, name):
    (stack,) = stacks.describe_stacks(StackName=name)["Stacks"]
    return stack


def test_stacks_are_state(server_with, tmp_path):
    with Server("--data-dir", str(tmp_path)) as server:
        stacks = boto3_client("cloudformation", server.endpoint, ACCOUNT)
        stacks.create_stack(StackName="durable", TemplateBody=TEMPLATE)
        before = described(stacks, "durable")
        assert before["StackStatus"] == "CREATE_COMPLETE"
        events = len(stacks.describe_stack_events(StackName="durable")["StackEvents"])
    with Server("--data-dir", str(tmp_path)) as server:
        stacks = boto3_client("cloudformation", server.endpoint, ACCOUNT)
        assert described(stacks, "durable") == {**before, "CreationTime": described(stacks, "durable")["CreationTime"]}
        assert len(stacks.describe_stack_events(StackName="durable")["StackEvents"]) == events
        elsewhere = boto3_client("cloudformation", server.endpoint, ACCOUNT, region="eu-west-1")
        assert elsewhere.describe_stacks()["Stacks"] == []
        state = CONNECTIONS.get(f"{server.endpoint}/_b2bi/state").text
        shown = CONNECTIONS.get(f"{server.endpoint}/_b2bi/stacks?account={ACCOUNT}").json()["stacks"]
        assert [stack["name"] for stack in shown] == ["durable"]
        assert {resource["residence"] for resource in shown[0]["resources"]} == {"here"}
        CONNECTIONS.post(f"{server.endpoint}/_b2bi/reset").raise_for_status()
        assert stacks.describe_stacks()["Stacks"] == []
        CONNECTIONS.put(f"{server.endpoint}/_b2bi/state", data=state).raise_for_status()
        assert described(stacks, "durable")["Outputs"] == before["Outputs"]


def test_a_failed_change_set_holds_its_name_after_two_seconds(server_with):
    endpoint = server_with("--clock", "manual")
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="named", TemplateBody=TEMPLATE)

    def attempt():
        made = stacks.create_change_set(StackName="named", ChangeSetName="c1", TemplateBody=TEMPLATE)
        return stacks.describe_change_set(ChangeSetName=made["Id"])["Status"]

    assert [attempt(), attempt()] == ["FAILED", "FAILED"]
    assert len(stacks.list_change_sets(StackName="named")["Summaries"]) == 1
    CONNECTIONS.put(f"{endpoint}/_b2bi/clock", json={"advanceMs": 2001}).raise_for_status()
    with pytest.raises(stacks.exceptions.AlreadyExistsException, match="already exists"):
        attempt()
    stacks.delete_change_set(StackName="named", ChangeSetName="c1")
    assert attempt() == "FAILED"


def test_faults_reach_handlers_and_operations(server_with, account):
    endpoint = server_with("--faults", "CreateCapability=error(ThrottlingException);DescribeStacks=1*error(Throttling)->off")
    stacks = boto3_client("cloudformation", endpoint, account)
    stacks.create_stack(StackName="faulty", TemplateBody=TEMPLATE, OnFailure="DO_NOTHING")
    with pytest.raises(botocore.exceptions.ClientError, match="Throttling"):
        described(stacks, "faulty")
    assert described(stacks, "faulty")["StackStatus"] == "CREATE_FAILED"
    failed = stacks.describe_stack_resource(StackName="faulty", LogicalResourceId="InboundOrders")["StackResourceDetail"]
    assert "HandlerErrorCode: Throttling" in failed["ResourceStatusReason"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Resources:\n  A: &a {Type: AWS::S3::Bucket}\n  B: *a\n", "line 3"),
        ("Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Nope x}}\n", "line 2"),
        ("Resources: {A: {Type: AWS::S3::Bucket, DependsOn: B}, B: {Type: AWS::S3::Bucket, DependsOn: A}}", "ircular"),
        ("Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: " + "[" * 200 + "]" * 200 + "}}}", "line 1"),
        ("Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref Nothing}}}", "Unresolved resource dependencies [Nothing]"),
        ('{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}', "line 1"),
        ("\0", "line 1"),
        ("x" * 51_201, "less than or equal to 51200"),
    ],
)
def test_hostile_templates_are_refused(endpoint, account, body, words):
    stacks = boto3_client("cloudformation", endpoint, account)
    for call in [stacks.create_stack, stacks.update_stack]:
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            call(StackName="hostile", TemplateBody=body)
        error = caught.value.response["Error"]
        assert error["Code"] == "ValidationError"
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        stacks.validate_template(TemplateBody=body)
    assert words in caught.value.response["Error"]["Message"]


def test_a_template_at_an_address_has_a_limit(endpoint, account):
    s3, stacks = (boto3_client(name, endpoint, account) for name in ("s3", "cloudformation"))
    s3.create_bucket(Bucket=f"t-{account}")
    s3.put_object(Bucket=f"t-{account}", Key="large", Body=b"#" * 5_000_000)
    for key, words in [("large", "maximum size"), ("none", "cannot be read")]:
        with pytest.raises(botocore.exceptions.ClientError, match=words):
            stacks.create_stack(StackName="x", TemplateURL=f"{endpoint}/t-{account}/{key}")


def test_a_server_starts_with_a_stack(server_with, tmp_path, account):
    (tmp_path / "partner.yaml").write_text(TEMPLATE)
    parameters = [{"ParameterKey": "PartnerName", "ParameterValue": "Red Bikes"}]
    (tmp_path / "partner.parameters.json").write_text(json.dumps(parameters))
    endpoint = server_with("--init", str(tmp_path / "partner.yaml"), "--account", account)
    stacks = boto3_client("cloudformation", endpoint, account)
    assert described(stacks, "partner")["StackStatus"] == "CREATE_COMPLETE"
    (partnership,) = boto3_client("b2bi", endpoint, account).list_partnerships()["partnerships"]
    assert partnership["name"] == "Red Bikes"
