#!/usr/bin/env python3
"""Measures `kefu ingest` beside DuckDB and Polars on the same file, or on the damage set (`--damage`).

Every tool runs in a process of its own on the same cores. Outputs are dropped after every run. Files that
are missing are made first.
"""

import argparse
import importlib.metadata
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON = sys.executable

READERS = {
    "duckdb": "DuckDB strict",
    "duckdb_ignore": "DuckDB ignore_errors",
    "duckdb_rejects": "DuckDB store_rejects",
    "duckdb_sniffed_ignore": "DuckDB ignore_errors, dialect sniffed",
    "duckdb_sniffed_rejects": "DuckDB store_rejects, dialect sniffed",
    "polars": "Polars strict",
    "polars_lenient": "Polars ignore_errors",
    "pandas": "pandas strict",
    "pandas_skip": "pandas skip",
    "kefu": "kefu",
}


class Failed(Exception):
    """A tool that ended with an error, in its words."""


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def run(command, cores, cwd=None):
    """Runs a command on these cores; seconds, CPU seconds, peak memory in bytes, standard output."""
    env = os.environ | {"POLARS_MAX_THREADS": str(len(cores.split(",")))}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        child = subprocess.Popen(
            ["taskset", "-c", cores, *map(str, command)], stdout=out, stderr=err, cwd=cwd, env=env,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said = out.read().decode(errors="replace")
        if child.returncode != 0:
            lines = [line.strip() for line in err.read().decode(errors="replace").splitlines() if line.strip()]
            telling = [line for line in lines if re.match(r"[\w.]+(Error|Exception): ", line)] or lines[-1:]
            raise Failed(telling[0][:200] if telling else f"exit code {child.returncode}")
        return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss * 1024, "out": said}


def reader(*arguments):
    return [PYTHON, HERE / "readers.py", *arguments]


