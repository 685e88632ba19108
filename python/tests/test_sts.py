"""STS: temporary credentials lead to the account of the role."""

import base64
import json
import re

import botocore.exceptions
import pytest
from clients import REGION, SESSION, boto3_client

ROLE = "arn:aws:iam::{}:role/cdk/deploy"


def with_credentials(service, endpoint, credentials):
    return SESSION.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def profile(client):
    made = client.create_profile(name="n", businessName="b", phone="5550100200", logging="DISABLED")
    return made["profileArn"]


def test_a_role_leads_to_its_account(endpoint, account, other_account):
    sts = boto3_client("sts", endpoint, account)
    assumed = sts.assume_role(RoleArn=ROLE.format(other_account), RoleSessionName="me@work", DurationSeconds=900)
    credentials = assumed["Credentials"]
    assert re.fullmatch(r"ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
    arn = f"arn:aws:sts::{other_account}:assumed-role/deploy/me@work"
    assert assumed["AssumedRoleUser"]["Arn"] == arn
    told = with_credentials("sts", endpoint, credentials).get_caller_identity()
    assert (told["Account"], told["Arn"]) == (other_account, arn)
    assert told["UserId"] == assumed["AssumedRoleUser"]["AssumedRoleId"]
    assert f":{other_account}:" in profile(with_credentials("b2bi", endpoint, credentials))
    again = sts.assume_role(RoleArn=ROLE.format(other_account), RoleSessionName="me@work")
    assert again["Credentials"]["AccessKeyId"] != credentials["AccessKeyId"]
    assert again["AssumedRoleUser"] == assumed["AssumedRoleUser"]
    info = sts.get_access_key_info(AccessKeyId=credentials["AccessKeyId"])
    assert info["Account"] == other_account


def test_a_session_is_its_callers(endpoint, account):
    sts = boto3_client("sts", endpoint, account)
    credentials = sts.get_session_token()["Credentials"]
    told = with_credentials("sts", endpoint, credentials).get_caller_identity()
    assert (told["Account"], told["Arn"]) == (account, f"arn:aws:iam::{account}:root")


def test_a_web_identity_needs_a_token_and_no_signature(endpoint, account):
    claims = base64.urlsafe_b64encode(json.dumps({"sub": "me", "iss": "https://id.example", "aud": "app"}).encode())
    sts = boto3_client("sts", endpoint, account)
    arguments = {"RoleArn": ROLE.format(account), "RoleSessionName": "web"}
    assumed = sts.assume_role_with_web_identity(WebIdentityToken=f"e30.{claims.decode().rstrip('=')}.x", **arguments)
    assert assumed["SubjectFromWebIdentityToken"] == "me"
    assert (assumed["Provider"], assumed["Audience"]) == ("https://id.example", "app")
    told = with_credentials("sts", endpoint, assumed["Credentials"]).get_caller_identity()
    assert told["Arn"] == f"arn:aws:sts::{account}:assumed-role/deploy/web"
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidIdentityToken"):
        sts.assume_role_with_web_identity(WebIdentityToken="none", **arguments)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"RoleArn": "arn:aws:iam::123456789012:user/x"}, "ValidationError"),
        ({"RoleSessionName": "a b"}, "ValidationError"),
        ({"DurationSeconds": 899}, "ValidationError"),
        ({"DurationSeconds": 43201}, "ValidationError"),
        ({"Policy": "{"}, "MalformedPolicyDocument"),
    ],
)
def test_what_is_wrong_is_refused(endpoint, account, change, expected):
    sts = SESSION.client("sts", endpoint_url=endpoint, region_name=REGION, aws_access_key_id=account,
                         aws_secret_access_key="any", config=botocore.config.Config(parameter_validation=False))
    arguments = {"RoleArn": ROLE.format(account), "RoleSessionName": "me"} | change
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        sts.assume_role(**arguments)
    assert caught.value.response["Error"]["Code"] == expected


def test_temporary_credentials_are_checked_where_signatures_are(server_with):
    flags = ["--verify-signatures", "--credentials", "AKIAEXAMPLE:secret"]
    endpoint = server_with(*flags)
    sts = boto3_client("sts", endpoint, "AKIAEXAMPLE", secret="secret")
    credentials = sts.assume_role(RoleArn=ROLE.format("111122223333"), RoleSessionName="me")["Credentials"]
    assert ":111122223333:" in profile(with_credentials("b2bi", endpoint, credentials))
    with_credentials("s3", endpoint, credentials).list_buckets()
    for spoilt in [{"SecretAccessKey": "other"}, {"SessionToken": "other"}]:
        with pytest.raises(botocore.exceptions.ClientError):
            profile(with_credentials("b2bi", endpoint, credentials | spoilt))
