"""Measures CreateStack for a stack of 20 resources, in memory and with a data directory.

B2BI_LOCAL_BIN names the server; scripts/bench calls this with the build that it measures. The reply comes when the
stack is up, so the time of the request is that of the stack.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "python" / "tests"))

from clients import boto3_client  # noqa: E402
from server import Server  # noqa: E402

DETAILS = {"TransactionSet": "X12_850", "Version": "VERSION_4010"}
PARTNERS = 4


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a few stacks only")
    rounds = 3 if arguments.parse_args().quick else 40
    measure("in memory", rounds)
    with tempfile.TemporaryDirectory() as folder:
        measure("with a data directory", rounds, "--data-dir", folder)


def measure(name, rounds, *flags):
    with Server(*flags) as server:
        times = sorted(created(server.endpoint, f"{number:012}") for number in range(1, rounds + 1))
    print(f"stack of {len(resources())} resources, {name}: {statistics.median(times):.1f} ms, slowest of {rounds} {times[-1]:.1f} ms")


def created(endpoint, account):
    stacks = boto3_client("cloudformation", endpoint, account)
    stacks.list_exports()
    body = json.dumps({"Resources": resources()})
    start = time.perf_counter()
    stacks.create_stack(StackName="partners", TemplateBody=body)
    taken = time.perf_counter() - start
    (stack,) = stacks.describe_stacks(StackName="partners")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    return taken * 1000


def resources():
    """Four partners of four resources each, a bucket, a log group and two parameters."""
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "x"}}
    all_of = {"Files": {"Type": "AWS::S3::Bucket"}, "Log": {"Type": "AWS::Logs::LogGroup"}, "One": parameter, "Two": parameter}
    for number in range(PARTNERS):
        all_of |= partner(number)
    return all_of


def partner(number):
    def key(word):
        return {"BucketName": {"Ref": "Files"}, "Key": f"{word}{number}"}

    edi = {
        "CapabilityDirection": "INBOUND", "Type": {"X12Details": DETAILS}, "TransformerId": {"Ref": f"Transformer{number}"},
        "InputLocation": key("in"), "OutputLocation": key("out"),
    }  # fmt: skip
    properties = {
        "Profile": {"BusinessName": "acme", "Phone": "5550100200", "Logging": "DISABLED"},
        "Transformer": {
            "Status": "active", "InputConversion": {"FromFormat": "X12", "FormatOptions": {"X12": DETAILS}},
            "Mapping": {"TemplateLanguage": "JSONATA", "Template": "$"},
        },
        "Capability": {"Type": "edi", "Configuration": {"Edi": edi}},
        "Partnership": {
            "Email": "a@example.com", "ProfileId": {"Ref": f"Profile{number}"}, "Capabilities": [{"Ref": f"Capability{number}"}],
        },
    }  # fmt: skip
    return {
        f"{kind}{number}": {"Type": f"AWS::B2BI::{kind}", "Properties": {"Name": f"acme-{number}", **members}}
        for kind, members in properties.items()
    }


if __name__ == "__main__":
    main()
