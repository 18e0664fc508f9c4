#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""doc/messengers/: every option of a messenger is told of and exists, and each page's configuration is one that works."""

import os
import re
import subprocess
import tempfile
import unittest

import tap
from harness import SOURCE_DIR, Daemon, program

PAGES = os.path.join(SOURCE_DIR, "doc", "messengers")
MESSENGERS = ("line", "telegram", "slack", "discord", "teams", "whatsapp")


def read(*path):
    with open(os.path.join(SOURCE_DIR, *path), encoding="utf-8") as f:
        return f.read()


def options():
    return re.findall(r"^OPTION\((\w+), (\w+),", read("include", "tables", "options.def"), re.M)


def configuration(page):
    """The block of a page that is for the configuration file."""
    name = page.removesuffix(".md")
    return next(block for block in re.findall(r"^```\w*\n(.*?)^```$", read("doc", "messengers", page), re.M | re.S)
                if block.startswith(name + " {"))


class Pages(unittest.TestCase):
    def test_every_messenger_has_a_page_that_the_overview_leads_to(self):
        overview = read("doc", "messengers", "README.md")
        for name in MESSENGERS:
            self.assertIn(f"({name}.md)", overview)
        self.assertEqual(sorted(os.listdir(PAGES)), sorted(["README.md"] + [name + ".md" for name in MESSENGERS]))

    def test_every_option_and_counter_that_is_named_exists(self):
        known = {".".join(option) for option in options()}
        counters = set(re.findall(r"^ROW\((\w+),", read("include", "tables", "counters.def"), re.M))
        for page in os.listdir(PAGES):
            for section, name in re.findall(r"`(\w+)\.(\w+)`", read("doc", "messengers", page)):
                if name != "com":
                    self.assertIn(f"{section}.{name}", known, page)
            for counter in re.findall(r"`(\w+_(?:sent|put_off|rejected))`", read("doc", "messengers", page)):
                self.assertIn(counter, counters, page)

    def test_every_option_of_a_messenger_is_told_of(self):
        for section, name in options():
            if section in MESSENGERS:
                self.assertIn(f"| `{section}.{name}` |", read("doc", "messengers", section + ".md"))

    def test_the_configuration_of_each_page_is_complete(self):
        for name in MESSENGERS:
            with self.subTest(name), tempfile.TemporaryDirectory() as secrets:
                text = configuration(name + ".md")
                for path in re.findall(r'"(/etc/aiexpense/secrets/\w+)"', text):
                    secret = os.path.join(secrets, os.path.basename(path))
                    with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
                        f.write("123456:secret\n")
                with Daemon(text.replace("/etc/aiexpense/secrets", secrets), start=False) as d:
                    checked = subprocess.run([program("aiexpensed"), "-t", "-c", d.conf_file], capture_output=True, text=True)
                    self.assertEqual((checked.returncode, checked.stderr.count("needed")), (0, 0), checked.stderr)

    def test_a_messenger_with_some_of_its_options_is_refused_by_the_name_of_what_is_missing(self):
        with tempfile.NamedTemporaryFile("w") as secret, Daemon(f'telegram {{ bot_token = "{secret.name}" }}\n', start=False) as d:
            secret.write("123456:ABC")
            secret.flush()
            checked = subprocess.run([program("aiexpensed"), "-t", "-c", d.conf_file], capture_output=True, text=True)
            self.assertNotEqual(checked.returncode, 0)
            self.assertIn("telegram.webhook_secret", checked.stderr)


if __name__ == "__main__":
    tap.main()
