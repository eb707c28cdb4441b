#!/usr/bin/env python3
"""Writes a CSV of N calls as a call centre would export them: the input of the ingest benchmark.

Every value is a function of (seed, row number) in 64-bit integer arithmetic, so the same arguments give
the same bytes with any version of NumPy, and any row can be made alone: `--shuffle` writes the same rows
in another order.
"""

import argparse
import math
import sys
import time
from datetime import date, timedelta

import numpy as np

DAYS = 90
FIRST_DAY = date(2026, 1, 5)
AGENTS = 2_000
CHUNK = 200_000

COLUMNS = (
    "call_id,started_at,queued_at,answered_at,ended_at,direction,queue,"
    "customer,agent_id,outcome,wait_s,talk_s,problem_type"
)

# Name and share of the calls in per mille.
QUEUES = [
    ("查件", 240), ("催派", 150), ("投诉", 110), ("理赔", 70), ("寄件", 90), ("改址", 60),
    ("退件", 50), ("大客户", 60), ("电商专席", 70), ("国际件", 30), ("网点支持", 40), ("夜班", 30),
]

# Chinese names of the built-in taxonomy, the frequent ones first.
PROBLEMS = [
    "查件", "催派", "物流停滞", "未收到", "快件延误", "改地址", "派送异常", "运费查询", "寄件下单",
    "网点查询", "时效查询", "驿站代收", "未送货上门", "虚假签收", "联系快递员", "预约派送", "重新派送",
    "运单查询", "价格咨询", "服务范围", "禁寄物品咨询", "包裹状态异常", "信息不符", "地址不详", "电话错误",
    "客户拒收", "包裹破损", "包裹丢失", "错发", "内件短少", "服务态度", "理赔申请", "赔付争议", "退件",
    "快件拦截", "运费退款", "发票", "投诉进度", "建议", "表扬", "信息泄露", "账号问题", "商务合作", "无效来电",
]

# Calls per minute by hour of the day, and by day of the week, in arbitrary units.
HOURS = [3, 2, 1, 1, 1, 2, 5, 14, 40, 62, 66, 58, 42, 46, 58, 60, 54, 46, 36, 30, 25, 18, 11, 6]
WEEKDAYS = [12, 11, 10, 10, 10, 8, 7]

# Mobile prefixes; the other eight digits follow from the customer's number.
PREFIXES = [130, 131, 132, 133, 135, 136, 137, 138, 139, 150, 151, 152, 157, 158, 159, 166, 173, 176,
            177, 180, 181, 182, 183, 185, 186, 187, 188, 189, 191, 198]

U = np.uint64


def draw(rows, stream, seed):
    """One uniform 64-bit number per row: SplitMix64 over the row number, a stream and the seed."""
    with np.errstate(over="ignore"):
        z = rows.astype(U) + U(1)
        z = z * U(0x9E3779B97F4A7C15) + U((stream * 0xD1B54A32D192ED03 + seed * 0x8CB92BA72F3D8DD7) % 2**64)
        z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
        return z ^ (z >> U(31))


def below(rows, stream, seed, limit):
    """A number below `limit` (at most 2^32) per row."""
    return ((draw(rows, stream, seed) >> U(32)) * U(limit)) >> U(32)


def words(texts):
    """Texts as rows of a byte table, padded with NUL, which the writer leaves out."""
    encoded = [text.encode() for text in texts]
    width = max(map(len, encoded))
    return np.frombuffer(b"".join(e.ljust(width, b"\0") for e in encoded), np.uint8).reshape(-1, width)


def by_share(shares, size=1000):
    """A table from a uniform number below `size` to an index with these shares."""
    bounds = np.cumsum(np.array(shares, dtype=np.float64)) / sum(shares) * size
    return np.searchsorted(bounds, np.arange(size), side="right").clip(max=len(shares) - 1)


def quantiles(mean, least=0):
    """Whole seconds of an exponential law at 4 096 quantiles."""
    return np.array([least + round(-mean * math.log(1 - (k + 0.5) / 4096)) for k in range(4096)], np.int64)


