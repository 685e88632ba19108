"""`aws cloudformation deploy` and its neighbours, with the waits of the CLI's own botocore."""

import json
import os
import subprocess

import pytest

from clients import boto3_client
from server import foreign_environment

PARTNER = """
Parameters:
  Phone: {Type: String, Default: "5550100200"}
  Status: {Type: String, Default: inactive}
Resources:
  Profile:
    Type: AWS::B2BI::Profile
    Properties: {Name: acme, BusinessName: Acme, Phone: !Ref Phone, Logging: DISABLED}
  Orders:
    Type: AWS::B2BI::Transformer
    Properties:
      Name: orders
      Status: !Ref Status
      InputConversion: {FromFormat: X12, FormatOptions: {X12: {TransactionSet: X12_850, Version: VERSION_4010}}}
      Mapping: {TemplateLanguage: JSONATA, Template: "$"}
Outputs:
  Profile: {Value: !Ref Profile}
"""


@pytest.fixture
def aws(aws_cli, endpoint, account, tmp_path):
    """Runs the CLI as the account; returns its code and what it prints."""
    environment = {
        **foreign_environment(), "AWS_ACCESS_KEY_ID": account, "AWS_SECRET_ACCESS_KEY": "any", "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_PAGER": "", "LC_ALL": "C.UTF-8",
    }

    def aws(*arguments):
        done = subprocess.run(
            [aws_cli, "cloudformation", *arguments], env=environment, capture_output=True, text=True, cwd=tmp_path,
        )
        return done.returncode, done.stdout + done.stderr

    return aws


@pytest.fixture
def stacks(endpoint, account):
    return boto3_client("cloudformation", endpoint, account)


def told(stacks, name, after=0):
    """The events of a stack, the oldest first."""
    events = stacks.describe_stack_events(StackName=name)["StackEvents"]
    rows = [f"{event['LogicalResourceId']} {event['ResourceStatus']}" for event in reversed(events)]
    return rows[after:]


def test_deploy_from_creation_to_deletion(aws, stacks, endpoint, account, tmp_path):
    (tmp_path / "t.yaml").write_text(PARTNER)

    def deploy(*parameters):
        overrides = ["--parameter-overrides", *parameters] if parameters else []
        return aws("deploy", "--stack-name", "partner", "--template-file", "t.yaml", "--no-fail-on-empty-changeset", *overrides)

    code, words = deploy()
    assert code == 0 and "Successfully created/updated stack - partner" in words, words
    created = [
        "partner REVIEW_IN_PROGRESS", "partner CREATE_IN_PROGRESS",
        *["Profile CREATE_IN_PROGRESS"] * 2, "Profile CREATE_COMPLETE",
        *["Orders CREATE_IN_PROGRESS"] * 2, "Orders CREATE_COMPLETE", "partner CREATE_COMPLETE",
    ]
    assert told(stacks, "partner") == created
    code, words = deploy()
    assert code == 0 and "No changes to deploy. Stack partner is up to date" in words, words
    assert told(stacks, "partner") == created
    code, words = deploy("Phone=5550100201", "Status=active")
    assert code == 0, words
    updated = [
        "partner UPDATE_IN_PROGRESS", "Profile UPDATE_IN_PROGRESS", "Profile UPDATE_COMPLETE", "Orders UPDATE_IN_PROGRESS",
        "Orders UPDATE_COMPLETE", "partner UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "partner UPDATE_COMPLETE",
    ]
    assert told(stacks, "partner", len(created)) == updated
    b2bi = boto3_client("b2bi", endpoint, account)
    (profile,) = b2bi.list_profiles()["profiles"]
    assert b2bi.get_profile(profileId=profile["profileId"])["phone"] == "5550100201"

    # An active transformer takes no update, and what came before it is restored.
    (tmp_path / "t.yaml").write_text(PARTNER.replace('Template: "$"', 'Template: "$.x"'))
    code, words = deploy("Phone=5550100202")
    assert code != 0 and "Failed to create/update the stack" in words, words
    assert told(stacks, "partner", len(created) + len(updated)) == [
        "partner UPDATE_IN_PROGRESS", "Profile UPDATE_IN_PROGRESS", "Profile UPDATE_COMPLETE", "Orders UPDATE_IN_PROGRESS",
        "Orders UPDATE_FAILED", "partner UPDATE_ROLLBACK_IN_PROGRESS", "Orders UPDATE_IN_PROGRESS", "Orders UPDATE_COMPLETE",
        "Profile UPDATE_IN_PROGRESS", "Profile UPDATE_COMPLETE",
        "partner UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "partner UPDATE_ROLLBACK_COMPLETE",
    ]
    failed = [event for event in stacks.describe_stack_events(StackName="partner")["StackEvents"]
              if event["ResourceStatus"] == "UPDATE_FAILED"]
    assert "another logical id" in failed[0]["ResourceStatusReason"]
    assert b2bi.get_profile(profileId=profile["profileId"])["phone"] == "5550100201"
    code, words = aws("delete-stack", "--stack-name", "partner")
    assert code == 0, words
    code, words = aws("wait", "stack-delete-complete", "--stack-name", "partner")
    assert code == 0, words
    assert b2bi.list_profiles()["profiles"] == b2bi.list_transformers()["transformers"] == []


def test_a_change_set_says_what_changes(aws, stacks):
    code, words = aws("create-stack", "--stack-name", "s", "--template-body", PARTNER)
    assert code == 0, words
    new = PARTNER.replace("Logging: DISABLED", "Logging: ENABLED").replace("  Profile: {Value", "  Other: {Value")
    code, words = aws("create-change-set", "--stack-name", "s", "--change-set-name", "c", "--template-body", new)
    assert code == 0, words
    described = stacks.describe_change_set(StackName="s", ChangeSetName="c", IncludePropertyValues=True)
    (change,) = [change["ResourceChange"] for change in described["Changes"]]
    assert (change["Action"], change["Replacement"], change["Scope"]) == ("Modify", "True", ["Properties"])
    assert change["PolicyAction"] == "ReplaceAndDelete"
    (detail,) = change["Details"]
    assert detail["Target"] == {
        "Attribute": "Properties", "Name": "Logging", "RequiresRecreation": "Always", "Path": "/Properties/Logging",
        "BeforeValue": "DISABLED", "AfterValue": "ENABLED", "AttributeChangeType": "Modify",
    }
    assert json.loads(change["AfterContext"])["Properties"]["Logging"] == "ENABLED"
    before = stacks.describe_stack_resource(StackName="s", LogicalResourceId="Profile")["StackResourceDetail"]
    assert [found["ChangeSetName"] for found in stacks.list_change_sets(StackName="s")["Summaries"]] == ["c"]
    stacks.execute_change_set(StackName="s", ChangeSetName="c")
    after = stacks.describe_stack_resource(StackName="s", LogicalResourceId="Profile")["StackResourceDetail"]
    assert after["PhysicalResourceId"] != before["PhysicalResourceId"]
    assert told(stacks, "s")[-4:] == [
        "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Profile DELETE_IN_PROGRESS", "Profile DELETE_COMPLETE", "s UPDATE_COMPLETE",
    ]
    (stack,) = stacks.describe_stacks(StackName="s")["Stacks"]
    assert [output["OutputKey"] for output in stack["Outputs"]] == ["Other"]
    assert stack["Outputs"][0]["OutputValue"] == after["PhysicalResourceId"]
