"""`cdk` and `sam` deploy to the server as to AWS."""

import os
from pathlib import Path

import pytest
from conftest import ACCOUNT

from clients import boto3_client

APP = Path(__file__).parent / "app" / "app.js"


@pytest.fixture
def cdk(run):
    return lambda *words, **more: run(
        os.environ["CDK"], "--app", f"node {APP}", "--ci", "--no-color", "--no-notices", "--output", "cdk.out", *words, **more,
    )


def told(stacks, name):
    """The events of a stack, the oldest first, without those of bootstrapping's names."""
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]


def test_cdk_from_bootstrap_to_destroy(cdk, endpoint):
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    assert "bootstrapped" in cdk("bootstrap", f"aws://{ACCOUNT}/us-east-1")
    assert "no changes" in cdk("bootstrap", f"aws://{ACCOUNT}/us-east-1")
    words = cdk("deploy", "--require-approval", "never", "--progress", "events")
    assert "Orders.Partner = tp-" in words
    created = told(stacks, "Orders")
    assert created[0] == ("Orders", "REVIEW_IN_PROGRESS") and created[-1] == ("Orders", "CREATE_COMPLETE")
    assert "no changes" in cdk("deploy", "--require-approval", "never")
    assert told(stacks, "Orders") == created
    assert "There were no differences" in cdk("diff")
    assert "5550100201" in cdk("diff", PHONE="5550100201")
    cdk("deploy", "--require-approval", "never", PHONE="5550100201")
    b2bi = boto3_client("b2bi", endpoint, ACCOUNT)
    (profile,) = b2bi.list_profiles()["profiles"]
    assert b2bi.get_profile(profileId=profile["profileId"])["phone"] == "5550100201"
    s3 = boto3_client("s3", endpoint, ACCOUNT)
    (bucket,) = [found["Name"] for found in s3.list_buckets()["Buckets"] if found["Name"].startswith("orders-")]
    for found in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=found["Key"])
    assert "destroyed" in cdk("destroy", "--force")
    assert b2bi.list_profiles()["profiles"] == []


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Profile:
    Type: AWS::B2BI::Profile
    Properties: {Name: acme, BusinessName: Acme, Phone: "5550100200", Logging: DISABLED}
Outputs:
  Profile: {Value: !Ref Profile}
"""


def test_sam_deploys(run, endpoint, tmp_path):
    (tmp_path / "template.yaml").write_text(SAM)
    deploy = [os.environ["SAM"], "deploy", "--resolve-s3", "--stack-name", "partner", "--no-confirm-changeset", "--capabilities",
              "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
    assert "Successfully created/updated stack - partner" in run(*deploy)
    assert "No changes to deploy" in run(*deploy, fails=True)
    run(os.environ["SAM"], "delete", "--stack-name", "partner", "--no-prompts")
    assert boto3_client("b2bi", endpoint, ACCOUNT).list_profiles()["profiles"] == []
