#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The life of the processes, seen from outside."""

import os
import pwd
import signal
import socket
import subprocess
import unittest

import tap
from harness import Daemon, Manager, is_alive, program, wait_for


def end(pid, sig):
    os.kill(pid, sig)


class Replacing(unittest.TestCase):
    def test_a_killed_worker_is_replaced(self):
        with Daemon("http { workers = 2 }") as d:
            victim = d.pids("http")[0]
            end(victim, signal.SIGKILL)
            d.wait_for(lambda: len(set(d.pids("http")) - {victim}) == 2)
            self.assertEqual(d.stats()["children_died"], 1)
            self.assertEqual(d.stats()["children_respawned"], 1)

    def test_a_worker_of_every_role_is_replaced_after_a_crash(self):
        for role in "http", "writer", "ai", "keeper":
            with self.subTest(role), Daemon() as d:
                victim = d.pids(role)[0]
                end(victim, signal.SIGSEGV)
                d.wait_for(lambda: victim not in d.pids(role) and len(d.pids(role)) > 0)

    def test_a_stopped_worker_is_replaced(self):
        with Daemon("http { workers = 1 }") as d:
            victim = d.pids("http")[0]
            end(victim, signal.SIGSTOP)
            d.wait_for(lambda: d.pids("http") not in ([], [victim]))
            self.assertEqual(d.stats()["children_killed_stalled"], 1)
            self.assertFalse(is_alive(victim))

    def test_a_worker_that_was_stopped_for_a_moment_lives_on(self):
        with Daemon("http { workers = 1 }") as d:
            worker = d.pids("http")[0]
            end(worker, signal.SIGSTOP)
            end(worker, signal.SIGCONT)
            end(d.pids("ai")[0], signal.SIGKILL)
            d.wait_for(lambda: d.stats()["children_respawned"] == 1)
            self.assertEqual(d.pids("http"), [worker])

    def test_the_log_says_what_ended_a_worker(self):
        with Daemon("http { workers = 1 }") as d:
            victim = d.pids("http")[0]
            end(victim, signal.SIGKILL)
            d.wait_for(lambda: f"http 0 (pid {victim}) was ended by signal 9 (Killed), replacing it" in d.log())

    def test_a_worker_that_crashes_again_and_again_is_replaced_each_time(self):
        with Daemon("http { workers = 1 }") as d:
            for n in range(4):
                d.wait_for(lambda: d.pids("http"))
                end(d.pids("http")[0], signal.SIGABRT)
                d.wait_for(lambda: d.stats()["children_respawned"] == n + 1)
            worker = next(w for w in d.workers() if w["role"] == "http")
            self.assertEqual(worker["restarts"], 4)


class Counting(unittest.TestCase):
    def test_TTIN_adds_an_http_worker_and_TTOU_takes_one_away(self):
        with Daemon("http { workers = 1 }") as d:
            first = d.pids("http")
            d.process.send_signal(signal.SIGTTIN)
            d.wait_for(lambda: len(d.pids("http")) == 2)
            d.process.send_signal(signal.SIGTTIN)
            d.wait_for(lambda: len(d.pids("http")) == 3)
            end(d.pids("http")[2], signal.SIGKILL)           # it is replaced as any other
            d.wait_for(lambda: d.stats()["children_respawned"] == 1 and len(d.pids("http")) == 3)
            for left in 2, 1:
                d.process.send_signal(signal.SIGTTOU)
                d.wait_for(lambda: len(d.pids("http")) == left)
            self.assertEqual(d.pids("http"), first)
            self.assertEqual([w["index"] for w in d.workers() if w["role"] == "http"], [0])
            self.assertEqual(d.stats()["children_died"], 1)

    def test_the_last_worker_stays(self):
        with Daemon("http { workers = 1 }") as d:
            before = d.pids("http")
            d.process.send_signal(signal.SIGTTOU)
            wait_for(lambda: "there is only one http worker, which stays" in d.log())
            self.assertEqual(d.pids("http"), before)


class Stopping(unittest.TestCase):
    def assert_all_end(self, sig):
        with Daemon("run { shutdown_timeout_ms = 2000 }") as d:
            pids = d.all_pids()
            self.assertGreater(len(pids), 5)
            self.assertEqual(d.stop(sig), 0)
            self.assertEqual([pid for pid in pids if is_alive(pid)], [])
            self.assertNotIn("while stopping", d.log())
            self.assertEqual(os.listdir(os.path.join(d.run_dir, "internal")), [])
            self.assertEqual(os.listdir(d.run_dir), ["internal"])

    def test_TERM_ends_everything(self):
        self.assert_all_end(signal.SIGTERM)

    def test_INT_ends_everything(self):
        self.assert_all_end(signal.SIGINT)

    def test_QUIT_ends_everything(self):
        self.assert_all_end(signal.SIGQUIT)

    def test_a_stopped_worker_does_not_keep_the_daemon_from_ending(self):
        with Daemon() as d:
            pids = d.all_pids()
            end(d.pids("writer")[0], signal.SIGSTOP)
            self.assertEqual(d.stop(), 0)
            self.assertEqual([pid for pid in pids if is_alive(pid)], [])

    def test_a_second_TERM_kills_what_does_not_end(self):
        with Daemon() as d:
            victim = d.pids("http")[0]
            end(victim, signal.SIGSTOP)
            d.process.terminate()
            wait_for(lambda: "stopping" in d.log())
            self.assertEqual(d.stop(), 0)
            self.assertIn("a second time", d.log())


