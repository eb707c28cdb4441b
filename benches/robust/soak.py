#!/usr/bin/env python3
"""Runs consecutive nights on a generated centre with late and corrected files, and compares them with one run over all.

    soak.py KEFU [--nights 365] [--calls-per-day 6] [--seed 1] [--vacuum 30] [--minutes M] [--folder F]

With `--folder` the soak lies there; started again with the same folder, it goes on behind the last night that ended,
whatever ended it: a signal in the middle of a night too. Soaks with different seeds and folders are independent and can
run side by side. `--until N` pauses after so many nights, without the comparison at the end.

Each night the folder of exports has grown by the files of a day, by rows of the day before that come late and by tickets of the
day before that were corrected. At the end:

* every figure by day and by month equals that of one run over all files (relative difference at most 1e-12);
* the rows of the record tables and of the facts are those of the one run (names of files, which are hashes);
* a night takes no longer at the end than at the beginning: medians of the first and the last 30 nights, with the time of a
  run that changes nothing beside them;
* a day of a table is one file, and no log grows for ever; after `kefu store vacuum --keep 2` the store is at most 1.2 times a
  fresh one;
* nothing unfinished is left in store or reports, and `kefu store verify --all` finds the store sound.
"""

import argparse
import csv
import io
import pickle
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from nights import Log, exports, kefu, leftovers, newest_run

TOLERANCE = 1e-12


def figures(binary, store, by):
    out = kefu(binary, "kpi", *by, "--format", "csv", "--store", store).stdout
    rows = list(csv.DictReader(io.StringIO(out)))
    return {tuple(value for key, value in row.items() if key in ("kpi", "period", "queue")): row for row in rows}


