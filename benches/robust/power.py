#!/usr/bin/env python3
"""Cuts the power at many points of several nights and looks at what the disk would have held.

    power.py KEFU [--points 60] [--nights 3] [--calls-per-day 6] [--seed 1] [--part 1/1]

A line tells after every few cuts how many disks were tried; a run that is interrupted ends with the same summary. `--part
2/3` takes every third cut from the second on: the parts are independent and cover all.

A night is run under strace. From its calls follows, for every point, what is certain to be on disk: the content of a file
since it was synced, a name since its folder was. Two disks are made of it, the two ends of what a file system may do:

* late      nothing is there but what is certain;
* early     every name is there at once, but a file that was not synced is empty.

On each, the run of before must answer at once, `kefu store verify` must find the store sound, and after the night is run
to its end store, reports and quarantine are those of the nights that nobody disturbed. Ends with 1 when one is not.
"""

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from kill import Centre, Trial, spread

CALLS = "openat,open,creat,write,writev,pwrite64,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,link,linkat," \
        "unlink,unlinkat,mkdir,mkdirat,rmdir,copy_file_range"
LINE = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?")
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')
FD = re.compile(r"^\d+<(.*?)>(?:,|$)")


class Node:
    """A file or folder: which one, and whether all that was written to it is on disk."""

    def __init__(self, key, is_dir=False, synced=False):
        self.key, self.is_dir, self.synced = key, is_dir, synced or is_dir


def calls(log):
    """The calls of a strace in the order in which they returned."""
    begun = {}
    for line in log.read_text(errors="replace").splitlines():
        pid = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line[: -len("<unfinished ...>")]
            continue
        if (at := line.find("resumed>")) >= 0 and pid in begun:
            line = begun.pop(pid) + line[at + len("resumed>"):].lstrip()
        if (found := LINE.match(line)) and int(found[4]) >= 0:
            yield found[2], found[3].strip(), found[5]


class Disk:
    """What a folder holds, as programs see it and as the disk has it for certain."""

    def __init__(self, home):
        self.home, self.made = home, 0
        self.now = {str(path): Node(str(path), path.is_dir(), True) for path in home.rglob("*")}
        self.now[str(home)] = Node(str(home), True)
        self.certain = dict(self.now)

    def new(self, path, is_dir=False):
        """A file or folder that is made: the n-th is the same one in every pass over the same calls."""
        self.made += 1
        self.now[path] = Node(self.made, is_dir)

    def path(self, text):
        path = str(Path(text))
        return path if path == str(self.home) or path.startswith(f"{self.home}/") else None

    def do(self, name, args, fd):
        """A call; whether it changed anything."""
        texts = [self.path(text) for text in TEXT.findall(args)]
        of_fd = FD.match(args)
        target = self.path(of_fd[1]) if of_fd else None
        if name in ("openat", "open", "creat"):
            path = self.path(fd or "")
            if path and "O_CREAT" in args and path not in self.now:
                self.new(path)
            elif path and "O_TRUNC" in args:
                self.now[path].synced = False
            else:
                return False
        elif name in ("write", "writev", "pwrite64", "pwritev", "ftruncate", "copy_file_range"):
            if target not in self.now:
                return False
            self.now[target].synced = False
        elif name in ("fsync", "fdatasync"):
            if target not in self.now:
                return False
            if self.now[target].is_dir:
                within = lambda names: {path for path in names if str(Path(path).parent) == target}
                for path in within(self.certain) - within(self.now):
                    del self.certain[path]
                for path in within(self.now):
                    self.certain[path] = self.now[path]
            else:
                self.now[target].synced = True
        elif name.startswith("rename"):
            if not texts[0] or not texts[1]:
                return False
            for path in [path for path in self.now if path == texts[0] or path.startswith(texts[0] + "/")]:
                self.now[texts[1] + path[len(texts[0]):]] = self.now.pop(path)
        elif name.startswith("link"):
            if not texts[0] or not texts[1]:
                return False
            self.now[texts[1]] = self.now[texts[0]]
        elif name.startswith("unlink") or name == "rmdir":
            if texts[0] not in self.now:
                return False
            del self.now[texts[0]]
        elif name.startswith("mkdir"):
            if not texts[0]:
                return False
            self.new(texts[0], True)
        return True

    def held(self, early):
        """Path → node, of what the disk holds when the power is cut now."""
        names = self.now if early else self.certain
        home = str(self.home)

        def reached(path):
            # A folder that was put in its place takes its names along.
            while path != home:
                if path not in names:
                    return False
                path = str(Path(path).parent)
            return True

        return {path: node for path, node in names.items() if reached(path)}


