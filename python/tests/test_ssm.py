"""Parameters of Systems Manager, as CDK, SAM and applications use them."""

import botocore.exceptions
import pytest
from clients import boto3_client
from server import Server


@pytest.fixture
def ssm(endpoint, account):
    return boto3_client("ssm", endpoint, account)


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_a_parameter_lives(ssm, account):
    put = ssm.put_parameter(Name="/app/url", Value="http://one", Type="String", Description="where",
                            Tags=[{"Key": "team", "Value": "edi"}])
    assert (put["Version"], put["Tier"]) == (1, "Standard")
    assert code(ssm.put_parameter, Name="/app/url", Value="x", Type="String") == "ParameterAlreadyExists"
    assert ssm.put_parameter(Name="/app/url", Value="http://two", Overwrite=True)["Version"] == 2
    found = ssm.get_parameter(Name="/app/url")["Parameter"]
    assert (found["Value"], found["Type"], found["Version"]) == ("http://two", "String", 2)
    assert found["ARN"] == f"arn:aws:ssm:us-east-1:{account}:parameter/app/url"
    assert ssm.get_parameter(Name=found["ARN"])["Parameter"]["Value"] == "http://two"
    assert ssm.get_parameter(Name="/app/url:2")["Parameter"]["Selector"] == ":2"
    assert code(ssm.get_parameter, Name="/app/url:1") == "ParameterVersionNotFound"
    described = ssm.describe_parameters()["Parameters"]
    assert [(item["Name"], item["Description"]) for item in described] == [("/app/url", "where")]

    resource = {"ResourceType": "Parameter", "ResourceId": "/app/url"}
    ssm.add_tags_to_resource(Tags=[{"Key": "env", "Value": "test"}], **resource)
    ssm.remove_tags_from_resource(TagKeys=["team"], **resource)
    assert ssm.list_tags_for_resource(**resource)["TagList"] == [{"Key": "env", "Value": "test"}]

    ssm.delete_parameter(Name="/app/url")
    assert code(ssm.get_parameter, Name="/app/url") == "ParameterNotFound"
    assert code(ssm.delete_parameter, Name="/app/url") == "ParameterNotFound"
    assert code(ssm.list_tags_for_resource, **resource) == "InvalidResourceId"


def test_parameters_are_found_by_name_path_and_filter(ssm):
    for name, kind in [("/a/one", "String"), ("/a/b/two", "StringList"), ("/c", "SecureString"), ("plain", "String")]:
        ssm.put_parameter(Name=name, Value="v", Type=kind)
    several = ssm.get_parameters(Names=["/c", "none", "plain"], WithDecryption=True)
    assert [item["Name"] for item in several["Parameters"]] == ["/c", "plain"]
    assert several["InvalidParameters"] == ["none"]

    def by_path(path, **more):
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, PaginationConfig={"PageSize": 1}, **more)
        return [item["Name"] for page in pages for item in page["Parameters"]]

    assert by_path("/a") == ["/a/one"]
    assert by_path("/a/", Recursive=True) == ["/a/b/two", "/a/one"]

    def described(key, option, *values):
        found = ssm.describe_parameters(ParameterFilters=[{"Key": key, "Option": option, "Values": list(values)}])
        return [item["Name"] for item in found["Parameters"]]

    assert described("Name", "BeginsWith", "/a") == ["/a/b/two", "/a/one"]
    assert described("Name", "Contains", "lai") == ["plain"]
    assert described("Type", "Equals", "SecureString", "StringList") == ["/a/b/two", "/c"]
    assert code(ssm.describe_parameters, ParameterFilters=[{"Key": "Colour"}]) == "InvalidFilterKey"
    deleted = ssm.delete_parameters(Names=["/c", "none"])
    assert (deleted["DeletedParameters"], deleted["InvalidParameters"]) == (["/c"], ["none"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"Name": "a/b"}, "ValidationException"),
        ({"Name": "/aws/x"}, "AccessDeniedException"),
        ({"Name": "ssm-x"}, "ValidationException"),
        ({"Value": "x" * 4097}, "ValidationException"),
        ({"Type": "Number"}, "UnsupportedParameterType"),
        ({"AllowedPattern": "^[0-9]$"}, "ParameterPatternMismatchException"),
        ({"AllowedPattern": "("}, "InvalidAllowedPatternException"),
        ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException"),
    ],
)
def test_what_is_wrong_is_refused(ssm, arguments, expected):
    assert code(ssm.put_parameter, **{"Name": "a", "Value": "v", "Type": "String"} | arguments) == expected


def test_parameters_are_part_of_the_state(tmp_path, account):
    import requests

    flags = ["--data-dir", str(tmp_path / "data")]
    with Server(*flags) as server:
        boto3_client("ssm", server.endpoint, account).put_parameter(Name="a", Value="1", Type="String")
        state = requests.get(f"{server.endpoint}/_b2bi/state", timeout=5).json()
    with Server(*flags) as server:
        ssm = boto3_client("ssm", server.endpoint, account)
        assert ssm.get_parameter(Name="a")["Parameter"]["Value"] == "1"
        requests.post(f"{server.endpoint}/_b2bi/reset", timeout=5).raise_for_status()
        assert code(ssm.get_parameter, Name="a") == "ParameterNotFound"
        requests.put(f"{server.endpoint}/_b2bi/state", json=state, timeout=5).raise_for_status()
        assert ssm.get_parameter(Name="a")["Parameter"]["Value"] == "1"
