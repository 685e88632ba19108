"""A tour of the service with boto3: the steps of a user's first test.

Usage: walk.py PATH-OF-B2BI-LOCAL | URL-OF-A-SERVER [--upstream]

With --upstream it also calls a service that the server passes to another emulator. A server that
wants a token for its own routes finds it in B2BI_LOCAL_ADMIN_TOKEN.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures/x12/documents"
ORDER = (FIXTURES / "purchase-order.edi").read_bytes()
DOCUMENT = json.loads((FIXTURES / "purchase-order.json").read_text())
X12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
MINE, OTHER = "111122223333", "444455556666"


class Walk:
    """The steps of the walk. Each prepares the next ones and returns the text to print."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.b2bi = self.client("b2bi", MINE)
        self.s3 = self.client("s3", MINE)

    def client(self, service, account):
        """A client whose access key names the account."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=account,
            aws_secret_access_key="any",
            config=Config(s3={"addressing_style": "path"}),
        )

    def create_a_profile(self):
        self.profile = self.b2bi.create_profile(
            name="Shipping Profile",
            email="john@example.com",
            phone="5555555555",
            businessName="John's Shipping",
            logging="ENABLED",
        )
        expect(self.profile["logGroupName"].endswith(self.profile["profileId"]))
        return self.profile["profileArn"]

    def create_a_transformer(self):
        conversion = {"fromFormat": "X12", "formatOptions": {"x12": X12}}
        made = self.b2bi.create_transformer(name="orders", inputConversion=conversion)
        self.transformer = made["transformerId"]
        updated = self.b2bi.update_transformer(transformerId=self.transformer, status="active")
        expect((made["status"], updated["status"]) == ("inactive", "active"))
        return f"{self.transformer}, inactive at birth, now active"

    def put_an_order_into_s3(self):
        self.s3.create_bucket(Bucket="orders")
        self.s3.put_object(Bucket="orders", Key="in/order.edi", Body=ORDER)
        size = self.s3.head_object(Bucket="orders", Key="in/order.edi")["ContentLength"]
        expect(size == len(ORDER))
        return f"s3://orders/in/order.edi, {size} bytes"

    def parse_it(self):
        parsed = self.b2bi.test_parsing(
            inputFile={"bucketName": "orders", "key": "in/order.edi"},
            fileFormat="JSON",
            ediType={"x12Details": X12},
        )["parsedFileContent"]
        expect(json.loads(parsed) == DOCUMENT)
        return f"{len(parsed)} characters of JSON, the document that was expected"

    def run_a_job(self):
        job = self.b2bi.start_transformer_job(
            inputFile={"bucketName": "orders", "key": "in/order.edi"},
            outputLocation={"bucketName": "orders", "key": "out/"},
            transformerId=self.transformer,
        )["transformerJobId"]
        names = {"transformerId": self.transformer, "transformerJobId": job}
        waiter = self.b2bi.get_waiter("transformer_job_succeeded")
        waiter.wait(**names, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
        [self.output] = self.b2bi.get_transformer_job(**names)["outputFiles"]
        return f"{job} succeeded"

    def read_the_output(self):
        bucket, key = self.output["bucketName"], self.output["key"]
        body = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        expect(json.loads(body) == DOCUMENT)
        return f"s3://{bucket}/{key}"

    def create_a_capability(self):
        edi = {
            "type": {"x12Details": X12},
            "inputLocation": {"bucketName": "orders", "key": "in/"},
            "outputLocation": {"bucketName": "orders", "key": "out/"},
            "transformerId": self.transformer,
        }
        made = self.b2bi.create_capability(name="orders", type="edi", configuration={"edi": edi})
        self.capability = made["capabilityId"]
        return made["capabilityArn"]

    def create_a_partnership(self):
        made = self.b2bi.create_partnership(
            profileId=self.profile["profileId"],
            name="Acme",
            email="edi@example.com",
            capabilities=[self.capability],
        )
        expect(made["tradingPartnerId"].startswith("tp-"))
        return f"{made['partnershipId']} with trading partner {made['tradingPartnerId']}"

    def tag_the_profile(self):
        arn = self.profile["profileArn"]
        tags = [{"Key": "team", "Value": "edi"}, {"Key": "stage", "Value": "dev"}]
        self.b2bi.tag_resource(ResourceARN=arn, Tags=tags)
        self.b2bi.untag_resource(ResourceARN=arn, TagKeys=["stage"])
        left = self.b2bi.list_tags_for_resource(ResourceARN=arn)["Tags"]
        expect(left == tags[:1])
        return f"{len(tags)} set, one taken away, left: {left}"

    def survive_a_throttle(self):
        error = {"code": "ThrottlingException", "retryAfterMs": 10}
        self.admin("POST", "/_b2bi/faults", [{"operation": "Get*", "times": 2, "error": error}])
        reply = self.b2bi.get_profile(profileId=self.profile["profileId"])
        self.admin("DELETE", "/_b2bi/faults")
        retries = reply["ResponseMetadata"]["RetryAttempts"]
        expect(retries == 2)
        return f"GetProfile answered after {retries} retries"

    def be_somebody_else(self):
        other = self.client("b2bi", OTHER)
        expect(other.list_profiles()["profiles"] == [])
        expect(self.client("s3", OTHER).list_buckets()["Buckets"] == [])
        try:
            other.get_profile(profileId=self.profile["profileId"])
        except ClientError as error:
            expect(error.response["Error"]["Code"] == "ResourceNotFoundException")
            return f"account {OTHER} sees none of it: {error.response['Error']['Message']}"
        raise AssertionError("another account read the profile")

    def admin(self, method, path, body=None):
        """Calls an admin route."""
        data = None if body is None else json.dumps(body).encode()
        token = os.environ.get("B2BI_LOCAL_ADMIN_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with urlopen(Request(self.endpoint + path, data, headers, method=method)) as reply:
            return json.load(reply)

    def reach_what_is_behind(self):
        """Uses queues of another emulator."""
        sqs = self.client("sqs", MINE)
        queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody=self.transformer)
        [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
        expect(message["Body"] == self.transformer)
        return f"a message went through {queue}"


STEPS = [
    Walk.create_a_profile,
    Walk.create_a_transformer,
    Walk.put_an_order_into_s3,
    Walk.parse_it,
    Walk.run_a_job,
    Walk.read_the_output,
    Walk.create_a_capability,
    Walk.create_a_partnership,
    Walk.tag_the_profile,
    Walk.survive_a_throttle,
    Walk.be_somebody_else,
]


def expect(fact):
    """Ends the walk if something is wrong."""
    if not fact:
        raise AssertionError("not as it should be")


def walk(endpoint, steps):
    walk = Walk(endpoint)
    for step in steps:
        print(f"{step.__name__.replace('_', ' '):<21} {step(walk)}", flush=True)
    print("the walk is green")


def walk_alone(binary):
    """Walks through its own server."""
    command = [binary, "--listen", "127.0.0.1:0", "--log", "warn"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        walk(server.stdout.readline().split()[1], STEPS)
    finally:
        server.terminate()
        status = server.wait(timeout=10)
    if status != 0:
        raise SystemExit(f"walk: the server ended with status {status}")


def main(server, *options):
    if server.startswith("http://"):
        behind = [Walk.reach_what_is_behind] if "--upstream" in options else []
        walk(server, STEPS + behind)
    else:
        walk_alone(server)


if __name__ == "__main__":
    main(*sys.argv[1:])
