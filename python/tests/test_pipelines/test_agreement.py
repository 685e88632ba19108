"""The command line, the job and the acknowledgements say the same of a file, whatever is wrong with it."""

import random
import subprocess

import edi
from pipeline import Pipeline, segments
from server import BINARY

FILES = 80
JUNK = ["", "X", "é", "9" * 20, "20261399", "0002", "A1", " ", "-1"]
ACKNOWLEDGED = {"inboundEdi": {"x12": {"acknowledgmentOptions": {
    "functionalAcknowledgment": "GENERATE_ALL_SEGMENTS", "technicalAcknowledgment": "GENERATE_ALL_SEGMENTS",
}}}}
# What these say decides whether the file is the transformer's at all.
KEPT = {("ST", 1), ("GS", 8), ("ISA", 12)}


def damaged(draw):
    """An order with one to three changes."""
    lines = [segment.split("*") for segment in edi.order().decode().replace("\n", "").split("~")[:-1]]
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(1, len(lines))
        kind = draw.choice(["remove", "repeat", "swap", "value", "value", "value", "add"])
        if kind == "remove" and lines[at][0] not in ("GS", "ST"):
            del lines[at]
        elif kind == "repeat":
            lines.insert(at, list(lines[at]))
        elif kind == "swap" and at + 1 < len(lines):
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        elif kind == "value" and len(lines[at]) > 1:
            place = draw.randrange(1, len(lines[at]))
            if (lines[at][0], place) not in KEPT:
                lines[at][place] = draw.choice(JUNK)
        elif kind == "add":
            lines.insert(at, draw.choice([["ZZZ", "1"], ["n1", "ST"], ["NTE", "", "x"], [""]]))
    text = "".join("*".join(line) + "~" for line in lines)
    return text if draw.random() > 0.1 else text[:draw.randrange(110, len(text))]


def command(*arguments, text):
    done = subprocess.run([BINARY, *arguments], input=text.encode(), capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode()


def statuses(acknowledgement):
    """TA104, AK501 and AK901 of every segment that has one."""
    places = {"TA1": 4, "AK5": 1, "AK9": 1}
    found = segments(acknowledgement or "", *places)
    return [(segment[0], segment[places[segment[0]]]) for segment in found]


def written(flow, name):
    """The acknowledgements of a file by the end of their names, and whether there is a report."""
    keys = flow.keys(f"{flow.output}ACK/{name}.")
    acknowledgements = {key.rsplit(".", 1)[1]: flow.read(key) for key in keys}
    return acknowledgements, bool(flow.keys(f"{flow.output}VALIDATION_REPORT/{name}."))


def check(flow, name, text):
    flow.put(text, name)
    [event] = flow.events("Transformation*", of=name)
    has_failed = event["detail-type"] == "Transformation Failed"
    acknowledgements, has_report = written(flow, name)
    status, _ = command("validate", "-", text=text)
    technical = statuses(command("ack", "--form", "TA1", "-", text=text)[1])
    functional = statuses(command("ack", "-", text=text)[1])
    said = f"{name}: {text}\nexit status {status}, {technical}, {functional}, {acknowledgements}"
    assert statuses(acknowledgements.get("TA1")) == technical, said
    assert statuses(acknowledgements.get("997")) == functional, said
    assert has_failed == any(code == "R" for _, code in technical), said
    codes = {code for _, code in technical + functional}
    assert (status == 0) == (codes == {"A"} and not has_report), said
    assert status in (0, 1), said
    assert not (has_failed and has_report), said


def test_command_line_job_and_acknowledgements_agree(world, endpoint):
    flow = Pipeline(world, endpoint, options=ACKNOWLEDGED)
    check(flow, "sound.edi", edi.order().decode())
    for seed in range(FILES):
        check(flow, f"damaged-{seed}.edi", damaged(random.Random(seed)))
