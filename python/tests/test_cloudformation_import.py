"""Change sets of the type IMPORT: resources that were made by hand become those of a stack."""

import pytest
from botocore.exceptions import ClientError

from clients import boto3_client

PROFILE = """Resources:
  Profile:
    Type: AWS::B2BI::Profile
    DeletionPolicy: %s
    Properties: {Name: acme, BusinessName: acme, Phone: "%s", Logging: DISABLED}
"""
BUCKET = """  Files:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties: {BucketName: %s}
"""


@pytest.fixture
def stacks(endpoint, account):
    return boto3_client("cloudformation", endpoint, account)


@pytest.fixture
def by_hand(endpoint, account):
    """A profile and a bucket that no stack has: their identifiers."""
    b2bi, s3 = (boto3_client(name, endpoint, account) for name in ("b2bi", "s3"))
    s3.create_bucket(Bucket=f"mine-{account}")
    profile = b2bi.create_profile(name="acme", businessName="acme", phone="5550100200", logging="DISABLED")
    return profile["profileId"], f"mine-{account}"


def wanted(logical_id, kind, **identifier):
    return {"LogicalResourceId": logical_id, "ResourceType": kind, "ResourceIdentifier": identifier}


def propose(stacks, body, *resources, stack="mine", name="import"):
    return stacks.create_change_set(
        StackName=stack, ChangeSetName=name, ChangeSetType="IMPORT", TemplateBody=body, ResourcesToImport=list(resources),
    )  # fmt: skip


def execute(stacks, stack="mine", name="import"):
    stacks.execute_change_set(StackName=stack, ChangeSetName=name)
    return status(stacks, stack)


def status(stacks, stack="mine"):
    return stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def test_resources_become_those_of_a_stack(stacks, by_hand, endpoint, account):
    profile, bucket = by_hand
    body = PROFILE % ("Delete", "5550100200") + BUCKET % bucket
    propose(stacks, body, wanted("Profile", "AWS::B2BI::Profile", ProfileId=profile), wanted("Files", "AWS::S3::Bucket", BucketName=bucket))
    assert status(stacks) == "REVIEW_IN_PROGRESS"
    changes = stacks.describe_change_set(StackName="mine", ChangeSetName="import")["Changes"]
    changes = {(change["ResourceChange"]["Action"], change["ResourceChange"]["PhysicalResourceId"]) for change in changes}
    assert changes == {("Import", profile), ("Import", bucket)}
    assert execute(stacks) == "IMPORT_COMPLETE"
    events = stacks.describe_stack_events(StackName="mine")["StackEvents"]
    told = [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(events)]
    assert told == [
        ("mine", "REVIEW_IN_PROGRESS"), ("mine", "IMPORT_IN_PROGRESS"), ("Profile", "IMPORT_IN_PROGRESS"),
        ("Profile", "IMPORT_COMPLETE"), ("Files", "IMPORT_IN_PROGRESS"), ("Files", "IMPORT_COMPLETE"), ("mine", "IMPORT_COMPLETE"),
    ]  # fmt: skip

    # From here on the resources live as if the stack had made them.
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update_stack(StackName="mine", TemplateBody=body)
    stacks.update_stack(StackName="mine", TemplateBody=PROFILE % ("Delete", "5550100299") + BUCKET % bucket)
    assert status(stacks) == "UPDATE_COMPLETE"
    b2bi, s3 = (boto3_client(name, endpoint, account) for name in ("b2bi", "s3"))
    assert b2bi.get_profile(profileId=profile)["phone"] == "5550100299"
    stacks.delete_stack(StackName="mine")
    assert b2bi.list_profiles()["profiles"] == []
    assert [found["Name"] for found in s3.list_buckets()["Buckets"]] == [bucket]


