"""Measures the installed package: the size of the wheel, and the times to start and stop a server.

Usage: measure_wheel.py WHEEL
"""

import statistics
import sys
import time
from pathlib import Path

from b2bi_local import Server, binary

ROUNDS = 30
WANTED_MS = 50


def start_and_stop():
    begun = time.perf_counter()
    with Server():
        pass
    return 1000 * (time.perf_counter() - begun)


def main(wheel):
    times = [start_and_stop() for _ in range(ROUNDS)]
    median = statistics.median(times)
    megabytes = [path.stat().st_size / 1e6 for path in (wheel, binary())]
    print(f"{wheel.name}: {megabytes[0]:.1f} MB, its binary {megabytes[1]:.1f} MB")
    print(f"start and stop of a server: median {median:.1f} ms, worst {max(times):.1f} ms of {ROUNDS} (wanted: {WANTED_MS})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
