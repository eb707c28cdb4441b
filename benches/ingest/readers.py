#!/usr/bin/env python3
"""One peer doing one thing in a process of its own, so that its time and memory can be told.

  readers.py convert TOOL FILE OUT    CSV → Zstd Parquet partitioned by day, typed
  readers.py read READER FILE OUT     CSV → typed rows in one Parquet file, however broken the CSV; OUT.rejects
                                      lists the lines the reader itself reports
  readers.py rows DIR                 rows of all Parquet files under DIR
  readers.py judge SOURCE SIDE OUT    what became of good and broken lines
"""

import glob
import json
import os
import sys

# 1 is what `kefu` writes with.
ZSTD_LEVEL = 1
# Clock of the calls, east of Greenwich: `kefu` stores instants, the peers clock readings.
ZONE_HOURS = 8

TIMES = ["started_at", "queued_at", "answered_at", "ended_at"]
NUMBERS = ["wait_s", "talk_s"]
COLUMNS = (
    "call_id,started_at,queued_at,answered_at,ended_at,direction,queue,"
    "customer,agent_id,outcome,wait_s,talk_s,problem_type"
).split(",")

# What a delivered row must agree on with the export. The customer is left out, who is a pseudonym in
# one of the stores, and the problem type, which is a code there.
COMPARED = TIMES + ["direction", "queue", "agent_id", "outcome"] + NUMBERS


def duck():
    import duckdb

    con = duckdb.connect()
    threads = len(os.sched_getaffinity(0))
    con.execute(f"SET threads={threads}; SET enable_progress_bar=false; SET preserve_insertion_order=false")
    return con


def duck_csv(file, extra="", sniff=False):
    """With `sniff` DuckDB tells the dialect itself, and may turn quoting off."""
    kinds = {**dict.fromkeys(TIMES, "TIMESTAMP"), **dict.fromkeys(NUMBERS, "INTEGER")}
    columns = ", ".join(f"'{name}': '{kinds.get(name, 'VARCHAR')}'" for name in COLUMNS)
    dialect = """header=true, auto_detect=false, delim=',', quote='"', escape='"'"""
    if sniff:
        return f"read_csv('{file}', header=true, types={{{columns}}}{extra})"
    return f"read_csv('{file}', {dialect}, columns={{{columns}}}{extra})"


def polars_csv(file, strict=True):
    """Text columns parsed afterwards: in this version four times as fast as typed times in the reader."""
    import polars as pl

    schema = {name: pl.Int32 if name in NUMBERS else pl.String for name in COLUMNS}
    lenient = {} if strict else {"ignore_errors": True, "truncate_ragged_lines": True, "encoding": "utf8-lossy"}
    clock = [pl.col(n).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=strict) for n in TIMES]
    return pl.scan_csv(file, schema=schema, **lenient).with_columns(clock)


def convert(tool, file, out):
    if tool == "duckdb":
        duck().execute(
            f"COPY (SELECT *, CAST(started_at AS DATE) AS date FROM {duck_csv(file)}) TO '{out}' "
            f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL}, PARTITION_BY (date))"
        )
    elif tool == "duckdb_count":
        duck().execute(f"SELECT count(*) FROM read_csv('{file}', all_varchar=true, header=true)").fetchall()
    elif tool == "polars":
        import polars as pl

        rows = polars_csv(file).with_columns(pl.col("started_at").dt.date().alias("date"))
        by_day = hasattr(pl, "PartitionBy")
        rows.sink_parquet(
            pl.PartitionBy(out, key="date") if by_day else f"{out}/all.parquet",
            compression="zstd", compression_level=ZSTD_LEVEL, maintain_order=False, mkdir=True,
        )


def read(reader, file, out):
    rejects = []
    if reader.startswith("duckdb"):
        extra = {"ignore": ", ignore_errors=true", "rejects": ", store_rejects=true"}
        con = duck()
        rows = duck_csv(file, extra.get(reader.rpartition("_")[2], ""), sniff="sniffed" in reader)
        con.execute(f"CREATE TABLE calls AS SELECT * FROM {rows}")
        con.execute(f"COPY calls TO '{out}' (FORMAT parquet)")
        if reader.endswith("_rejects"):
            rejects = [line for (line,) in con.execute("SELECT DISTINCT line FROM reject_errors").fetchall()]
    elif reader.startswith("polars"):
        polars_csv(file, strict=reader == "polars").sink_parquet(out)
    elif reader.startswith("pandas"):
        import pandas as pd

        strict = reader == "pandas"
        lenient = {} if strict else {"on_bad_lines": "skip", "encoding_errors": "replace"}
        kinds = {name: "Int32" if strict and name in NUMBERS else "str" for name in COLUMNS}
        rows = pd.read_csv(file, engine="c", dtype=kinds, **lenient)
        errors = "raise" if strict else "coerce"
        for name in TIMES:
            rows[name] = pd.to_datetime(rows[name], format="%Y-%m-%d %H:%M:%S", errors=errors)
        for name in NUMBERS:
            rows[name] = pd.to_numeric(rows[name], errors=errors)
        rows.to_parquet(out, index=False)
    with open(f"{out}.rejects", "w", encoding="utf-8") as file:
        json.dump(rejects, file)


