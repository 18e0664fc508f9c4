#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""HUP: new options for a daemon that goes on serving."""

import os
import signal
import socket
import threading
import unittest

import tap
from api import Client, token
from harness import Daemon, Manager, wait_for
from load.steady_load import SteadyLoad

TIMES = int(os.environ.get("AIEXPENSE_TIMES", "10"))


class Reloading(unittest.TestCase):
    def configure(self, d, conf):
        """The options of the harness, and these instead of those before."""
        self.base = getattr(self, "base", None) or open(d.conf_file).read()
        with open(d.conf_file, "w") as f:
            f.write(self.base + conf + "\n")

    def reload(self, d):
        """Until it is over: the processes of before are gone."""
        before, said = set(d.children()), len(d.log())
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the processes of before" in d.log()[said:], "the reload")
        wait_for(lambda: not before & set(d.children()), "the old processes to end")
        d.wait_for(lambda: d.pids("keeper"))

    def refused(self, d):
        before, said = d.children(), len(d.log())
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the reload is refused, everything stays as it was" in d.log()[said:], "the refusal")
        self.assertEqual(d.children(), before)
        return d.log()[said:]

    def test_new_processes_take_over_with_the_new_options(self):
        with Daemon() as d:
            before = d.children()
            self.configure(d, "http { workers = 3 max_body_bytes = 2K } ai { workers = 2 }")
            self.reload(d)
            self.assertEqual((len(d.pids("http")), len(d.pids("ai"))), (3, 2))
            self.assertEqual(set(before) & set(d.children()), set())
            with Client(d.port, token(d)) as client:
                self.assertEqual(client.say("line:A", "x" * 3000).status, 413)
                self.assertEqual(client.say("line:A", "lunch 5").status, 200)
            self.assertEqual((d.stats()["reloads"], d.stats()["children_died"]), (1, 0))
            self.assertEqual(d.stop(), 0)
            self.assertEqual(os.listdir(os.path.join(d.run_dir, "internal")), [])

    def test_no_request_fails_however_often_it_is_told(self):
        with Daemon("http { workers = 2 }") as d:
            with SteadyLoad(d.port, token(d)) as load:
                for _ in range(TIMES):
                    self.reload(d)
                    load.let_pass(10)
            self.assertEqual(load.failures, [])
            self.assertEqual(d.stats()["reloads"], TIMES)
            self.assertEqual(d.stats()["children_died"], 0)
            with Client(d.port, load.token) as client:
                self.assertEqual([user for user in load.stored if len(client.expenses(user)) != 1], [])

    def test_a_bad_configuration_is_refused_with_its_errors(self):
        with Daemon() as d:
            self.configure(d, "http { workers = 999 }")
            self.assertIn(f"{d.conf_file}:7: workers must be 0 to 256", self.refused(d))
            self.assertEqual(d.stats()["reloads_refused"], 1)
            os.unlink(d.conf_file)
            self.assertIn(f"{d.conf_file}: No such file or directory", self.refused(d))
            with Client(d.port) as client:
                self.assertEqual(client.get("/healthz").status, 200)

    def test_a_secret_that_cannot_be_read_is_a_bad_configuration(self):
        with Daemon() as d:
            self.configure(d, 'line { channel_secret = "/nonexistent/secret" }')
            self.assertIn("cannot read /nonexistent/secret", self.refused(d))

    def test_what_only_a_restart_changes_is_told_and_stays(self):
        with Daemon() as d:
            self.configure(d, 'http { listen = {"127.0.0.1:1"} } store { path = "/elsewhere" }')
            self.reload(d)
            self.assertIn('http.listen: {"127.0.0.1:1"} needs a restart, {"127.0.0.1:%d"} stays' % d.port, d.log())
            self.assertIn('store.path: "/elsewhere" needs a restart', d.log())
            with Client(d.port) as client:
                self.assertEqual(client.get("/readyz").status, 200)

    def test_more_processes_than_there_is_room_for_are_refused(self):
        with Daemon("http { workers = 1 }") as d:
            self.configure(d, "http { workers = 200 }")
            self.assertIn("a restart is needed", self.refused(d))
            self.configure(d, "http { workers = 2 }")
            self.reload(d)

    def test_a_generation_that_does_not_start_leaves_the_old_one_serving(self):
        with Daemon("http { workers = 1 }") as d:
            for name in os.listdir(d.store):
                if name.startswith("shard-000"):
                    os.rename(os.path.join(d.store, name), os.path.join(d.store, "away"))
            before = set(d.children())
            self.refused_later(d)
            wait_for(lambda: set(d.children()) == before)
            with Client(d.port, token(d)) as client:
                self.assertEqual(client.say("line:A", "lunch 5").status, 200)
            os.rename(os.path.join(d.store, "away"), os.path.join(d.store, "shard-000"))

    def refused_later(self, d):
        d.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the reload is refused" in d.log(), "the refusal")

    def test_one_that_comes_during_another_waits_for_it(self):
        with Daemon("http { workers = 1 }") as d, socket.create_connection(("127.0.0.1", d.port)) as held:
            held.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")        # half a request keeps the old worker
            d.wait_for(lambda: d.stats()["http_connections"] == 1)
            d.process.send_signal(signal.SIGHUP)
            wait_for(lambda: d.log().count("the processes of before") == 1)
            for _ in range(2):
                d.process.send_signal(signal.SIGHUP)
                wait_for(lambda: "another reload is under way" in d.log())
            self.assertEqual(d.log().count("the processes of before"), 1)
            held.sendall(b"\r\n")
            self.assertIn(b"200 OK", held.recv(1000))
            wait_for(lambda: d.log().count("the processes of before") == 2)

    def test_a_stop_during_a_reload_ends_both_generations(self):
        with Daemon("http { workers = 1 }") as d, socket.create_connection(("127.0.0.1", d.port)) as held:
            held.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            d.wait_for(lambda: d.stats()["http_connections"] == 1)
            d.process.send_signal(signal.SIGHUP)
            wait_for(lambda: d.log().count("the processes of before") == 1)
            self.assertEqual(d.stop(), 0)
            self.assertEqual(os.listdir(d.run_dir), ["internal"])

    def test_the_service_manager_is_told_when_it_begins_and_when_it_is_over(self):
        with Manager() as manager, Daemon() as d:
            self.assertEqual(manager.heard(), "READY=1")
            self.reload(d)
            self.assertRegex(manager.heard(), r"^RELOADING=1\nMONOTONIC_USEC=[0-9]+$")
            self.assertEqual(manager.heard(), "READY=1")
            self.configure(d, "http { workers = 999 }")
            self.refused(d)
            self.assertRegex(manager.heard(), "^RELOADING=1")
            self.assertEqual(manager.heard(), "READY=1")

    def test_the_operator_asks_for_it_on_the_control_socket(self):
        with Daemon() as d:
            self.assertIn("the log tells what came of it", d.ctl("reload").stdout)
            wait_for(lambda: "the processes of before" in d.log())
            self.assertIn("unknown command", d.ask("reload"))

    def test_who_asks_the_stats_socket_meanwhile_is_answered(self):
        answers, is_over = [], threading.Event()

        def ask_on(d):
            while not is_over.is_set():
                try:
                    answers.append("version" in d.ask("show info"))
                except OSError as e:
                    answers.append(e)

        with Daemon() as d:
            asking = threading.Thread(target=ask_on, args=(d,))
            asking.start()
            for n in range(1, 4):
                d.ctl("reload")
                wait_for(lambda: d.log().count("the processes of before") == n)
            is_over.set()
            asking.join()
        self.assertEqual(set(answers), {True})


if __name__ == "__main__":
    tap.main()