class Starting(unittest.TestCase):
    def test_a_second_daemon_is_refused(self):
        with Daemon() as d:
            second = subprocess.run(d.command(), capture_output=True, text=True, timeout=30)
            self.assertEqual(second.returncode, 1)
            self.assertIn(f"store {d.store} is in use by pid {d.process.pid}", second.stderr)
            self.assertIsNotNone(d.stats())

    def test_a_busy_port_is_one_clear_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with Daemon(start=False, port=port) as d:
                d.launch()
                self.assertEqual(d.process.wait(30), 1)
                self.assertIn(f"cannot listen on 127.0.0.1:{port}: Address already in use", d.log())
                self.assertEqual(len(d.log().splitlines()), 1)

    def test_after_the_master_was_killed_the_children_end_and_a_new_daemon_starts(self):
        with Daemon() as d:
            children = d.children()
            d.process.kill()
            d.process.wait()
            with Daemon(directory=d.directory) as again:
                self.assertEqual([pid for pid in children if is_alive(pid)], [])
                self.assertEqual(len(again.children()), len(children))

    def test_a_new_daemon_waits_for_the_children_of_a_dead_one(self):
        with Daemon() as d:
            slow = d.pids("writer")[0]
            end(slow, signal.SIGSTOP)
            d.process.kill()
            d.process.wait()
            with Daemon(directory=d.directory, start=False) as again:
                try:
                    again.launch()
                    wait_for(lambda: "waiting for the processes of a daemon that died" in again.log())
                finally:
                    end(slow, signal.SIGCONT)
                wait_for(lambda: again.log().count("ready:") == 2)
                self.assertFalse(is_alive(slow))

    def test_a_daemon_with_another_store_does_not_take_over_the_sockets(self):
        with Daemon() as d, Daemon(start=False) as other:
            other.args = ["-o", f"run.directory={d.run_dir}"]
            other.launch()
            self.assertEqual(other.process.wait(30), 1)
            self.assertIn("stats.sock: Address already in use", other.log())
            self.assertIn(f"pid {d.process.pid}\n", d.ask("show info"))
            with open(os.path.join(d.run_dir, "aiexpensed.pid")) as f:
                self.assertEqual(int(f.read()), d.process.pid)

    def test_the_pid_file_and_the_lock_name_the_master(self):
        with Daemon() as d:
            for path in os.path.join(d.run_dir, "aiexpensed.pid"), os.path.join(d.store, "daemon.lock"):
                with open(path) as f:
                    self.assertEqual(int(f.read()), d.process.pid)

    def test_listens_on_every_address_and_gives_unix_sockets_to_the_group(self):
        with Daemon(start=False) as d:
            path = os.path.join(d.directory, "http.sock")
            d.args = ["-o", f"http.listen=127.0.0.1:{d.port},unix:{path}"]
            d.start()
            socket.create_connection(("127.0.0.1", d.port)).close()
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o660)

    def test_a_stale_socket_is_replaced_and_another_file_is_not(self):
        with Daemon(start=False) as d:
            path = os.path.join(d.directory, "http.sock")
            d.args = ["-o", f"http.listen=unix:{path}"]
            with socket.socket(socket.AF_UNIX) as s:
                s.bind(path)
            d.start()
            d.stop()
            with open(path, "w") as f:
                f.write("precious")
            d.launch()
            self.assertEqual(d.process.wait(30), 1)
            with open(path) as f:
                self.assertEqual(f.read(), "precious")

    def test_tells_the_service_manager_when_it_is_ready_and_when_it_stops(self):
        with Manager() as manager, Daemon() as d:
            self.assertEqual(manager.heard(), "READY=1")
            d.stop()
            self.assertEqual(manager.heard(), "STOPPING=1")

    def test_tells_the_watchdog_of_the_service_manager_that_all_is_well(self):
        with Manager(WATCHDOG_USEC="200000") as manager, Daemon() as d:
            self.assertEqual(manager.heard(), "READY=1")
            self.assertEqual({manager.heard() for _ in range(3)}, {"WATCHDOG=1"})

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_started_as_root_it_becomes_the_user_of_the_configuration(self):
        with Daemon(start=False) as d:
            os.chmod(d.directory, 0o755)
            path = os.path.join(d.run_dir, "http.sock")
            d.args = ["-o", "run.user=nobody", "-o", f"http.listen=unix:{path}"]
            d.start()
            user = pwd.getpwnam("nobody")
            for pid in d.all_pids():
                with open(f"/proc/{pid}/status") as f:
                    ids = [line.split()[1:] for line in f if line.startswith(("Uid:", "Gid:"))]
                self.assertEqual(ids, [[str(user.pw_uid)] * 4, [str(user.pw_gid)] * 4])
            for name in "http.sock", "stats.sock", "control.sock", "internal/0.writer-0.sock", "aiexpensed.pid":
                self.assertEqual(os.stat(os.path.join(d.run_dir, name)).st_uid, user.pw_uid, name)
            self.assertIn("version", d.ask("show info", "control.sock"))
            self.assertEqual(d.stop(), 0)
            self.assertEqual(os.listdir(d.run_dir), ["internal"])

    def test_in_the_background_the_command_returns_once_all_is_ready(self):
        with Daemon(start=False) as d:
            with open(d.log_file, "wb") as log:
                done = subprocess.run([*d.command(), "-D"], stdin=subprocess.DEVNULL, stderr=log, timeout=30)
            self.assertEqual(done.returncode, 0)
            with open(os.path.join(d.run_dir, "aiexpensed.pid")) as f:
                master = int(f.read())
            try:
                self.assertIn("ready:", d.log())
                self.assertEqual(len(d.pids("keeper")), 1)
            finally:
                end(master, signal.SIGTERM)
                wait_for(lambda: not is_alive(master))


