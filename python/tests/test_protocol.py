"""The wire: every way to call it wrongly has an error of AWS's shape, and callers are who they say they are."""

import datetime
import http.client
import re
import socket
import urllib.parse
import xml.etree.ElementTree

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

import replies
from clients import CONNECTIONS, authorization, boto3_client, headers_for, send
from examples import made_up

JSON = "application/x-amz-json-1.0"
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
VERIFYING = ["--verify-signatures", "--credentials", f"{KEY}:{SECRET}"]
# The account that the key encodes.
OLD_KEY, OLD_KEYS_ACCOUNT = "ASIAQNZGKIQY56JQ7WML", "029608264753"


def request(endpoint, method="POST", path="/", data=b"{}", **headers):
    """Sends a request; the headers are those of ListProfiles but for those that are given."""
    reply = CONNECTIONS.request(method, endpoint + path, data=data, headers=headers_for("ListProfiles", **headers))
    assert replies.REQUEST_ID.fullmatch(reply.headers["x-amzn-RequestId"])
    return reply


def check_json_error(reply, status, code, words=""):
    """The reply is an error of the front end in AWS JSON."""
    assert (reply.status_code, reply.headers["x-amzn-ErrorType"], reply.headers["Content-Type"]) == (status, code, JSON)
    body = reply.json()
    assert (body["__type"], set(body), words in body["message"]) == (code, {"__type", "message"}, True), body


def profile_names(endpoint, account):
    return [profile["name"] for profile in send(endpoint, "ListProfiles", {}, account).json()["profiles"]]


class TestErrors:
    @pytest.mark.parametrize("body", [
        b"{", b"[1,", b'{"maxResults":}', b"maxResults=1", b"<x/>", b'{"a":1}{"b":2}', b'{"nextToken":"\xff"}', b"\x00",
        b"[" * 100_000,
    ], ids=lambda body: body[:8])
    def test_malformed_json(self, endpoint, body):
        check_json_error(request(endpoint, data=body), 400, "SerializationException", "JSON")

    def test_no_body_is_an_empty_object(self, endpoint):
        assert request(endpoint, data=b"").json() == {"profiles": []}

    @pytest.mark.parametrize("target", ["B2BI.NoSuchThing", "B2BI.", "B2BI", "B2BI.listprofiles"])
    def test_unknown_operation(self, endpoint, target):
        check_json_error(request(endpoint, X_Amz_Target=target), 404, "UnknownOperationException")

    @pytest.mark.parametrize("target", ["DynamoDB_20120810.ListTables", "ListProfiles", "b2bi.ListProfiles", "."])
    def test_unknown_service(self, endpoint, target):
        check_json_error(request(endpoint, X_Amz_Target=target), 404, "UnknownServiceException", "b2bi")

    def test_unknown_signing_name(self, endpoint):
        reply = request(endpoint, X_Amz_Target=None, Authorization=authorization(service="sqs"))
        check_json_error(reply, 404, "UnknownServiceException", "sqs")

    @pytest.mark.parametrize("signature", [authorization(), None])
    def test_missing_target(self, endpoint, signature):
        reply = request(endpoint, X_Amz_Target=None, Authorization=signature)
        check_json_error(reply, 404, "UnknownOperationException", "X-Amz-Target")

    @pytest.mark.parametrize("signature", [None, "", "Basic eDp5", "AWS4-HMAC-SHA256 Credential=a/b, Signature=c"])
    def test_missing_authorization(self, endpoint, signature):
        reply = request(endpoint, Authorization=signature)
        check_json_error(reply, 403, "MissingAuthenticationTokenException")

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
    def test_wrong_method(self, endpoint, method):
        reply = request(endpoint, method)
        check_json_error(reply, 405, "MethodNotAllowedException", method)
        assert reply.headers["Allow"] == "POST"

    def test_too_large_a_body(self, server_with):
        endpoint = server_with("--max-body-bytes", "1000")
        assert request(endpoint, data=b"{" + b" " * 998 + b"}").status_code == 200
        reply = request(endpoint, data=b"{" + b" " * 999 + b"}")
        check_json_error(reply, 413, "RequestEntityTooLargeException", "1000")
        chunked = request(endpoint, data=iter([b" " * 600] * 3))
        check_json_error(chunked, 413, "RequestEntityTooLargeException", "1000")

    def test_the_default_limit_is_sixteen_mebibytes(self, endpoint):
        assert request(endpoint, data=b"{" + b" " * (2**24 - 2) + b"}").status_code == 200
        reply = request(endpoint, data=b"{" + b" " * (2**24 - 1) + b"}")
        check_json_error(reply, 413, "RequestEntityTooLargeException", str(2**24))

    def test_a_path_that_is_no_root_does_not_matter(self, endpoint):
        assert request(endpoint, path="/some/where").status_code == 200

    @pytest.mark.parametrize("raw", [
        b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
    ])
    def test_what_is_not_http_does_no_harm(self, endpoint, raw):
        host, port = endpoint.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.makefile("rb").read()
        assert answer == b"" or re.match(rb"HTTP/1\.[01] 4\d\d ", answer)
        assert b"<html" not in answer.lower()
        assert request(endpoint).status_code == 200


