"""The blocks that the operations' files are made of: each file fills in what is its operation's own."""

import re

import pytest
from botocore.exceptions import ClientError

from clients import boto3_client, checked_client, send
from examples import changed, made_up, shown
from world import World, call, told

TEXT, NUMBER, LIST, STRUCTURE, TRUE = "text", 12, [], {}, True
FOUND = {
    "str": "STRING_VALUE", "int": "NUMBER_VALUE", "float": "NUMBER_VALUE", "list": "START_ARRAY",
    "dict": "START_OBJECT", "bool": "TRUE_VALUE",
}
NULL = "Member must not be null"
VIOLATION = r"(?:'.*' )?at '(.*?)' failed to satisfy constraint: (.*)"
UNKNOWN_ID = "no-such-thing-0000"


def at_least(number):
    return f"Member must have length greater than or equal to {number}"


def at_most(number):
    return f"Member must have length less than or equal to {number}"


def pattern(source):
    return f"Member must satisfy regular expression pattern: {source}"


def one_of(*values):
    return f"Member must satisfy enum value set: [{', '.join(values)}]"


def each_of(*rules):
    """The rule of a list whose elements break theirs."""
    return f"Member must satisfy constraint: [{', '.join(rules)}]"


EMAIL = pattern(r"[\w\.\-]+@[\w\.\-]+")
PHONE = pattern(r"\+?([0-9 \t\-()\/]{7,})(?:\s*(?:#|x\.?|ext\.?|extension) \t*(\d+))?")
ID_PATTERN = pattern("[a-zA-Z0-9_-]+")
ID_RULES = each_of(at_most(64), at_least(1), ID_PATTERN)
ARN_CASES = [("ResourceARN", "", at_least(1)), ("ResourceARN", "a" * 1012, at_most(1011))]


def id_cases(member):
    """What every operation demands of the id that it is about."""
    return [(member, "", at_least(1)), (member, "a" * 65, at_most(64)), (member, "p 1", ID_PATTERN)]


def edi_cases(member):
    """What every x12Details demands; a transaction set has too many values for a case."""
    versions = [f"VERSION_{name}" for name in ["4010", "4030", "4050", "4060", "5010", "5010_HIPAA"]]
    return [(f"{member}.version", "VERSION_3040", one_of(*versions))]


def location_cases(member):
    """What every location in S3 demands."""
    return [
        (f"{member}.bucketName", "ab", at_least(3)), (f"{member}.bucketName", "b" * 64, at_most(63)),
        (f"{member}.key", "k" * 1025, at_most(1024)),
    ]


def location_types(member):
    return [(member, TEXT, "Structure"), (f"{member}.bucketName", NUMBER, "String"), (f"{member}.key", LIST, "String")]


def tag_types(member="tags"):
    return [
        (member, TEXT, "List"), (member, STRUCTURE, "List"), (f"{member}.0", TEXT, "Structure"),
        (f"{member}.0.Key", NUMBER, "String"), (f"{member}.0.Value", LIST, "String"),
    ]


def exactly_one(*members):
    """The rule of a union."""
    return f"Member must have exactly one of these members set: [{', '.join(members)}]"


def list_cases():
    """What every list demands."""
    return [
        ("maxResults", 0, "Member must have value greater than or equal to 1"),
        ("maxResults", 101, "Member must have value less than or equal to 100"),
        ("nextToken", "", at_least(1)), ("nextToken", "a" * 2049, at_most(2048)),
    ]


def tag_cases(member="tags"):
    """What every list of tags demands."""
    tag = {"Key": "key", "Value": "value"}
    return [
        (member, [tag] * 201, at_most(200)), (f"{member}.0", {"Key": "", "Value": ""}, at_least(1), ".key"),
        (f"{member}.0", {"Key": "k" * 129, "Value": ""}, at_most(128), ".key"),
        (f"{member}.0", {"Key": "k", "Value": "v" * 257}, at_most(256), ".value"),
        (f"{member}.0", {"Value": ""}, NULL, ".key"), (f"{member}.0", {"Key": "k"}, NULL, ".value"),
    ]


def refused(code, message, method, **request):
    """Makes the call, and checks the error that it ends in; returns the whole error."""
    with pytest.raises(ClientError) as caught:
        method(**request)
    error = caught.value.response["Error"]
    assert (error["Code"], message in error["Message"]) == (code, True), error
    return caught.value.response


def missing(message, client, operation, request):
    """The call ends in ResourceNotFoundException."""
    refused("ResourceNotFoundException", message, lambda: call(client, operation, request))


