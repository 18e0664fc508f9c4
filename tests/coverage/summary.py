# SPDX-License-Identifier: MIT
"""What lcov found, by folder, and whether it is enough.

    summary.py TRACEFILE SOURCES                     the table and the verdict
    summary.py TRACEFILE SOURCES --missing PLACE ... each line and branch in these places that nothing ran
"""

import os
import re
import sys
from collections import defaultdict

LINES_WANTED = 90        # percent of all of src/ and include/
LINES_AIM = 95
LINES = "lines"
BRANCHES = "branches"

# Where each branch must be taken both ways: a folder, a file, or one function of it.
WANTED = {
    "store": ("src/store/", "src/kv/", "src/ledger/"),
    "authentication": ("src/access/", "src/api/webhooks.c", "src/ops/token_commands.c"),
    "signatures": ("src/crypto/", "src/messenger/signature.c", "src/messenger/jwt.c") +
                  tuple(f"src/messenger/platform/{name}.c:verify" for name in
                        ("discord", "line", "slack", "teams", "telegram", "whatsapp")) +
                  tuple(f"src/messenger/platform/teams.c:{name}" for name in ("is_in_time", "is_for_channel", "are_claims_ours")) +
                  ("src/messenger/platform/whatsapp.c:greet",),
}


class File:
    """How often each line ran, and each way out of it was taken."""

    def __init__(self):
        self.lines = {}            # number: times
        self.branches = {}         # (line, block, way): times
        self.functions = {}        # name: line

    def range_of(self, function):
        """The lines of a function: those up to the next one."""
        first = self.functions[function]
        return range(first, min((line for line in self.functions.values() if line > first), default=sys.maxsize))


def read(tracefile, sources):
    """Files by their path in the sources; those outside of src/ and include/ are left out."""
    files = defaultdict(File)
    with open(tracefile) as f:
        for row in f:
            what, _, rest = row.rstrip("\n").partition(":")
            values = rest.split(",")
            if what == "SF":
                file = files[os.path.relpath(rest, sources)]
            elif what == "FN":
                file.functions[values[1]] = int(values[0])
            elif what == "DA":
                line = int(values[0])
                file.lines[line] = file.lines.get(line, 0) + int(values[1])
            elif what == "BRDA":
                way = tuple(map(int, values[:3]))
                file.branches[way] = file.branches.get(way, 0) + (0 if values[3] == "-" else int(values[3]))
    return {path: file for path, file in sorted(files.items()) if re.match("(src|include)/", path)}


class Count:
    def __init__(self):
        self.found = {LINES: 0, BRANCHES: 0}
        self.hit = {LINES: 0, BRANCHES: 0}

    def add(self, file, only=None):
        for kind, lines in ((LINES, {line: [line] for line in file.lines}), (BRANCHES, {way: [way[0]] for way in file.branches})):
            times = file.lines if kind == LINES else file.branches
            inside = [times[key] for key, (line,) in lines.items() if only is None or line in only]
            self.found[kind] += len(inside)
            self.hit[kind] += sum(n > 0 for n in inside)
        return self

    def is_whole(self, kind):
        return self.hit[kind] == self.found[kind]

    def percent(self, kind):
        """Rounded down, so that only what is whole is 100."""
        return 1000 * self.hit[kind] // self.found[kind] / 10 if self.found[kind] else 100.0

    def text(self, kind):
        if not self.found[kind]:
            return " " * 22
        return f"{self.percent(kind):5.1f} % {self.hit[kind]:6} /{self.found[kind]:6}"


def of_place(files, place):
    """The files of a folder, a file or a function, each with its lines or None for all."""
    path, _, function = place.partition(":")
    inside = {name: file for name, file in files.items() if name == path or (path.endswith("/") and name.startswith(path))}
    if not inside or (function and function not in inside[path].functions):
        raise SystemExit(f"there is no {place} among the files")
    return [(name, file, file.range_of(function) if function else None) for name, file in inside.items()]


def of_places(files, places):
    count = Count()
    for place in places:
        for _, file, only in of_place(files, place):
            count.add(file, only)
    return count


def by_folder(files):
    folders = defaultdict(Count)
    for path, file in files.items():
        folders["/".join(path.split("/")[:2]) if path.startswith("src/") else "include"].add(file)
    return folders


def report(files, wanted=WANTED, say=print):
    """Prints the table and the verdict; true when all is as wanted."""
    say(f"{'':20}{'lines':>22}    {'branches':>22}")
    rows = sorted(by_folder(files).items())
    total = Count()
    for file in files.values():
        total.add(file)
    for name, count in rows + [("all", total)]:
        say(f"{name:20}{count.text(LINES)}    {count.text(BRANCHES)}".rstrip())
    is_enough = total.percent(LINES) >= LINES_WANTED
    say(f"\n{'enough' if is_enough else 'SHORT '}  {total.percent(LINES):5.1f} % of all lines (wanted: {LINES_WANTED} %, aim: {LINES_AIM} %)")
    for name, places in wanted.items():
        count = of_places(files, places)
        is_whole = count.is_whole(BRANCHES)
        is_enough &= is_whole
        say(f"{'enough' if is_whole else 'SHORT '}  {count.percent(BRANCHES):5.1f} % of the branches of {name}, "
            f"{count.hit[BRANCHES]} of {count.found[BRANCHES]} (wanted: 100 %)")
    return is_enough


def show_missing(files, places, say=print):
    for place in places:
        for path, file, only in of_place(files, place):
            lines = {line for line, times in file.lines.items() if times == 0}
            branches = defaultdict(list)
            for (line, _, way), times in sorted(file.branches.items()):
                branches[line].append(times)
            lines |= {line for line, ways in branches.items() if 0 in ways}
            for line in sorted(lines):
                if only is None or line in only:
                    say(f"{path}:{line}: ran {file.lines.get(line, 0)} times, ways out: {branches[line]}")


def main(arguments):
    tracefile, sources, *rest = arguments
    if not os.path.exists(tracefile):
        sys.exit(f"{tracefile} is not there: nothing was counted yet (contrib/coverage does it)")
    files = read(tracefile, os.path.abspath(sources))
    if rest[:1] == ["--missing"]:
        show_missing(files, rest[1:])
        return 0
    return 0 if report(files) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