class TestReplies:
    @pytest.mark.parametrize("version", ["1.0", "1.1"])
    def test_both_versions_of_aws_json_are_spoken(self, endpoint, version):
        content_type = f"application/x-amz-json-{version}"
        for body in [b"{}", b"{"]:
            assert request(endpoint, data=body, Content_Type=content_type).headers["Content-Type"] == content_type

    @pytest.mark.parametrize("content_type", [None, "application/json", "text/plain", f"{JSON}; charset=utf-8"])
    def test_the_target_counts_more_than_the_content_type(self, endpoint, content_type):
        reply = request(endpoint, Content_Type=content_type)
        assert (reply.status_code, reply.headers["Content-Type"]) == (200, JSON)

    def test_request_ids_differ(self, endpoint):
        assert len({request(endpoint).headers["x-amzn-RequestId"] for _ in range(5)}) == 5

    def test_a_reply_without_members_has_no_body(self, endpoint, world, account):
        tagged = send(endpoint, "TagResource", world.request("TagResource"), account)
        assert tagged.content == b""

    @pytest.mark.parametrize("method, path", [
        ("GET", "/"), ("POST", "/"), ("PUT", "/x"), ("DELETE", "/"), ("GET", "/_b2bi/nothing"), ("POST", "/_b2bi/health"),
        ("GET", "/favicon.ico"), ("HEAD", "/"), ("PATCH", "/a/b"), ("OPTIONS", "/"), ("GET", "/%ff%00"), ("GET", "//"),
    ])
    @pytest.mark.parametrize("headers", [{}, {"Accept": "text/html"}, {"Content-Type": "text/html"}, {"Host": "b2bi.localhost"}])
    def test_nothing_is_html_or_a_server_error(self, endpoint, method, path, headers):
        reply = CONNECTIONS.request(method, endpoint + path, data=b"x", headers=headers)
        assert reply.status_code < 500 or reply.status_code == 501
        assert "html" not in reply.headers.get("Content-Type", "") and b"<html" not in reply.content.lower()
        assert replies.REQUEST_ID.fullmatch(reply.headers["x-amzn-RequestId"])

    @pytest.mark.parametrize("method, path", [
        ("GET", "/"), ("HEAD", "/"), ("DELETE", "/"), ("OPTIONS", "/"), ("GET", "/a/b"), ("PATCH", "/a/b"), ("POST", "/_b2bi/health"),
    ])
    def test_a_body_that_nobody_wants_leaves_the_connection_usable(self, endpoint, method, path):
        address = urllib.parse.urlsplit(endpoint)
        preflight = "Origin: http://localhost\r\nAccess-Control-Request-Method: GET\r\n" if method == "OPTIONS" else ""
        head = f"{method} {path} HTTP/1.1\r\nHost: {address.netloc}\r\n{preflight}Content-Length: 4\r\n\r\n"
        with socket.create_connection((address.hostname, address.port), 10) as stream:
            for _ in range(20):
                stream.sendall(head.encode())
                stream.sendall(b"body")
                reply = http.client.HTTPResponse(stream, method=method)
                reply.begin()
                reply.read()
                assert "close" not in reply.headers.get("Connection", "")


