"""`--upstream-b2bi`: calls are passed on with a signature that the upstream checks, and recorded without secrets."""

import json
import re

import pytest
from botocore.exceptions import ClientError
from clients import boto3_client
from server import Server

KEY, SECRET = "AKIA00000000EXAMPLE1", "upstream/secret"
CHECKING = ["--verify-signatures", "--credentials", f"{KEY}:{SECRET}"]
PROFILE = {"name": "acme", "businessName": "Acme", "phone": "+15551234567", "email": "joe@acme.example", "logging": "DISABLED"}


def passed(upstream, recording, *, key=KEY, secret=SECRET, signature="new", token=None):
    """A server that passes calls to an upstream, with these credentials in its environment."""
    environment = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_EC2_METADATA_DISABLED": "true"}
    if token:
        environment["AWS_SESSION_TOKEN"] = token
    flags = ["--upstream-b2bi", upstream, "--record-traffic", str(recording), "--upstream-b2bi-signature", signature]
    return Server(*flags, environment=environment)


def test_calls_are_signed_anew_for_an_upstream_that_checks(tmp_path):
    recording = tmp_path / "suite.json"
    with Server(*CHECKING) as upstream, passed(upstream.endpoint, recording) as server:
        b2bi = boto3_client("b2bi", server.endpoint, "111122223333")
        made = b2bi.create_profile(**PROFILE)["profileId"]
        assert b2bi.get_profile(profileId=made)["businessName"] == "Acme"
        assert [profile["profileId"] for profile in b2bi.list_profiles()["profiles"]] == [made]
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            b2bi.get_profile(profileId="p-00000000000000001")
        b2bi.delete_profile(profileId=made)
    text = recording.read_text()
    assert len(json.loads(text)["answers"]) == 5
    for own in (KEY, SECRET, made, "joe@acme", "5551234567", "127.0.0.1", "111122223333", "Signature", "Credential"):
        assert own not in text, own
    digits = set(re.findall(r"(?<!\d)\d{12}(?!\d)", text))
    assert digits <= {"123456789012", "000000000000"}, digits


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"secret": "another"}, "SignatureDoesNotMatch|InvalidSignatureException"),
        ({"key": "AKIA00000000EXAMPLE2"}, "UnrecognizedClientException|InvalidClientTokenId"),
        ({"signature": "caller"}, "UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException"),
    ],
)
def test_what_the_upstream_does_not_accept_is_told(tmp_path, wrong, code):
    """The caller's own signature has the caller's key, which the upstream does not know."""
    recording = tmp_path / "suite.json"
    with Server(*CHECKING) as upstream, passed(upstream.endpoint, recording, **wrong) as server:
        with pytest.raises(ClientError, match=code):
            boto3_client("b2bi", server.endpoint, "111122223333").list_profiles()


def test_unsigned_calls_are_not_signed_with_the_credentials_of_the_server(tmp_path):
    """Whoever sends no credentials must not act in the account of the server."""
    import requests

    with Server(*CHECKING) as upstream, passed(upstream.endpoint, tmp_path / "suite.json") as server:
        headers = {"x-amz-target": "B2BI.ListProfiles", "content-type": "application/x-amz-json-1.0"}
        reply = requests.post(server.endpoint, data="{}", headers=headers, timeout=30)
        assert reply.status_code in (400, 403) and "MissingAuthenticationToken" in reply.text


def test_an_upstream_that_is_gone_is_told(tmp_path):
    with passed("http://127.0.0.1:1", tmp_path / "suite.json") as server:
        with pytest.raises(ClientError, match="UpstreamUnavailableException.*http://127.0.0.1:1, which does not answer"):
            boto3_client("b2bi", server.endpoint, "111122223333").list_profiles()


def test_facts_in_the_initial_state(tmp_path):
    """A folder of --init that has facts.json answers as recorded; --facts replaces it."""
    recording = tmp_path / "suite.json"
    with Server() as upstream, passed(upstream.endpoint, recording) as server:
        with pytest.raises(ClientError):
            boto3_client("b2bi", server.endpoint, "111122223333").get_profile(profileId="p-00000000000000001")
    folder = tmp_path / "init"
    folder.mkdir()
    (folder / "facts.json").write_text(recording.read_text().replace("does not exist", "is not known"))
    (folder / "profile.yaml").write_text(f"profiles:\n  - {json.dumps(PROFILE)}\n")

    def told(*flags):
        with Server("--init", str(folder), *flags) as server:
            b2bi = boto3_client("b2bi", server.endpoint, "123456789012")
            with pytest.raises(ClientError) as raised:
                b2bi.get_profile(profileId="p-00000000000000002")
            assert len(b2bi.list_profiles()["profiles"]) <= 1
            return raised.value.response["Error"]["Message"]

    assert "p-00000000000000002 is not known" in told()
    assert "does not exist" in told("--facts", str(recording))
