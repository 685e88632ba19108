"""`--unknown-resources upstream`: resources of types that are not here are made by moto, one stack each."""

import contextlib
import http.server
import json
import re
import socket
import ssl
import subprocess
import threading

import pytest
import requests
from botocore.exceptions import ClientError

from clients import CONNECTIONS, boto3_client
from server import BINARY, Server
from test_sinks import certify

ACCOUNT = "111122223333"
CREDENTIALS = ("AKIAEXAMPLE", "secret")
NAMES = ["cloudformation", "b2bi", "sqs", "sns", "events"]
TEMPLATE = """
Parameters:
  Wait: {Type: Number, Default: 30}
  Phone: {Type: String, Default: "5550100200"}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: orders, VisibilityTimeout: !Ref Wait}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: sqs:*, Resource: !GetAtt Queue.Arn}]}
  Topic:
    Type: AWS::SNS::Topic
    Properties: {TopicName: orders, DisplayName: !Sub "for ${Queue.QueueName}"}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Name: orders
      EventPattern: {source: [aws.b2bi]}
      Targets: [{Id: queue, Arn: !GetAtt Queue.Arn}]
  Profile:
    Type: AWS::B2BI::Profile
    DependsOn: [Rule, Topic, QueuePolicy]
    Properties: {Name: acme, BusinessName: acme, Phone: !Ref Phone, Logging: DISABLED}
Outputs:
  QueueArn: {Value: !GetAtt Queue.Arn}
  QueueUrl: {Value: !Ref Queue}
  RuleArn: {Value: !Sub "${Rule.Arn}"}
  TopicArn: {Value: !GetAtt Topic.TopicArn}
"""


@pytest.fixture(scope="module")
def moto():
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


def name_account(request, **_):
    """Says to moto whose request it is."""
    request.headers.add_header("x-moto-account-id", ACCOUNT)


class Deployment:
    """The server before moto, and clients of both; the stack is named `orders`."""

    def __init__(self, server_with, moto, *flags):
        requests.post(f"{moto}/moto-api/reset").raise_for_status()
        self.endpoint = server_with("--upstream", moto, *flags)
        for name in NAMES:
            setattr(self, name, boto3_client(name, self.endpoint, ACCOUNT))
        self.behind = boto3_client("cloudformation", moto, ACCOUNT)
        self.behind.meta.events.register("before-sign.*", name_account)

    def create(self, template=TEMPLATE, **more):
        self.cloudformation.create_stack(StackName="orders", TemplateBody=template, **more)
        return self.status()

    def update(self, template=TEMPLATE, **parameters):
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
        self.cloudformation.update_stack(StackName="orders", TemplateBody=template, Parameters=given)
        return self.status()

    def delete(self):
        stack = self.described()["StackId"]
        self.cloudformation.delete_stack(StackName="orders")
        (stack,) = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return stack["StackStatus"]

    def described(self):
        (stack,) = self.cloudformation.describe_stacks(StackName="orders")["Stacks"]
        return stack

    def status(self):
        return self.described()["StackStatus"]

    def outputs(self):
        return {output["OutputKey"]: output["OutputValue"] for output in self.described().get("Outputs", [])}

    def reason(self, logical_id):
        events = self.cloudformation.describe_stack_events(StackName="orders")["StackEvents"]
        reasons = (event.get("ResourceStatusReason") for event in events if event["LogicalResourceId"] == logical_id)
        return next(filter(None, reasons))

    def residences(self):
        (stack,) = CONNECTIONS.get(f"{self.endpoint}/_b2bi/stacks").json()["stacks"]
        return {resource["logicalId"]: resource["residence"] for resource in stack["resources"]}

    def wait_of_queue(self):
        url = self.sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        return self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"]

    def left(self):
        """What there is in moto."""
        return [
            *self.sqs.list_queues().get("QueueUrls", []), *self.events.list_rules()["Rules"],
            *self.sns.list_topics()["Topics"], *self.behind.describe_stacks()["Stacks"],
        ]  # fmt: skip


