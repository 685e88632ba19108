"""Cloud Control: resources by the same eight operations, as boto3, awscc and Pulumi use them."""

import json

import botocore.exceptions
import pytest
from clients import boto3_client
from server import Server

PROFILE = "AWS::B2BI::Profile"
TRANSFORMER = "AWS::B2BI::Transformer"
MODEL = {
    "Name": "Northwind Freight",
    "BusinessName": "Northwind Freight",
    "Phone": "+15550100200",
    "Logging": "DISABLED",
    "Tags": [{"Key": "team", "Value": "edi"}],
}


@pytest.fixture
def cloud(endpoint, account):
    return boto3_client("cloudcontrol", endpoint, account)


def create(cloud, type_name, model, **more):
    event = cloud.create_resource(TypeName=type_name, DesiredState=json.dumps(model), **more)["ProgressEvent"]
    return ended(cloud, event)


def ended(cloud, event):
    return cloud.get_resource_request_status(RequestToken=event["RequestToken"])["ProgressEvent"]


def read(cloud, type_name, identifier):
    found = cloud.get_resource(TypeName=type_name, Identifier=identifier)
    assert found["TypeName"] == type_name
    assert found["ResourceDescription"]["Identifier"] == identifier
    return json.loads(found["ResourceDescription"]["Properties"])


def code(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def transformer(status):
    return {
        "Name": "orders",
        "Status": status,
        "InputConversion": {
            "FromFormat": "X12",
            "FormatOptions": {"X12": {"TransactionSet": "X12_850", "Version": "VERSION_4010"}},
        },
        "Mapping": {"TemplateLanguage": "JSONATA", "Template": "$"},
    }


def test_a_resource_lives_as_the_clients_want_it(cloud, b2bi):
    first = cloud.create_resource(TypeName=PROFILE, DesiredState=json.dumps(MODEL))["ProgressEvent"]
    assert (first["Operation"], first["OperationStatus"]) == ("CREATE", "IN_PROGRESS")
    cloud.get_waiter("resource_request_success").wait(RequestToken=first["RequestToken"])
    event = ended(cloud, first)
    assert event["OperationStatus"] == "SUCCESS"
    identifier = event["Identifier"]
    assert json.loads(event["ResourceModel"])["ProfileId"] == identifier
    model = read(cloud, PROFILE, identifier)
    assert {name: model[name] for name in MODEL} == MODEL
    assert b2bi.get_profile(profileId=identifier)["profileArn"] == model["ProfileArn"]

    patch = [
        {"op": "replace", "path": "/Name", "value": "Southwind"},
        {"op": "replace", "path": "/Tags", "value": [{"Key": "team", "Value": "new"}]},
    ]
    updated = cloud.update_resource(TypeName=PROFILE, Identifier=identifier, PatchDocument=json.dumps(patch))
    assert ended(cloud, updated["ProgressEvent"])["OperationStatus"] == "SUCCESS"
    model = read(cloud, PROFILE, identifier)
    assert (model["Name"], model["Tags"]) == ("Southwind", [{"Key": "team", "Value": "new"}])
    updated = cloud.update_resource(TypeName=PROFILE, Identifier=identifier, PatchDocument="[]")
    assert ended(cloud, updated["ProgressEvent"])["OperationStatus"] == "SUCCESS"

    listed = cloud.list_resources(TypeName=PROFILE)["ResourceDescriptions"]
    assert [found["Identifier"] for found in listed] == [identifier]
    deleted = cloud.delete_resource(TypeName=PROFILE, Identifier=identifier)["ProgressEvent"]
    assert ended(cloud, deleted)["OperationStatus"] == "SUCCESS"
    again = cloud.delete_resource(TypeName=PROFILE, Identifier=identifier)["ProgressEvent"]
    again = ended(cloud, again)
    assert (again["OperationStatus"], again["ErrorCode"]) == ("FAILED", "NotFound")
    assert code(cloud.get_resource, TypeName=PROFILE, Identifier=identifier)[0] == "ResourceNotFoundException"
    patched = code(cloud.update_resource, TypeName=PROFILE, Identifier=identifier, PatchDocument="[]")
    assert patched[0] == "ResourceNotFoundException"
    assert [found["Operation"] for found in requests(cloud)] == ["DELETE", "DELETE", "UPDATE", "UPDATE", "CREATE"]


def requests(cloud, **filters):
    pages = cloud.get_paginator("list_resource_requests").paginate(
        ResourceRequestStatusFilter=filters, PaginationConfig={"PageSize": 2}
    )
    return [found for page in pages for found in page["ResourceRequestStatusSummaries"]]


def test_what_a_handler_refuses_is_told_by_the_event(cloud):
    capability = {
        "Name": "orders",
        "Type": "edi",
        "Configuration": {
            "Edi": {
                "CapabilityDirection": "INBOUND",
                "InputLocation": {"BucketName": "orders-in", "Key": "in"},
                "OutputLocation": {"BucketName": "orders-out", "Key": "out"},
                "TransformerId": "tr-0123456789abcdef0",
                "Type": {"X12Details": {"TransactionSet": "X12_850", "Version": "VERSION_4010"}},
            }
        },
    }
    event = create(cloud, "AWS::B2BI::Capability", capability)
    assert event["OperationStatus"] == "FAILED"
    assert event["ErrorCode"] in {"InvalidRequest", "NotFound"}
    assert event["StatusMessage"]
    assert [found["OperationStatus"] for found in requests(cloud, OperationStatuses=["FAILED"])] == ["FAILED"]
    assert requests(cloud, OperationStatuses=["SUCCESS"]) == []
    assert requests(cloud, Operations=["DELETE"]) == []


def test_an_active_transformer_takes_no_update_and_says_what_to_do(cloud):
    identifier = create(cloud, TRANSFORMER, transformer("active"))["Identifier"]
    patch = json.dumps([{"op": "replace", "path": "/Name", "value": "renamed"}])
    event = cloud.update_resource(TypeName=TRANSFORMER, Identifier=identifier, PatchDocument=patch)["ProgressEvent"]
    event = ended(cloud, event)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "InvalidRequest")
    assert "logical id" in event["StatusMessage"]
    assert read(cloud, TRANSFORMER, identifier)["Name"] == "orders"


