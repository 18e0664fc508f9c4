# SPDX-License-Identifier: MIT
"""Stacks with weights, {(outermost, ..., innermost): weight}: as a flame graph, a text summary, and in pprof's format."""

import collections
import gzip
import html
import zlib

WIDTH, ROW, LEAST = 1200, 17, 0.3     # pixels; frames narrower than LEAST are left out
STYLE = """<style>text{font:11px monospace;pointer-events:none}rect{stroke:#fff;stroke-width:.5}g:hover rect{stroke:#000}
.title{font:14px sans-serif}</style>"""


def total(stacks):
    return sum(stacks.values())


# --- flame graph -------------------------------------------------------------------


class Frame:
    def __init__(self, name):
        self.name, self.weight, self.below = name, 0, {}

    def add(self, stack, weight):
        frame = self
        frame.weight += weight
        for name in stack:
            frame = frame.below.setdefault(name, Frame(name))
            frame.weight += weight


def colour(name):
    """Warm, and the same for a function in each graph."""
    seed = zlib.crc32(name.encode())
    return f"rgb({205 + seed % 50},{80 + seed // 50 % 130},{seed // 6500 % 55})"


def boxes(frame, left, depth, scale, whole):
    """(depth, svg) of a frame and all above it."""
    width = frame.weight * scale
    if width < LEAST:
        return
    label = html.escape(frame.name)
    fits = int((width - 4) / 6.7)
    shown = html.escape(frame.name if len(frame.name) <= fits else frame.name[:max(fits - 1, 0)] + "…") if fits > 2 else ""
    yield depth, (f'<g><title>{label}: {frame.weight:,.0f}, {frame.weight / whole:.1%}</title><rect x="{left:.1f}" y="%d" '
                  f'width="{width:.1f}" height="{ROW - 1}" fill="{colour(frame.name)}"/><text x="{left + 3:.1f}" y="%d">{shown}</text></g>')
    for below in sorted(frame.below.values(), key=lambda f: f.name):
        yield from boxes(below, left, depth + 1, scale, whole)
        left += below.weight * scale


def flame_graph(stacks, title):
    root = Frame("all")
    for stack, weight in stacks.items():
        root.add(stack, weight)
    found = list(boxes(root, 0, 0, WIDTH / max(root.weight, 1), max(root.weight, 1)))
    height = (max((depth for depth, _ in found), default=0) + 3) * ROW
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">', STYLE,
             f'<text class="title" x="4" y="{ROW}">{html.escape(title)}</text>']
    for depth, svg in found:
        top = height - (depth + 1) * ROW
        lines.append(svg.replace("%d", str(top), 1).replace("%d", str(top + 12), 1))
    return "\n".join(lines) + "\n</svg>\n"


# --- text ----------------------------------------------------------------------------


def summary(stacks, unit, rows=40):
    """The functions by their own weight, with what is below them."""
    own, with_below = collections.Counter(), collections.Counter()
    for stack, weight in stacks.items():
        own[stack[-1]] += weight
        for name in set(stack):
            with_below[name] += weight
    whole = max(total(stacks), 1)
    lines = [f"{total(stacks):,.0f} {unit} in all", f"{'own':>8s} {'with below':>11s}  function"]
    lines += [f"{weight / whole:8.1%} {with_below[name] / whole:11.1%}  {name}" for name, weight in own.most_common(rows)]
    lines += ["", "with what is below them:"]
    lines += [f"{weight / whole:20.1%}  {name}" for name, weight in with_below.most_common(rows)]
    return "\n".join(lines) + "\n"


def folded(stacks):
    return "".join(f"{';'.join(name.replace(';', ':') for name in stack)} {weight:.0f}\n" for stack, weight in sorted(stacks.items()))


def read_folded(text):
    found = collections.Counter()
    for line in text.splitlines():
        stack, _, weight = line.rpartition(" ")
        found[tuple(stack.split(";"))] += int(weight)
    return found


# --- pprof's profile.proto ---------------------------------------------------------------


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def number(field, n):
    return varint(field << 3) + varint(n)


def block(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


class Numbered:
    """Numbers for values, in the order in which they come."""

    def __init__(self, first):
        self.first, self.numbers = first, {}

    def __call__(self, value):
        return self.numbers.setdefault(value, len(self.numbers) + self.first)


def pprof(stacks, kind, unit):
    """A gzipped Profile: sample_type = 1, sample = 2, location = 4, function = 5, string_table = 6."""
    strings, functions = Numbered(0), Numbered(1)
    strings("")
    out = block(1, number(1, strings(kind)) + number(2, strings(unit)))
    for stack, weight in stacks.items():
        places = b"".join(varint(functions(name)) for name in reversed(stack))
        out += block(2, block(1, places) + block(2, varint(int(weight))))
    for name, n in functions.numbers.items():
        out += block(4, number(1, n) + block(4, number(1, n)))          # a location with one line of the function
        out += block(5, number(1, n) + number(2, strings(name)) + number(3, strings(name)))
    for text in strings.numbers:
        out += block(6, text.encode())
    return gzip.compress(out, mtime=0)


def write(stacks, path, title, kind, unit):
    """path.svg, path.txt, path.pb.gz and path.folded."""
    for ending, data in (".svg", flame_graph(stacks, title)), (".txt", f"{title}\n{summary(stacks, unit)}"), (".folded", folded(stacks)):
        with open(path + ending, "w") as f:
            f.write(data)
    with open(path + ".pb.gz", "wb") as f:
        f.write(pprof(stacks, kind, unit))