def rows(folder):
    files = glob.glob(f"{folder}/**/*.parquet", recursive=True)
    files = [file for file in files if not any(part.startswith("_") for part in file[len(folder):].split(os.sep))]
    count = duck().execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [files]).fetchone()[0]
    print(json.dumps({"rows": int(count), "files": len(files)}))


def judge(source, side, out):
    """Compares the rows delivered, a Parquet file or a store's folder, with those of the sound file."""
    with open(side, encoding="utf-8") as file:
        truth = json.load(file)
    con = duck()
    if os.path.isdir(out):
        found = f"{out}/calls/date=*/*.parquet"
        reported = set()
        for file in glob.glob(f"{out}/_quarantine/*.parquet"):
            reported |= {line for (line,) in con.execute("SELECT line FROM read_parquet(?)", [file]).fetchall()}
    else:
        found = out
        with open(f"{out}.rejects", encoding="utf-8") as file:
            reported = set(json.load(file))

    con.execute("CREATE TABLE broken (call_id VARCHAR); CREATE TABLE multiline (call_id VARCHAR, queue VARCHAR)")
    for table, lines in [
        ("broken (call_id)", [(line["call_id"],) for line in truth["broken"]]),
        ("multiline", list(truth["multiline"].items())),
    ]:
        if lines:
            con.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(lines[0]))})", lines)

    def seen(name, column):
        if name in TIMES:
            return f"epoch_us({column})"
        return f"CAST({column} AS DOUBLE)" if name in NUMBERS else column

    kinds = dict(con.execute("SELECT column_name, column_type FROM (DESCRIBE FROM read_parquet(?))", [found]).fetchall())
    instants = kinds["started_at"].upper() in ("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    shift = ZONE_HOURS * 3_600_000_000 if instants else 0
    exported = {n: seen(n, f"c.{n}") for n in COMPARED} | {"queue": "coalesce(m.queue, c.queue)"}
    con.execute(
        "CREATE TABLE good AS SELECT c.call_id, "
        + ", ".join(f"{column} AS {n}" for n, column in exported.items())
        + f" FROM {duck_csv(source)} c LEFT JOIN multiline m USING (call_id)"
        " WHERE c.call_id NOT IN (SELECT call_id FROM broken)"
    )
    con.execute(
        "CREATE TABLE found AS SELECT call_id, "
        + ", ".join(f"{seen(n, n)} + {shift} AS {n}" if n in TIMES else f"{seen(n, n)} AS {n}" for n in COMPARED)
        + " FROM read_parquet(?)", [found],
    )
    # A field that is empty in the export may be filled in from the others.
    same = " AND ".join(f"(g.{n} IS NULL OR g.{n} IS NOT DISTINCT FROM f.{n})" for n in COMPARED)
    intact, altered = con.execute(
        f"SELECT count(DISTINCT call_id) FILTER ({same}), count(DISTINCT call_id) FILTER (NOT ({same}))"
        " FROM good g JOIN found f USING (call_id)"
    ).fetchone()
    delivered, known = con.execute(
        "SELECT count(*), count(*) FILTER (call_id IN (SELECT call_id FROM good)) FROM found"
    ).fetchone()
    lines = {line["line"]: line["fault"] for line in truth["broken"]}
    print(json.dumps({
        "good_lost": truth["good_rows"] - intact,
        "good_altered": altered,
        "broken_kept": delivered - known,
        "doubled": known - intact - altered,
        "rejected_with_line": len(reported & lines.keys()),
        "unreported": sorted({lines[line] for line in lines.keys() - reported}),
    }))


if __name__ == "__main__":
    {"convert": convert, "read": read, "rows": rows, "judge": judge}[sys.argv[1]](*sys.argv[2:])
