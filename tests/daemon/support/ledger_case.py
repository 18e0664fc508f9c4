# SPDX-License-Identifier: MIT
"""A daemon for all cases of a class, a user for each, and at the end an independent look at the store."""

import itertools
import unittest

from api import service
from harness import Daemon
from store_reader import read_store


class LedgerCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon("http { workers = 2 }")
        cls.daemon.start()
        cls.client = service(cls.daemon)
        cls.users = (f"line:{cls.__name__}{n}" for n in itertools.count())

    @classmethod
    def tearDownClass(cls):
        cls.client.connection.close()
        cls.daemon.stop()
        faults = read_store(cls.daemon.store).faults
        cls.daemon.__exit__(None, None, None)
        assert faults == [], faults

    def setUp(self):
        self.user = next(self.users)

    def refused(self, answer, status, kind, field=None):
        self.assertEqual((answer.status, answer.json["type"], answer.json.get("field")), (status, "/problems/" + kind, field))
