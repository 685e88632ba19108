"""`b2bi_local.moto`: moto and the server together, in one account."""

import asyncio
import json
import os
import subprocess
import sys
import unittest

import boto3
import pytest
from b2bi_local import AwsRequestError, Events

moto = pytest.importorskip("moto")
from b2bi_local.moto import mock_aws  # noqa: E402
from moto.core.config import default_user_config  # noqa: E402

DEFAULT, OTHER, ROLE = "123456789012", "111122223333", "999988887777"
PROFILE = {"name": "p", "businessName": "b", "phone": "5555555555", "logging": "DISABLED"}
X12 = {"transactionSet": "X12_850", "version": "VERSION_4010"}
ORDER = (
    "ISA*00*          *00*          *ZZ*BLUEBIKES      *ZZ*NORTHMILL      *260101*0900*U*00401*000000001*0*T*>~"
    "GS*PO*BLUE*NORTH*20260101*0900*1*X*004010~ST*850*0001~BEG*00*SA*PO-7**20260101~PO1*1*12*EA*9.5~CTT*1~SE*5*0001~"
    "GE*1*1~IEA*1*000000001~"
)
VARIABLES = ("AWS_", "MOTO_", "NO_PROXY", "no_proxy")


def environment():
    return {name: value for name, value in os.environ.items() if name.startswith(VARIABLES)}


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    before = environment(), boto3.DEFAULT_SESSION, dict(default_user_config)
    yield
    assert (environment(), boto3.DEFAULT_SESSION, dict(default_user_config)) == before


def names():
    """What there is in b2bi, its S3 and a service of moto."""
    return (
        [profile["name"] for profile in boto3.client("b2bi").list_profiles()["profiles"]],
        [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]],
        [url.rpartition("/")[2] for url in boto3.client("sqs").list_queues().get("QueueUrls", [])],
    )


def make():
    boto3.client("b2bi").create_profile(**PROFILE)
    boto3.client("s3").create_bucket(Bucket="orders")
    boto3.client("sqs").create_queue(QueueName="orders")


EMPTY, MADE = ([], [], []), (["p"], ["orders"], ["orders"])


class TestKinds:
    @mock_aws
    def test_a_function(self):
        assert names() == EMPTY
        make()
        assert names() == MADE

    @mock_aws()
    def test_the_next_one_begins_empty(self):
        assert names() == EMPTY

    def test_a_coroutine_function(self):
        @mock_aws
        async def made():
            make()
            await asyncio.sleep(0)
            return names()

        assert asyncio.run(made()) == MADE

    def test_a_generator_function(self):
        @mock_aws
        def clients():
            make()
            yield names
            assert names() == MADE

        generator = clients()
        assert next(generator)() == MADE
        assert next(generator, None) is None

    def test_a_class_of_unittest(self):
        @mock_aws
        class Tests(unittest.TestCase):
            def setUp(self):
                make()

            def test_one(self):
                self.assertEqual(names(), MADE)

            def test_two(self):
                self.assertEqual(names(), MADE)

        result = unittest.TestResult()
        unittest.defaultTestLoader.loadTestsFromTestCase(Tests).run(result)
        assert (result.testsRun, result.errors, result.failures) == (2, [], [])

    def test_start_and_stop(self):
        mock = mock_aws()
        mock.start()
        make()
        mock.stop()
        with mock:
            assert names() == EMPTY

    def test_mocks_that_overlap(self):
        one, two = mock_aws(account=DEFAULT), mock_aws(account=OTHER)
        one.start()
        two.start()
        one.stop()
        assert boto3.client("sts").get_caller_identity()["Account"] == OTHER
        assert names() == EMPTY
        two.stop()

    @pytest.mark.parametrize("outer, inner", [(moto.mock_aws, mock_aws), (mock_aws, moto.mock_aws)])
    def test_within_motos_own_and_around_it(self, outer, inner):
        with outer():
            with inner():
                boto3.client("sqs", region_name="us-east-1").create_queue(QueueName="orders")
            assert len(boto3.client("sqs", region_name="us-east-1").list_queues()["QueueUrls"]) == 1


def accounts(session):
    """The account of a session as each service sees it."""
    profile = session.client("b2bi").create_profile(**PROFILE)
    session.client("b2bi").delete_profile(profileId=profile["profileId"])
    return {
        session.client("sts").get_caller_identity()["Account"],
        profile["profileArn"].split(":")[4],
        session.client("sqs").create_queue(QueueName="q")["QueueUrl"].split("/")[3],
    }


def with_keys(key, secret="any", token=None):
    return boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token)