class TestUnknownMembers:
    BODY = {**made_up("CreateProfile"), "clientToken": "t", "colour": "blue", "tags": [{"Key": "k", "Value": "v", "Size": 1}]}

    def test_they_are_ignored(self, endpoint, account):
        made = send(endpoint, "CreateProfile", self.BODY, account)
        assert (made.status_code, "colour" in made.json()) == (200, False)

    def test_strict_refuses_and_names_them(self, server_with, account):
        endpoint = server_with("--strict")
        reply = send(endpoint, "CreateProfile", self.BODY, account)
        assert reply.headers["x-amzn-ErrorType"] == "ValidationException"
        assert [name in reply.json()["Message"] for name in ["colour", "tags.1.member.size"]] == [True, True]
        assert profile_names(endpoint, account) == []
        known = {**made_up("CreateProfile"), "email": None}
        assert send(endpoint, "CreateProfile", known, account).status_code == 200


class TestCors:
    ORIGIN = {"Origin": "http://localhost:3000"}

    def test_a_preflight_allows_what_a_client_sends(self, endpoint):
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-amz-target"}
        reply = CONNECTIONS.options(endpoint, headers={**self.ORIGIN, **asked})
        assert (reply.status_code, reply.content) == (200, b"")
        allowed = reply.headers["Access-Control-Allow-Headers"].lower().split(",")
        sent = {"authorization", "content-type", "x-amz-target", "x-amz-date", "x-amz-security-token", "x-amz-user-agent",
                "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-content-sha256"}
        assert sent <= set(allowed)
        assert reply.headers["Access-Control-Allow-Methods"] == "POST"
        assert (reply.headers["Access-Control-Allow-Origin"], reply.headers["Access-Control-Max-Age"]) == ("*", "600")

    @pytest.mark.parametrize("body, status", [(b"{}", 200), (b"{", 400)])
    def test_a_page_can_read_replies_and_errors(self, endpoint, body, status):
        reply = request(endpoint, data=body, **self.ORIGIN)
        assert (reply.status_code, reply.headers["Access-Control-Allow-Origin"]) == (status, "*")
        exposed = reply.headers["Access-Control-Expose-Headers"].lower().split(",")
        assert {"x-amzn-errortype", "x-amzn-requestid"} <= set(exposed)

    def test_others_hear_nothing_of_it(self, endpoint):
        assert not [name for name in request(endpoint).headers if name.lower().startswith("access-control")]


class TestSts:
    def test_boto3_is_told_who_it_is(self, endpoint, account):
        told = boto3_client("sts", endpoint, account).get_caller_identity()
        assert (told["Account"], told["Arn"]) == (account, f"arn:aws:iam::{account}:root")

    def test_a_plain_get_is_answered(self, endpoint, account):
        where = f"{endpoint}/?Action=GetCallerIdentity&Version=2011-06-15"
        reply = CONNECTIONS.get(where, headers={"Authorization": authorization(account, service="sts")})
        root = xml.etree.ElementTree.fromstring(reply.content)
        space = "{https://sts.amazonaws.com/doc/2011-06-15/}"
        assert (reply.status_code, root.tag) == (200, f"{space}GetCallerIdentityResponse")
        assert root.find(f".//{space}Account").text == account
        assert root.find(f".//{space}RequestId").text == reply.headers["x-amzn-RequestId"]

    @pytest.mark.parametrize("query, code", [("Action=AssumeRoot", "InvalidAction"), ("", "MissingAction")])
    def test_errors_are_xml(self, endpoint, query, code):
        reply = CONNECTIONS.get(f"{endpoint}/?{query}", headers={"Authorization": authorization(service="sts")})
        assert (reply.status_code, reply.headers["Content-Type"]) == (400, "text/xml")
        assert f"<Code>{code}</Code>" in reply.text

    def test_an_unsigned_call_is_refused(self, endpoint):
        reply = CONNECTIONS.post(endpoint, data={"Action": "GetCallerIdentity"})
        assert (reply.status_code, "<Code>MissingAuthenticationToken</Code>" in reply.text) == (403, True)


