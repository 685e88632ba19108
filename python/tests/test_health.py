"""Health, settings and metrics: what those look at who wait for a server or watch it."""

import re

import pytest
import requests

from clients import CONNECTIONS, boto3_client, send


def get(endpoint, path, status=200):
    reply = CONNECTIONS.get(endpoint + path)
    assert reply.status_code == status, reply.text
    return reply


class TestHealth:
    def test_it_is_ready(self, endpoint):
        assert get(endpoint, "/_b2bi/health").json()["status"] == "ready"

    def test_localstacks_form(self, endpoint):
        told = get(endpoint, "/_localstack/health").json()
        assert told["services"] == {name: "running" for name in ["b2bi", "cloudcontrolapi", "cloudformation", "logs", "s3", "ssm", "sts"]}

    def test_the_stages_of_localstack(self, endpoint):
        told = get(endpoint, "/_localstack/init").json()
        assert told["completed"] == {"BOOT": True, "START": True, "READY": True, "SHUTDOWN": False}
        assert get(endpoint, "/_localstack/init/ready").json() == {"completed": True, "scripts": []}
        assert "stage `later`" in get(endpoint, "/_localstack/init/later", 404).json()["error"]


class TestConfig:
    def test_values_and_sources(self, server_with):
        endpoint = server_with("--journal-size", "7", B2BI_LOCAL_REGION="eu-west-1")
        settings = get(endpoint, "/_b2bi/config").json()["settings"]
        assert settings["journal-size"] == {"value": "7", "source": "flag"}
        assert settings["region"] == {"value": "eu-west-1", "source": "environment"}
        assert settings["account"]["source"] == "default"

    def test_secrets_are_masked(self, server_with):
        endpoint = server_with("--admin-token", "hush", "--credentials", "AKIA1:whisper")
        reply = requests.get(f"{endpoint}/_b2bi/config", headers={"Authorization": "Bearer hush"})
        assert "hush" not in reply.text and "whisper" not in reply.text
        assert reply.json()["settings"]["credentials"]["value"] == "AKIA1:***"


class TestMetrics:
    @pytest.fixture
    def endpoint(self, server_with):
        return server_with("--faults", "GetProfile=error(ThrottlingException)")

    def metrics(self, endpoint):
        """The samples, and that each belongs to a family and has the right form."""
        reply = get(endpoint, "/_b2bi/metrics")
        assert reply.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        samples, families = {}, set()
        for line in reply.text.splitlines():
            if line.startswith("# TYPE "):
                families.add(line.split(" ")[2])
            elif not line.startswith("#"):
                name, labels, value = re.fullmatch(r"(\w+)(\{.*\})? (\S+)", line).groups()
                assert re.sub(r"_(bucket|sum|count)$", "", name) in families or name in families
                samples[name + (labels or "")] = float(value)
        return samples

    def test_requests_by_operation_status_and_fault(self, endpoint):
        send(endpoint, "ListProfiles", {}), send(endpoint, "ListProfiles", {})
        send(endpoint, "ListProfiles", {"maxResults": 0})
        send(endpoint, "GetProfile", {"profileId": "p-1"})
        samples = self.metrics(endpoint)
        count = lambda operation, status, faulted: samples[  # noqa: E731
            "b2bi_local_requests_total"
            f'{{service="b2bi",operation="{operation}",faulted="{faulted}",status="{status}"}}'
        ]
        assert count("ListProfiles", 200, "false") == 2
        assert count("ListProfiles", 400, "false") == 1
        assert count("GetProfile", 429, "true") == 1

    def test_durations_add_up(self, endpoint):
        for _ in range(5):
            send(endpoint, "ListProfiles", {})
        samples = self.metrics(endpoint)
        name = "b2bi_local_request_duration_seconds"
        labels = 'service="b2bi",operation="ListProfiles"'
        buckets = [value for key, value in samples.items() if key.startswith(name + "_bucket{" + labels)]
        assert buckets == sorted(buckets)
        assert buckets[-1] == samples[f"{name}_count{{{labels}}}"] == 5
        assert 0 < samples[f"{name}_sum{{{labels}}}"] < 5

    def test_rules_objects_and_connections(self, endpoint):
        send(endpoint, "GetProfile", {"profileId": "p-1"})
        boto3_client("s3", endpoint, "111122223333").list_buckets()
        samples = self.metrics(endpoint)
        [fired] = [value for key, value in samples.items() if key.startswith("b2bi_local_fault_rule_fired_total")]
        assert fired == 1
        assert samples['b2bi_local_s3_requests_total{status="200"}'] == 1
        assert samples["b2bi_local_connections"] >= 1
        assert samples["b2bi_local_connections_turned_away_total"] == 0