class Children(unittest.TestCase):
    def test_have_a_name_that_tells_role_and_index(self):
        with Daemon("http { workers = 2 }") as d:
            for worker in d.workers()[1:]:
                with open(f"/proc/{worker['pid']}/comm") as f:
                    self.assertEqual(f.read().strip(), f"aiexp-{worker['role']}-{worker['index']}")

    def test_hold_no_socket_that_is_not_their_own(self):
        with Daemon("http { workers = 1 }") as d:
            listening = {}
            with open("/proc/net/unix") as f:
                for line in f.read().splitlines()[1:]:
                    fields = line.split()
                    if len(fields) == 8 and fields[7].startswith(d.run_dir):
                        listening[f"socket:[{fields[6]}]"] = os.path.basename(fields[7])
            own = {"http": set(), "writer": {"0.writer-0.sock"}, "ai": {"0.ai-0.sock"},
                   "keeper": {"stats.sock", "control.sock"}}
            for role, names in own.items():
                folder = f"/proc/{d.pids(role)[0]}/fd"
                links = [os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder)]
                self.assertEqual({listening[link] for link in links if link in listening}, names, role)

    def test_a_client_waits_in_the_queue_of_a_worker_that_is_being_replaced(self):
        with Daemon() as d:
            keeper = d.pids("keeper")[0]
            end(keeper, signal.SIGSTOP)
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(30)
                s.connect(os.path.join(d.run_dir, "stats.sock"))
                s.sendall(b"show info\n")
                end(keeper, signal.SIGKILL)
                self.assertIn(b"version", s.recv(4096))


class Arguments(unittest.TestCase):
    def run_with(self, *args):
        return subprocess.run([program("aiexpensed"), *args], capture_output=True, text=True, timeout=30)

    def test_the_test_says_ok(self):
        with Daemon(start=False) as d:
            done = self.run_with("-t", "-c", d.conf_file)
            self.assertEqual((done.returncode, done.stdout), (0, f"{d.conf_file}: ok\n"))

    def test_the_test_names_every_error_with_its_line(self):
        with Daemon("# a comment\nhttp {\n\tworkers = 999\n\tmax_body_bytes = 5Q\n}\n", start=False) as d:
            done = self.run_with("-t", "-c", d.conf_file)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, f"{d.conf_file}:7: workers must be 0 to 256\n"
                                          f"{d.conf_file}:8: max_body_bytes must be 1K to 64M\n")

    def test_an_unknown_option_or_section_is_an_error_that_names_it(self):
        for text, name in (("http { wrkers = 1 }", "wrkers"), ("htp { workers = 1 }", "htp")):
            with Daemon(text, start=False) as d:
                done = self.run_with("-c", d.conf_file)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"{d.conf_file}:5: no such option '{name}'", done.stderr)

    def test_an_override_wins_over_the_file(self):
        with Daemon("http { workers = 2 }", start=False) as d:
            done = self.run_with("-T", "-c", d.conf_file, "-o", "http.workers=7", "-o", "http.listen=a:1,b:2")
            self.assertIn("workers = 7\n", done.stdout)
            self.assertIn('listen = {"a:1", "b:2"}\n', done.stdout)

    def test_a_missing_file_is_an_error(self):
        done = self.run_with("-c", "/nonexistent/aiexpense.conf")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "/nonexistent/aiexpense.conf: No such file or directory\n")

    def test_what_is_dumped_can_be_read_again(self):
        with Daemon(start=False) as d:
            first = self.run_with("-T", "-c", d.conf_file).stdout
            path = os.path.join(d.directory, "again.conf")
            with open(path, "w") as f:
                f.write(first)
            self.assertEqual(self.run_with("-T", "-c", path).stdout, first)


if __name__ == "__main__":
    tap.main()
