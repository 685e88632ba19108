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
        assert stacks.describe_stacks()["Stacks"] == [], [(e["LogicalResourceId"], e.get("ResourceStatusReason")) for e in stacks.describe_stack_events(StackName="again")["StackEvents"] if "FAILED" in e["ResourceStatus"]]
        CONNECTIONS.put(f"{server.endpoint}/_b2bi/state", data=state).raise_for_status()
        assert described(stacks, "durable")["Outputs"] == before["Outputs"]


def made_by_hand(endpoint):
    """A bucket, a transformer, a capability, a profile and a partnership; the bucket is named as the profile."""
    b2bi, s3 = (boto3_client(service, endpoint, ACCOUNT) for service in ("b2bi", "s3"))
    s3.create_bucket(Bucket="acme")
    document = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "b2bi.amazonaws.com"}, "Action": "s3:*", "Resource": "arn:aws:s3:::acme/*"},
    ]})
    s3.put_bucket_policy(Bucket="acme", Policy=document)
    x12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
    transformer = b2bi.create_transformer(
        name="orders", inputConversion={"fromFormat": "X12", "formatOptions": {"x12": x12}},
        mapping={"templateLanguage": "JSONATA", "template": "$"}, tags=[{"Key": "team", "Value": "edi"}],
    )
    b2bi.update_transformer(transformerId=transformer["transformerId"], status="active")
    capability = b2bi.create_capability(name="acme orders", type="edi", configuration={"edi": {
        "capabilityDirection": "INBOUND", "type": {"x12Details": x12}, "transformerId": transformer["transformerId"],
        "inputLocation": {"bucketName": "acme", "key": "in"}, "outputLocation": {"bucketName": "acme", "key": "out"},
    }})
    profile = b2bi.create_profile(name="acme", businessName="acme", phone="5550100200", logging="ENABLED")
    b2bi.create_partnership(
        profileId=profile["profileId"], name="acme", email="a@example.com", capabilities=[capability["capabilityId"]],
    )


def test_what_was_made_by_hand_is_exported_as_a_template(server_with):
    endpoint = server_with()
    made_by_hand(endpoint)

    def export(**query):
        return CONNECTIONS.get(f"{endpoint}/_b2bi/state", params={"format": "cloudformation", **query})

    template = export().json()
    resources = template["Resources"]
    assert list(resources) == [
        "BucketAcme", "BucketPolicyAcme", "ProfileAcme", "TransformerOrders", "CapabilityAcmeOrders", "PartnershipAcme",
    ]
    edi = resources["CapabilityAcmeOrders"]["Properties"]["Configuration"]["Edi"]
    assert edi["TransformerId"] == {"Ref": "TransformerOrders"}
    assert edi["InputLocation"] == {"BucketName": {"Ref": "BucketAcme"}, "Key": "in"}
    assert resources["PartnershipAcme"]["Properties"]["ProfileId"] == {"Ref": "ProfileAcme"}
    assert resources["ProfileAcme"]["Properties"]["Name"] == "acme"
    assert resources["TransformerOrders"]["Properties"]["Status"] == "active"

    CONNECTIONS.post(f"{endpoint}/_b2bi/reset").raise_for_status()
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="again", TemplateBody=json.dumps(template))
    assert described(stacks, "again")["StackStatus"] == "CREATE_COMPLETE", stacks.describe_stack_events(StackName="again")
    assert export().json()["Resources"] == {}  # a stack owns them all
    # The folders of the partnership are in the bucket.
    s3 = boto3_client("s3", endpoint, ACCOUNT)
    for found in s3.list_objects_v2(Bucket="acme")["Contents"]:
        s3.delete_object(Bucket="acme", Key=found["Key"])
    stacks.delete_stack(StackName="again")
    assert stacks.describe_stacks()["Stacks"] == []
    made_by_hand(endpoint)
    assert export().json() == template

    made = boto3_client("b2bi", endpoint, ACCOUNT, region="eu-west-1").create_profile(
        name="b", businessName="b", phone="5550100200", logging="DISABLED"
    )
    refused = export()
    assert refused.status_code == 400 and f"account={ACCOUNT}&region=eu-west-1" in refused.text
    assert "ProfileB" in export(region="eu-west-1").json()["Resources"] and made["profileId"].startswith("p-")
    for query in ({"objects": "true"}, {"format": "yaml"}):
        assert export(**query).status_code == 400


def test_a_request_with_the_same_token_is_a_retry(server_with):
    stacks = boto3_client("cloudformation", server_with(), ACCOUNT)
    create = {"StackName": "retried", "TemplateBody": TEMPLATE, "ClientRequestToken": "t1"}
    made = stacks.create_stack(**create)["StackId"]
    events = stacks.describe_stack_events(StackName="retried")["StackEvents"]
    assert stacks.create_stack(**create)["StackId"] == made
    with pytest.raises(stacks.exceptions.AlreadyExistsException):
        stacks.create_stack(**{**create, "ClientRequestToken": "t2"})
    with pytest.raises(stacks.exceptions.TokenAlreadyExistsException, match="t1"):
        stacks.update_stack(**create)
    update = {**create, "ClientRequestToken": "t3", "Tags": [{"Key": "k", "Value": "v"}]}
    assert stacks.update_stack(**update)["StackId"] == made
    assert stacks.update_stack(**update)["StackId"] == made
    updated = stacks.describe_stack_events(StackName="retried")["StackEvents"]
    assert [event["ClientRequestToken"] for event in updated[: -len(events)]] == ["t3"] * (len(updated) - len(events))
    stacks.delete_stack(StackName="retried")
    assert stacks.create_stack(**create)["StackId"] != made


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
        ("Resources: {A: {Type: AWS::S3::Bucket}}\n#" + "x" * 5_000_000, "less than or equal to 51200"),
        ("Metadata:\n  a0: &a0 [x, x]\n" + "".join(f"  a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
         + "Resources: {A: {Type: AWS::S3::Bucket}}", "line 3"),
        ("Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${B}'}}, B: {Type: AWS::S3::Bucket, Properties: {BucketName: "
         "!GetAtt A.Arn}}}", "ircular"),
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
