"""Ready queries for Polars. Run them where the marts lie:

    cd reports/marts && python3 queries.py

What a column means stands in dictionary.md and dictionary.parquet.
"""

import polars as pl

kpi = pl.scan_parquet("kpi.parquet").with_columns(pl.col("kpi", "grain", "dimension", "status").cast(pl.String))

QUERIES = {
    "what every column means": pl.scan_parquet("dictionary.parquet").select(
        "table", "column", "type", "name_en", "name_zh", "unit", "null_en", "formula", "privacy"
    ),
    "days on which a figure missed its target beyond doubt": kpi.filter(
        pl.col("grain") == "day",
        pl.col("dimension").is_null(),
        pl.col("status") == "missed",
        ~pl.col("target").is_between("ci_low", "ci_high"),
    )
    .select("kpi", "period", "value", "ci_low", "ci_high", "target", "n")
    .sort("kpi", "period"),
    # Numerators and denominators add, rates don't.
    "answer rate by queue over all days": kpi.filter(
        pl.col("kpi") == "answer_rate", pl.col("grain") == "day", pl.col("dimension") == "queue"
    )
    .group_by("member")
    .agg(pl.col("numerator").sum(), pl.col("denominator").sum())
    .with_columns(answer_rate=pl.col("numerator") / pl.col("denominator"))
    .sort("member"),
    "first-contact resolution of agents with at least 30 first contacts": kpi.filter(
        pl.col("kpi") == "fcr", pl.col("grain") == "all", pl.col("dimension") == "agent_id", pl.col("n") >= 30
    )
    .select("member", "value", "ci_low", "ci_high", "n")
    .sort("value", "member"),
    "where the change of the week is from": pl.scan_parquet("decomposition.parquet")
    .filter(pl.col("dimension_rank") == 1, pl.col("kind") != "other")
    .select("kpi", "dimension", "member", "value_before", "value_after", "effect", "explains")
    .sort("kpi", pl.col("effect").abs(), descending=[False, True]),
    "the problems that make up 80 % of the cost": pl.scan_parquet("problem.parquet")
    .filter(pl.col("cumulative") - pl.col("share") < 0.8)
    .select("problem_type", "contacts", "cost", "share", "cumulative", "rank_best", "rank_worst")
    .sort("cost", descending=True),
    "who needs coaching in what": pl.scan_parquet("coaching.parquet")
    .select("agent_id", "team", "kpi", "value", "expected", "gap", "failed_items")
    .sort("gap"),
    "why rows were rejected": pl.scan_parquet("reject.parquet")
    .group_by("reason_en", "reason_zh")
    .agg(pl.col("rows").sum(), files=pl.col("file").n_unique())
    .sort("rows", descending=True),
    "the data version of these marts": pl.scan_parquet("run.parquet").filter(pl.col("reported")),
}

if __name__ == "__main__":
    for name, query in QUERIES.items():
        print(f"-- {name}")
        print(query.collect())
