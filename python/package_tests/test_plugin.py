"""The fixtures, in a pytest run within the test."""

import pytest

OWN = """
    import pytest

    @pytest.mark.parametrize("turn", range(10))
    def test_alone(turn, b2bi, s3, b2bi_account):
        s3.create_bucket(Bucket="same-name")
        made = b2bi.create_profile(name="same", businessName="b", phone="5555555555", logging="DISABLED")
        assert b2bi_account in made["profileArn"]
        assert len(b2bi.list_profiles()["profiles"]) == 1
        assert len(s3.list_buckets()["Buckets"]) == 1
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """Runs a test file; it must have this many passed tests."""

    def run(text, passed, *arguments, **files):
        pytester.makepyfile(test_it=text, **files)
        result = pytester.runpytest_subprocess("-p", "b2bi_local.plugin", *arguments)
        result.assert_outcomes(passed=passed)

    return run


def test_every_test_has_an_account_of_its_own(run):
    run(OWN, 10)


def test_workers_have_servers_of_their_own(run):
    run(OWN, 10, "-n", "2")


def test_one_server_for_all_workers(run, monkeypatch):
    from b2bi_local import Server

    with Server() as server:
        monkeypatch.setenv("B2BI_LOCAL_ENDPOINT", server.endpoint)
        run(OWN, 10, "-n", "2")


def test_the_session_has_one_server(run):
    run(
        """
        seen = set()

        def test_one(b2bi_local): seen.add(b2bi_local.endpoint)
        def test_two(b2bi_local): assert seen == {b2bi_local.endpoint}
        """,
        2,
    )


def test_flags_come_from_the_configuration(run, pytester):
    pytester.makeini("[pytest]\nb2bi_local_flags = --quota-profiles=0")
    run(
        """
        import pytest

        def test_quota(b2bi):
            with pytest.raises(b2bi.exceptions.ServiceQuotaExceededException):
                b2bi.create_profile(name="p", businessName="b", phone="5555555555", logging="DISABLED")
        """,
        1,
    )


def test_the_region_can_be_overridden(run):
    run(
        """
        import pytest

        @pytest.fixture
        def b2bi_region():
            return "eu-west-1"

        def test_region(b2bi):
            made = b2bi.create_profile(name="p", businessName="b", phone="5555555555", logging="DISABLED")
            assert ":eu-west-1:" in made["profileArn"]
        """,
        1,
    )


def test_code_that_makes_its_own_clients(run):
    run(
        """
        import os
        import boto3

        def test_environment(b2bi_environment, b2bi_account):
            assert boto3.client("b2bi").list_profiles()["profiles"] == []
            assert os.environ["AWS_ACCESS_KEY_ID"] == b2bi_account

        def test_it_is_put_back():
            assert not {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_B2BI"} & os.environ.keys()
        """,
        2,
    )
