"""The example requests of `fixtures/requests`, with something instead of their placeholders."""

import copy
import json
import re
import uuid

from server import REPOSITORY

EXAMPLES = json.loads((REPOSITORY / "fixtures/requests/examples.json").read_text())
MADE_UP = {
    "profileId": "p-60fbc37c87f04fce9", "transformerId": "tr-974c129999f84d8c9",
    "activeTransformerId": "tr-9a893cf536df4658b", "capabilityId": "ca-963a8121e4fc4e348",
    "partnershipId": "ps-219fa02f5b4242af8", "transformerJobId": "tj-vpYxfV7yQOqjMSYllEslLw",
    "resourceArn": "arn:aws:b2bi:us-east-1:123456789012:profile/p-60fbc37c87f04fce9", "bucket": "made-up-bucket",
    "nextToken": "made-up-token", "clientToken": "made-up-token",
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")
MISSING = object()


def filled(value, fill):
    """The value with `fill(name)` instead of each `{name}`."""
    if isinstance(value, dict):
        return {name: filled(member, fill) for name, member in value.items()}
    if isinstance(value, list):
        return [filled(element, fill) for element in value]
    named = PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    return fill(named[1]) if named else value


def made_up(operation):
    """A request that the model allows, about resources that are nowhere."""
    return filled(EXAMPLES[operation], MADE_UP.__getitem__)


def changed(request, path, value):
    """The request with another value at `a.0.b`, or without it; lists and structures on the way are made."""
    request = copy.deepcopy(request)
    *way, last = [int(name) if name.isdigit() else name for name in path.split(".")]
    place = request
    for name, following in zip(way, [*way[1:], last]):
        place = entered(place, name, following)
    if value is MISSING:
        del place[last]
    elif isinstance(last, int):
        place[last:] = [value]
    else:
        place[last] = value
    return request


def entered(place, name, following):
    """What is at `name`; a new list or structure where nothing is."""
    empty = [] if isinstance(following, int) else {}
    if isinstance(place, dict):
        return place.setdefault(name, empty)
    if name >= len(place):
        place.append(empty)
    return place[name]


def shown(path):
    """The path as the server writes it: `tags.0.Key` is `tags.1.member.key`."""
    names = [f"{int(name) + 1}.member" if name.isdigit() else name[0].lower() + name[1:] for name in path.split(".")]
    return ".".join(names)


def new_token():
    return uuid.uuid4().hex