@pytest.mark.parametrize(
    ("change", "expected", "words"),
    [
        ({"Name": None}, "ValidationException", "#/Name: expected type: String, found: Null"),
        ({"Phone": "1"}, "ValidationException", "expected minLength: 7, actual: 1"),
        ({"Other": 1}, "ValidationException", "#: extraneous key [Other] is not permitted"),
        ({"Logging": "ON"}, "ValidationException", "failed validation constraint for keyword [enum]"),
        ({"ProfileId": "p-1"}, "ValidationException", "readOnlyProperties [/properties/ProfileId]"),
    ],
)
def test_a_model_that_breaks_its_schema_is_refused_at_once(cloud, change, expected, words):
    found = code(cloud.create_resource, TypeName=PROFILE, DesiredState=json.dumps(MODEL | change))
    assert found[0] == expected
    assert words in found[1]
    assert requests(cloud) == []


def test_requests_that_name_nothing_are_refused(cloud):
    for call, arguments, expected in [
        (cloud.create_resource, {"TypeName": "AWS::B2BI::Nothing", "DesiredState": "{}"}, "TypeNotFoundException"),
        (cloud.create_resource, {"TypeName": PROFILE, "DesiredState": "[]"}, "InvalidRequestException"),
        (cloud.list_resources, {"TypeName": "AWS::B2BI::Nothing"}, "TypeNotFoundException"),
        (cloud.list_resources, {"TypeName": PROFILE, "NextToken": "x"}, "ValidationException"),
        (cloud.get_resource_request_status, {"RequestToken": "none"}, "RequestTokenNotFoundException"),
        (cloud.cancel_resource_request, {"RequestToken": "none"}, "RequestTokenNotFoundException"),
    ]:
        assert code(call, **arguments)[0] == expected, arguments


def test_properties_that_cannot_change_are_named(cloud):
    identifier = create(cloud, PROFILE, MODEL)["Identifier"]
    for path, kind in [("/Logging", "createOnlyProperties"), ("/ProfileId", "readOnlyProperties")]:
        patch = json.dumps([{"op": "replace", "path": path, "value": "ENABLED"}])
        found = code(cloud.update_resource, TypeName=PROFILE, Identifier=identifier, PatchDocument=patch)
        assert found == (
            "NotUpdatableException",
            f"Invalid patch update: {kind} [/properties{path}] cannot be updated",
        )
    bad = code(cloud.update_resource, TypeName=PROFILE, Identifier=identifier, PatchDocument="{}")
    assert bad[0] == "InvalidRequestException"


def test_a_client_token_makes_one_resource(cloud):
    first = create(cloud, PROFILE, MODEL, ClientToken="once")
    again = create(cloud, PROFILE, MODEL, ClientToken="once")
    assert again["RequestToken"] == first["RequestToken"]
    other = json.dumps(MODEL | {"Name": "Other"})
    conflict = code(cloud.create_resource, TypeName=PROFILE, DesiredState=other, ClientToken="once")
    assert conflict[0] == "ClientTokenConflictException"
    assert len(cloud.list_resources(TypeName=PROFILE)["ResourceDescriptions"]) == 1


def test_lists_have_pages(cloud):
    made = {create(cloud, PROFILE, MODEL | {"Name": f"p{count}"})["Identifier"] for count in range(3)}
    pages = list(cloud.get_paginator("list_resources").paginate(TypeName=PROFILE, PaginationConfig={"PageSize": 2}))
    assert [len(page["ResourceDescriptions"]) for page in pages] == [2, 1]
    assert {found["Identifier"] for page in pages for found in page["ResourceDescriptions"]} == made


