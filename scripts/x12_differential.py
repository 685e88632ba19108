"""Validates generated files of 5010 guides with B2BI Local and with pyx12, and explains the differences.

The files are the starter templates of the guides, whole and with one segment left out or doubled. Of a changed
file only what the whole file does not have counts. A line of the output names the file and the segments in error
of one side only, as IDENTIFIER*POSITION. Each difference must be listed in x12_differential.tsv with who is right;
others are printed, and the exit status is 1. pyx12 has no map for 277_X212.
"""

import csv
import io
import json
import logging
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pyx12.params
import pyx12.x12n_document

GUIDES = ["277_X214", "820_X218", "834_X220", "835_X221", "837_X222", "837_X223", "999_X231"]
LIMIT = 40
JUDGED = Path(__file__).with_suffix(".tsv")


def starter(binary: str, guide: str, folder: Path) -> str:
    """An X12 file of a guide, made from its starter template."""

    def run(*arguments: str) -> str:
        return subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout

    template, document, empty = (folder / name for name in ("t.jsonata", "d.json", "empty.json"))
    chosen = ("--transaction-set", f"X12_{guide}", "--version", "VERSION_5010_HIPAA")
    template.write_text(run("template", *chosen))
    empty.write_text("{}")
    document.write_text(run("map", "--template", str(template), str(empty)))
    return run("convert", str(document))


def variants(text: str):
    """The file, then files with a segment of the transaction removed or doubled, with corrected counts."""
    yield "whole", text
    lines = text.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("ST*"))
    last = next(at for at, line in enumerate(lines) if line.startswith("SE*"))
    step = max(1, (last - first - 1) // (LIMIT // 2))
    for at in range(first + 1, last, step):
        for name, middle in (("without", []), ("doubled", [lines[at]] * 2)):
            body = lines[first + 1 : at] + middle + lines[at + 1 : last]
            control = lines[last].split("*")[2]
            trailer = f"SE*{len(body) + 2}*{control}"
            whole = [*lines[: first + 1], *body, trailer, *lines[last + 1 :]]
            yield f"{name} {lines[at]} at {at - first + 1}", "\n".join(whole) + "\n"


def segments(acknowledgement: str) -> set[str]:
    """The segments in error of a 997 or 999."""
    found = (line.strip().rstrip("~").split("*") for line in acknowledgement.replace("~", "~\n").splitlines())
    return {f"{parts[1]}*{parts[2]}" for parts in found if parts[0] in ("AK3", "IK3")}


def of_ours(binary: str, text: str, folder: Path) -> set[str]:
    file = folder / "input.edi"
    file.write_text(text)
    run = subprocess.run([binary, "ack", str(file)], check=False, capture_output=True, text=True)
    return segments(run.stdout)


def of_pyx12(text: str) -> set[str]:
    # It writes no 999 without ST03, which the 835 does not have.
    convention = text.split("GS*", 1)[1].split("~", 1)[0].split("*")[7]
    text = re.sub(r"(ST\*\d+\*\d+)~", rf"\1*{convention}~", text, count=1)
    answer = io.StringIO()
    parameters = pyx12.params.params()
    pyx12.x12n_document.x12n_document(parameters, io.StringIO(text), answer, None)
    return segments(answer.getvalue())


def keyed(found: set[str], text: str) -> dict[str, tuple[str, str]]:
    """Each segment in error, independent of the segments before it: its identifier and the line at its position."""
    lines = text.splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("ST*"))

    def line(segment: str) -> str:
        position = segment.rpartition("*")[2]
        at = first + int(position) - 1 if position.isdecimal() else len(lines)
        return lines[at] if at < len(lines) else ""

    return {segment: (segment.partition("*")[0], line(segment)) for segment in found}


class Judgements:
    """The explained differences: guide, file, side and segment as patterns, then who is right and why."""

    def __init__(self) -> None:
        with JUDGED.open(newline="") as file:
            rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t")
            self.rows = [tuple(re.compile(cell) for cell in row[:4]) for row in rows]
        self.used: set[int] = set()

    def covers(self, *difference: str) -> bool:
        for number, patterns in enumerate(self.rows):
            if all(pattern.fullmatch(part) for pattern, part in zip(patterns, difference, strict=True)):
                self.used.add(number)
                return True
        return False


def main() -> int:
    binary = sys.argv[1]
    logging.disable(logging.CRITICAL)
    compared = different = 0
    judgements = Judgements()
    unjudged = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for guide in sys.argv[2:] or GUIDES:
            known: dict[str, set[tuple[str, str]]] = {}
            for what, text in variants(starter(binary, guide, folder)):
                ours, theirs = of_ours(binary, text, folder), of_pyx12(text)
                compared += 1
                different += ours != theirs
                for side, only in (("ours", ours - theirs), ("pyx12", theirs - ours)):
                    lines = keyed(only, text)
                    new = {segment for segment, line in lines.items() if line not in known.get(side, set())}
                    if what == "whole":
                        known[side] = set(lines.values())
                    rest = sorted({segment for segment in new if not judgements.covers(guide, what, side, segment)})
                    unjudged += len(rest)
                    if rest:
                        print(json.dumps({"guide": guide, "file": what, side: rest}), flush=True)
    print(f"{different} of {compared} files differ; {unjudged} differences are not judged in {JUDGED.name}")
    if not sys.argv[2:]:
        for number in sorted(set(range(len(judgements.rows))) - judgements.used):
            print(f"Row {number + 1} of {JUDGED.name} covers nothing any more")
    return 1 if unjudged else 0


if __name__ == "__main__":
    sys.exit(main())
