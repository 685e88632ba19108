"""Writes synthetic 835 and 837 files for benchmarks: no real data, the same for the same arguments."""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260301*0930*^*00501*{0:09}*0*T*:~\n"


def remittance(number: int, claims: int) -> str:
    """A transaction of an 835 with claims of three services each."""
    lines = [
        f"BPR*I*{claims * 240}*C*ACH*CCP*01*111111118*DA*1234*1512345678**01*111111118*DA*5678*2026{number % 12 + 1:02}02",
        f"TRN*1*T{number}*1512345678",
        f"N1*PR*PAYER {number % 5}*XV*P{number % 5}",
        "N3*1 STREET",
        "N4*TOWN*OH*43004",
        "PER*BL*HELP*TE*5551234567",
        "N1*PE*CLINIC*XX*1234567893",
        "LX*1",
    ]
    for claim in range(claims):
        lines += [f"CLP*C{number}-{claim}*1*300*240*60*12*ICN{claim}*11*1", "CAS*PR*2*60"]
        lines += [f"NM1*QC*1*DOE{claim}*JANE****MI*M{claim}", "DTM*232*20260101"]
        for _ in range(3):
            lines += ["SVC*HC:99213:25*100*80**1", "DTM*472*20260101", "CAS*PR*2*20", "AMT*B6*100"]
    return transaction("835", number, lines, "")


def claim_file(number: int, claims: int) -> str:
    """A transaction of an 837 with professional claims of three lines each."""
    lines = [f"BHT*0019*00*R{number}*20260301*0930*CH", "NM1*41*2*SENDER*****46*S1", "PER*IC*HELP*TE*5551234567"]
    lines += ["NM1*40*2*PAYER*****46*P1", "HL*1**20*1", "NM1*85*2*CLINIC*****XX*1234567893", "N3*1 STREET"]
    lines += ["N4*TOWN*OH*43004", "REF*EI*511111111"]
    for claim in range(claims):
        lines += [f"HL*{claim + 2}*1*22*0", "SBR*P*18*******MC", f"NM1*IL*1*DOE{claim}*JANE****MI*M{claim}"]
        lines += ["N3*2 STREET", "N4*TOWN*OH*43004", "DMG*D8*19700101*F", "NM1*PR*2*PAYER*****PI*P1"]
        lines += [f"CLM*C{number}-{claim}*300***11:B:1*Y*A*Y*Y", "HI*ABK:A01*ABF:B02"]
        for line in range(3):
            lines += [f"LX*{line + 1}", "SV1*HC:99213*100*UN*1***1", "DTP*472*D8*20260201"]
    return transaction("837", number, lines, "*005010X222A1")


def transaction(code: str, number: int, lines: list[str], guide: str) -> str:
    control = f"{number:09}"
    body = [f"ST*{code}*{control}{guide}", *lines, f"SE*{len(lines) + 2}*{control}"]
    return "".join(line + "~\n" for line in body)


def interchange(kind: str, transactions: int, claims: int, number: int = 1) -> Iterator[str]:
    """An interchange of some transactions."""
    group, version, make = {
        "835": ("HP", "005010X221A1", remittance),
        "837": ("HC", "005010X222A1", claim_file),
    }[kind]
    yield ISA.format(number)
    yield f"GS*{group}*SENDER*RECEIVER*20260301*0930*1*X*{version}~\n"
    for at in range(transactions):
        yield make(at + 1, claims)
    yield f"GE*{transactions}*1~\nIEA*1*{number:09}~\n"


def write(path: Path, kind: str, megabytes: float, claims: int = 100) -> Path:
    """A file of about this size."""
    length = len("".join(itertools.islice(interchange(kind, 1, claims), 2, 3)))
    with path.open("w", encoding="ascii") as file:
        file.writelines(interchange(kind, max(1, int(megabytes * 1e6 / length)), claims))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=["835", "837"], default="835")
    parser.add_argument("--files", type=int, default=1)
    parser.add_argument("--megabytes", type=float, default=2.0, help="of each file")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for number in range(arguments.files):
        write(arguments.folder / f"{number:03}.edi", arguments.kind, arguments.megabytes)


if __name__ == "__main__":
    main()
