#!/usr/bin/env python3
"""Kills `kefu run` at many points of several nights and looks at what is left.

    kill.py KEFU [--random 200] [--calls 200] [--faults 60] [--nights 3] [--calls-per-day 6] [--seed 1] [--part 1/1]

A line tells every few points how many were tried and how many were bad; a run that is interrupted (Ctrl-C, SIGTERM) ends
with the same summary. `--part 2/3` tries every third point from the second on: the parts are independent and cover all.

Three kinds of points:

* random    SIGKILL after a random time of the night's run;
* calls     SIGKILL at the n-th call that changes the file system (fault.c, needs gcc), spread over all of them;
* faults    from the n-th such call on the disk is full, or the n-th such call fails with an I/O error. The program
            must end by itself, with a message and without a panic.

After each point `kefu store verify` must find the store sound (when it has had a run at all), the reports folder must
hold only whole files of the night before or of this night, and the run of before must still answer. After one or
several points the night is run to its end: rows of the store, marts, reports and the quarantine must be those of the
nights that nobody disturbed, and nothing unfinished may be left. Ends with 1 and keeps the folder when one is not.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nights import content, exports, kefu, leftovers, rows_of

HERE = Path(__file__).resolve().parent


class Centre:
    """The undisturbed nights: the state before each and after each."""

    def __init__(self, binary, folder, nights, calls_per_day, seed):
        self.binary, self.folder = binary, folder
        self.inputs = exports(binary, folder, nights, calls_per_day, seed)
        self.before, self.after, self.seconds = [], [], []
        home = folder / "undisturbed"
        home.mkdir()
        # One key for all, or the pseudonyms would differ.
        key = home / "store.key"
        key.touch(mode=0o600)
        key.write_text("5a" * 32 + "\n")
        for night in range(nights):
            kept = folder / f"before{night + 1}"
            shutil.copytree(home, kept)
            self.before.append(kept)
            started = time.monotonic()
            kefu(binary, *self.command(home, night))
            self.seconds.append(time.monotonic() - started)
            self.after.append(self.state(home))
            if found := leftovers(home):
                raise SystemExit(f"an undisturbed night leaves {found}")

    def command(self, home, night):
        return ["run", *self.inputs[: night + 1], "--store", home / "store", "--out", home / "reports", "-q",
                "--threads", "2"]

    def state(self, home):
        quarantine = content(home / "store" / "_quarantine")
        return rows_of(self.binary, home / "store"), content(home / "reports"), quarantine

    def figures(self, home):
        return kefu(self.binary, "kpi", "--by", "queue", "--format", "csv", "--store", home / "store").stdout


class Trial:
    """A copy of a night's store that things happen to."""

    def __init__(self, centre, night, home):
        self.centre, self.night, self.home = centre, night, home
        shutil.copytree(centre.before[night], home)
        self.wrong = []
        self.done = False

    def killed_after(self, seconds):
        process = subprocess.Popen([str(self.centre.binary), *map(str, self.centre.command(self.home, self.night))],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(seconds)
            self.done = True
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.look(f"killed after {seconds:.3f} s")

    def at_call(self, shim, call, how):
        environment = {**os.environ, "LD_PRELOAD": str(shim), "KEFU_FAULT_AT": str(call), "KEFU_FAULT": how}
        done = kefu(self.centre.binary, *self.centre.command(self.home, self.night), check=False, env=environment,
                    timeout=300)
        what = f"{how} at call {call}"
        if how == "kill":
            self.done = done.returncode == 0
        elif done.returncode == 0:
            self.done = True
        elif done.returncode not in (1, 2) or "panicked" in done.stderr or "error:" not in done.stderr:
            self.wrong.append(f"{what}: ended with {done.returncode}: {done.stderr[-400:]}")
        self.look(what)

    def look(self, what):
        """What must hold after every point."""
        binary, store = self.centre.binary, self.home / "store"
        before = content(self.centre.before[self.night] / "reports")
        whole = self.centre.after[self.night][1]
        for path, found in content(self.home / "reports").items():
            if not Path(path).name.startswith(".kefu-") and found not in (before.get(path), whole.get(path)):
                self.wrong.append(f"{what}: reports/{path} is neither of the night before nor whole")
        if not self.night and not (store / "_runs").is_dir():
            return
        verified = kefu(binary, "store", "verify", "--store", store, check=False)
        no_run = "no run has finished here" in verified.stderr or "no finished run" in verified.stderr
        if verified.returncode != 0 and not (self.night == 0 and no_run):
            self.wrong.append(f"{what}: verify: {verified.stdout[-600:]}{verified.stderr[-400:]}")
        elif self.night:
            self.centre.figures(self.home)

    def complete(self):
        """Runs the night to its end and compares."""
        done = kefu(self.centre.binary, *self.centre.command(self.home, self.night), check=False)
        if done.returncode != 0:
            self.wrong.append(f"cannot be completed: {done.stderr[-600:]}")
            return
        (fixed, tables), reports, quarantine = self.centre.state(self.home)
        (fixed0, tables0), reports0, quarantine0 = self.centre.after[self.night]
        for name in sorted(tables.keys() | tables0.keys()):
            if tables.get(name) != tables0.get(name):
                self.wrong.append(f"rows of {name} differ")
        if fixed != fixed0:
            self.wrong.append(f"the run differs: {fixed} instead of {fixed0}")
        for what, found, expected in [("reports", reports, reports0), ("quarantine", quarantine, quarantine0)]:
            if found != expected:
                other = sorted(path for path in found.keys() | expected.keys()
                               if found.get(path) != expected.get(path))
                self.wrong.append(f"{what} differ: {other}")
        if found := leftovers(self.home):
            self.wrong.append(f"left over: {[str(path) for path in found]}")
        verified = kefu(self.centre.binary, "store", "verify", "--store", self.home / "store", check=False)
        if verified.returncode != 0:
            self.wrong.append(f"verify at the end: {verified.stdout[-600:]}{verified.stderr[-400:]}")


def spread(total, count):
    """`count` numbers from 1 to `total`, evenly."""
    if total <= count:
        return list(range(1, total + 1))
    return sorted({1 + round(at * (total - 1) / max(count - 1, 1)) for at in range(count)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kefu", type=Path)
    parser.add_argument("--random", type=int, default=200, help="kills at a random instant")
    parser.add_argument("--calls", type=int, default=200, help="kills at a call that changes the file system")
    parser.add_argument("--faults", type=int, default=60, help="calls at which the disk is full or fails")
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--calls-per-day", type=int, default=6)
    parser.add_argument("--in-a-row", type=int, default=3, help="points before a night is run to its end")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, help="folder to work in; default: a temporary one")
    parser.add_argument("--part", default="1/1", help="which of how many parts of the points")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    part, parts = map(int, args.part.split("/"))
    draw = random.Random(args.seed)
    folder = Path(tempfile.mkdtemp(prefix="kefu-kill-", dir=args.work))
    binary = args.kefu.resolve()
    centre = Centre(binary, folder, args.nights, args.calls_per_day, args.seed)
    nights = range(args.nights)
    print(f"undisturbed: {args.nights} nights, {', '.join(f'{s:.2f}' for s in centre.seconds)} s", flush=True)
    points = []
    for _ in range(args.random):
        night = draw.randrange(args.nights)
        points.append((night, "random", draw.uniform(0, centre.seconds[night])))
    if args.calls or args.faults:
        shim = folder / "fault.so"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", shim, HERE / "fault.c", "-ldl"], check=True)
        totals = []
        for night in nights:
            home = folder / "count"
            shutil.copytree(centre.before[night], home)
            log = folder / "calls.txt"
            kefu(binary, *centre.command(home, night), env={**os.environ, "LD_PRELOAD": str(shim),
                                                            "KEFU_FAULT_LOG": str(log)})
            totals.append(int(log.read_text()))
            shutil.rmtree(home)
        print(f"calls that change the file system: {totals}", flush=True)
        for night in nights:
            points += [(night, "kill", call) for call in spread(totals[night], args.calls // args.nights)]
            for how in ("ENOSPC", "EIO"):
                points += [(night, how, call) for call in spread(totals[night], args.faults // 2 // args.nights)]
    draw.shuffle(points)
    points = points[part - 1::parts]
    points.sort(key=lambda point: point[0])
    counts, bad, completed, interrupted = {}, 0, 0, 0
    cut_short = False
    at = 0
    while at < len(points) and not cut_short:
        night = points[at][0]
        group = []
        while at < len(points) and points[at][0] == night and len(group) < draw.randint(1, args.in_a_row):
            group.append(points[at])
            at += 1
        home = folder / f"trial{at}"
        trial = Trial(centre, night, home)
        tried, early = {}, 0
        try:
            for _, kind, value in group:
                if kind == "random":
                    trial.killed_after(value)
                else:
                    trial.at_call(shim, value, kind)
                tried[kind] = tried.get(kind, 0) + 1
                early += not trial.done
            trial.complete()
        except KeyboardInterrupt:
            # What was begun is not counted.
            cut_short = True
            shutil.rmtree(home)
            break
        for kind, times in tried.items():
            counts[kind] = counts.get(kind, 0) + times
        interrupted += early
        completed += 1
        if trial.wrong:
            bad += 1
            print(f"night {night + 1}, {group}, kept in {home}:")
            for wrong in trial.wrong:
                print(f"  {wrong}")
        else:
            shutil.rmtree(home)
        if completed % 5 == 0:
            print(f"{at} of {len(points)} points, {bad} bad", flush=True)
    if cut_short:
        print(f"interrupted: {sum(counts.values())} of {len(points)} points were tried")
    print(f"points: {counts}, {sum(counts.values())} in all; {interrupted} came before the end of the run; "
          f"{completed} nights run to their end; {bad} of them bad", flush=True)
    if not bad:
        shutil.rmtree(folder)
    sys.exit(1 if bad else 130 if cut_short else 0)


if __name__ == "__main__":
    main()
