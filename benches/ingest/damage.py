#!/usr/bin/env python3
"""Makes the damage set from a sound file of calls: one file per fault, a mixed one, and two with line
breaks inside quoted fields.

A broken line takes the place of a good one. Beside every `NAME.csv` lies `NAME.json`:

  rows        records in the file, broken ones included
  good_rows   records that a reader must deliver
  broken      per broken line: its physical line number (the header is line 1), the fault, the call_id
  multiline   per good record with line breaks: call_id → its queue
"""

import argparse
import json
import random
import sys
from pathlib import Path

BROKEN = 50
MULTILINE = 5_000
STARTED, QUEUE, AGENT, OUTCOME, WAIT, TALK = 1, 6, 8, 9, 10, 11

NO_SUCH_TIMES = [b"2026-02-30 10:00:00", b"2026-13-01 10:00:00", b"0000-00-00 00:00:00", b"2026-03-01 25:61:00"]
NOT_UTF8 = [b"\xb2\xe9\xbc\xfe", b"\xe6\x9f", b"\xff\xfe", b"\xc3\x28"]
NOT_NUMBERS = ["很久".encode(), b"n.a.", b"12x", b"1O"]


def put(fields, at, value):
    fields[at] = value
    return fields


# Each takes the fields of a line and a running number, and gives the fields of the broken line.
FAULTS = {
    "too_few_fields": lambda f, k: f[:-1 - k % 4],
    "too_many_fields": lambda f, k: f + [b"1"] * (1 + k % 3),
    "unterminated_quote": lambda f, k: put(f, QUEUE, b'"' + f[QUEUE]),
    "text_after_quote": lambda f, k: put(f, QUEUE, b'"' + f[QUEUE] + b'"x'),
    "invalid_utf8": lambda f, k: put(f, QUEUE, NOT_UTF8[k % 4]),
    "nul_byte": lambda f, k: put(f, AGENT, f[AGENT][:2] + b"\0" + f[AGENT][2:]),
    "text_in_number": lambda f, k: put(f, WAIT, NOT_NUMBERS[k % 4]),
    "impossible_time": lambda f, k: put(f, STARTED, NO_SUCH_TIMES[k % 4]),
    "overflowing_number": lambda f, k: put(f, TALK, b"99999999999"),
    "blank_line": lambda f, k: [b""],
}


def multiline(queue, k):
    """A queue name with line breaks, and with what else a quoted field may hold."""
    return queue + ["\n二线", "\n二线\n加急", "\n\n二线", "\n二线, 加急", '\n"二线"'][k % 5]


def spread(rows, count, rng, taken=()):
    """`count` row numbers, evenly spread with a random offset, away from the ends and from those taken."""
    step = (len(rows) - 2) // count
    found = []
    for k in range(count):
        at = 1 + k * step + rng.randrange(step)
        # Answered calls have every field filled in.
        while rows[at].split(b",")[OUTCOME] != b"answered" or at in taken:
            at += 1
        found.append(at)
    return found


def write(out, name, header, rows, faults, breaks):
    """`faults`: row → fault; `breaks`: rows that get line breaks."""
    broken, texts, line, counts = [], {}, 2, {}
    order = {at: k for k, at in enumerate(sorted(breaks))}
    with open(out / f"{name}.csv", "wb") as file:
        file.write(header)
        for at, row in enumerate(rows):
            if at in faults:
                fault = faults[at]
                k = counts[fault] = counts.get(fault, -1) + 1
                broken.append({"line": line, "fault": fault, "call_id": row.split(b",", 1)[0].decode()})
                row = b",".join(FAULTS[fault](row.rstrip(b"\n").split(b","), k)) + b"\n"
            elif at in order:
                fields = row.split(b",")
                text = multiline(fields[QUEUE].decode(), order[at])
                texts[fields[0].decode()] = text
                fields[QUEUE] = b'"' + text.replace('"', '""').encode() + b'"'
                row = b",".join(fields)
            line += row.count(b"\n")
            file.write(row)
    side = {"rows": len(rows), "good_rows": len(rows) - len(broken), "broken": broken, "multiline": texts}
    (out / f"{name}.json").write_text(json.dumps(side, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{name}: {side['good_rows']:,} good, {len(broken)} broken, {len(texts):,} over several lines", file=sys.stderr)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("source", type=Path, help="a sound file of generate.py, 1 M rows for the published table")
    args.add_argument("out", type=Path, help="the folder to write to")
    args.add_argument("--seed", type=int, default=7)
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    with open(args.source, "rb") as file:
        header, *rows = file.readlines()
    rng = random.Random(args.seed)
    places = spread(rows, BROKEN, rng)
    breaks = spread(rows, min(MULTILINE, len(rows) // 20), rng, set(places))
    kinds = list(FAULTS) * (BROKEN // len(FAULTS))
    rng.shuffle(kinds)
    mixed = dict(zip(places, kinds))
    for fault in FAULTS:
        write(args.out, fault, header, rows, dict.fromkeys(places, fault), ())
    write(args.out, "mixed", header, rows, mixed, ())
    write(args.out, "newlines", header, rows, {}, breaks)
    write(args.out, "newlines_mixed", header, rows, mixed, breaks)


if __name__ == "__main__":
    main()