@pytest.fixture
def deployment(server_with, moto):
    return Deployment(server_with, moto)


def test_resources_live_in_the_upstream(deployment):
    assert deployment.create() == "CREATE_COMPLETE"
    outputs = deployment.outputs()
    assert outputs["QueueArn"] == f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
    assert outputs["RuleArn"] == f"arn:aws:events:us-east-1:{ACCOUNT}:rule/orders"
    # moto's topics have no attributes in CloudFormation: the value is of the table of forms.
    assert outputs["TopicArn"] == f"arn:aws:sns:us-east-1:{ACCOUNT}:orders"
    assert outputs["QueueUrl"].endswith(f"/{ACCOUNT}/orders")
    assert deployment.wait_of_queue() == "30"
    assert len(deployment.behind.describe_stacks()["Stacks"]) == 3
    (target,) = deployment.events.list_targets_by_rule(Rule="orders")["Targets"]
    assert target["Arn"] == outputs["QueueArn"]
    assert deployment.sns.get_topic_attributes(TopicArn=outputs["TopicArn"])["Attributes"]["DisplayName"] == "for orders"
    assert deployment.residences() == {
        "Queue": "upstream", "Topic": "upstream", "Rule": "upstream", "QueuePolicy": "recorded", "Profile": "here",
    }  # fmt: skip
    assert "as the stack b2bi-shadow-orders-Queue-" in deployment.reason("Queue")
    assert "the upstream has no service for this type either" in deployment.reason("QueuePolicy")


def test_updates_rollbacks_and_deletions_reach_the_upstream(deployment):
    deployment.create()
    with pytest.raises(ClientError, match=r"No updates are to be performed\."):
        deployment.update()
    assert deployment.update(Wait="60") == "UPDATE_COMPLETE"
    assert deployment.wait_of_queue() == "60"
    assert deployment.update(Wait="90", Phone="not a phone") == "UPDATE_ROLLBACK_COMPLETE"
    assert deployment.wait_of_queue() == "60"
    renamed = TEMPLATE.replace("  Rule:\n", "  Other:\n").replace("[Rule,", "[Other,").replace("${Rule.Arn}", "${Other.Arn}")
    assert deployment.update(renamed, Wait="60") == "UPDATE_COMPLETE"
    assert "Other" in deployment.residences() and "Rule" not in deployment.residences()
    assert deployment.delete() == "DELETE_COMPLETE"
    assert deployment.left() == []


def test_an_attribute_may_be_asked_for_later(deployment):
    before = TEMPLATE.replace("  QueueArn: {Value: !GetAtt Queue.Arn}\n", "")
    before = before.replace("!Sub \"for ${Queue.QueueName}\"", "orders")
    assert deployment.create(before) == "CREATE_COMPLETE"
    assert deployment.update() == "UPDATE_COMPLETE"
    assert deployment.outputs()["QueueArn"].endswith(":orders")


def test_a_creation_that_fails_leaves_nothing(deployment):
    template = TEMPLATE.replace("Default: \"5550100200\"", "Default: \"1\"")
    assert deployment.create(template) == "ROLLBACK_COMPLETE"
    assert deployment.left() == []


def test_what_the_upstream_refuses_fails_with_its_words(deployment):
    template = {"Resources": {"Function": {"Type": "AWS::Lambda::Function", "Properties": {
        "Handler": "a.b", "Runtime": "python3.12", "Code": {"ZipFile": "def b(e, c): pass"},
        "Role": f"arn:aws:iam::{ACCOUNT}:role/absent",
    }}}}  # fmt: skip
    assert deployment.create(json.dumps(template), Capabilities=["CAPABILITY_IAM"]) == "ROLLBACK_COMPLETE"
    assert "The role defined for the function cannot be assumed" in str(
        deployment.cloudformation.describe_stack_events(StackName="orders")["StackEvents"]
    )
    assert deployment.left() == []


