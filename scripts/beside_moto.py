"""Calls b2bi, and a service that is passed on to moto, at the address in AWS_ENDPOINT_URL."""

import boto3
from botocore.config import Config

ACCOUNT = "111122223333"


def client(service):
    # The other emulator may still be starting.
    max_wait = Config(retries={"mode": "standard", "total_max_attempts": 10})
    return boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",
        config=max_wait,
    )


def main():
    print("b2bi:", client("b2bi").list_profiles()["profiles"])
    print("sts: ", client("sts").get_caller_identity()["Account"])
    print("sqs: ", client("sqs").create_queue(QueueName="orders")["QueueUrl"])


if __name__ == "__main__":
    main()
