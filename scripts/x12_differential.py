"""Validates made-up files of 5010 guides with B2BI Local and with pyx12, and lists where they differ.

The files are the starter templates of the guides, whole and with one segment left out or doubled. A line of
the output names the file and the segments in error of each side, as IDENTIFIER*POSITION.
"""

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

GUIDES = ["277_X212", "277_X214", "820_X218", "834_X220", "835_X221", "837_X222", "837_X223"]
LIMIT = 40


def starter(binary: str, guide: str, folder: Path) -> str:
    """An X12 file of a guide, made of its starter template."""

    def run(*arguments: str) -> str:
        return subprocess.run([binary, *arguments], check=True, capture_output=True, text=True).stdout

    template, document, empty = (folder / name for name in ("t.jsonata", "d.json", "empty.json"))
    chosen = ("--transaction-set", f"X12_{guide}", "--version", "VERSION_5010_HIPAA")
    template.write_text(run("template", *chosen))
    empty.write_text("{}")
    document.write_text(run("map", "--template", str(template), str(empty)))
    return run("convert", str(document))


def variants(text: str):
    """The file, then files with a segment of the transaction left out or doubled, counted anew."""
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
    # It writes no 999 without ST03, which the 835 has not.
    convention = text.split("GS*", 1)[1].split("~", 1)[0].split("*")[7]
    text = re.sub(r"(ST\*\d+\*\d+)~", rf"\1*{convention}~", text, count=1)
    answer = io.StringIO()
    parameters = pyx12.params.params()
    pyx12.x12n_document.x12n_document(parameters, io.StringIO(text), answer, None)
    return segments(answer.getvalue())


def main() -> int:
    binary = sys.argv[1]
    logging.disable(logging.CRITICAL)
    compared = different = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for guide in sys.argv[2:] or GUIDES:
            for what, text in variants(starter(binary, guide, folder)):
                ours = of_ours(binary, text, folder)
                try:
                    theirs = of_pyx12(text)
                except Exception as error:
                    theirs = {f"{type(error).__name__}: {error}"}
                compared += 1
                if ours != theirs:
                    different += 1
                    sides = {"ours": sorted(ours - theirs), "pyx12": sorted(theirs - ours)}
                    print(json.dumps({"guide": guide, "file": what, **sides}))
    print(f"{different} of {compared} files differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