def differences(one, other):
    """The largest relative difference of value, numerator and denominator, and the cells that differ otherwise."""
    worst, wrong = 0.0, sorted(str(key) for key in one.keys() ^ other.keys())
    for key in one.keys() & other.keys():
        for name in ("value", "numerator", "denominator", "n"):
            a, b = one[key].get(name, ""), other[key].get(name, "")
            if a == b:
                continue
            try:
                a, b = float(a), float(b)
                worst = max(worst, abs(a - b) / max(abs(a), abs(b)))
            except ValueError:
                wrong.append(f"{key} {name}: {a} and {b}")
    return worst, wrong


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def processor():
    """Seconds that programs started from here have computed: on a busy machine they say more than the clock."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def data_size(store):
    return sum(path.stat().st_size for path in store.rglob("*.parquet"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kefu", type=Path)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--calls-per-day", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--vacuum", type=int, default=30, help="nights between two vacuums that keep two runs")
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after this time; the rest is done with what there is")
    parser.add_argument("--work", type=Path, help="folder in which a temporary one is made")
    parser.add_argument("--folder", type=Path, help="folder of a soak that can be gone on with")
    parser.add_argument("--until", type=int, default=10**9, help="pause after so many nights")
    args = parser.parse_args()
    if args.folder:
        args.folder.mkdir(parents=True, exist_ok=True)
    folder = args.folder.resolve() if args.folder else Path(tempfile.mkdtemp(prefix="kefu-soak-", dir=args.work))
    binary = args.kefu.resolve()
    begun = time.monotonic()
    store, reports, drop = folder / "store", folder / "reports", folder / "drop"
    state = folder / "state.pickle"
    what = (args.nights, args.calls_per_day, args.seed, args.vacuum)
    if state.is_file():
        of, inputs, seconds, computed, wrong, log = pickle.loads(state.read_bytes())
        if of != what:
            sys.exit(f"{folder} holds a soak of nights, calls, seed, vacuum {of}, not {what}")
        print(f"goes on after {len(seconds)} nights", flush=True)
    else:
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        inputs = exports(binary, folder, args.nights, args.calls_per_day, args.seed)
        key = folder / "store.key"
        key.touch(mode=0o600)
        key.write_text("5a" * 32)
        shutil.copy2(key, folder / "fresh.key")
        drop.mkdir()
        seconds, computed, wrong = [], [], []
        log = Log(store)
    for night, exported in enumerate(inputs, 1):
        if night <= len(seconds):
            continue
        # One folder that only grows, as a centre's does.
        shutil.copytree(exported, drop / exported.name, dirs_exist_ok=True)
        started, used = time.monotonic(), processor()
        kefu(binary, "run", drop, "--store", store, "--out", reports, "-q")
        seconds.append(time.monotonic() - started)
        computed.append(processor() - used)
        log.read().forget()
        if found := leftovers(store, reports):
            wrong.append(f"night {night} leaves {found}")
        written = state.with_suffix(".new")
        written.write_bytes(pickle.dumps((what, inputs, seconds, computed, wrong, log)))
        written.replace(state)
        if night % args.vacuum == 0:
            kefu(binary, "store", "vacuum", "--keep", 2, "--store", store)
        if night % 10 == 0:
            print(f"{night} nights, {seconds[-1]:.2f} s ({computed[-1]:.2f} s of the processor), store {size(store) / 1e6:.2f} MB, "
                  f"{sum(1 for _ in store.rglob('*'))} files and folders, {len(wrong)} wrong", flush=True)
        if night >= args.until:
            print(f"pauses after {night} nights, {len(wrong)} wrong; go on with --folder {folder}")
            sys.exit(1 if wrong else 0)
        if (time.monotonic() - begun) / 60 > args.minutes:
            break
    nights = len(seconds)
    last = newest_run(binary, store)
    verified = kefu(binary, "store", "verify", "--all", "--store", store, check=False)
    if verified.returncode != 0:
        wrong.append(f"verify --all: {verified.stdout[-800:]}{verified.stderr[-400:]}")
    started = time.monotonic()
    kefu(binary, "run", drop, "--store", store, "--out", reports, "-q")
    idle = time.monotonic() - started
    fresh = folder / "fresh"
    shutil.rmtree(fresh, ignore_errors=True)
    started = time.monotonic()
    kefu(binary, "run", drop, "--store", fresh, "--out", folder / "fresh-reports", "-q")
    whole = time.monotonic() - started
    worst = 0.0
    for by in (["--grain", "day"], ["--grain", "month", "--by", "queue"], []):
        difference, others = differences(figures(binary, store, by), figures(binary, fresh, by))
        worst = max(worst, difference)
        wrong += [f"{by}: {other}" for other in others[:5]]
    if worst > TOLERANCE:
        wrong.append(f"figures differ by {worst:.3e}")
    once = newest_run(binary, fresh)
    differing, log, of_once = [], log.read(), Log(fresh).read()
    for table, version in last["versions"].items():
        if table == "_quality":
            continue
        if log.files(table, version) != of_once.files(table, once["versions"][table]):
            differing.append(table)
    most = 0
    for table, version in last["versions"].items():
        days = [str(Path(path).parent) for path in log.files(table, version)]
        most = max([most, *(days.count(day) for day in set(days))])
    if most > 1:
        wrong.append(f"a day has {most} files")
    kefu(binary, "store", "vacuum", "--keep", 2, "--store", store)
    kefu(binary, "store", "vacuum", "--keep", 2, "--store", fresh)
    ratio, data = size(store) / size(fresh), data_size(store) / data_size(fresh)
    if data > 1.2:
        wrong.append(f"the data of the store is {data:.3f} times that of a fresh one")
    logs = [sum(1 for _ in entries.iterdir()) for entries in store.glob("*/_delta_log")]
    if max(logs) > 200:
        wrong.append(f"a log has {max(logs)} files")
    few = max(min(30, nights // 3), 1)
    early, late = statistics.median(seconds[:few]), statistics.median(seconds[-few:])
    first, last_few = statistics.median(computed[:few]), statistics.median(computed[-few:])
    print(f"nights: {nights}; records {last['records']}, facts {last['facts']}")
    print(f"a night: median of the first {few} {early:.2f} s, of the last {late:.2f} s ({late / early:.2f}); "
          f"of the processor {first:.2f} s and {last_few:.2f} s ({last_few / first:.2f}); "
          f"a run that changes nothing {idle:.2f} s; one run over all {whole:.2f} s")
    print(f"largest relative difference of a figure: {worst:.3e}; tables whose files differ from the one run's: {differing}")
    print(f"most files of a day: {most}; store / fresh: {data:.3f} of data, {ratio:.3f} with the logs "
          f"({size(store) / 1e6:.2f} and {size(fresh) / 1e6:.2f} MB)")
    for line in wrong:
        print(f"wrong: {line}")
    if not wrong:
        shutil.rmtree(folder)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