def test_drift_in_the_upstream_is_seen(deployment):
    deployment.create()
    (stack,) = CONNECTIONS.get(f"{deployment.endpoint}/_b2bi/stacks").json()["stacks"]
    shadows = {found["logicalId"]: found["upstreamStack"] for found in stack["resources"]}
    assert shadows["Profile"] is None and shadows["QueuePolicy"] is None
    deployment.behind.delete_stack(StackName=shadows["Rule"])
    deployment.cloudformation.detect_stack_drift(StackName="orders")
    drifts = deployment.cloudformation.describe_stack_resource_drifts(StackName="orders")["StackResourceDrifts"]
    found = {drift["LogicalResourceId"]: drift["StackResourceDriftStatus"] for drift in drifts}
    assert found["Rule"] == "DELETED" and found["Queue"] == found["Profile"] == "IN_SYNC"


def test_types_may_be_kept_from_the_upstream(server_with, moto):
    deployment = Deployment(server_with, moto, "--unknown-resources", "upstream,AWS::SNS::Topic=record")
    deployment.create()
    assert deployment.residences()["Topic"] == "recorded" and deployment.residences()["Queue"] == "upstream"
    assert deployment.sns.list_topics()["Topics"] == []


def test_what_is_in_the_upstream_is_not_forgotten_without_it(moto, tmp_path):
    requests.post(f"{moto}/moto-api/reset").raise_for_status()

    def sqs(endpoint):
        return boto3_client("sqs", endpoint, ACCOUNT).list_queues().get("QueueUrls", [])

    def deleted(endpoint):
        stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
        (stack,) = [found for found in stacks.describe_stacks()["Stacks"] if found["StackName"] == "orders"]
        stacks.delete_stack(StackName="orders")
        (stack,) = stacks.describe_stacks(StackName=stack["StackId"])["Stacks"]
        return stack["StackStatus"], str(stacks.describe_stack_events(StackName=stack["StackId"])["StackEvents"])

    with Server("--data-dir", str(tmp_path), "--upstream", moto) as server:
        boto3_client("cloudformation", server.endpoint, ACCOUNT).create_stack(StackName="orders", TemplateBody=TEMPLATE)
        assert len(sqs(server.endpoint)) == 1
    # Another setting, or no upstream: the queue is told to be there still.
    with Server("--data-dir", str(tmp_path)) as server:
        status, events = deleted(server.endpoint)
        assert status == "DELETE_FAILED" and "are in the upstream, and --upstream names none" in events
    with Server("--data-dir", str(tmp_path), "--upstream", moto, "--unknown-resources", "record") as server:
        status, _ = deleted(server.endpoint)
        assert status == "DELETE_COMPLETE" and sqs(server.endpoint) == []


@pytest.mark.parametrize(("accepts", "words"), [(True, "is there"), (False, "may be there")])
def test_an_upstream_that_goes_while_it_makes_a_resource(server_with, accepts, words):
    """The stack in the upstream is named, so that it can be found and deleted."""
    asked = []

    class Vanishing(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.rfile.read(int(self.headers["content-length"])).decode())
            self.server.socket.close()
            if accepts:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<CreateStackResponse><CreateStackResult><StackId>s</StackId></CreateStackResult></CreateStackResponse>")

        def log_message(self, *_):
            pass

    upstream = http.server.HTTPServer(("127.0.0.1", 0), Vanishing)
    threading.Thread(target=upstream.handle_request, daemon=True).start()
    endpoint = server_with("--upstream", f"http://127.0.0.1:{upstream.server_port}")
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="orders", TemplateBody="Resources: {Queue: {Type: AWS::SQS::Queue}}", OnFailure="DO_NOTHING")
    (queue,) = stacks.describe_stack_resources(StackName="orders")["StackResources"]
    name = re.search(r"StackName=([^&]*)", asked[0].replace("%2D", "-"))[1]
    assert queue["ResourceStatus"] == "CREATE_FAILED" and queue["PhysicalResourceId"] == name
    assert f"the stack {name} {words}" in queue["ResourceStatusReason"]