class Calls:
    """Makes rows by number."""

    def __init__(self, rows, seed):
        self.rows, self.seed = rows, seed
        weights = [
            HOURS[minute // 60] * WEEKDAYS[(FIRST_DAY + timedelta(day)).weekday()]
            for day in range(DAYS) for minute in range(1440)
        ]
        self.weights = np.array(weights, np.int64) * 60
        self.until = np.cumsum(self.weights)
        self.dates = words([(FIRST_DAY + timedelta(d)).isoformat() for d in range(DAYS + 2)])
        self.clocks = words([f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)])
        self.seconds = words([str(s) for s in range(20_000)])
        self.queues = words([name for name, _ in QUEUES])
        self.problems = words(PROBLEMS)
        self.directions = words(["inbound", "outbound"])
        self.outcomes = words(["answered", "abandoned", "ivr", "overflow"])
        self.queue_of = by_share([share for _, share in QUEUES])
        self.problem_of = by_share([1 / (k + 2) for k in range(len(PROBLEMS))])
        self.outcome_of = by_share([860, 100, 30, 10])
        self.waits, self.patience = quantiles(28), quantiles(55)
        self.talks, self.menu = quantiles(170, 8), quantiles(14, 3)
        # A tenth of the customers make three calls in ten; about 3 M are distinct at 10 M calls.
        self.customers = max(10, rows * 36 // 100)

    def started(self, number):
        """Seconds since the first midnight; grows with the row number."""
        total = int(self.until[-1])
        jitter = below(number, 1, self.seed, 2**24).astype(np.int64) * total // 2**24
        place = (number * total + jitter) // self.rows
        minute = np.searchsorted(self.until, place, side="right")
        weight = self.weights[minute]
        return minute * 60 + (place - (self.until[minute] - weight)) * 60 // weight

    def digits(self, value, width):
        out = np.empty((len(value), width), np.uint8)
        value = value.astype(np.int64)
        for at in range(width - 1, -1, -1):
            out[:, at] = value % 10 + 48
            value = value // 10
        return out

    def clock(self, at, where):
        out = np.full((len(at), 19), 32, np.uint8)
        out[:, :10] = self.dates[at // 86_400]
        out[:, 11:] = self.clocks[at % 86_400]
        out[~where] = 0
        return out

    def text(self, number):
        """The rows of these numbers as CSV."""
        n, seed = len(number), self.seed

        def roll(stream, limit):
            return below(number, stream, seed, limit).astype(np.int64)

        outbound = roll(2, 1000) < 80
        outcome = self.outcome_of[roll(3, 1000)]
        outcome[outbound & (outcome != 0)] = 0
        answered, menu_only = outcome == 0, outcome == 2
        queued = ~outbound & ~menu_only
        queue = self.queue_of[roll(4, 1000)]
        pool = AGENTS // len(QUEUES) + 1
        agent = (queue * pool + roll(5, pool)) % AGENTS
        hot = roll(6, 10) < 3
        customer = np.where(hot, roll(7, max(1, self.customers // 10)), roll(7, self.customers))

        started = self.started(number)
        wait = np.where(answered, self.waits[roll(8, 4096)], self.patience[roll(9, 4096)])
        wait[outcome == 3] = 120
        talk = self.talks[roll(10, 4096)]
        queued_at = started + self.menu[roll(11, 4096)]
        ring = np.where(outbound, started + 3 + roll(12, 20), queued_at + wait)
        ended = np.where(answered, ring + talk, np.where(menu_only, queued_at, queued_at + wait))

        def table(words, index, where=None):
            out = words[index]
            if where is not None:
                out[~where] = 0
            return out

        def lettered(letter, index, width):
            return np.hstack([np.full((n, 1), ord(letter), np.uint8), self.digits(index + 1, width)])

        phone = np.empty((n, 11), np.uint8)
        phone[:, :3] = self.digits(np.array(PREFIXES)[customer % len(PREFIXES)], 3)
        phone[:, 3:] = self.digits((customer * 61_803_399 + 12_345_678) % 10**8, 8)
        fields = [
            lettered("C", number, 9),
            self.clock(started, np.full(n, True)),
            self.clock(queued_at, queued),
            self.clock(ring, answered),
            self.clock(ended, np.full(n, True)),
            table(self.directions, outbound.astype(np.int64)),
            table(self.queues, queue, ~menu_only),
            phone,
            np.where(answered[:, None], lettered("A", agent, 4), 0).astype(np.uint8),
            table(self.outcomes, outcome),
            table(self.seconds, wait, queued),
            table(self.seconds, talk, answered),
            table(self.problems, self.problem_of[roll(13, 1000)], answered),
        ]
        comma, end = np.full((n, 1), ord(","), np.uint8), np.full((n, 1), 10, np.uint8)
        parts = [fields[0]]
        for field in fields[1:]:
            parts += [comma, field]
        flat = np.hstack(parts + [end]).ravel()
        return flat[flat != 0].tobytes()


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("out", help="the file to write")
    args.add_argument("--rows", type=int, default=10_000_000)
    args.add_argument("--seed", type=int, default=20260302)
    args.add_argument("--shuffle", action="store_true", help="the same rows in random order")
    args = args.parse_args()

    begun, size = time.monotonic(), 0
    calls = Calls(args.rows, args.seed)
    number = np.arange(args.rows, dtype=np.int64)
    if args.shuffle:
        number = np.argsort(draw(number, 14, args.seed), kind="stable")
    with open(args.out, "wb") as out:
        size += out.write(f"{COLUMNS}\n".encode())
        for at in range(0, args.rows, CHUNK):
            size += out.write(calls.text(number[at:at + CHUNK]))
    print(f"{args.out}: {args.rows:,} rows, {size / 1e6:,.1f} MB, {time.monotonic() - begun:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