def violations(message):
    """The places and broken rules that a message lists; it counts them right."""
    count, listed = re.fullmatch(r"(\d+) validation errors? detected: Value (.*)", message, re.DOTALL).groups()
    found = [re.fullmatch(VIOLATION, text, re.DOTALL).groups() for text in listed.split("; Value ")]
    assert len(found) == int(count) and message.startswith(f"{count} validation error{'s' * (count != '1')} detected")
    return found


class Block:
    """Tests of one operation; the file names it in OPERATION."""

    @pytest.fixture(autouse=True)
    def of(self, request):
        self.operation = request.module.OPERATION


class Serialisation(Block):
    """A value of the wrong JSON type is named; cases are (member, value, the type the model wants)."""

    cases = []

    def test_a_wrong_type_is_named(self, endpoint, case):
        path, value, wanted = case
        reply = send(endpoint, self.operation, changed(made_up(self.operation), path, value)).json()
        found = FOUND[type(value).__name__]
        message = f"{found} can not be converted to a {wanted} at '{shown(path)}'"
        assert reply == {"__type": "SerializationException", "message": message}

    def test_the_body_is_an_object(self, endpoint):
        for body, found in [([], "START_ARRAY"), ("x", "STRING_VALUE"), (None, "NULL_VALUE")]:
            reply = send(endpoint, self.operation, body).json()
            assert reply == {"__type": "SerializationException", "message": f"{found} can not be converted to a Structure"}


class Validation(Block):
    """A value that the model forbids is named; cases are (member, value, constraint[, rest of the path])."""

    cases = []

    def test_a_forbidden_value_is_named(self, endpoint, case):
        path, value, constraint, *rest = case
        broken = violations(self.refusal(endpoint, changed(made_up(self.operation), path, value)))
        assert {place for place, _ in broken} == {shown(path) + "".join(rest)}
        assert constraint in [rule for _, rule in broken]

    def refusal(self, endpoint, request):
        reply = send(endpoint, self.operation, request)
        assert reply.headers["x-amzn-ErrorType"] == "ValidationException"
        return reply.json()["Message"]

    def all_missing(self, endpoint, *members):
        """Without any member, all required ones are named at once."""
        plural = "s" if len(members) > 1 else ""
        listed = [f"Value at '{name}' failed to satisfy constraint: {NULL}" for name in members]
        expected = f"{len(members)} validation error{plural} detected: {'; '.join(listed)}"
        assert self.refusal(endpoint, {}) == expected


class Apart(Block):
    """A resource is there for its own account and region alone, and an unknown id is not found."""

    names = ""

    def test_other_accounts_and_regions_do_not_see_it(self, world, client_for, account, other_account):
        request = world.request(self.operation)
        for client in [client_for(other_account), client_for(account, "eu-west-1")]:
            missing(request[self.names], client, self.operation, request)
        call(world.b2bi, self.operation, request)

    def test_an_unknown_id_is_not_found(self, world):
        missing(UNKNOWN_ID, world.b2bi, self.operation, world.request(self.operation, **{self.names: UNKNOWN_ID}))


class Tokens(Block):
    """A repeated clientToken gets the first reply, in the account and region where it was used."""

    other = {}

    def id(self, reply):
        names = ["capabilityId", "partnershipId", "transformerJobId", "transformerId", "profileId"]
        return next(reply[name] for name in names if name in reply)

    def test_a_repeated_token_replays_the_reply(self, world):
        request = world.request(self.operation, clientToken="once")
        first, second = (told(call(world.b2bi, self.operation, request)) for _ in range(2))
        assert first == second

    def test_new_tokens_make_new_resources(self, world):
        assert self.id(world.call(self.operation)) != self.id(world.call(self.operation))

    def test_a_token_is_for_one_request(self, world):
        world.call(self.operation, clientToken="once")
        with pytest.raises(ClientError) as caught:
            world.call(self.operation, clientToken="once", **self.other)
        assert caught.value.response["Error"]["Code"] == "ConflictException"
        assert "'once'" in caught.value.response["Error"]["Message"]

    def test_a_token_is_of_its_account_and_region(self, endpoint, home, world, account, other_account):
        first = self.once(world)
        for where in [(other_account, "us-east-1"), (account, "eu-west-1")]:
            elsewhere = World(checked_client(endpoint, *where), home.client(endpoint, where[0]))
            assert self.once(elsewhere) != first

    def once(self, world):
        return self.id(world.call(self.operation, clientToken="once"))

    def test_a_refused_request_does_not_use_its_token_up(self, world):
        request = world.request(self.operation, clientToken="once")
        spoilt = self.spoilt(request)
        with pytest.raises(ClientError):
            call(world.b2bi, self.operation, spoilt)
        assert self.id(call(world.b2bi, self.operation, request))

    def spoilt(self, request):
        """The request with something that the service refuses."""
        return {**request, "tags": [{"Key": "aws:reserved", "Value": ""}]}

    def test_tokens_can_be_switched_off(self, world_with):
        world = world_with("--idempotency", "none")
        assert self.once(world) != self.once(world)


