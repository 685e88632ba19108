"""The fixtures that control the server: faults, events and the clock."""

import datetime

import pytest
from b2bi_local import AdminError

ORDER = (
    "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      "
    "*260101*0900*U*00401*000000001*0*T*>~GS*PO*BLUE*NORTH*20260101*0900*1*X*004010~"
    "ST*850*0001~BEG*00*SA*PO-7**20260101~PO1*1*12*EA*9.5~CTT*1~SE*5*0001~GE*1*1~IEA*1*000000001~"
)


def test_a_fault_acts_on_the_tests_account_alone(b2bi, b2bi_local, b2bi_faults):
    with b2bi_faults.add("List*", error="ConflictException", times=1) as fault:
        assert b2bi_local.client("b2bi", "999999999999").list_profiles()["profiles"] == []
        with pytest.raises(b2bi.exceptions.ConflictException):
            b2bi.list_profiles()
        assert fault.fired == 1
        assert b2bi.list_profiles()["profiles"] == []
    assert b2bi_local.admin.get("faults")["rules"] == []


def test_clearing_leaves_others_alone(b2bi_local, b2bi_faults):
    b2bi_local.admin.post("faults", [{"id": "others", "error": {"code": "ConflictException"}, "account": "999999999999"}])
    b2bi_faults.add(error="ConflictException")
    b2bi_faults.clear()
    assert [rule["id"] for rule in b2bi_local.admin.get("faults")["rules"]] == ["others"]
    b2bi_local.admin.delete("faults", id="others")


PROFILE = {"name": "p", "businessName": "b", "phone": "5555555555", "logging": "DISABLED"}
NO_WAIT = {"retries": {"mode": "standard", "total_max_attempts": 3}}


def test_a_lost_reply_is_seen_from_both_sides(b2bi, b2bi_faults):
    with b2bi_faults("CreateProfile", "after reset -> ok") as fault:
        assert not fault.completed
        profile = fault.client("b2bi", **NO_WAIT).create_profile(**PROFILE)
        assert fault.completed
        executed = fault.requests(executed=True)
    assert [entry["attempt"] for entry in executed] == [1, 2]
    assert [entry["status"] for entry in executed] == [None, 200]
    # The client token of both attempts is the same, so there is one profile.
    assert [profile["profileId"] for profile in b2bi.list_profiles()["profiles"]] == [profile["profileId"]]


def test_a_chain_is_for_its_own_client(b2bi, b2bi_faults):
    with b2bi_faults("ListProfiles", "2*error(ConflictException)") as one, b2bi_faults("List*", "http(503)") as other:
        assert b2bi.list_profiles()["profiles"] == []
        for _ in range(2):
            with pytest.raises(b2bi.exceptions.ConflictException):
                one.client("b2bi").list_profiles()
        assert one.client("b2bi").list_profiles()["profiles"] == []
        assert (one.completed, other.completed) == (True, False)
        assert [entry["status"] for entry in one.requests()] == [409, 409, 200]
        assert (len(one.requests(executed=False)), other.requests()) == (2, [])


def test_a_rule_about_all_names_what_it_acted_on(b2bi, b2bi_faults):
    fault = b2bi_faults.add("GetProfile", error="AccessDeniedException", times=1)
    with pytest.raises(b2bi.exceptions.AccessDeniedException):
        b2bi.get_profile(profileId="p-1")
    with pytest.raises(b2bi.exceptions.ResourceNotFoundException):
        fault.client("b2bi").get_profile(profileId="p-1")
    assert [entry["error"] for entry in fault.requests()] == ["AccessDeniedException"]
    assert fault.completed


def test_a_chain_that_cannot_be_read_is_told(b2bi_faults):
    with pytest.raises(AdminError, match="rest"):
        b2bi_faults("CreateProfile", "after rest -> ok")


def test_a_typo_is_told(b2bi_faults):
    with pytest.raises(AdminError, match="tiems"):
        b2bi_faults.add("Get*", error="ConflictException", tiems=1)


def test_the_clock_stands_still_and_goes_on(b2bi, b2bi_clock):
    b2bi_clock.freeze(datetime.datetime(2030, 1, 31, 9, 30, tzinfo=datetime.timezone.utc))
    profile = {"businessName": "b", "phone": "5555555555", "logging": "DISABLED"}
    times = [b2bi.create_profile(name="one", **profile)["createdAt"]]
    b2bi_clock.advance(hours=1)
    times.append(b2bi.create_profile(name="two", **profile)["createdAt"])
    assert (times[0].year, times[1] - times[0]) == (2030, datetime.timedelta(hours=1))
    b2bi_clock.reset()
    assert b2bi_clock.now()[:4] == str(datetime.datetime.now(datetime.timezone.utc).year)


def start_job(b2bi, s3):
    """Starts a job on an order; returns its id."""
    s3.create_bucket(Bucket="orders")
    s3.put_object(Bucket="orders", Key="in/order.edi", Body=ORDER)
    x12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
    made = b2bi.create_transformer(
        name="orders", inputConversion={"fromFormat": "X12", "formatOptions": {"x12": x12}}
    )
    names = {"transformerId": made["transformerId"]}
    b2bi.update_transformer(status="active", **names)
    started = b2bi.start_transformer_job(
        inputFile={"bucketName": "orders", "key": "in/order.edi"},
        outputLocation={"bucketName": "orders", "key": "out/"}, **names,
    )  # fmt: skip
    return started["transformerJobId"]


def test_what_affects_a_job_is_told(b2bi, s3, b2bi_faults, b2bi_events):
    with b2bi_faults.add(job={"stage": "map", "outcome": "fail", "message": "No"}) as fault:
        job = start_job(b2bi, s3)
        b2bi_events.wait(1)
        assert [entry["job"] for entry in fault.jobs()] == [{"id": job, "stage": "map", "outcome": "fail"}]
        assert (fault.requests(), fault.jobs(stage="parse")) == ([], [])
    assert len(b2bi_faults.requests(operation="StartTransformerJob")) == 1


def test_a_job_is_told_of(b2bi, s3, b2bi_events):
    assert b2bi_events.all() == []
    start_job(b2bi, s3)
    events = b2bi_events.wait(1)
    assert {event["source"] for event in events} == {"aws.b2bi"}
    with pytest.raises(TimeoutError):
        b2bi_events.wait(9, seconds=0.05)
