"""ContinueUpdateRollback: rollbacks that fail are continued, or skip what cannot be restored."""

import pytest
from botocore.exceptions import ClientError

from clients import CONNECTIONS, boto3_client

ACCOUNT = "111122223333"
BEFORE, AFTER = "5550100200", "5550100299"
TEMPLATE = """Resources:
  A: {Type: AWS::SSM::Parameter, Properties: {Type: String, Name: /a, Value: "%s"}}
  Profile:
    Type: AWS::B2BI::Profile
    DependsOn: A
    Properties: {Name: acme, BusinessName: acme, Phone: "%s", Logging: DISABLED}
"""
BAD = """  Bad: {Type: AWS::S3::Bucket, DependsOn: Profile, Properties: {BucketName: "NOT A NAME"}}
"""


class Broken:
    """A stack whose update fails, and whose profile cannot be restored as long as a fault is set."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.stacks, self.b2bi, self.ssm = (boto3_client(name, endpoint, ACCOUNT) for name in ("cloudformation", "b2bi", "ssm"))
        self.stacks.create_stack(StackName="s", TemplateBody=TEMPLATE % (BEFORE, BEFORE))
        rule = {"operation": "UpdateProfile", "body": {"/phone": BEFORE}, "error": {"code": "InternalServerException"}}
        CONNECTIONS.put(f"{endpoint}/_b2bi/faults", json=[rule]).raise_for_status()
        self.stacks.update_stack(StackName="s", TemplateBody=TEMPLATE % (AFTER, AFTER) + BAD)
        assert self.status() == "UPDATE_ROLLBACK_FAILED"

    def status(self):
        return self.stacks.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]

    def mend(self):
        CONNECTIONS.delete(f"{self.endpoint}/_b2bi/faults").raise_for_status()

    def values(self):
        (profile,) = self.b2bi.list_profiles()["profiles"]
        phone = self.b2bi.get_profile(profileId=profile["profileId"])["phone"]
        return self.ssm.get_parameter(Name="/a")["Parameter"]["Value"], phone

    def resources(self):
        found = self.stacks.describe_stack_resources(StackName="s")["StackResources"]
        return {resource["LogicalResourceId"]: resource["ResourceStatus"] for resource in found}


@pytest.fixture
def broken(server_with):
    return Broken(server_with())


def test_a_rollback_is_continued(broken):
    assert broken.resources()["Profile"] == "UPDATE_FAILED"
    with pytest.raises(ClientError, match="UPDATE_ROLLBACK_FAILED state and can not be updated"):
        broken.stacks.update_stack(StackName="s", TemplateBody=TEMPLATE % (AFTER, AFTER))
    broken.stacks.continue_update_rollback(StackName="s")
    assert broken.status() == "UPDATE_ROLLBACK_FAILED"
    broken.mend()
    broken.stacks.continue_update_rollback(StackName="s")
    assert broken.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert broken.values() == (BEFORE, BEFORE)
    assert set(broken.resources()) == {"A", "Profile"}
    with pytest.raises(ClientError, match="can not continue rollback"):
        broken.stacks.continue_update_rollback(StackName="s")


def test_what_cannot_be_restored_is_skipped(broken):
    with pytest.raises(ClientError, match=r"Resource \[A\] cannot be skipped"):
        broken.stacks.continue_update_rollback(StackName="s", ResourcesToSkip=["A"])
    broken.stacks.continue_update_rollback(StackName="s", ResourcesToSkip=["Profile"])
    assert broken.status() == "UPDATE_ROLLBACK_COMPLETE"
    assert broken.values() == (BEFORE, AFTER)


def test_a_stack_that_is_not_rolled_back_can_be_deleted(broken):
    broken.stacks.delete_stack(StackName="s")
    assert broken.b2bi.list_profiles()["profiles"] == [] and broken.ssm.describe_parameters()["Parameters"] == []
