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


def parts_of(kpi, entry):
    """The parts of a KPI as filtered aggregates: value, numerator, denominator (`None` where it has none) and n."""
    kind, of = entry["kind"], entry.get("of", "")

    def over(aggregate, *conditions):
        known = [*conditions, *([entry["where"]] if "where" in entry else [])]
        return aggregate + (f" FILTER (WHERE {' AND '.join(f'({one})' for one in known)})" if known else "")

    number = f"CAST({of} AS DOUBLE)"
    if kind == "count":
        n = over("count(*)")
        return f"CAST({n} AS DOUBLE)", n, None, n
    if kind in ("sum", "mean", "max"):
        name = {"sum": "sum", "mean": "avg", "max": "max"}[kind]
        n = over(f"count({of})")
        total = None if kind == "max" else over(f"sum({number})")
        return over(f"{name}({number})"), total, None if kind == "sum" else n, n
    if kind == "rate":
        flag = f"CASE WHEN {entry['when']} THEN 1.0::DOUBLE WHEN NOT ({entry['when']}) THEN 0.0 END"
        return over(f"avg({flag})"), over("count(*)", entry["when"]), over(f"count({flag})"), over(f"count({flag})")
    if kind == "quantile":
        value, q = re.match(r"(.*) at q = (.*)", of).groups()
        n = over(f"count({value})")
        return over(f"quantile_cont(CAST({value} AS DOUBLE), {q})"), None, n, n
    if kind == "share":
        value, weight = of, entry["weight"]
        known = (f"{value} IS NOT NULL", f"{weight} IS NOT NULL")
        sums = over(f"sum(CAST({value} AS DOUBLE) * {weight})", *known), over(f"sum(CAST({weight} AS DOUBLE))", *known)
        return f"{sums[0]} / nullif({sums[1]}, 0)", *sums, over("count(*)", *known)
    raise SystemExit(f"{kpi}: unknown kind {kind}")


def wide(entries, dimension, files, to):
    """One row per group with the values of all KPIs of a fact table."""
    columns = ",\n".join(f'{parts_of(kpi, entry)[0]} AS "{kpi}"' for kpi, entry in entries.items())
    return [f"COPY (SELECT date, {dimension}, {columns} FROM {files} GROUP BY ALL ORDER BY ALL) TO '{to}' (FORMAT parquet)"]


def long(entries, dimension, files, to):
    """One row per KPI and group with its parts: the same aggregates, put one under the other."""
    names = ["value", "numerator", "denominator", "n"]
    columns, rows = [], []
    for kpi, entry in entries.items():
        parts = dict(zip(names, parts_of(kpi, entry)))
        columns += [f'{sql} AS "{kpi}_{name}"' for name, sql in parts.items() if sql]
        told = [f'CAST("{kpi}_{name}" AS DOUBLE)' if sql else "CAST(NULL AS DOUBLE)" for name, sql in parts.items()]
        told = ", ".join(f"{sql} AS {name}" for name, sql in zip(names, told))
        rows.append(f"""SELECT '{kpi}' AS kpi, date, {dimension}, {told} FROM groups WHERE "{kpi}_n" > 0""")
    return [
        f"CREATE TEMP TABLE groups AS SELECT date, {dimension}, {', '.join(columns)} FROM {files} GROUP BY ALL ORDER BY ALL",
        f"COPY ({' UNION ALL '.join(rows)}) TO '{to}' (FORMAT parquet)",
        "DROP TABLE groups",
    ]


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


def differences(folder, dimension):
    """The figures that both have in the long form: how many, how many only one has, and the largest relative difference
    of a value, numerator, denominator or n."""
    import duckdb

    columns = ["value", "numerator", "denominator", "n"]
    alone = " OR ".join(f"(a.{one} IS NULL) <> (b.{one} IS NULL)" for one in columns)
    apart = ", ".join(f"abs(a.{one} - b.{one}) / greatest(1, abs(a.{one}))" for one in columns)
    return duckdb.sql(f"""
        SELECT count(*) FILTER (WHERE a.n IS NOT NULL AND b.n IS NOT NULL),
               count(*) FILTER (WHERE {alone}),
               max(greatest({apart}))
        FROM (SELECT *, CAST(date AS VARCHAR) AS period
              FROM read_parquet('{folder}/duckdb_*_{dimension}_long.parquet')) a
        FULL JOIN (SELECT * FROM read_parquet('{folder}/kefu_{dimension}_long.parquet') WHERE n > 0) b
        ON a.kpi = b.kpi AND a.period = b.period AND coalesce(a.{dimension}, '') = coalesce(b.{dimension}, '')
        """).fetchall()[0]


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
    print("| dimension, form | tool | wall s | CPU s | peak MB |\n|---|---|---|---|---|")
    ratios, compared = [], []
    for dimension in DIMENSIONS:
        steps, kpis = {"wide": [], "long": []}, []
        for fact, entries in facts.items():
            fitting = {k: e for k, e in entries.items() if has(arguments.kefu, arguments.store, k, dimension)}
            if not fitting:
                continue
            kpis += fitting
            files = f"read_parquet('{store}/{fact}/**/*.parquet', hive_partitioning = true)"
            for form, plan in (("wide", wide), ("long", long)):
                steps[form] += plan(fitting, dimension, files, folder / f"duckdb_{fact}_{dimension}_{form}.parquet")
        for form in steps:
            plan = folder / f"{dimension}_{form}.json"
            plan.write_text(json.dumps({"threads": threads, "steps": steps[form]}))

        def command(tool, form):
            if tool == "DuckDB":
                return [sys.executable, "-c", DUCKDB, str(folder / f"{dimension}_{form}.json")]
            asked = [
                arguments.kefu, "kpi", "--store", arguments.store, "--kpi", ",".join(kpis), "--by", dimension,
                "--grain", "day", "--format", "parquet", "-o", str(folder / f"kefu_{dimension}_{form}.parquet"),
                "--threads", str(threads),
            ]
            return [*asked, "--wide"] if form == "wide" else asked

        runs = {(form, tool): [] for form in steps for tool in ("DuckDB", "kefu")}
        for _ in range(arguments.runs):
            for (form, tool), taken in runs.items():
                taken.append(measured(command(tool, form), arguments.cores))
        median = {run: [statistics.median(c) for c in zip(*taken)] for run, taken in runs.items()}
        for (form, tool), (wall, cpu, peak) in median.items():
            print(f"| {dimension} ({len(kpis)} KPIs), {form} | {tool} | {wall:.2f} | {cpu:.2f} | {peak:,.0f} |")
        for form in steps:
            pairs = zip(median[form, "kefu"], median[form, "DuckDB"])
            ratios.append([f"{dimension}, {form}", *(a / b for a, b in pairs)])
        compared.append((dimension, *differences(folder, dimension)))
    print("\n| kefu ÷ DuckDB | wall | CPU | peak memory |\n|---|---|---|---|")
    for dimension, *numbers in ratios:
        print(f"| {dimension} | " + " | ".join(f"{n:.2f}" for n in numbers) + " |")
    print()
    for dimension, both, one, most in compared:
        print(f"by {dimension}: {both:,} figures, {one:,} that only one of them has, largest difference {most:.1e}")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