def assumed():
    role = f"arn:aws:iam::{ROLE}:role/r"
    keys = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
    return with_keys(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def user():
    iam = boto3.client("iam")
    iam.create_user(UserName="u")
    keys = iam.create_access_key(UserName="u")["AccessKey"]
    return with_keys(keys["AccessKeyId"], keys["SecretAccessKey"])


class TestOneAccount:
    @pytest.mark.parametrize("mine", [DEFAULT, OTHER])
    @pytest.mark.parametrize(
        "session, account",
        [
            (boto3.Session, None),
            (lambda: with_keys("testing"), None),
            (lambda: with_keys("AKIAIOSFODNN7EXAMPLE"), None),
            (user, None),
            (lambda: with_keys("444455556666"), "444455556666"),
            (assumed, ROLE),
        ],
        ids=["environment", "a word", "a key of AWS's pages", "an IAM user", "twelve digits", "a role"],
    )
    def test_all_services_agree(self, mine, session, account):
        with mock_aws(account=mine):
            assert accounts(session()) == {account or mine}

    def test_motos_variable_names_it(self, monkeypatch):
        monkeypatch.setenv("MOTO_ACCOUNT_ID", OTHER)
        with mock_aws():
            assert accounts(boto3.Session()) == {OTHER}

    def test_the_region(self):
        with mock_aws(region="eu-west-1"):
            queue = boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"]
            arn = boto3.client("b2bi").create_profile(**PROFILE)["profileArn"]
            assert "eu-west-1" in queue and "eu-west-1" in arn


def queue_of_events():
    """The URL of a queue that receives the service's events by a rule."""
    queue = boto3.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    asked = boto3.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    events = boto3.client("events")
    events.put_rule(Name="b2bi", EventPattern=json.dumps({"source": ["aws.b2bi"]}))
    events.put_targets(Rule="b2bi", Targets=[{"Id": "q", "Arn": asked["Attributes"]["QueueArn"]}])
    return queue


def run_job():
    """Has a file converted."""
    b2bi, s3 = boto3.client("b2bi"), boto3.client("s3")
    s3.create_bucket(Bucket="files")
    s3.put_object(Bucket="files", Key="in.edi", Body=ORDER)
    made = b2bi.create_transformer(
        name="t",
        inputConversion={"fromFormat": "X12", "formatOptions": {"x12": X12}},
        mapping={"templateLanguage": "JSONATA", "template": "{}"},
    )
    b2bi.update_transformer(transformerId=made["transformerId"], status="active")
    b2bi.start_transformer_job(
        inputFile={"bucketName": "files", "key": "in.edi"},
        outputLocation={"bucketName": "files", "key": "out"},
        transformerId=made["transformerId"],
    )


def received(queue, server, account):
    """The messages about the job that came into the queue."""
    events = Events(server, account).wait(3)
    sqs, found = boto3.client("sqs"), []
    while len(found) < len(events):
        reply = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5, MaxNumberOfMessages=10)
        assert "Messages" in reply, server.admin.get("events/dead")
        found += [json.loads(message["Body"]) for message in reply["Messages"]]
    return found


def owners(messages):
    """The accounts of the resources that messages are about; moto leaves `account` out."""
    return {message["resources"][0].split(":")[4] for message in messages}


class TestDelivery:
    @pytest.mark.parametrize("account", [DEFAULT, OTHER])
    def test_events_reach_the_rules_of_the_account(self, account):
        with mock_aws(account=account) as server:
            queue = queue_of_events()
            run_job()
            messages = received(queue, server, account)
        assert "Transformation Completed" in [message["detail-type"] for message in messages]
        assert owners(messages) == {account}

    def test_log_records_reach_cloudwatch(self):
        with moto.mock_aws():
            # As it stops, the server delivers what is pending.
            with mock_aws() as server:
                run_job()
                Events(server, DEFAULT).wait(3)
            logs = boto3.client("logs", region_name="us-east-1")
            groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        assert groups == ["/aws/vendedlogs/b2bi/transformers"]

    def test_a_flag_of_ones_own_is_kept(self):
        with mock_aws(flags=["--events-eventbridge", "http://127.0.0.1:9/"]) as server:
            config = server.admin.get("config")
        assert "http://127.0.0.1:9" in json.dumps(config)


class TestNothingReachesAws:
    @pytest.mark.parametrize(
        "config, service, region",
        [({"core": {"passthrough": {"services": ["dynamodb"]}}}, "dynamodb", "us-east-1")],
    )
    def test_what_moto_lets_through_is_refused(self, config, service, region):
        with mock_aws(config=config):
            with pytest.raises(AwsRequestError, match=r"moto does not answer"):
                boto3.client(service, region_name=region).list_tables()

    def test_endpoints_of_the_environment_do_not_count(self, monkeypatch):
        for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "AWS_ENDPOINT_URL_S3"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        with mock_aws():
            make()
            assert names() == MADE

    def test_another_configuration_at_the_same_time(self):
        with mock_aws(), pytest.raises(ValueError, match="cannot change"):
            mock_aws(config={"core": {"reset_boto3_session": False}}).start()


@pytest.mark.parametrize("missing", ["moto", "flask"])
def test_without_moto_the_message_says_what_to_install(missing):
    program = f"import sys; sys.modules[{missing!r}] = None; import b2bi_local.moto"
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'pytest-b2bi-local[moto]'" in run.stderr.splitlines()[-1]


FIXTURE = """
    import boto3, pytest
    from botocore.exceptions import ClientError
    from test_moto import owners, queue_of_events, received, run_job

    @pytest.mark.parametrize("turn", [1, 2])
    def test_with_moto(b2bi_mock_aws, b2bi, s3, b2bi_account, turn):
        assert boto3.client("sts").get_caller_identity()["Account"] == b2bi_account
        queue = queue_of_events()
        run_job()
        assert owners(received(queue, b2bi_mock_aws, b2bi_account)) == {b2bi_account}
        assert s3.list_objects_v2(Bucket="files")["KeyCount"] > 1

    def test_without(b2bi):
        with pytest.raises(ClientError, match="no mock_aws is in force"):
            boto3.client("sqs").list_queues()
"""


@pytest.mark.parametrize("scope", ["tests", "true", "false"])
def test_the_fixture(pytester, scope):
    pytester.makeini(f"[pytest]\nb2bi_local_environment = {scope}\npythonpath = {os.path.dirname(__file__)}")
    pytester.makepyfile(test_it=FIXTURE)
    arguments = ["-k", "with_moto"] if scope == "false" else []
    result = pytester.runpytest_subprocess("-p", "b2bi_local.plugin", *arguments)
    result.assert_outcomes(passed=2 if scope == "false" else 3, deselected=1 if scope == "false" else 0)
