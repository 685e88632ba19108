"""The resources of one account in one region, each made when a test first asks for it."""

import functools
import uuid

import edi
from examples import EXAMPLES, filled, new_token

ORDERS = {"x12Details": {"transactionSet": "X12_850", "version": "VERSION_4010"}}
INBOUND_ORDERS = {
    "fromFormat": "X12", "formatOptions": {"x12": {"transactionSet": "X12_850", "version": "VERSION_4010"}},
}


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
        self.s3.create_bucket(Bucket=name)
        for key in ["sampleFile.txt", "input/inputFile.txt"]:
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

    def put(self, body, key="in/order.edi"):
        """Puts a file into the bucket; returns its location."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return {"bucketName": self.bucket, "key": key}

    def token(self, operation):
        """A token of the list's first page, of two."""
        create = {
            "ListProfiles": "CreateProfile", "ListTransformers": "CreateTransformer",
            "ListCapabilities": "CreateCapability", "ListPartnerships": "CreatePartnership",
        }[operation]
        self.call(create), self.call(create)
        only = {"profileId": self.profileId} if operation == "ListPartnerships" else {}
        return call(self.b2bi, operation, {"maxResults": 1, **only})["nextToken"]


def call(client, operation, request):
    """Calls an operation by the name it has in the model."""
    names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation])(**request)
