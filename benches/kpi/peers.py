#!/usr/bin/env python3
"""Measures the whole KPI catalogue by day and one dimension beside DuckDB on the same facts, and compares the
figures.

`kefu explain` gives the definitions, DuckDB computes them with one query per fact table and dimension:
filtered aggregates over the same Parquet files, as a person who knows it would write them. Both run in a
process of their own on the same cores and write a Parquet file.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

DIMENSIONS = ["queue", "agent_id"]


def definitions(kefu, store):
    """KPI → what `kefu explain` says of it, ratios left out."""
    listed = subprocess.run(
        [kefu, "kpi", "--store", store, "--format", "csv"], capture_output=True, text=True, check=True
    ).stdout.splitlines()[1:]
    found = {}
    for kpi in dict.fromkeys(line.split(",")[0] for line in listed):
        text = subprocess.run(
            [kefu, "explain", kpi, "--lang", "en"], capture_output=True, text=True, check=True
        ).stdout
        entry = {}
        for line in text.splitlines():
            match = re.match(r"(kind|fact|where|when|of|weight)\s+(\S.*)", line)
            if match and match[1] not in entry:
                entry[match[1]] = match[2]
        if "fact" in entry and entry["kind"] != "ratio":
            found[kpi] = entry
    return found


def aggregate(kpi, entry):
    """The KPI's value as one filtered aggregate."""
    kind, of = entry["kind"], entry.get("of", "")
    keep = f" FILTER (WHERE {entry['where']})" if "where" in entry else ""
    if kind == "count":
        sql = f"CAST(count(*){keep} AS DOUBLE)"
    elif kind in ("sum", "mean", "max"):
        name = {"sum": "sum", "mean": "avg", "max": "max"}[kind]
        sql = f"{name}(CAST({of} AS DOUBLE)){keep}"
    elif kind == "rate":
        sql = f"avg(CASE WHEN {entry['when']} THEN 1.0::DOUBLE WHEN NOT ({entry['when']}) THEN 0.0 END){keep}"
    elif kind == "quantile":
        value, q = re.match(r"(.*) at q = (.*)", of).groups()
        sql = f"quantile_cont(CAST({value} AS DOUBLE), {q}){keep}"
    elif kind == "share":
        value, weight = of, entry["weight"]
        known = f"{value} IS NOT NULL AND {weight} IS NOT NULL"
        both = f" FILTER (WHERE {known}" + (f" AND {entry['where']})" if "where" in entry else ")")
        sql = f"sum(CAST({value} AS DOUBLE) * {weight}){both} / nullif(sum(CAST({weight} AS DOUBLE)){both}, 0)"
    else:
        raise SystemExit(f"{kpi}: unknown kind {kind}")
    return f'{sql} AS "{kpi}"'


def by_fact(known):
    facts = {}
    for kpi, entry in known.items():
        facts.setdefault(entry["fact"], {})[kpi] = entry
    return facts


def has(kefu, store, kpi, dimension):
    asked = [kefu, "kpi", "--store", store, "--kpi", kpi, "--by", dimension, "--format", "csv"]
    return subprocess.run(asked, capture_output=True).returncode == 0


DUCKDB = """
import duckdb, json, sys
plan = json.load(open(sys.argv[1]))
connection = duckdb.connect()
connection.execute("SET threads = %d" % plan["threads"])
connection.execute("SET TimeZone = 'UTC'")
for step in plan["steps"]:
    connection.execute(step)
"""


def measured(command, cores):
    """Wall and CPU seconds and peak MB of a process."""
    script = "import os,resource,subprocess,sys,time,json\n" \
        "t=time.perf_counter();p=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL);w=time.perf_counter()-t\n" \
        "u=resource.getrusage(resource.RUSAGE_CHILDREN)\n" \
        "print(json.dumps([w,u.ru_utime+u.ru_stime,u.ru_maxrss/1024,p.returncode]))"
    run = subprocess.run(
        ["taskset", "-c", cores, sys.executable, "-c", script, *command], capture_output=True, text=True
    )
    wall, cpu, peak, code = json.loads(run.stdout.splitlines()[-1])
    if code:
        raise SystemExit(f"{command[0]} failed: {run.stderr}")
    return wall, cpu, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kefu", required=True, help="the program")
    parser.add_argument("--store", required=True, help="a store after `kefu run`")
    parser.add_argument("--runs", type=int, default=3, help="runs per tool, of which the median counts")
    parser.add_argument("--cores", default="0,1")
    arguments = parser.parse_args()
    store = Path(arguments.store)
    facts = by_fact(definitions(arguments.kefu, arguments.store))
    folder = Path(tempfile.mkdtemp(prefix="kpi-bench-"))
    threads = len(arguments.cores.split(","))
    print("| by day and | tool | wall s | CPU s | peak MB |\n|---|---|---|---|---|")
    ratios = []
    for dimension in DIMENSIONS:
        steps, kpis = [], []
        for fact, entries in facts.items():
            fitting = {k: e for k, e in entries.items() if has(arguments.kefu, arguments.store, k, dimension)}
            if not fitting:
                continue
            kpis += fitting
            columns = ",\n".join(aggregate(k, e) for k, e in fitting.items())
            files = f"read_parquet('{store}/{fact}/**/*.parquet', hive_partitioning = true)"
            steps.append(
                f"COPY (SELECT date, {dimension}, {columns} FROM {files} GROUP BY ALL ORDER BY ALL) "
                f"TO '{folder}/{fact}_{dimension}.parquet' (FORMAT parquet)"
            )
        plan = folder / f"{dimension}.json"
        plan.write_text(json.dumps({"threads": threads, "steps": steps}))
        long = [
            arguments.kefu, "kpi", "--store", arguments.store, "--kpi", ",".join(kpis), "--by", dimension,
            "--grain", "day", "--format", "parquet", "-o", str(folder / f"kefu_{dimension}.parquet"),
            "--threads", str(threads),
        ]
        wide = [*long[:-3], str(folder / f"kefu_wide_{dimension}.parquet"), *long[-2:], "--wide"]
        times = {"DuckDB": [], "kefu": [], "kefu --wide": []}
        for _ in range(arguments.runs):
            times["DuckDB"].append(measured([sys.executable, "-c", DUCKDB, str(plan)], arguments.cores))
            times["kefu"].append(measured(long, arguments.cores))
            times["kefu --wide"].append(measured(wide, arguments.cores))
        median = {t: [statistics.median(c) for c in zip(*runs)] for t, runs in times.items()}
        for tool, (wall, cpu, peak) in median.items():
            print(f"| {dimension} ({len(kpis)} KPIs) | {tool} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} |")
        for tool in ("kefu --wide", "kefu"):
            ratios.append([f"{dimension}, {tool}", *(a / b for a, b in zip(median[tool], median["DuckDB"]))])
    print("\n| kefu ÷ DuckDB | wall | CPU | peak memory |\n|---|---|---|---|")
    for dimension, *numbers in ratios:
        print(f"| {dimension} | " + " | ".join(f"{n:.2f}" for n in numbers) + " |")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
