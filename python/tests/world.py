"""The resources of one account in one region, each made when a test first asks for it."""

import contextlib
import functools
import uuid

from botocore.exceptions import WaiterError

import edi
from examples import EXAMPLES, filled, new_token

ORDERS = {"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}}
INBOUND_ORDERS = {
    "fromFormat": "X12", "formatOptions": {"x12": {"transactionSet": "X12_850", "version": "VERSION_4010"}},
}

LEGACY = {
    "fileFormat": "JSON", "mappingTemplate": "$", "ediType": ORDERS, "sampleDocument": "s3://bucket/sample.edi",
}
NEW = {
    "inputConversion": INBOUND_ORDERS, "mapping": {"templateLanguage": "JSONATA", "template": "$"},
    "sampleDocuments": {"bucketName": "bucket", "keys": [{"input": "in.edi", "output": "out.json"}]},
}
OUTBOUND = {"toFormat": "X12", "formatOptions": INBOUND_ORDERS["formatOptions"]}
OPTIONS = {
    "outboundEdi": {"x12": {
        "common": {
            "interchangeControlHeaders": {
                "senderIdQualifier": "ZZ", "senderId": "BLUEBIKES      ", "receiverIdQualifier": "01",
                "receiverId": "NORTHMILL      ", "repetitionSeparator": "^", "acknowledgmentRequestedCode": "0",
                "usageIndicatorCode": "T",
            },
            "functionalGroupHeaders": {
                "applicationSenderCode": "BLUE", "applicationReceiverCode": "NORTH", "responsibleAgencyCode": "X",
            },
            "delimiters": {"componentSeparator": ">", "dataElementSeparator": "*", "segmentTerminator": "~"},
            "validateEdi": False,
            "controlNumbers": {
                "startingInterchangeControlNumber": 1, "startingFunctionalGroupControlNumber": 999999999,
                "startingTransactionSetControlNumber": 7,
            },
            "gs05TimeFormat": "HHMMSSDD",
        },
        "wrapOptions": {"wrapBy": "LINE_LENGTH", "lineTerminator": "CRLF", "lineLength": 80},
    }},
    "inboundEdi": {"x12": {"acknowledgmentOptions": {
        "functionalAcknowledgment": "GENERATE_ALL_SEGMENTS", "technicalAcknowledgment": "DO_NOT_GENERATE",
    }}},
}
# How the waiter asks: often, and not for ever.
MAX_WAIT = {"Delay": 0.02, "MaxAttempts": 500}


def changed_options(**changes):
    """OPTIONS with other members of the outbound envelope; those given as none are left out."""
    x12 = {**OPTIONS["outboundEdi"]["x12"], **changes}
    return {**OPTIONS, "outboundEdi": {"x12": {name: value for name, value in x12.items() if value is not None}}}


class World:
    """An account's resources, and requests about them."""

    def __init__(self, b2bi, s3):
        self.b2bi, self.s3 = b2bi, s3

    def request(self, operation, **changes):
        """The operation's example about resources that exist, with some members changed."""
        request = filled(EXAMPLES[operation], lambda name: self.value(name, operation))
        return {**request, **changes}

    def call(self, operation, **changes):
        """Carries out the operation's example, with some members changed."""
        return call(self.b2bi, operation, self.request(operation, **changes))

    def value(self, placeholder, operation):
        if placeholder == "nextToken":
            return self.token(operation)
        return getattr(self, placeholder)

    @property
    def clientToken(self):
        return new_token()

    @functools.cached_property
    def bucket(self):
        name = f"bucket-{uuid.uuid4().hex[:12]}"
        region = self.s3.meta.region_name
        placed = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        self.s3.create_bucket(Bucket=name, **placed)
        for key in ["sampleFile.txt", "input/inputFile.txt", "output-sample-key"]:
            self.s3.put_object(Bucket=name, Key=key, Body=edi.FREIGHT_BILL)
        return name

    @functools.cached_property
    def profile(self):
        return self.call("CreateProfile")

    @functools.cached_property
    def profileId(self):
        return self.profile["profileId"]

    @functools.cached_property
    def resourceArn(self):
        return self.profile["profileArn"]

    @functools.cached_property
    def transformerId(self):
        return self.call("CreateTransformer")["transformerId"]

    @functools.cached_property
    def activeTransformerId(self):
        return self.active(self.call("CreateTransformer")["transformerId"])

    @functools.cached_property
    def capabilityId(self):
        return self.call("CreateCapability")["capabilityId"]

    @functools.cached_property
    def partnershipId(self):
        return self.call("CreatePartnership")["partnershipId"]

    @functools.cached_property
    def transformerJobId(self):
        return self.call("StartTransformerJob")["transformerJobId"]

    @functools.cached_property
    def orders(self):
        """An active transformer of purchase orders without a mapping."""
        made = self.b2bi.create_transformer(name="orders", inputConversion=INBOUND_ORDERS)
        return self.active(made["transformerId"])

    def active(self, transformer):
        self.b2bi.update_transformer(transformerId=transformer, status="active")
        return transformer

    def tag(self, **pairs):
        """Tags the profile."""
        self.call("TagResource", Tags=[{"Key": key, "Value": value} for key, value in pairs.items()])

    @property
    def tags(self):
        """The tags of the profile."""
        listed = self.b2bi.list_tags_for_resource(ResourceARN=self.resourceArn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    def put(self, body, key="in/order.edi"):
        """Puts a file into the bucket; returns its location."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return {"bucketName": self.bucket, "key": key}

    def start(self, input, folder="out/", transformer=None):
        """Starts a job on a file; returns what GetTransformerJob wants."""
        names = {"transformerId": transformer or self.orders}
        output = {"bucketName": self.bucket, "key": folder}
        return {**names, **told(self.b2bi.start_transformer_job(inputFile=input, outputLocation=output, **names))}

    def finished(self, input, folder="out/", transformer=None):
        """Starts a job on a file; returns it when it has ended, well or not."""
        return self.ended(self.start(input, folder, transformer))

    def ended(self, job):
        with contextlib.suppress(WaiterError):
            self.b2bi.get_waiter("transformer_job_succeeded").wait(**job, WaiterConfig=MAX_WAIT)
        return self.b2bi.get_transformer_job(**job)

    def output(self, job):
        """The one file that a job has written."""
        [where] = job["outputFiles"]
        return self.s3.get_object(Bucket=where["bucketName"], Key=where["key"])

    def token(self, operation):
        """A token of the list's first page, of two."""
        create = {
            "ListProfiles": "CreateProfile", "ListTransformers": "CreateTransformer",
            "ListCapabilities": "CreateCapability", "ListPartnerships": "CreatePartnership",
        }[operation]
        self.call(create), self.call(create)
        only = {"profileId": self.profileId} if operation == "ListPartnerships" else {}
        return call(self.b2bi, operation, {"maxResults": 1, **only})["nextToken"]


def told(reply):
    """The members of a reply without what boto3 adds."""
    return {name: value for name, value in reply.items() if name != "ResponseMetadata"}


def call(client, operation, request):
    """Calls an operation by the name it has in the model."""
    names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation])(**request)