class Quota(Block):
    """A region holds as many of a resource as the quota says, and says so with all five members."""

    noun = ""
    plural = ""
    code = ""

    def test_the_quota_ends_it(self, world_with, account):
        world = world_with(f"--quota-{self.plural}", "2")
        world.call(self.operation), world.call(self.operation)
        error = refused("ServiceQuotaExceededException", "quota of 2", world.call, operation=self.operation)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 402
        told = {name: error[name] for name in ["resourceId", "resourceType", "serviceCode", "quotaCode"]}
        expected = {"resourceId": account, "resourceType": self.noun, "serviceCode": "b2bi", "quotaCode": self.code}
        assert told == expected

    def test_a_quota_is_of_its_account_and_region(self, world_with, account, other_account):
        world = world_with(f"--quota-{self.plural}", "1")
        world.call(self.operation)
        endpoint = world.b2bi.meta.endpoint_url
        for where in [(other_account, "us-east-1"), (account, "us-west-2")]:
            World(checked_client(endpoint, *where), world.s3).call(self.operation)

    def test_quotas_can_be_switched_off(self, world_with):
        world = world_with(f"--quota-{self.plural}", "0", "--quotas=false")
        world.call(self.operation), world.call(self.operation)


class Made(Block):
    """A new resource has an id and an ARN in AWS's form, the tags that were given, and a time of birth."""

    noun = ""
    prefix = ""

    def test_id_arn_and_tags(self, world, account):
        made = world.call(self.operation)
        id = made[f"{self.noun}Id"]
        assert id.startswith(self.prefix) and is_resource_id(id)
        assert made[f"{self.noun}Arn"] == f"arn:aws:b2bi:us-east-1:{account}:{self.noun}/{id}"
        tags = world.b2bi.list_tags_for_resource(ResourceARN=made[f"{self.noun}Arn"])["Tags"]
        assert tags == world.request(self.operation)["tags"]

    def test_reserved_and_repeated_tag_keys_are_refused(self, world):
        for tags, word in [(["AWS:x"], "AWS:x"), (["a", "b", "a"], "'a'")]:
            tags = [{"Key": key, "Value": ""} for key in tags]
            refused("ValidationException", word, world.call, operation=self.operation, tags=tags)

    def test_the_same_name_can_be_given_twice(self, world):
        first, second = world.call(self.operation), world.call(self.operation)
        assert (first["name"], first[f"{self.noun}Id"] == second[f"{self.noun}Id"]) == (second["name"], False)


class Updates(Apart):
    """An update changes what it names and nothing else, and notes the time."""

    get = ""

    def test_only_what_is_named_changes(self, world):
        named = {self.names: world.request(self.operation)[self.names]}
        before = told(call(world.b2bi, self.get, named))
        after = told(call(world.b2bi, self.operation, {**named, "name": "renamed"}))
        assert after == {**before, "name": "renamed", "modifiedAt": after["modifiedAt"]}
        assert after["modifiedAt"] >= after["createdAt"]
        assert told(call(world.b2bi, self.get, named)) == after


class Gone(Block):
    """A deleted resource is not found any more, and its tags are not either."""

    get = ""

    def test_it_is_gone(self, world):
        request = world.request(self.operation)
        [id] = request.values()
        arn = next(text for name, text in call(world.b2bi, self.get, request).items() if name.endswith("Arn"))
        assert set(call(world.b2bi, self.operation, request)) == {"ResponseMetadata"}
        for operation in [self.get, self.operation]:
            missing(id, world.b2bi, operation, request)
        missing(arn, world.b2bi, "ListTagsForResource", {"ResourceARN": arn})


