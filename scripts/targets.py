#!/usr/bin/env python3
"""Measures what mdtui promises about speed and memory, and prints target and figure side by side.

    scripts/targets.py [--old BINARY] [PART…]

Parts are harvest, small, records, browser and find; all without a name. Each runs the benchmark that
measures it (cargo bench), and its figures are taken from what that prints. --old measures another
build of the program in turn with this one where whole commands are timed (small, records). Peers
need the Python of $MDTUI_PYTHON (pandas, DuckDB); figures that were not measured are shown as `-`.
The exit code is 1 when a target is not reached or a benchmark fails.
"""

import os
import re
import subprocess
import sys

NUMBER = r"(-?[\d.]+|NaN)"


class Target:
    """A figure: its name, the limit (at most, or at least with least=True), and where it stands in
    what the benchmark prints (the worst of all places counts)."""

    def __init__(self, name, limit, unit, pattern, least=False, of_builds=False):
        self.name, self.limit, self.unit, self.least = name, limit, unit, least
        self.pattern, self.of_builds = pattern, of_builds

    def figure(self, text, build="new"):
        pattern = self.pattern.replace("BUILD", build)
        found = [float(n) for n in re.findall(pattern, text, re.M)]
        if not found:
            return None
        return min(found) if self.least else max(found)

    def is_reached(self, figure):
        return figure >= self.limit if self.least else figure <= self.limit


def times(name):
    """The 99th percentile of key to frame."""
    return rf"^{name} +p50 .*?p99 +{NUMBER}"


def once(name):
    return rf"^{name} +{NUMBER}"


PARTS = {
    "harvest": (
        "harvest",
        ["--peers", "--rounds", "5"],
        [
            Target("full-rate harvest ÷ pandas", 20, "×", rf"pandas_peer ÷ harvest: {NUMBER}", least=True),
            Target("full-rate harvest ÷ floor", 1.3, "×", rf"harvest ÷ floor: {NUMBER}"),
            # Its line: seconds, rows a second, peak MB.
            Target("full-rate harvest, peak memory", 200, "MB", rf"^harvest \(all of it, synced\) +[\d.]+ +\d+ +{NUMBER}"),
        ],
    ),
    "small": (
        "scale",
        ["--small", "--most-logs", "10000"],
        [Target("10,000 logs of 60 rows, a log", 1.5, "ms", rf"^ +10000 +BUILD +[\d.]+ +{NUMBER}", of_builds=True)],
    ),
    "records": (
        "catalog",
        ["--records", "100000"],
        [
            Target("rebuild of 100,000 records", 10, "s", rf"^rebuild +BUILD +{NUMBER}", of_builds=True),
            Target("list, nothing new of 100,000", 1, "s", rf"^list .*? BUILD +{NUMBER}", of_builds=True),
        ],
    ),
    "browser": (
        "browser",
        [],
        [
            Target("first frame, 100,000 logs", 50, "ms", once("program: first frame")),
            Target("browser's peak memory, 100,000 logs listed", 150, "MB", once("program: peak MB, first screen")),
            Target("browser's peak memory, 400,000 runs listed too", 150, "MB", once("program: peak MB, runs listed")),
            Target("the same, sorted and filtered", 150, "MB", once("program: peak MB, runs sorted")),
            Target("key to frame, two harvests, p99", 16, "ms", times("two harvests: key to frame")),
            Target("key to frame, 10,000 queued, p99", 16, "ms", times("queue: keys while harvesting")),
            Target("key to frame, cancelling, p99", 16, "ms", times("queue: keys while cancelling")),
            Target("first chart of 10 million rows", 100, "ms", times("long: first chart of each channel")),
            Target("idle for 2 s, bytes to the terminal", 0, "", once("idle for 2 s: bytes to the terminal")),
        ],
    ),
    "find": (
        "find",
        [],
        [Target("find ÷ DuckDB, 1,000 runs", 10, "×", rf"^\S.* +\d+ +[\d.]+ +[\d.]+ +{NUMBER} +[\d.]+ to ", least=True)],
    ),
}


def measured(bench, words):
    """Runs a benchmark, shows what it prints, and returns it, and whether it came to its end."""
    command = ["cargo", "bench", "--bench", bench, "--", *words]
    print("$", " ".join(command), file=sys.stderr, flush=True)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = ""
    for line in process.stdout:
        print("  " + line, end="", file=sys.stderr, flush=True)
        text += line
    if process.wait() != 0:
        print(f"targets: cargo bench --bench {bench} failed", file=sys.stderr)
    return text, process.returncode == 0


def main(words):
    if {"-h", "--help"} & set(words):
        print(__doc__.strip())
        return 0
    old = []
    if "--old" in words:
        at = words.index("--old")
        old = ["--old", os.path.abspath(words[at + 1])]
        del words[at : at + 2]
    unknown = [word for word in words if word not in PARTS]
    if unknown:
        print(f"targets: unknown part {unknown[0]}; parts are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    lines, is_reached = [], True
    for part in words or PARTS:
        bench, options, targets = PARTS[part]
        of_builds = any(target.of_builds for target in targets)
        text, ran = measured(bench, options + (old if of_builds else []))
        is_reached &= ran
        for target in targets:
            before = target.figure(text, "old") if old and target.of_builds else None
            now = target.figure(text)
            reached = "-" if now is None else "yes" if target.is_reached(now) else "NO"
            is_reached &= reached != "NO"
            lines.append((target, before, now, reached))

    def shown(figure):
        return "-" if figure is None else f"{figure:g}"

    print(f"{'promise':<38} {'target':>11} {'old':>9} {'now':>9}  reached")
    for target, before, now, reached in lines:
        limit = f"{'≥' if target.least else '≤'} {target.limit:g} {target.unit}".rstrip()
        print(f"{target.name:<38} {limit:>11} {shown(before):>9} {shown(now):>9}  {reached}")
    return 0 if is_reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
