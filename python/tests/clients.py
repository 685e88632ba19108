"""Clients of the server under test: boto3, whose replies are all checked, and raw HTTP."""

import json
import logging

import boto3
import requests
from botocore.config import Config

import replies

REGION = "us-east-1"
SESSION = boto3.Session(aws_access_key_id="unused", aws_secret_access_key="any")
CONNECTIONS = requests.Session()


class ParserWarnings(logging.Handler):
    """Makes a failure of what botocore's parsers only log."""

    def emit(self, record):
        assert record.levelno < logging.WARNING, record.getMessage()


logging.getLogger("botocore.parsers").addHandler(ParserWarnings())


def boto3_client(service, endpoint, account, region=REGION, attempts=1, secret="any", **config):
    """A client that acts for the account."""
    settings = {"retries": {"total_max_attempts": attempts}, "s3": {"addressing_style": "path"}, **config}
    return SESSION.client(
        service, endpoint_url=endpoint, region_name=region, aws_access_key_id=account, aws_secret_access_key=secret,
        config=Config(**settings),
    )


def checked_client(endpoint, account, region=REGION, **config):
    """A client of the service that fails on every reply that is not as the model says."""
    client = boto3_client("b2bi", endpoint, account, region, **config)
    client.meta.events.register("response-received.b2bi", check_received)
    return client


def check_received(response_dict, event_name, **_):
    operation = event_name.split(".")[-1]
    replies.check_reply(operation, response_dict["status_code"], response_dict["headers"], response_dict["body"])


def authorization(account="test", region=REGION, service="b2bi"):
    """A signature that names a caller and is worth nothing."""
    scope = f"{account}/20260101/{region}/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"


def headers_for(operation, account="test", **changes):
    """The headers of a call; those given as none are left out."""
    headers = {
        "Authorization": authorization(account), "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"B2BI.{operation}",
    }
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in headers.items() if value is not None}


def send(endpoint, operation, body, account="test"):
    """Calls an operation with a JSON body, valid or not; checks the reply and returns it."""
    reply = CONNECTIONS.post(endpoint, data=json.dumps(body), headers=headers_for(operation, account))
    replies.check_reply(operation, reply.status_code, reply.headers, reply.content)
    return reply
