# SPDX-License-Identifier: MIT
"""Results in Go's line format: reading them, and what two samples of them differ by."""

import collections
import math
import re
import statistics

LINE = re.compile(r"(Benchmark\S*?)(?:-\d+)?\s+\d+\s+(.*)$")
UNITS = ["ns/op", "B/op", "allocs/op"]
EXACT_MAX = 20


def read(lines):
    """{name: {unit: [values]}}, names in the order of the file."""
    found = {}
    for line in lines:
        match = LINE.match(line.rstrip())
        if match is None:
            continue
        words = match[2].split()
        units = found.setdefault(match[1], {})
        for value, unit in zip(words[::2], words[1::2]):
            units.setdefault(unit, []).append(float(value))
    return found


def ranks(values):
    """The rank of each value from 1; equal ones share the middle of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            found[place] = (start + 1 + end) / 2
        start = end
    return found


def ways(n, m):
    """ways[u]: how many of the orders of n and m different values have the statistic u."""
    table = [[1]] * (m + 1)                      # for n = 0: one order, u = 0
    for i in range(1, n + 1):
        row = [[1]]
        for j in range(1, m + 1):
            counts = [0] * (i * j + 1)
            for u, count in enumerate(row[j - 1]):     # the largest is of the second
                counts[u] += count
            for u, count in enumerate(table[j]):       # the largest is of the first, above j others
                counts[u + j] += count
            row.append(counts)
        table = row
    return table[m]


def mann_whitney(first, second):
    """The two-sided p-value that both come from the same distribution; 1 when one is empty or all are equal."""
    n, m = len(first), len(second)
    if n == 0 or m == 0 or len(set(first) | set(second)) == 1:
        return 1.0
    u = sum(ranks(first + second)[:n]) - n * (n + 1) / 2
    u = min(u, n * m - u)
    if len(set(first + second)) == n + m and max(n, m) <= EXACT_MAX:
        counts = ways(n, m)
        return min(1.0, 2 * sum(counts[:int(u) + 1]) / sum(counts))
    total = n + m
    ties = sum(t ** 3 - t for t in collections.Counter(first + second).values())
    deviation = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    z = max(0.0, (n * m / 2 - u - 0.5) / deviation)
    return min(1.0, math.erfc(z / math.sqrt(2)))


class Change:
    """One benchmark in one unit: both medians, the change as a part of the first, and p."""

    def __init__(self, name, unit, before, after):
        self.name, self.unit = name, unit
        self.before, self.after = statistics.median(before), statistics.median(after)
        self.counts = len(before), len(after)
        self.least = min(before), min(after)
        self.p = mann_whitney(before, after)
        if self.before == self.after:
            self.part = 0.0
        else:
            self.part = (self.after - self.before) / self.before if self.before else math.inf

    def is_slower(self, part, p):
        return self.part > part and self.p < p

    def __str__(self):
        percent = "new" if math.isinf(self.part) else f"{self.part * 100:+.1f} %"
        return f"{self.name:46s} {shown(self.before):>10s} {shown(self.after):>10s} {self.unit:9s} {percent:>9s}  " \
            f"p={self.p:.3f} n={self.counts[0]}+{self.counts[1]}"


def shown(value):
    for limit, factor, unit in (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k"):
        if value >= limit:
            return f"{value / factor:.2f}{unit}"
    return f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def changes(before, after, unit="ns/op"):
    return [Change(name, unit, before[name][unit], after[name][unit]) for name in before
            if name in after and unit in before[name] and unit in after[name]]