class TestUnsignedQuery:
    """An unsigned form names its service by its action only, and is refused in that service's form."""

    @pytest.mark.parametrize("method", ["GET", "POST"])
    @pytest.mark.parametrize("action, status, service", [
        ("ListStacks", 403, "cloudformation"),
        ("DescribeStacks", 403, "cloudformation"),
        ("GetCallerIdentity", 403, "sts"),
        ("ListStackz", 400, "sts"),
    ])
    def test_the_service_is_the_one_that_has_the_action(self, endpoint, method, action, status, service):
        sent = {"data": {"Action": action}} if method == "POST" else {"params": {"Action": action}}
        reply = CONNECTIONS.request(method, endpoint, **sent)
        root = xml.etree.ElementTree.fromstring(reply.content)
        assert (reply.status_code, service in root.tag, root.tag.endswith("ErrorResponse")) == (status, True, True)


class TestAccounts:
    @staticmethod
    def account(endpoint, key="test", **headers):
        """The account that a caller is taken for."""
        signed = {"Authorization": authorization(key, service="sts"), **headers}
        reply = CONNECTIONS.get(f"{endpoint}/?Action=GetCallerIdentity", headers=signed)
        return re.search("<Account>(.*)</Account>", reply.text)[1]

    def test_the_first_that_names_an_account_counts(self, endpoint):
        moto = {"x-moto-account-id": "444455556666"}
        assert self.account(endpoint, "111122223333", **moto) == "444455556666"
        assert self.account(endpoint, "test", **moto) == "444455556666"
        assert self.account(endpoint, "111122223333", **{"x-moto-account-id": "short"}) == "111122223333"
        assert self.account(endpoint, "111122223333") == "111122223333"
        assert self.account(endpoint) == self.account(endpoint, OLD_KEY) == "123456789012"

    def test_the_account_in_a_key_counts_when_asked_to(self, server_with):
        endpoint = server_with("--decode-access-keys", "--account", "000000000001")
        assert self.account(endpoint, OLD_KEY) == OLD_KEYS_ACCOUNT
        assert self.account(endpoint, "111122223333") == "111122223333"
        assert self.account(endpoint) == "000000000001"

    def test_an_access_key_separates_what_the_service_keeps(self, endpoint, account, other_account):
        send(endpoint, "CreateProfile", {**made_up("CreateProfile"), "clientToken": "t"}, account)
        assert (len(profile_names(endpoint, account)), profile_names(endpoint, other_account)) == (1, [])

    def test_the_region_of_the_signature_is_the_resources(self, client_for, account, world):
        made = client_for(account, "eu-west-3").create_profile(**world.request("CreateProfile"))
        assert made["profileArn"].startswith(f"arn:aws:b2bi:eu-west-3:{account}:profile/")
        assert world.b2bi.list_profiles()["profiles"] == []


