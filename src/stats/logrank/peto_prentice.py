"""Second computation of the weighted log-rank score in tests.rs: exact fractions, two samples instead of many.

Ends seen and expected in the first sample and the variance of their difference, with the weights of Prentice (1978).
"""

from fractions import Fraction as F

TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
UNTREATED = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def weeks(text):
    return [(int(week.rstrip("+")), not week.endswith("+")) for week in text.split()]


a, b = weeks(TREATED), weeks(UNTREATED)
seen = expected = variance = F(0)
share = F(1)
for time in sorted({week for week, ended in a + b if ended}):
    risk = [sum(week >= time for week, _ in sample) for sample in (a, b)]
    ends = [sum(week == time and ended for week, ended in sample) for sample in (a, b)]
    n, d = sum(risk), sum(ends)
    share *= 1 - F(d, n + 1)
    seen += share * ends[0]
    expected += share * d * F(risk[0], n)
    if n > 1:
        variance += share**2 * d * F(risk[0] * risk[1] * (n - d), n * n * (n - 1))
print(float(seen), float(expected), float(variance))