def test_a_stack_that_exists_takes_resources_in(stacks, by_hand):
    profile, bucket = by_hand
    stacks.create_stack(StackName="mine", TemplateBody="Resources:\n" + BUCKET.replace("Files", "Other") % f"{bucket}-other")
    body = PROFILE % ("Retain", "5550100200") + BUCKET.replace("Files", "Other") % f"{bucket}-other"
    propose(stacks, body, wanted("Profile", "AWS::B2BI::Profile", ProfileId=profile))
    assert execute(stacks) == "IMPORT_COMPLETE"
    resources = stacks.describe_stack_resources(StackName="mine")["StackResources"]
    found = {resource["LogicalResourceId"]: resource["ResourceStatus"] for resource in resources}
    assert found == {"Other": "CREATE_COMPLETE", "Profile": "IMPORT_COMPLETE"}


def test_what_is_not_there_is_not_imported(stacks, by_hand, endpoint, account):
    profile, bucket = by_hand
    body = PROFILE % ("Delete", "5550100200") + BUCKET % bucket
    absent = wanted("Files", "AWS::S3::Bucket", BucketName="absent")
    propose(stacks, body, wanted("Profile", "AWS::B2BI::Profile", ProfileId=profile), absent)
    assert execute(stacks) == "IMPORT_ROLLBACK_COMPLETE"
    assert stacks.describe_stack_resources(StackName="mine")["StackResources"] == []
    reasons = str(stacks.describe_stack_events(StackName="mine")["StackEvents"])
    assert "IMPORT_FAILED" in reasons and "HandlerErrorCode: NotFound" in reasons
    stacks.delete_stack(StackName="mine")
    assert len(boto3_client("b2bi", endpoint, account).list_profiles()["profiles"]) == 1


TAKEN = "already exists in stack"
REFUSED = [
    (PROFILE % ("Retain", "1234567"), wanted("Nothing", "AWS::B2BI::Profile", ProfileId="p"), "cannot be executed during import"),
    (PROFILE.replace("    DeletionPolicy: %s\n", "") % "1234567", wanted("Profile", "AWS::B2BI::Profile", ProfileId="p"),
     r"Following resources to import \[Profile\] must have DeletionPolicy"),
    (PROFILE % ("Retain", "1234567"), wanted("Profile", "AWS::B2BI::Transformer", TransformerId="p"), "no resource Profile of the type"),
    (PROFILE % ("Retain", "1234567"), wanted("Profile", "AWS::B2BI::Profile", Name="p"), "must have the properties"),
    (PROFILE % ("Retain", "1234567"), wanted("Profile", "AWS::B2BI::Profile", ProfileId="p", Name="p"), "must have the properties"),
    (PROFILE % ("Retain", "1234567") + "Outputs: {A: {Value: a}}\n", wanted("Profile", "AWS::B2BI::Profile", ProfileId="p"), "Outputs"),
    ("Resources: {Q: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}}", wanted("Q", "AWS::SQS::Queue", QueueUrl="q"), "cannot be imported"),
    ("Resources: {}", wanted("Q", "AWS::SQS::Queue", QueueUrl="q"), "At least one Resources member"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "resource", "words"), REFUSED)
def test_imports_are_refused(stacks, body, resource, words):
    with pytest.raises(ClientError, match=words) as caught:
        propose(stacks, body, resource)
    assert caught.value.response["Error"]["Code"] == "ValidationError"
    assert stacks.describe_stacks()["Stacks"] == []


def test_a_resource_is_in_one_stack(stacks, by_hand):
    body, resource = PROFILE % ("Retain", "5550100200"), wanted("Profile", "AWS::B2BI::Profile", ProfileId=by_hand[0])
    propose(stacks, body, resource)
    execute(stacks)
    with pytest.raises(ClientError, match=TAKEN):
        propose(stacks, body, resource, stack="other")


def test_resources_are_named_for_imports_only(stacks):
    body = PROFILE % ("Retain", "5550100200")
    with pytest.raises(ClientError, match="ResourcesToImport"):
        stacks.create_change_set(StackName="mine", ChangeSetName="c", ChangeSetType="IMPORT", TemplateBody=body)
    with pytest.raises(ClientError, match="ResourcesToImport"):
        stacks.create_change_set(
            StackName="mine", ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=body,
            ResourcesToImport=[wanted("Profile", "AWS::B2BI::Profile", ProfileId="p")],
        )  # fmt: skip
