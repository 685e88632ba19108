"""Compares tables with other readers of X12: MB/s of processor time on one core, best of three."""

from __future__ import annotations

import importlib.metadata
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import b2bi_local_tables as x12
import x12_files

PEER_MEGABYTES = 0.5
"""Peers are too slow for the whole file."""


def rows_of(name: str) -> Callable[[Path], int]:
    return lambda path: sum(batch.num_rows for batch in x12.table(path, name))


def pyx12_segments(path: Path) -> int:
    import pyx12.x12file

    with path.open(encoding="ascii") as file:
        return sum(1 for _ in pyx12.x12file.X12Reader(file))


def oxedi_parse(path: Path) -> int:
    import oxedi

    return len(oxedi.parse(path.read_bytes()).tables)


def edi_835_parser_parse(path: Path) -> int:
    import edi_835_parser

    edi_835_parser.parse(str(path))
    return 0


PEERS: dict[str, Callable[[Path], int]] = {
    "pyx12": pyx12_segments,
    "oxedi": oxedi_parse,
    "edi-835-parser": edi_835_parser_parse,
}


def measure(name: str, path: Path, way: Callable[[Path], int], times: int = 3) -> None:
    size = path.stat().st_size / 1e6
    best = float("inf")
    for _ in range(times):
        begin = time.process_time()
        way(path)
        best = min(best, time.process_time() - begin)
    print(f"{path.stem:5} {name:28} {size / max(best, 1e-9):8.2f} MB/s")


def measure_peer(name: str, path: Path) -> None:
    try:
        shown = f"{name} {importlib.metadata.version(name)}"
        measure(shown, path, PEERS[name], 1)
    # A peer that is missing, or rejects the file, is reported, and the others continue.
    except Exception as error:
        print(f"{path.stem:5} {name:28} {type(error).__name__}: {str(error)[:80]}")


def measure_program(path: Path) -> None:
    program = os.environ.get("B2BI_LOCAL_BIN")
    if program:
        begin = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([program, "parse", path], stdout=subprocess.DEVNULL, check=False)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = end.ru_utime + end.ru_stime - begin.ru_utime - begin.ru_stime
        print(f"{path.stem:5} {'b2bi-local parse':28} {path.stat().st_size / 1e6 / max(seconds, 1e-9):8.2f} MB/s")


def rows_of_part(part: Any) -> int:
    return sum(batch.num_rows for batch in x12.table(part, "835.claims"))


WORKERS_MEGABYTES = 200
"""Two workers read for a second or more, compared with which their start is short."""


def measure_workers(folder: Path) -> None:
    """The speed-up of two workers that read the ranges of a file, by wall-clock time."""
    path = x12_files.write(folder / "835-workers.edi", "835", WORKERS_MEGABYTES)
    parts = x12.ranges(path, path.stat().st_size // 16)
    seconds = []
    for workers in (1, 2):
        with multiprocessing.Pool(workers) as pool:
            pool.map(rows_of_part, parts[:workers])
            begin = time.perf_counter()
            pool.map(rows_of_part, parts, chunksize=1)
            seconds.append(time.perf_counter() - begin)
    print(f"{'835':5} {'835.claims, 2 workers':28} {seconds[0] / seconds[1]:8.2f} times one worker")


def main() -> None:
    megabytes = float(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        for kind, tables in {
            "835": ["segments", "elements", "835.claims", "835.services"],
            "837": ["segments", "elements", "837p.claims", "837p.lines"],
        }.items():
            path = x12_files.write(Path(folder, f"{kind}.edi"), kind, megabytes)
            for name in tables:
                measure(name, path, rows_of(name))
            measure_program(path)
            if kind == "835":
                measure_workers(Path(folder))
        peers = x12_files.write(Path(folder, "835-peers.edi"), "835", PEER_MEGABYTES)
        for name in PEERS:
            measure_peer(name, peers)
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
