# SPDX-License-Identifier: MIT
"""A strict reader of OpenMetrics 1.0, as far as we write it: anything else is a ValueError."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{([^}}]*)\}})? (-?[0-9]+(?:\.[0-9]+)?)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"')
SUFFIXES = {"counter": ["_total"], "gauge": [""], "info": ["_info"], "histogram": ["_bucket", "_count", "_sum"]}


def _labels(text):
    labels = {}
    for part in text.split(",") if text else []:
        match = LABEL.fullmatch(part)
        if match is None or match[1] in labels:
            raise ValueError(f"bad label {part!r}")
        labels[match[1]] = match[2]
    return labels


def parse(text):
    """{(sample name, ((label, value), ...)): number} and {family: type}."""
    samples, types, helps = {}, {}, {}
    family = None
    if not text.endswith("\n# EOF\n"):
        raise ValueError("does not end with # EOF")
    for line in text[:-len("# EOF\n")].splitlines():
        if line.startswith("#"):
            word, name, rest = line[2:].split(" ", 2)
            if name != family:
                if name in types or not re.fullmatch(NAME, name):
                    raise ValueError(f"family {name} twice or badly named")
                family = name
            if word == "TYPE":
                if name in types or rest not in SUFFIXES:
                    raise ValueError(line)
                types[name] = rest
            elif word == "HELP":
                if name in helps or re.search(r'(?<!\\)"', rest):
                    raise ValueError(line)
                helps[name] = rest
            elif word != "UNIT" or not name.endswith("_" + rest):
                raise ValueError(line)
            continue
        match = SAMPLE.fullmatch(line)
        if match is None or family is None or match[1] not in [family + s for s in SUFFIXES[types[family]]]:
            raise ValueError(f"bad sample {line!r}")
        key = match[1], tuple(sorted(_labels(match[2]).items()))
        if key in samples:
            raise ValueError(f"sample twice: {line!r}")
        if types[family] != "gauge" and float(match[3]) < 0:
            raise ValueError(f"negative: {line!r}")
        samples[key] = float(match[3])
    if types.keys() != helps.keys():
        raise ValueError(f"without help: {types.keys() - helps.keys()}")
    return samples, types