def test_requests_that_take_time_keep_others_out_and_can_be_cancelled(server_with, account):
    endpoint = server_with("--resource-duration", "polls(2)")
    cloud = boto3_client("cloudcontrol", endpoint, account)
    first = cloud.create_resource(TypeName=PROFILE, DesiredState=json.dumps(MODEL))["ProgressEvent"]
    assert ended(cloud, first)["OperationStatus"] == "IN_PROGRESS"
    identifier = first["Identifier"]
    busy = code(cloud.delete_resource, TypeName=PROFILE, Identifier=identifier)
    assert busy[0] == "ConcurrentOperationException"
    cancelled = cloud.cancel_resource_request(RequestToken=first["RequestToken"])["ProgressEvent"]
    assert cancelled["OperationStatus"] == "CANCEL_COMPLETE"
    finished = code(cloud.cancel_resource_request, RequestToken=first["RequestToken"])
    assert finished[0] == "ConcurrentModificationException"
    deleted = cloud.delete_resource(TypeName=PROFILE, Identifier=identifier)["ProgressEvent"]
    assert [ended(cloud, deleted)["OperationStatus"] for _ in range(3)] == ["IN_PROGRESS", "SUCCESS", "SUCCESS"]


def test_requests_may_end_in_their_first_reply(server_with, account):
    cloud = boto3_client("cloudcontrol", server_with("--resource-duration", "immediate"), account)
    event = cloud.create_resource(TypeName=PROFILE, DesiredState=json.dumps(MODEL))["ProgressEvent"]
    assert (event["OperationStatus"], "ResourceModel" in event) == ("SUCCESS", True)


def test_fault_rules_reach_the_service(server_with, account):
    endpoint = server_with("--faults", "CreateResource=error(ThrottlingException)")
    cloud = boto3_client("cloudcontrol", endpoint, account)
    with pytest.raises(botocore.exceptions.ClientError, match="ThrottlingException"):
        cloud.create_resource(TypeName=PROFILE, DesiredState=json.dumps(MODEL))


def test_fault_rules_reach_what_handlers_call(server_with, account):
    endpoint = server_with("--faults", "CreateProfile=error(ThrottlingException)")
    cloud = boto3_client("cloudcontrol", endpoint, account)
    event = create(cloud, PROFILE, MODEL)
    assert (event["OperationStatus"], event["ErrorCode"]) == ("FAILED", "Throttling")
    assert create(cloud, PROFILE, MODEL)["OperationStatus"] == "SUCCESS"


def test_accounts_and_regions_are_apart(cloud, endpoint, account, other_account):
    event = create(cloud, PROFILE, MODEL)
    for other in [
        boto3_client("cloudcontrol", endpoint, other_account),
        boto3_client("cloudcontrol", endpoint, account, "eu-west-1"),
    ]:
        assert other.list_resources(TypeName=PROFILE)["ResourceDescriptions"] == []
        token = code(other.get_resource_request_status, RequestToken=event["RequestToken"])
        assert token[0] == "RequestTokenNotFoundException"


def test_requests_outlive_the_process(tmp_path, account):
    flags = ["--data-dir", str(tmp_path / "data")]
    with Server(*flags) as server:
        cloud = boto3_client("cloudcontrol", server.endpoint, account)
        event = create(cloud, PROFILE, MODEL, ClientToken="once")
    with Server(*flags) as server:
        cloud = boto3_client("cloudcontrol", server.endpoint, account)
        assert create(cloud, PROFILE, MODEL, ClientToken="once") == event
        assert read(cloud, PROFILE, event["Identifier"])["Name"] == MODEL["Name"]


def test_buckets_parameters_and_log_groups_are_resources_too(cloud, endpoint, account):
    s3 = boto3_client("s3", endpoint, account)
    model = {"Tags": [{"Key": "a", "Value": "b"}], "PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    event = create(cloud, "AWS::S3::Bucket", model)
    assert event["OperationStatus"] == "SUCCESS", event
    bucket = event["Identifier"]
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == model["Tags"]
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]["BlockPublicAcls"]
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "b2bi.amazonaws.com"}, "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*"}]}
    event = create(cloud, "AWS::S3::BucketPolicy", {"Bucket": bucket, "PolicyDocument": policy})
    assert event["OperationStatus"] == "SUCCESS", event
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    full = ended(cloud, cloud.delete_resource(TypeName="AWS::S3::Bucket", Identifier=bucket)["ProgressEvent"])
    assert (full["OperationStatus"], full["ErrorCode"]) == ("FAILED", "GeneralServiceException")
    s3.delete_object(Bucket=bucket, Key="k")
    gone = ended(cloud, cloud.delete_resource(TypeName="AWS::S3::Bucket", Identifier=bucket)["ProgressEvent"])
    assert gone["OperationStatus"] == "SUCCESS"

    create(cloud, "AWS::SSM::Parameter", {"Name": "/cdk/version", "Type": "String", "Value": "32"})
    ssm = boto3_client("ssm", endpoint, account)
    assert ssm.get_parameter(Name="/cdk/version")["Parameter"]["Value"] == "32"
    create(cloud, "AWS::Logs::LogGroup", {"LogGroupName": "/app/log"})
    logs = boto3_client("logs", endpoint, account)
    assert [item["logGroupName"] for item in logs.describe_log_groups()["logGroups"]] == ["/app/log"]