class ByArn(Block):
    """Tags are reached by the ARN of a resource of the caller, in its region."""

    def test_every_kind_of_resource_has_tags(self, world):
        arns = [
            world.resourceArn, world.b2bi.get_transformer(transformerId=world.transformerId)["transformerArn"],
            world.b2bi.get_capability(capabilityId=world.capabilityId)["capabilityArn"],
            world.b2bi.get_partnership(partnershipId=world.partnershipId)["partnershipArn"],
        ]
        for arn in arns:
            world.call(self.operation, ResourceARN=arn)

    def test_an_arn_that_names_nothing_is_not_found(self, world):
        arn = world.resourceArn
        for other in [arn[:-1] + "x", arn.replace("profile/", "partnership/"), arn.replace("us-east-1", "eu-west-1")]:
            missing(other, world.b2bi, self.operation, world.request(self.operation, ResourceARN=other))

    def test_another_account_does_not_reach_it(self, world, client_for, other_account):
        missing(world.resourceArn, client_for(other_account), self.operation, world.request(self.operation))

    def test_what_is_no_arn_is_refused(self, world):
        for other in ["p-60fbc37c87f04fce9", "arn:aws:s3:::bucket", "arn:aws:b2bi:us-east-1:123456789012:profile"]:
            refused("ValidationException", other, world.call, operation=self.operation, ResourceARN=other)


def is_resource_id(text):
    """A prefix and the first 17 digits of a random UUID."""
    digits = text.partition("-")[2]
    return len(digits) == 17 and set(digits) <= set("0123456789abcdef") and digits[12] == "4"


class Pages(Block):
    """A list comes in pages, oldest first, whose tokens survive changes and are good for their list alone."""

    member = ""
    id = ""
    create = ""
    delete = ""
    only = {}

    def make(self, world, count):
        return [world.call(self.create)[self.id] for _ in range(count)]

    def page(self, client, **request):
        reply = call(client, self.operation, {**self.only, **request})
        return [item[self.id] for item in reply[self.member]], reply.get("nextToken")

    def test_an_empty_list_is_a_list(self, b2bi):
        assert self.page(b2bi) == ([], None)

    def test_pages_hold_what_they_are_asked_to(self, world):
        ids = self.make(world, 4)
        for size, expected in [(1, [1, 1, 1, 1]), (2, [2, 2]), (3, [3, 1]), (4, [4]), (100, [4])]:
            pages = world.b2bi.get_paginator(self.paginator(world)).paginate(PaginationConfig={"PageSize": size})
            found = [[item[self.id] for item in page[self.member]] for page in pages]
            assert ([len(page) for page in found], sum(found, [])) == (expected, ids)
        assert self.page(world.b2bi) == (ids, None)

    def paginator(self, world):
        return {name: method for method, name in world.b2bi.meta.method_to_api_mapping.items()}[self.operation]

    def test_tokens_survive_inserts_and_deletes(self, world):
        first, second, third, fourth = self.make(world, 4)
        token = self.page(world.b2bi, maxResults=2)[1]
        call(world.b2bi, self.delete, {self.id: second})
        call(world.b2bi, self.delete, {self.id: third})
        [fifth] = self.make(world, 1)
        assert self.page(world.b2bi, nextToken=token) == ([fourth, fifth], None)
        assert self.page(world.b2bi, nextToken=token, maxResults=1)[0] == [fourth]
        assert self.page(world.b2bi) == ([first, fourth, fifth], None)

    def test_strange_tokens_are_refused(self, world, client_for, account, other_account):
        self.make(world, 2)
        token = self.page(world.b2bi, maxResults=1)[1]
        altered = ("B" if token[0] == "A" else "A") + token[1:]
        clients = [world.b2bi, client_for(other_account), client_for(account, "us-west-2")]
        for client, strange in zip([world.b2bi, world.b2bi, *clients], ["garbage", altered, token + "A", token, token]):
            request = {"nextToken": strange}
            refused("ValidationException", "nextToken", call, client=client, operation=self.operation, request=request)
        others = {"ListProfiles", "ListTransformers", "ListCapabilities", "ListPartnerships"} - {self.operation}
        for other in others:
            request = {"nextToken": token}
            refused("ValidationException", "nextToken", call, client=world.b2bi, operation=other, request=request)

    def test_other_accounts_and_regions_are_empty(self, world, client_for, account, other_account):
        self.make(world, 1)
        for client in [client_for(other_account), client_for(account, "us-west-2")]:
            assert self.page(client) == ([], None)

    def test_a_page_by_default_has_a_hundred_at_most(self, world_with):
        world = world_with("--quotas=false")
        ids = self.make(world, 101)
        found, token = self.page(world.b2bi)
        assert (found, self.page(world.b2bi, nextToken=token)) == (ids[:100], ([ids[100]], None))
