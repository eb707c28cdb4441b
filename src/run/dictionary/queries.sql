-- Ready queries for DuckDB. Run them where the marts lie:
--   cd reports/marts && duckdb < queries.sql
-- What a column means stands in dictionary.md and dictionary.parquet.

-- What every column means.
SELECT "table", "column", type, name_en, name_zh, unit, null_en, formula, privacy
FROM 'dictionary.parquet';

-- Figures of the newest day that miss their target and are distinguishable from it.
SELECT kpi, value, ci_low, ci_high, target, n
FROM 'kpi.parquet'
WHERE grain = 'day' AND dimension IS NULL AND status = 'missed'
  AND NOT (target BETWEEN ci_low AND ci_high)
  AND period = (SELECT max(period) FROM 'kpi.parquet' WHERE grain = 'day' AND kpi = 'offered' AND n > 0)
ORDER BY kpi;

-- Answer rate by queue and week, added up from days: numerators and denominators add, rates don't.
SELECT member AS queue, date_trunc('week', CAST(period AS DATE)) AS week,
       sum(numerator) / nullif(sum(denominator), 0) AS answer_rate, sum(denominator) AS offered
FROM 'kpi.parquet'
WHERE kpi = 'answer_rate' AND grain = 'day' AND dimension = 'queue'
GROUP BY ALL
ORDER BY queue, week;

-- First-contact resolution of agents with at least 30 first contacts, lowest first.
SELECT member AS agent_id, value, ci_low, ci_high, n
FROM 'kpi.parquet'
WHERE kpi = 'fcr' AND grain = 'all' AND dimension = 'agent_id' AND n >= 30
ORDER BY value, agent_id;

-- Where the change of the week is from: members whose part is not noise.
SELECT kpi, dimension, member, value_before, value_after, effect, explains
FROM 'decomposition.parquet'
WHERE dimension_rank = 1 AND kind <> 'other'
ORDER BY kpi, abs(effect) DESC;

-- The problems that make up 80 % of the cost.
SELECT problem_type, contacts, cost, share, cumulative, rank_best, rank_worst
FROM 'problem.parquet'
WHERE cumulative - share < 0.8
ORDER BY cost DESC;

-- Who needs coaching in what.
SELECT agent_id, team, kpi, value, expected, gap, failed_items
FROM 'coaching.parquet'
ORDER BY z;

-- The findings of the day.
SELECT rank, kpi, verdict, text_en, text_zh, why
FROM 'finding.parquet'
ORDER BY rank;

-- Why rows were rejected.
SELECT reason_en, reason_zh, sum("rows") AS "rows", count(DISTINCT file) AS files
FROM 'reject.parquet'
GROUP BY ALL
ORDER BY "rows" DESC, reason_en;

-- The data version of these marts.
SELECT run, as_of, program, report_date, rows_read, rows_rejected
FROM 'run.parquet'
WHERE reported;