def test_an_upstream_that_is_gone(server_with):
    endpoint = server_with("--upstream", "http://127.0.0.1:1")
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="orders", TemplateBody=TEMPLATE)
    (stack,) = stacks.describe_stacks(StackName="orders")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = stacks.describe_stack_events(StackName="orders")["StackEvents"]
    (failed,) = (event for event in events if event["ResourceStatus"] == "CREATE_FAILED")
    assert "the upstream http://127.0.0.1:1 was not reached: Connection refused" in failed["ResourceStatusReason"]
    assert "HandlerErrorCode: NetworkFailure" in failed["ResourceStatusReason"]


def test_an_upstream_that_leads_back_is_found_out(server_with):
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = server_with("--listen", f"127.0.0.1:{port}", "--upstream", f"http://127.0.0.1:{port}")
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="orders", TemplateBody=TEMPLATE)
    (stack,) = stacks.describe_stacks(StackName="orders")["Stacks"]
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "leads back to it" in str(stacks.describe_stack_events(StackName="orders")["StackEvents"])


def test_the_setting_needs_an_upstream():
    run = subprocess.run([BINARY, "--unknown-resources", "upstream"], capture_output=True, text=True, timeout=30)
    assert run.returncode == 1 and "name it with --upstream URL" in run.stderr


class TlsRelay:
    """Passes what comes by TLS to a server, byte for byte, so that signatures hold."""

    def __init__(self, folder, behind):
        certificate, key = certify(folder)
        self.certificate, self.behind = str(certificate), tuple(behind.removeprefix("http://").rsplit(":", 1))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)
        self.url = "https://127.0.0.1:{}".format(self.socket.getsockname()[1])
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self.socket.accept()
                there = socket.create_connection(self.behind)
                for pair in ((here, there), (there, here)):
                    threading.Thread(target=self.copy, args=pair, daemon=True).start()

    @staticmethod
    def copy(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def secure_upstream(server_with, tmp_path):
    """A server that checks signatures, as AWS does, behind TLS, and a client of it."""
    key, secret = CREDENTIALS
    endpoint = server_with("--verify-signatures", "--credentials", f"{key}:{secret}")
    relay = TlsRelay(tmp_path, endpoint)
    behind = boto3_client("cloudformation", endpoint, key, secret=secret)
    behind.meta.events.register("before-sign.*", name_account)
    yield relay, behind
    relay.socket.close()


QUEUE = "{Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}}}"


def test_an_upstream_may_be_reached_by_tls_with_the_credentials_of_the_environment(server_with, secure_upstream):
    relay, behind = secure_upstream
    key, secret = CREDENTIALS
    endpoint = server_with("--stacks-endpoint", relay.url, SSL_CERT_FILE=relay.certificate, AWS_ACCESS_KEY_ID=key,
                           AWS_SECRET_ACCESS_KEY=secret)  # fmt: skip
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="orders", TemplateBody=QUEUE)
    (resource,) = stacks.describe_stack_resources(StackName="orders")["StackResources"]
    assert resource["ResourceStatus"] == "CREATE_COMPLETE"
    (shadow,) = behind.describe_stacks()["Stacks"]
    assert shadow["StackName"].startswith("b2bi-shadow-orders-Queue-")
    stacks.delete_stack(StackName="orders")
    assert behind.describe_stacks()["Stacks"] == []


def test_an_upstream_that_refuses_the_signature_fails_the_stack(server_with, secure_upstream):
    relay, behind = secure_upstream
    endpoint = server_with("--stacks-endpoint", relay.url, SSL_CERT_FILE=relay.certificate, AWS_ACCESS_KEY_ID=CREDENTIALS[0],
                           AWS_SECRET_ACCESS_KEY="another")  # fmt: skip
    stacks = boto3_client("cloudformation", endpoint, ACCOUNT)
    stacks.create_stack(StackName="orders", TemplateBody=QUEUE)
    reasons = [event.get("ResourceStatusReason", "") for event in stacks.describe_stack_events(StackName="orders")["StackEvents"]]
    assert any(f"the upstream {relay.url} answered 403 SignatureDoesNotMatch" in reason for reason in reasons), reasons
    assert behind.describe_stacks()["Stacks"] == []