def make(held, home, contents, into):
    """Writes what a disk held into another folder."""
    into.mkdir(mode=0o700)
    for path in sorted(held):
        node, place = held[path], into / Path(path).relative_to(home)
        if node.is_dir:
            place.mkdir(mode=0o700, exist_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch(mode=0o600)
        place.write_bytes(contents.get(node.key, b"") if node.synced else b"")


def cuts(centre, night, folder, points, part, parts):
    """Runs a night under strace and cuts the power at points of it; gives for every disk what is wrong."""
    home, log = folder / "traced", folder / "strace.txt"
    shutil.copytree(centre.before[night], home)
    contents = {str(path): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    command = ["strace", "-f", "-y", "-qq", "-s", "0", "-e", f"trace={CALLS}", "-o", log, centre.binary,
               *centre.command(home, night)]
    disk, replay = Disk(home), Disk(home)
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    changes = [call for call in calls(log) if disk.do(*call)]
    # What a file held at the end is what it held once it was synced: none is written to after that.
    contents |= {node.key: Path(path).read_bytes() for path, node in disk.now.items()
                 if isinstance(node.key, int) and Path(path).is_file()}
    print(f"night {night + 1}: {len(changes)} changes of the file system", flush=True)
    places = spread(len(changes), max(points, 1))[part - 1::parts]
    for at, call in enumerate(changes, 1):
        replay.do(*call)
        if at not in places:
            continue
        for early in (False, True):
            trial_home = folder / f"cut{night}-{at}-{'early' if early else 'late'}"
            make(replay.held(early), home, contents, trial_home)
            trial = Trial.__new__(Trial)
            trial.centre, trial.night, trial.home, trial.wrong, trial.done = centre, night, trial_home, [], False
            what = f"power cut after change {at} ({call[0]}), {'early' if early else 'late'} names"
            if night:
                centre.figures(trial_home)
            trial.look(what)
            trial.complete()
            if trial.wrong:
                print(f"night {night + 1}, {what}, kept in {trial_home}:")
                for wrong in trial.wrong:
                    print(f"  {wrong}")
            else:
                shutil.rmtree(trial_home)
            yield trial.wrong
    shutil.rmtree(home)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kefu", type=Path)
    parser.add_argument("--points", type=int, default=60, help="cuts, each on two disks")
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--calls-per-day", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--part", default="1/1", help="which of how many parts of the cuts")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    part, parts = map(int, args.part.split("/"))
    folder = Path(tempfile.mkdtemp(prefix="kefu-power-", dir=args.work)).resolve()
    centre = Centre(args.kefu.resolve(), folder, args.nights, args.calls_per_day, args.seed)
    bad = done = 0
    try:
        for night in range(args.nights):
            for wrong in cuts(centre, night, folder, args.points // args.nights, part, parts):
                done += 1
                bad += bool(wrong)
                if done % 4 == 0:
                    print(f"{done} disks, {bad} bad", flush=True)
    except KeyboardInterrupt:
        print("interrupted; what was begun is not counted")
    print(f"power cuts: {done} disks of {done // 2} points; {bad} bad", flush=True)
    if not bad:
        shutil.rmtree(folder)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
