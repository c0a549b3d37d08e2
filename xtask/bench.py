"""Whole-process figures of the scanner: usage: bench.py BINARY URL [RUNS]"""

import json
import os
import statistics
import subprocess
import sys
import time


def once(arguments):
    """Wall seconds, CPU seconds, peak memory in MB and standard output of one run."""
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    out = process.stdout.read()
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out


def row(name, values, unit):
    print(f"{name:<34} min {min(values):9.3f}  median {statistics.median(values):9.3f}  max {max(values):9.3f} {unit}")


def main():
    binary, url = sys.argv[1], sys.argv[2]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    scan = [binary, "scan", url, "--output", "json", "--seed", "1", "--quiet"]
    once(scan)
    measured = [once(scan) for _ in range(runs)]
    reports = [json.loads(out) for *_, out in measured]
    print(f"{runs} standard scans of the sample, whole process, after one warm-up")
    row("wall", [m[0] for m in measured], "s")
    row("cpu of the scanner", [m[1] for m in measured], "s")
    row("peak memory", [m[2] for m in measured], "MB")
    row("requests", [r["requests"] for r in reports], "")
    row("operations", [len(r["surface"]) for r in reports], "")
    started = [once([binary, "--version"])[0] * 1000 for _ in range(runs)]
    row("start-up (--version)", started, "ms")
    print(f"binary size {os.path.getsize(binary) / 1e6:.1f} MB")


main()