def answer(*arguments):
    """The JSON that `readers.py` prints, unmeasured."""
    done = subprocess.run(list(map(str, reader(*arguments))), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def ingest(kefu, file, folder, cores):
    threads = len(cores.split(","))
    return [kefu, "ingest", file, "--store", folder / "store", "--json", "--quiet", "--threads", threads]


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def fresh(folder):
    """An empty folder, and nothing of the last run left to be written out."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.sync()
    return folder


def cached(file):
    """Brings a file into the page cache; what others wrote may have driven parts of it out."""
    with open(file, "rb") as reader:
        while reader.read(1 << 24):
            pass


def calls(data, rows, shuffled=False):
    """The file of so many calls, made when missing."""
    file = data / f"calls_{rows}{'_shuffled' if shuffled else ''}.csv"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        part = file.with_suffix(".part")
        command = [PYTHON, HERE / "generate.py", part, "--rows", str(rows), *["--shuffle"] * shuffled]
        subprocess.run(command, check=True)
        part.rename(file)
    return file


def table(head, rows):
    print(f"| {' | '.join(head)} |")
    print(f"|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print()


def speed(args):
    file = calls(args.data, args.rows, args.shuffled)
    work = args.data / "out"
    cores = args.cores
    tools = {
        "newlines": ("`wc -l`", lambda out: ["wc", "-l", file]),
        "parse": ("DuckDB count(*), all text", lambda out: reader("convert", "duckdb_count", file, out / "days")),
        "duckdb": (f"DuckDB {version('duckdb')}", lambda out: reader("convert", "duckdb", file, out / "days")),
        "polars": (f"Polars {version('polars')}", lambda out: reader("convert", "polars", file, out / "days")),
    }
    if args.kefu:
        tools["kefu"] = ("kefu", lambda out: ingest(args.kefu, file, out, cores))

    runs = {name: [] for name in tools}
    for turn in range(args.runs):
        for name in list(tools)[:: -1 if turn % 2 else 1]:
            out = fresh(work)
            cached(file)
            measured = run(tools[name][1](out), cores, cwd=out)
            if name not in ("newlines", "parse"):
                measured["bytes"] = size(out)
                if turn == 0:
                    where = out / "store" / "calls" if name == "kefu" else out
                    measured |= answer("rows", where)
                    if measured["rows"] != args.rows:
                        raise Failed(f"{name} wrote {measured['rows']:,} of {args.rows:,} rows")
            runs[name].append(measured)
            print(f"{turn + 1}/{args.runs} {name}: {measured['wall']:.2f} s", file=sys.stderr)
        fresh(work)
    shutil.rmtree(work)

    figures = {}
    for name, measured in runs.items():
        middle = {key: statistics.median(m[key] for m in measured) for key in ("wall", "cpu", "rss")}
        middle["walls"] = [m["wall"] for m in measured]
        middle["bytes"] = measured[0].get("bytes")
        middle["files"] = measured[0].get("files")
        figures[name] = middle

    bytes_in = file.stat().st_size
    print(f"{args.rows:,} rows, {bytes_in / 1e6:,.0f} MB{', shuffled' if args.shuffled else ''}; cores {cores}; "
          f"median of {args.runs}; load {os.getloadavg()[0]:.1f}\n")
    table(
        ["tool", "wall s (min–max)", "CPU s", "M rows/s", "peak MB", "output MB", "files"],
        [
            [
                tools[name][0],
                f"{f['wall']:.2f} ({min(f['walls']):.2f}–{max(f['walls']):.2f})",
                f"{f['cpu']:.2f}",
                f"{args.rows / f['wall'] / 1e6:.2f}",
                f"{f['rss'] / 1e6:,.0f}",
                f"{f['bytes'] / 1e6:,.0f}" if f["bytes"] else "–",
                f["files"] or "–",
            ]
            for name, f in figures.items()
        ],
    )
    if "kefu" in figures:
        ours = figures["kefu"]
        table(
            ["kefu ÷ peer", "wall", "CPU", "peak memory", "output"],
            [
                [tools[name][0]]
                + [f"{ours[key] / f[key]:.2f}" if f[key] else "–" for key in ("wall", "cpu", "rss", "bytes")]
                for name, f in figures.items() if name != "kefu"
            ],
        )
    return figures


def damage(args):
    source = calls(args.data, args.rows)
    folder = args.data / f"damage_{args.rows}"
    if not (folder / "newlines_mixed.json").exists():
        subprocess.run([PYTHON, HERE / "damage.py", source, folder], check=True)
    work = args.data / "out"
    readers = [name for name in READERS if name in (args.readers or READERS) and (name != "kefu" or args.kefu)]
    found = {}
    for side in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime):
        file, results = side.with_suffix(".csv"), {}
        for name in readers:
            out = fresh(work)
            try:
                if name == "kefu":
                    summary = json.loads(run(ingest(args.kefu, file, out, args.cores), args.cores, cwd=out)["out"])
                    verdict = answer("judge", source, side, out / "store")
                    [account] = summary["files"]
                    verdict["account"] = {key: account[key] for key in ("read", "stored", "rejected", "rejects")}
                else:
                    run(reader("read", name, file, out / "read.parquet"), args.cores)
                    verdict = answer("judge", source, side, out / "read.parquet")
            except Failed as error:
                verdict = {"aborted": str(error)}
            results[name] = verdict
            print(f"{file.stem} {name}: {verdict}", file=sys.stderr)
        found[file.stem] = results
    shutil.rmtree(work)

    def cell(verdict):
        if "aborted" in verdict:
            return "aborts"
        return f"{verdict['good_lost']:,} / {verdict['broken_kept']} / {verdict['rejected_with_line']}"

    print("good rows lost / broken rows kept silently / broken lines rejected with their line number\n")
    table(
        ["file"] + [READERS[name] for name in readers],
        [[stem] + [cell(results[name]) for name in readers] for stem, results in found.items()],
    )
    return found


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--kefu", type=Path, help="the program; without it only the peers run")
    args.add_argument("--rows", type=int, help="default: 10 M, with --damage 1 M")
    args.add_argument("--runs", type=int, default=3, help="runs per tool, of which the median counts")
    args.add_argument("--cores", default="0,1", help="cores that every tool is held to")
    args.add_argument("--data", type=Path, default=ROOT / "target" / "bench", help="folder of inputs and outputs")
    args.add_argument("--shuffled", action="store_true", help="the rows in random order")
    args.add_argument("--damage", action="store_true", help="what is lost of damaged files")
    args.add_argument("--readers", nargs="+", choices=READERS, help="with --damage: only these")
    args.add_argument("--out", type=Path, help="write all figures as JSON, too")
    args = args.parse_args()
    args.rows = args.rows or (1_000_000 if args.damage else 10_000_000)
    args.data = args.data.resolve()
    args.kefu = args.kefu and args.kefu.resolve(strict=True)
    figures = damage(args) if args.damage else speed(args)
    print(f"{', '.join(f'{name} {version(name)}' for name in ('duckdb', 'polars', 'pandas'))}, Python {sys.version.split()[0]}")
    if args.out:
        args.out.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(f"peers.py: {error}")
