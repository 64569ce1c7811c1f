#!/usr/bin/env python3
"""Runs the tasks of a manifest of `mdtui plan` on HyperQueue, and failed ones again.

pip install hyperqueue, then either
  backfill.py --manifest M --local 8         server and workers on this machine
  backfill.py --manifest M --server-dir DIR  a server that `hq server start` started

Exit codes are those of `mdtui harvest --manifest`: 0 every log has a record, 65 some logs
failed for good, 75 some tasks still fail, so plan and run again.
"""

import argparse
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from pathlib import Path

# The server of the Python package listens on all addresses without a key: whoever reaches its
# port may run commands. In a network of its own only this machine's loopback is there.
PRIVATE = ["unshare", "--user", "--map-root-user", "--net", "--uts"]
MARK = "MDTUI_BACKFILL_PRIVATE"
PERMANENT = {2: "wrong usage", 3: "nothing could be done", 65: "some logs failed for good"}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--manifest", type=Path, required=True)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--local", type=int, metavar="CORES", help="start a cluster on this machine")
    where.add_argument("--server-dir", type=Path, metavar="DIR", help="use a running server")
    parser.add_argument("--cores", type=int, default=1, metavar="N", help="cores of a task [1]")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="tries of a task [5]")
    parser.add_argument(
        "--wait", type=float, default=15, metavar="S", help="seconds before the second try [15]"
    )
    parser.add_argument("--logs", type=Path, default=Path("backfill-logs"), metavar="DIR")
    parser.add_argument("--mdtui", default=os.environ.get("MDTUI", "mdtui"), metavar="FILE")
    return parser.parse_args()


def enter_private_network():
    """Starts this script again where there is no network but a loopback of its own."""
    if MARK not in os.environ:
        command = [*PRIVATE, sys.executable, *sys.argv]
        os.environ[MARK] = "1"
        try:
            os.execvp(command[0], command)
        except OSError as error:
            sys.exit(f"backfill.py: cannot run {command[0]}: {error}; use a server of `hq`")
    try:
        socket.sethostname("localhost")  # the name under which workers look for the server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            siocsifflags, up_running = 0x8914, 0x41
            fcntl.ioctl(control, siocsifflags, struct.pack("16sH14x", b"lo", up_running))
    except OSError as error:
        sys.exit(f"backfill.py: cannot set up a private network: {error}; use a server of `hq`")


def tasks_of(manifest):
    with manifest.open(encoding="utf-8") as lines:
        return sorted({json.loads(line)["task"] for line in lines if line.strip()})


def exit_code(error):
    """The exit code in HyperQueue's sentence; None for a task that was killed."""
    found = re.search(r"exit code (-?\d+)", error)
    return int(found[1]) if found and int(found[1]) >= 0 else None


def run(client, tasks, args, attempt):
    """Runs these tasks; returns those that failed, with HyperQueue's sentence for each."""
    from hyperqueue import Job
    from hyperqueue.job import ResourceRequest

    # By default the first failed task cancels the others.
    job = Job(max_fails=None, name=f"mdtui-backfill-{attempt}")
    ids = {}
    for task in tasks:
        # Named by task and try: a job id tells nothing after a restart of the server.
        log = str(args.logs / f"task-{task}.try-{attempt}.log")
        command = [args.mdtui, "harvest", "--manifest", str(args.manifest), "--task", str(task)]
        added = job.program(
            [*command, "--strict", "--jobs", str(args.cores)],
            cwd=os.getcwd(),
            stdout=log,
            stderr=log + ".err",
            name=f"task-{task}",
            resources=ResourceRequest(cpus=args.cores),
        )
        ids[added.task_id] = task
    submitted = client.submit(job)
    if client.wait_for_jobs([submitted], raise_on_error=False):
        return {}
    failed = client.get_failed_tasks(submitted)
    return {ids[key]: context.error for key, context in failed.items()}


def backfill(client, args):
    left, permanent = tasks_of(args.manifest), {}
    if not left:
        print("every log has a current record: nothing to run")
        return 0
    for attempt in range(1, args.rounds + 1):
        if attempt > 1:
            time.sleep(args.wait * 2 ** (attempt - 2))
        failed = run(client, left, args, attempt)
        permanent |= {task: c for task, e in failed.items() if (c := exit_code(e)) in PERMANENT}
        done, left = len(left) - len(failed), sorted(failed.keys() - permanent.keys())
        print(f"try {attempt}: {done} tasks done, {len(left)} to try again, {len(permanent)} failed for good")
        for task in left:
            print(f"  task {task}: {failed[task]}")
        if not left:
            break
    for task, code in sorted(permanent.items()):
        print(f"task {task}: exit code {code}: {PERMANENT[code]}; see {args.logs}/task-{task}.*")
    if left:
        return 75
    return min(permanent.values(), default=0)


def main():
    args = arguments()
    for number in (signal.SIGINT, signal.SIGTERM):  # the server is stopped, its files removed
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    if args.local:
        enter_private_network()
    args.manifest, args.logs = args.manifest.absolute(), args.logs.absolute()
    args.logs.mkdir(parents=True, exist_ok=True)
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")  # no progress bar in a file
    try:
        from hyperqueue import Client, LocalCluster
        from hyperqueue.cluster import WorkerConfig
    except ImportError as error:
        sys.exit(f"backfill.py: {error}; install it with: {sys.executable} -m pip install hyperqueue")
    if args.server_dir:
        return backfill(Client(str(args.server_dir)), args)
    directory = tempfile.mkdtemp(prefix="mdtui-hq-")
    try:
        with LocalCluster(directory, WorkerConfig(cores=args.local)) as cluster:
            return backfill(cluster.client(), args)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
