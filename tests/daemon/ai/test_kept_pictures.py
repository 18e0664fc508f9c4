#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Photos of receipts are kept with their messages when the configuration says so, and go when they should."""

import io
import os
import re
import signal
import subprocess
import unittest
import zipfile

import tap
from api import Client, service, token
from dump_reader import rows_of_store
from harness import PATIENCE, Daemon, MovedClock, free_port, program
from servers.mock_messengers import MockMessengers
from servers.mock_provider import MockProvider
from servers.postgres import Postgres, programs
from store_reader import read_store
from webhooks import Secrets, post_telegram, telegram_update

GROCERIES = {"items": [{"description": "milk", "amount": "45", "category": "food"}, {"description": "soap", "amount": "80", "category": "shopping"}],
             "total": "125", "currency": "TWD", "date": ""}
KEPT = "ai { keep_pictures_days = 90 }\n"
DAY_S = 86400


def jpeg(size=100):
    return b"\xff\xd8\xff\xe0 " + os.urandom(size)


def ctl(d, *args, data=b""):
    return subprocess.run([program("aiexpensectl"), "-c", d.conf_file, *args], input=data, capture_output=True, timeout=PATIENCE)


def post(client, user, picture, kind="image/jpeg", **headers):
    return client.post(f"/api/v1/messages?user={user}", picture, Content_Type=kind, **headers)


def delete_user(d, client, user):
    confirmation = client.post("/api/v1/user/deletion", {"user": user}).json["confirmation"]
    assert client.request("DELETE", f"/api/v1/user?user={user}&confirmation={confirmation}").status == 202
    d.wait_for(lambda: d.stats()["users_deleted"] == 1, "the end of the deletion")


class Case(unittest.TestCase):
    def assert_kept(self, client, user, message, picture, kind="image/jpeg"):
        answer = client.get(f"/api/v1/messages/{message}/picture?user={user}")
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body), (200, kind, picture))

    def assert_none(self, client, user, message):
        answer = client.get(f"/api/v1/messages/{message}/picture?user={user}")
        self.assertEqual((answer.status, answer.json["type"]), (404, "/problems/not-found"), answer.body)


class Scene(Case):
    CONF = KEPT

    @classmethod
    def setUpClass(cls):
        cls.provider = cls.enterClassContext(MockProvider(free_port()))
        cls.provider.reads = lambda picture, kind: GROCERIES
        cls.messengers = cls.enterClassContext(MockMessengers())
        cls.secrets = cls.enterClassContext(Secrets())
        cls.daemon = cls.enterClassContext(Daemon("http { workers = 2 }\n" + cls.CONF + cls.provider.section(reads_images="true") +
                                                  cls.secrets.telegram(api_url=cls.messengers.url + "/telegram")))
        cls.client = cls.enterClassContext(service(cls.daemon))
        cls.hook = cls.enterClassContext(Client(cls.daemon.port))

    def setUp(self):
        self.provider.fault = None
        self.user = f"line:{self.id().rpartition('.')[2]}"[:60]

    def post(self, picture, **more):
        answer = post(self.client, self.user, picture, **more)
        self.assertEqual((answer.status, answer.json["status"]), (200, "recorded"), answer.body)
        return answer.json

    def photo(self, number, picture, caption=None):
        """By Telegram; the user's name."""
        self.messengers.files[f"f{number}"] = picture
        more = {"photo": [{"file_id": f"f{number}"}], **({"caption": caption} if caption else {})}
        update = telegram_update(number, number, "", **more)
        del update["message"]["text"]
        self.assertEqual(post_telegram(self.hook, update).status, 200)
        self.daemon.wait_for(lambda: self.messengers.read("telegram", str(number)), "an answer")
        return f"telegram:123456:{number}"

    def picture_of_expense(self, user):
        expense = self.client.expenses(user)[0]["id"]
        return self.client.get(f"/api/v1/expenses/{expense}/picture?user={user}")


