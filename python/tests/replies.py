"""What every reply of the service must look like, told from botocore's copy of its model."""

import json
import re

import botocore.session

MODEL = botocore.session.get_session().get_service_model("b2bi")
STATUSES = {
    "ValidationException": 400, "ServiceQuotaExceededException": 402, "AccessDeniedException": 403,
    "ResourceNotFoundException": 404, "ConflictException": 409, "ThrottlingException": 429,
    "InternalServerException": 500,
}
FRONT = {
    "SerializationException": 400, "MissingAuthenticationTokenException": 403, "InvalidSignatureException": 403,
    "UnrecognizedClientException": 403, "IncompleteSignatureException": 403, "RequestEntityTooLargeException": 413,
}
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TYPES = {"string": str, "list": list, "structure": dict, "integer": int, "boolean": bool, "float": float}


def check_reply(operation, status, headers, body):
    """Checks a whole reply; returns the error's code, or none."""
    assert REQUEST_ID.fullmatch(headers["x-amzn-RequestId"])
    assert headers["Content-Type"] in ("application/x-amz-json-1.0", "application/x-amz-json-1.1")
    model = MODEL.operation_model(operation)
    if status == 200:
        return check_success(model, headers, body)
    return check_error(model, status, headers, json.loads(body))


def check_success(model, headers, body):
    assert "x-amzn-ErrorType" not in headers
    if model.output_shape is None:
        assert body == b""
    else:
        check_value(model.output_shape, json.loads(body), model.name)


def check_error(model, status, headers, members):
    namespace, _, code = members.pop("__type").rpartition("#")
    assert headers["x-amzn-ErrorType"] == code
    shapes = {shape.name: shape for shape in model.error_shapes}
    assert code in shapes or code in FRONT, f"{model.name} does not declare {code}"
    assert bool(namespace) == (code in shapes)
    assert status == {**STATUSES, **FRONT}[code]
    if code in shapes:
        check_members(shapes[code], members, code)
    assert len(members["Message" if code == "ValidationException" else "message"]) >= 10
    return code


def check_value(shape, value, path):
    """Checks a value, and what is in it, against its shape and the shape's constraints."""
    if shape.type_name == "timestamp":
        assert TIMESTAMP.fullmatch(value), f"{path}: {value}"
        return
    assert type(value) is TYPES[shape.type_name], f"{path}: {value!r} is no {shape.type_name}"
    if shape.type_name == "structure":
        check_members(shape, value, path)
    else:
        check_constraints(shape.metadata, value, path)
    for at, element in enumerate(value if shape.type_name == "list" else []):
        check_value(shape.member, element, f"{path}.{at}")


def check_members(shape, members, path):
    assert set(members) <= set(shape.members), f"{path} has unknown members"
    assert set(shape.required_members) <= set(members), f"{path} lacks required members"
    assert not shape.metadata.get("union") or len(members) == 1, f"{path} is a union"
    for name, value in members.items():
        check_value(shape.members[name], value, f"{path}.{name}")


def check_constraints(constraints, value, path):
    if isinstance(value, (str, list)):
        assert constraints.get("min", 0) <= len(value), f"{path} is too short"
        assert len(value) <= constraints.get("max", len(value)) or path.endswith("essage"), f"{path} is too long"
    assert value in constraints.get("enum", [value]), f"{path}: {value} is no value of the enum"
    assert "pattern" not in constraints or re.fullmatch(constraints["pattern"], value, re.ASCII), f"{path}: {value}"
