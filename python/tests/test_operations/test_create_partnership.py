"""CreatePartnership joins a profile and capabilities with a new trading partner, up to the quota."""

import pytest

from blocks import (
    EMAIL, ID_RULES, LIST, NULL, NUMBER, PHONE, STRUCTURE, TEXT, TRUE, UNKNOWN_ID, Made, Quota, Serialisation, Tokens,
    Validation, at_least, at_most, exactly_one, id_cases, is_resource_id, missing, one_of, refused, tag_cases, tag_types,
    told,
)
from examples import MISSING, changed, made_up
from world import OPTIONS

OPERATION = "CreatePartnership"
X12 = "capabilityOptions.outboundEdi.x12"
ISA = f"{X12}.common.interchangeControlHeaders"
GROUP = f"{X12}.common.functionalGroupHeaders"
NUMBERS = f"{X12}.common.controlNumbers"
ACKNOWLEDGMENTS = "capabilityOptions.inboundEdi.x12.acknowledgmentOptions"



class TestSerialisation(Serialisation):
    cases = [
        ("profileId", NUMBER, "String"), ("name", LIST, "String"), ("email", NUMBER, "String"),
        ("phone", TRUE, "String"), ("capabilities", TEXT, "List"), ("capabilities.0", NUMBER, "String"),
        ("capabilityOptions", LIST, "Structure"), (f"{X12}.common.validateEdi", TEXT, "Boolean"),
        (f"{NUMBERS}.startingInterchangeControlNumber", TEXT, "Integer"),
        (f"{NUMBERS}.startingInterchangeControlNumber", 2**31, "Integer"),
        (f"{X12}.wrapOptions", TEXT, "Structure"), (f"{X12}.wrapOptions.lineLength", 1.5, "Integer"),
        (f"{ACKNOWLEDGMENTS}.technicalAcknowledgment", STRUCTURE, "String"), *tag_types(),
    ]


class TestValidation(Validation):
    cases = [
        ("profileId", MISSING, NULL), *id_cases("profileId"), ("name", "n" * 255, at_most(254)),
        ("email", MISSING, NULL), ("email", "nobody", EMAIL), ("phone", "not a phone", PHONE),
        ("capabilities", MISSING, NULL), ("capabilities", ["c", "c 1"], ID_RULES), ("capabilities", [""], ID_RULES),
        (f"{ISA}.senderId", "SHORT", at_least(15)), (f"{ISA}.receiverId", "L" * 16, at_most(15)),
        (f"{ISA}.receiverIdQualifier", "Z", at_least(2)), (f"{ISA}.repetitionSeparator", "^^", at_most(1)),
        (f"{GROUP}.applicationSenderCode", "A", at_least(2)), (f"{GROUP}.responsibleAgencyCode", "ABC", at_most(2)),
        (f"{X12}.common.delimiters.segmentTerminator", "~\n", at_most(1)),
        (f"{NUMBERS}.startingInterchangeControlNumber", 0, "Member must have value greater than or equal to 1"),
        (f"{NUMBERS}.startingFunctionalGroupControlNumber", 10**9, "Member must have value less than or equal to 999999999"),
        (f"{X12}.common.gs05TimeFormat", "HH", one_of("HHMM", "HHMMSS", "HHMMSSDD")),
        (f"{X12}.wrapOptions", {}, NULL, ".wrapBy"),
        (f"{X12}.wrapOptions.wrapBy", "NO", one_of("SEGMENT", "ONE_LINE", "LINE_LENGTH")),
        ("capabilityOptions.outboundEdi", {}, exactly_one("x12")), *tag_cases(),
    ]

    def test_everything_required_is_named_at_once(self, endpoint):
        self.all_missing(endpoint, "profileId", "name", "email", "capabilities")

    def test_acknowledgment_options_come_in_pairs(self, endpoint):
        message = self.refusal(endpoint, changed(made_up(OPERATION), ACKNOWLEDGMENTS, {}))
        assert [f"'{ACKNOWLEDGMENTS}.{kind}Acknowledgment'" in message for kind in ["functional", "technical"]] == [True, True]


class TestMade(Made):
    noun, prefix = "partnership", "ps-"


class TestTokens(Tokens):
    other = {"name": "another"}


class TestQuota(Quota):
    noun, plural, code = "partnership", "partnerships", "L-B2B10004"


class TestBehaviour:
    def test_the_reply_has_what_was_given_and_a_trading_partner(self, world):
        given = world.request(OPERATION, capabilityOptions=OPTIONS)
        made = told(world.b2bi.create_partnership(**given))
        partner = made.pop("tradingPartnerId")
        assert partner.startswith("tp-") and is_resource_id(partner)
        del given["clientToken"], given["tags"]
        assert made == {**given, **{name: made[name] for name in ["partnershipId", "partnershipArn", "createdAt"]}}

    def test_each_has_a_trading_partner_of_its_own(self, world):
        assert len({world.call(OPERATION)["tradingPartnerId"] for _ in range(3)}) == 3

    def test_the_profile_must_be_there(self, world, client_for, other_account):
        request = world.request(OPERATION)
        missing(world.profileId, client_for(other_account), OPERATION, request)
        missing(UNKNOWN_ID, world.b2bi, OPERATION, {**request, "profileId": UNKNOWN_ID})

    def test_every_capability_must_be_there(self, world):
        missing(UNKNOWN_ID, world.b2bi, OPERATION, world.request(OPERATION, capabilities=[world.capabilityId, UNKNOWN_ID]))
        assert world.b2bi.list_partnerships()["partnerships"] == []

    @pytest.mark.parametrize("member, value, message", [
        ("common.delimiters", {"componentSeparator": ">"}, "all delimiters"),
        ("common.delimiters", {"componentSeparator": ">", "dataElementSeparator": "*", "segmentTerminator": "*"}, "differ"),
        ("wrapOptions", {"wrapBy": "ONE_LINE", "lineLength": 80}, "ONE_LINE"),
        ("wrapOptions", {"wrapBy": "ONE_LINE", "lineTerminator": "LF"}, "ONE_LINE"),
        ("wrapOptions", {"wrapBy": "LINE_LENGTH", "lineTerminator": "LF"}, "lineLength"),
    ])
    def test_an_envelope_may_not_contradict_itself(self, world, member, value, message):
        request = changed(world.request(OPERATION, capabilityOptions=OPTIONS), f"{X12}.{member}", value)
        refused("ValidationException", message, world.b2bi.create_partnership, **request)
        update = {"partnershipId": world.partnershipId, "capabilityOptions": request["capabilityOptions"]}
        refused("ValidationException", message, world.b2bi.update_partnership, **update)

    def test_the_partner_has_a_folder_for_each_capability(self, world):
        made = world.call(OPERATION)
        listed = world.s3.list_objects_v2(Bucket=world.bucket, Prefix="input/tp-")["Contents"]
        assert [(item["Key"], item["Size"]) for item in listed] == [(f"input/{made['tradingPartnerId']}/", 0)]

    def test_optional_members_stay_absent(self, world):
        request = world.request(OPERATION, capabilities=[])
        del request["phone"]
        made = world.b2bi.create_partnership(**request)
        assert (made["capabilities"], {"phone", "capabilityOptions"} & set(made)) == ([], set())