class Kept(Scene):
    def test_one_that_is_posted_is_there_for_its_message_and_its_expenses(self):
        for size in 100, 128 * 1024 - 5, 128 * 1024 - 4, 3 << 20:
            with self.subTest(size):
                picture = jpeg(size)
                message = self.post(picture)
                self.assert_kept(self.client, self.user, message["id"], picture)
                for expense in message["expenses"]:
                    answer = self.client.get(f"/api/v1/expenses/{expense['id']}/picture?user={self.user}")
                    self.assertEqual((answer.status, answer.body), (200, picture))

    def test_its_type_is_what_it_is_and_not_what_it_is_said_to_be(self):
        picture = b"\x89PNG\r\n\x1a\n" + os.urandom(50)
        self.assert_kept(self.client, self.user, self.post(picture, kind="image/jpeg")["id"], picture, "image/png")

    def test_one_of_a_messenger_is_there_too(self):
        for number, size in (7101, 100), (7102, 2 << 20):
            with self.subTest(size):
                picture = jpeg(size)
                answer = self.picture_of_expense(self.photo(number, picture))
                self.assertEqual((answer.status, answer.body), (200, picture))

    def test_one_that_nobody_could_read_is_kept_with_the_expense_written_beside_it(self):
        self.provider.fault = "declines"
        picture = jpeg()
        answer = self.picture_of_expense(self.photo(7103, picture, "NT$60 lunch"))
        self.assertEqual((answer.status, answer.body), (200, picture))

    def test_one_of_which_nothing_was_recorded_is_not_kept(self):
        self.provider.fault = "declines"
        before = self.daemon.stats()["pictures_kept"]
        message = post(self.client, self.user, jpeg()).json
        self.assertEqual(message["status"], "nothing")
        self.assert_none(self.client, self.user, message["id"])
        self.photo(7104, jpeg())
        self.assertEqual(self.daemon.stats()["pictures_kept"], before)

    def test_a_repeat_with_the_same_key_keeps_one(self):
        picture = jpeg(200000)
        first, again = (self.post(picture, Idempotency_Key="k") for _ in range(2))
        self.assertEqual(first["id"], again["id"])
        self.assert_kept(self.client, self.user, first["id"], picture)

    def test_nobody_else_gets_it(self):
        picture = jpeg()
        message = self.post(picture)
        expense = message["expenses"][0]["id"]
        self.post_of_other = post(self.client, "line:other", jpeg()).json["id"]
        paths = f"/api/v1/messages/{message['id']}/picture", f"/api/v1/expenses/{expense}/picture"
        with Client(self.daemon.port, token(self.daemon, "user", "--user", self.user)) as own, \
                Client(self.daemon.port, token(self.daemon, "user", "--user", "line:other")) as other, \
                Client(self.daemon.port, token(self.daemon, "admin")) as admin, Client(self.daemon.port) as nobody:
            for path in paths:
                with self.subTest(path):
                    self.assertEqual(own.get(path).body, picture)
                    self.assertEqual([c.get(path).status for c in (other, admin, nobody)], [404, 403, 401])
                    self.assertEqual(other.get(path + f"?user={self.user}").status, 403)
            self.assertEqual(other.request("DELETE", paths[0]).status, 404)
            self.assert_none(self.client, self.user, self.post_of_other)

    def test_its_owner_can_have_it_removed_and_keeps_the_expenses(self):
        message = self.post(jpeg(200000))
        path = f"/api/v1/messages/{message['id']}/picture?user={self.user}"
        self.assertEqual(self.client.request("DELETE", path).status, 204)
        self.assertEqual(self.client.request("DELETE", path).status, 404)
        self.assert_none(self.client, self.user, message["id"])
        self.assertEqual(len(self.client.expenses(self.user)), 2)

    def test_it_is_in_its_users_export(self):
        one, two = jpeg(300000), jpeg()
        ids = [self.post(picture)["id"] for picture in (one, two)]
        with zipfile.ZipFile(io.BytesIO(self.client.get(f"/api/v1/user/export?user={self.user}").body)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual([archive.read(f"pictures/{id_}.jpeg") for id_ in ids], [one, two])
            self.assertIn("pictures/", archive.read("README.txt").decode())

    def test_several_at_once_are_each_kept_whole(self):
        pictures = {7200 + n: jpeg(200000 + n) for n in range(10)}
        for number, picture in pictures.items():
            self.messengers.files[f"f{number}"] = picture
            update = telegram_update(number, number, "", photo=[{"file_id": f"f{number}"}])
            del update["message"]["text"]
            self.assertEqual(post_telegram(self.hook, update).status, 200)
        for number, picture in pictures.items():
            self.daemon.wait_for(lambda n=number: self.messengers.read("telegram", str(n)), "an answer")
            self.assertTrue(self.picture_of_expense(f"telegram:123456:{number}").body == picture)
        self.assertEqual(self.daemon.stats()["pictures_in_hand"], 0)


class Gone(Case):
    def setUp(self):
        self.provider = self.enterContext(MockProvider(free_port()))
        self.provider.reads = lambda picture, kind: GROCERIES

    def daemon(self, **more):
        return self.enterContext(Daemon(KEPT + self.provider.section(reads_images="true"), **more))

    def record(self, client, user, picture):
        answer = post(client, user, picture)
        self.assertEqual(answer.json["status"], "recorded", answer.body)
        return answer.json["id"]

    def restart(self, d, client, sig=signal.SIGTERM):
        d.stop(sig)
        d.start()
        client.connection.close()

    def assert_store_is_whole(self, store):
        self.assertEqual(read_store(store).faults, [])

    def parts_in(self, store):
        return [row for row in rows_of_store(store) if row[1] == "pictures"]

    def test_by_default_none_is_kept(self):
        with Daemon(self.provider.section(reads_images="true")) as d, service(d) as client:
            picture = jpeg()
            self.assert_none(client, "line:U1", self.record(client, "line:U1", picture))
            d.stop()
            self.assertEqual(self.parts_in(d.store), [])

    def test_it_goes_with_its_user(self):
        d = self.daemon()
        with service(d) as client:
            self.record(client, "line:U1", jpeg(400000))
            stays, picture = self.record(client, "line:U2", second := jpeg(200000)), second
            delete_user(d, client, "line:U1")
            self.assertEqual(client.get(f"/api/v1/messages/{stays}/picture?user=line:U1").status, 404)
            self.assert_kept(client, "line:U2", stays, picture)
        d.stop()
        self.assertEqual(len(self.parts_in(d.store)), 2)
        self.assert_store_is_whole(d.store)

    def test_it_is_not_kept_any_more_once_the_option_is_taken_away(self):
        d = self.daemon()
        with service(d) as client:
            message = self.record(client, "line:U1", jpeg(200000))
            with open(d.conf_file) as f:
                conf = f.read()
            with open(d.conf_file, "w") as f:
                f.write(conf.replace("keep_pictures_days = 90", "keep_pictures_days = 0"))
            self.assertEqual(d.ctl("reload").returncode, 0)
            d.wait_for(lambda: d.stats()["retention_pictures"] == 1, "its end")
            self.assert_none(client, "line:U1", message)
            self.assertEqual(len(client.expenses("line:U1")), 2)
        d.stop()
        self.assertEqual(self.parts_in(d.store), [])

    def test_it_is_not_kept_any_more_when_its_days_are_over(self):
        with MovedClock() as clock:
            d = self.daemon()
            with service(d) as client:
                message = self.record(client, "line:U1", picture := jpeg(200000))
                clock.forward(89 * DAY_S)
                self.restart(d, client)
                d.wait_for(lambda: d.stats()["retention_messages"] == 1, "the message's end")
                self.assert_kept(client, "line:U1", message, picture)
                clock.forward(2 * DAY_S)
                self.restart(d, client)
                d.wait_for(lambda: d.stats()["retention_pictures"] == 1, "the picture's end")
                self.assert_none(client, "line:U1", message)

    def test_it_survives_a_crash_of_everything_once_its_message_was_answered(self):
        d = self.daemon()
        with service(d) as client:
            messages = {self.record(client, "line:U1", picture): picture for picture in (jpeg(300000), jpeg())}
            self.restart(d, client, signal.SIGKILL)
            for message, picture in messages.items():
                self.assert_kept(client, "line:U1", message, picture)

    def test_a_writer_that_dies_again_and_again_leaves_no_part_of_one(self):
        d = self.daemon()
        with service(d) as client:
            for _ in range(5):
                for pid in d.pids("writer"):
                    try:
                        os.kill(pid, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
                picture = jpeg(1 << 20)
                answer = post(client, "line:U1", picture, Idempotency_Key="again")
                if answer.status == 200:
                    break
            message = client.post("/api/v1/messages?user=line:U1", picture, Content_Type="image/jpeg").json["id"]
            self.assert_kept(client, "line:U1", message, picture)
        d.stop()
        self.assert_store_is_whole(d.store)
        self.assertEqual(ctl(d, "check").returncode, 0)

    def test_the_tools_take_it_along(self):
        d = self.daemon()
        with service(d) as client:
            messages = {user: (self.record(client, user, picture), picture) for user, picture in (("line:U1", jpeg(300000)), ("line:U2", jpeg()))}
            backups, wide = os.path.join(d.directory, "backups"), os.path.join(d.directory, "wide")
            done = ctl(d, "backup", backups)
            self.assertEqual(done.returncode, 0, done)
            backup = next(line for line in done.stdout.decode().splitlines() if line.startswith(backups))
            dump = ctl(d, "dump").stdout
            d.stop()
        for command in ["check"], ["compact"], ["reshard", "5", wide]:
            done = ctl(d, *command)
            self.assertEqual(done.returncode, 0, done)
        os.rename(d.store, d.store + ".old")
        done = ctl(d, "load", data=dump)
        self.assertEqual(done.returncode, 0, done.stderr)
        for store in d.store, d.store + ".old", backup, wide:
            with self.subTest(os.path.basename(store)):
                other = Daemon(KEPT, start=False)
                with open(other.conf_file) as f:
                    conf = f.read()
                with open(other.conf_file, "w") as f:
                    f.write(re.sub('path = "[^"]*"', f'path = "{store}"', conf, count=1))
                self.assert_store_is_whole(store)
                with other.start(), service(other) as client:
                    for user, (message, picture) in messages.items():
                        self.assert_kept(client, user, message, picture)

    def test_a_check_finds_what_a_picture_lacks(self):
        import lmdb
        d = self.daemon()
        with service(d) as client:
            self.record(client, "line:U1", jpeg(300000))
        d.stop()
        shard = next(row[0] for row in self.parts_in(d.store))
        with lmdb.open(os.path.join(d.store, f"shard-{shard:03}"), max_dbs=16, map_size=1 << 26) as environment:
            table = environment.open_db(b"pictures", create=False)
            with environment.begin(write=True) as txn:
                cursor = txn.cursor(table)
                cursor.last()
                cursor.delete()
        done = ctl(d, "check")
        self.assertEqual(done.returncode, 1, done)
        self.assertIn("pictures lack parts", (done.stdout + done.stderr).decode())


@unittest.skipIf(programs() is None, "PostgreSQL is not installed")
class OnPostgresql(Case):
    def test_pictures_are_kept_removed_and_exported_alike(self):
        with Postgres() as server, MockProvider(free_port()) as provider, MockMessengers() as messengers, Secrets() as secrets:
            provider.reads = lambda picture, kind: GROCERIES
            with Daemon(f'store {{ engine = postgresql url = "{server.url}" }}\nhttp {{ workers = 2 }}\n' + KEPT +
                        provider.section(reads_images="true") + secrets.telegram(api_url=messengers.url + "/telegram"), start=False) as d:
                self.assertEqual(d.ctl("-c", d.conf_file, "migrate").returncode, 0)
                d.start()
                with service(d) as client, Client(d.port) as hook:
                    picture, photo = jpeg(500000), jpeg(300000)
                    message = post(client, "line:U1", picture).json["id"]
                    self.assert_kept(client, "line:U1", message, picture)
                    messengers.files["f"] = photo
                    update = telegram_update(1, 7, "", photo=[{"file_id": "f"}])
                    del update["message"]["text"]
                    post_telegram(hook, update)
                    d.wait_for(lambda: messengers.read("telegram", "7"), "an answer")
                    expense = client.expenses("telegram:123456:7")[0]["id"]
                    self.assertTrue(client.get(f"/api/v1/expenses/{expense}/picture?user=telegram:123456:7").body == photo)
                    with zipfile.ZipFile(io.BytesIO(client.get("/api/v1/user/export?user=line:U1").body)) as archive:
                        self.assertTrue(archive.read(f"pictures/{message}.jpeg") == picture)
                    self.assertEqual(ctl(d, "check").returncode, 0)
                    delete_user(d, client, "line:U1")
                    self.assertEqual(client.get(f"/api/v1/messages/{message}/picture?user=line:U1").status, 404)
                self.assertEqual(server.query("SELECT count(*) FROM pictures"), [["3"]])


if __name__ == "__main__":
    tap.main()
