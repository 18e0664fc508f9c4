#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/API.md: every command in it is run, in its order, and must print what the text says it prints.

Ids, times, tokens and the like differ from run to run: what looks like one
matches any other of its kind, but the same one in the text is the same one in
what was printed.
"""

import os
import re
import subprocess
import unittest

import tap
from harness import Daemon, PATIENCE, SOURCE_DIR, program

DOCUMENT = os.path.join(SOURCE_DIR, "doc", "API.md")
TEXT_ADDRESS = "http://127.0.0.1:8080"
END = "--- the end of a command ---"

VARYING = re.compile("|".join(f"(?P<{kind}>{form})" for kind, form in {
    "TOKEN": r"aiex_(?:admin|svc|user)_[0-9A-Za-z]+_[0-9A-Za-z_-]+",
    "TIME": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "ID": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "REQUEST": r"\b[0-9a-f]{10}-[0-9a-f]+\b",
    "DATE": r"\d{4}-\d\d-\d\d",
    "OPAQUE": r"(?<=\")[0-9A-Za-z_.=-]{32,}(?=\")",
}.items()))


def steps(document):
    """The commands of all console blocks with what shall be printed, in order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", document, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append([line[2:], []])
            elif found[-1][0].endswith("\\"):
                found[-1][0] += "\n" + line
            else:
                found[-1][1].append(line)
    return [(command, "\n".join(printed)) for command, printed in found]


class Names:
    """Gives what varies a name by its kind and the order in which it was first seen."""

    def __init__(self):
        self.known = {}

    def replace(self, text):
        return VARYING.sub(lambda m: self.known.setdefault(m[0], f"<{m.lastgroup} {len(self.known)}>"), text)


class Shell:
    """One bash that keeps its variables from command to command."""

    def __init__(self, directory, **environment):
        self.bash = subprocess.Popen(["timeout", str(4 * PATIENCE), "bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, cwd=directory, env={**os.environ, **environment})

    def run(self, command):
        self.bash.stdin.write(f"{command}\nprintf '\\n%s\\n' '{END}'\n")
        self.bash.stdin.flush()
        printed = []
        for line in self.bash.stdout:
            if line == END + "\n":
                return "".join(printed).strip("\n")
            printed.append(line)
        raise AssertionError("the shell ended: " + "".join(printed))

    def close(self):
        self.bash.stdin.close()
        self.bash.wait(PATIENCE)
        self.bash.stdout.close()


class ApiDocument(unittest.TestCase):
    maxDiff = None

    def test_every_command_prints_what_the_text_says(self):
        with open(DOCUMENT) as f:
            walk = steps(f.read())
        self.assertGreater(len(walk), 20)
        in_text, in_truth = Names(), Names()
        with Daemon() as d:
            path = os.path.dirname(program("aiexpensectl")) + ":" + os.environ["PATH"]
            shell = Shell(d.directory, PATH=path, DIR=d.run_dir)
            try:
                for command, printed in walk:
                    with self.subTest(command):
                        truth = shell.run(command.replace(TEXT_ADDRESS, f"http://127.0.0.1:{d.port}"))
                        self.assertEqual(in_truth.replace(truth), in_text.replace(printed))
            finally:
                shell.close()


if __name__ == "__main__":
    tap.main()
