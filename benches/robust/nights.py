"""Nights of a small generated centre, with late and corrected rows, and what a store and its reports hold.

Shared by kill.py and soak.py. Standard library only.
"""

import csv
import hashlib
import io
import json
import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

START = date(2026, 3, 2)


def kefu(binary, *args, check=True, **options):
    """Runs the program and gives the finished process."""
    command = [str(binary), *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if check and done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def exports(binary, folder, nights, calls_per_day, seed):
    """Writes a folder of exports per night: the day's files, with rows of the day before that come late and
    tickets of the day before that were corrected. Gives the folders."""
    whole = folder / "whole"
    kefu(binary, "generate", "--out", whole, "--days", nights, "--calls-per-day", calls_per_day,
         "--start", START, "--split", "day", "--seed", seed, "-q")
    folders = []
    held = []
    for night in range(nights):
        day = START + timedelta(days=night)
        into = folder / f"night{night + 1:03}"
        into.mkdir()
        for late_name, late in held:
            (into / late_name).write_bytes(late)
        held = []
        for path in sorted(whole.glob(f"*_{day}.csv")):
            content = path.read_bytes()
            if path.name.startswith("calls_") and night + 1 < nights:
                content, late = split_late(content)
                held.append((f"late_{path.name}", late))
            if path.name.startswith("tickets_") and night + 1 < nights:
                held.append((f"corrected_{path.name}", corrected(content)))
            (into / path.name).write_bytes(content)
        if night == 0:
            shutil.copy(whole / "agents.csv", into)
        folders.append(into)
    return folders


def split_late(content):
    """The file without every ninth row, and a file of those."""
    lines = content.splitlines(keepends=True)
    late = lines[1:][::9]
    early = [line for at, line in enumerate(lines[1:]) if at % 9]
    return b"".join([lines[0], *early]), b"".join([lines[0], *late])


def corrected(content):
    """Every third ticket once more, updated a day later, with another compensation."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    head = rows[0]
    updated, paid = head.index("更新时间"), head.index("赔付金额")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows[1:][::3]:
        moment = datetime.fromisoformat(row[updated]) + timedelta(days=1)
        row[updated], row[paid] = moment.isoformat(" "), "12.5"
        writer.writerow(row)
    return out.getvalue().encode()


class Log:
    """The data files of a store's tables, from the entries of their logs. A vacuum takes away what only earlier runs need
    of a log: look at it every night, and nothing is missed."""

    def __init__(self, store):
        self.store, self.next, self.versions = store, {}, {}

    def read(self):
        """Reads the entries that have come since."""
        for log in self.store.glob("*/_delta_log"):
            table = log.parent.name
            known = self.versions.setdefault(table, {})
            while (entry := log / f"{self.next.get(table, 0):020}.json").is_file():
                at = self.next.get(table, 0)
                files = dict(known[at - 1]) if at else {}
                for line in entry.read_text().splitlines():
                    action = json.loads(line)
                    if "add" in action:
                        files[action["add"]["path"]] = action["add"].get("stats", "")
                    elif "remove" in action:
                        files.pop(action["remove"]["path"], None)
                known[at] = files
                self.next[table] = at + 1
        return self

    def forget(self):
        """Keeps the last versions only; those of the newest run are among them."""
        for table, known in self.versions.items():
            for version in [version for version in known if version < self.next[table] - 5]:
                del known[version]

    def files(self, table, version):
        """The files of a table at a version: path → what the log says of it."""
        return self.versions[table][version]


def newest_run(binary, store):
    """The newest run as `kefu store log` tells it."""
    return json.loads(kefu(binary, "store", "log", "--last", 1, "--json", "--store", store).stdout)[0]


def rows_of(binary, store):
    """What the newest run holds: for every table the names of its files. A name is the hash of the content, so
    equal names are equal rows, byte for byte."""
    run = newest_run(binary, store)
    log = Log(store).read()
    tables = {name: sorted(log.files(name, version).items())
              for name, version in run["versions"].items()}
    fixed = {key: run[key] for key in ("run", "as_of", "as_of_given", "records", "facts", "settings", "program")}
    return fixed, tables


def content(folder):
    """Path → hash of every file in a folder, hidden ones too."""
    return {str(path.relative_to(folder)): hashlib.blake2b(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()} if folder.is_dir() else {}


def leftovers(*folders):
    """Files that were never finished."""
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            name = path.name
            if name == ".staging" or name.startswith((".kefu-", ".tmp", "_commit_")) or "#" in name \
                    or name.endswith(".tmp"):
                found.append(path)
    return found