class TestSignatures:
    @pytest.fixture
    def verifying(self, server_with):
        return server_with(*VERIFYING)

    @staticmethod
    def signed(endpoint, monkeypatch, offset=0, secret=SECRET, body="{}"):
        """A request signed at another time; its body may be another one than was signed."""
        signed = AWSRequest("POST", endpoint, data="{}", headers={"X-Amz-Target": "B2BI.ListProfiles", "Content-Type": JSON})
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=offset)
        signer = botocore.auth.SigV4Auth(Credentials(KEY, secret), "b2bi", "us-east-1")
        monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: moment)
        signer.add_auth(signed)
        return CONNECTIONS.post(endpoint, data=body, headers=dict(signed.headers))

    def test_the_right_secret_passes(self, verifying):
        client = boto3_client("b2bi", verifying, KEY, secret=SECRET)
        client.create_profile(name="ü / +", businessName="b", phone="5555555", logging="DISABLED")
        assert len(client.list_profiles()["profiles"]) == 1

    @pytest.mark.parametrize("key, secret, code", [
        (KEY, "wrong", "InvalidSignatureException"), ("AKIDOTHER", SECRET, "UnrecognizedClientException"),
        ("111122223333", "any", "UnrecognizedClientException"),
    ])
    def test_other_keys_and_secrets_do_not(self, verifying, key, secret, code):
        client = boto3_client("b2bi", verifying, key, secret=secret)
        with pytest.raises(ClientError) as caught:
            client.list_profiles()
        response = caught.value.response
        assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, 403)

    @pytest.mark.parametrize("offset, words", [(-1200, "Signature expired"), (1200, "Signature not yet current")])
    def test_a_clock_that_is_wrong_is_told(self, verifying, monkeypatch, offset, words):
        check_json_error(self.signed(verifying, monkeypatch, offset), 403, "InvalidSignatureException", words)

    @pytest.mark.parametrize("offset", [-600, 0, 600])
    def test_a_clock_that_is_nearly_right_is_not(self, verifying, monkeypatch, offset):
        assert self.signed(verifying, monkeypatch, offset).status_code == 200

    def test_a_body_that_was_not_signed_is_refused(self, verifying, monkeypatch):
        reply = self.signed(verifying, monkeypatch, body='{"maxResults":1}')
        check_json_error(reply, 403, "InvalidSignatureException", "does not match")

    def test_an_unsigned_call_is_refused(self, verifying):
        check_json_error(request(verifying, Authorization=None), 403, "MissingAuthenticationTokenException")

    def test_sts_is_checked_too(self, verifying):
        assert boto3_client("sts", verifying, KEY, secret=SECRET).get_caller_identity()["Account"]
        with pytest.raises(ClientError, match="SignatureDoesNotMatch|InvalidSignature"):
            boto3_client("sts", verifying, KEY, secret="wrong").get_caller_identity()

    def test_nothing_is_checked_by_default(self, endpoint):
        assert boto3_client("b2bi", endpoint, "any", secret="thing").list_profiles()["profiles"] is not None


@pytest.mark.parametrize("flags, missing, wrong", [([], 404, 400), (["--error-statuses", "docs"], 400, 400)])
def test_errors_have_the_statuses_that_the_server_is_told(server_with, flags, missing, wrong):
    b2bi = boto3_client("b2bi", server_with(*flags), "111122223333")
    for profile, status, code in [
        ("p-" + "a" * 20, missing, "ResourceNotFoundException"), ("a b", wrong, "ValidationException"),
    ]:
        with pytest.raises(ClientError) as caught:
            b2bi.get_profile(profileId=profile)
        response = caught.value.response
        assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


@pytest.mark.parametrize("service, operation", [
    ("iam", "list_users"), ("sns", "list_topics"), ("ec2", "describe_instances"), ("rds", "describe_db_instances"),
    ("route53", "list_hosted_zones"), ("cloudfront", "list_distributions"), ("lambda", "list_functions"),
    ("apigateway", "get_rest_apis"), ("sqs", "list_queues"), ("dynamodb", "list_tables"), ("kms", "list_keys"),
    ("cloudwatch", "list_metrics"),
])
def test_a_service_that_is_not_here_is_told_in_its_protocol(endpoint, service, operation):
    with pytest.raises(ClientError) as caught:
        getattr(boto3_client(service, endpoint, "111122223333"), operation)()
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert response["Error"]["Code"] == "UnknownServiceException", response
    assert "--upstream" in response["Error"]["Message"]
    assert "b2bi" in response["Error"]["Message"]
