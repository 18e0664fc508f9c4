# SPDX-License-Identifier: MIT
"""A daemon with messengers for all cases of a class, and the mock of their services; every case has people of its own."""

import re
import unittest

from api import Client, service
from harness import Daemon
from servers.mock_messengers import MockMessengers
from people import configuration
from webhooks import Secrets


def user_of_token(token):
    return token.removeprefix("reply-").partition("#")[0]


class MessengerCase(unittest.TestCase):
    @classmethod
    def conf(cls):
        """All six, served by the mock."""
        return configuration(cls.secrets, cls.mock.url)

    @classmethod
    def setUpClass(cls):
        cls.secrets = cls.enterClassContext(Secrets())
        cls.mock = cls.enterClassContext(MockMessengers())
        cls.mock.chat_of_token = user_of_token
        cls.daemon = cls.enterClassContext(Daemon(cls.conf()))
        cls.hook = cls.enterClassContext(Client(cls.daemon.port))
        cls.client = cls.enterClassContext(service(cls.daemon))

    def setUp(self):
        said = self.id().rsplit("test_")[-1]
        self.name = "".join(word[0] for word in said.split("_")) + re.sub(r"\W", "", str(abs(hash(self.id())) % 10000))
        self.number = abs(hash(self.id())) % 10**8 + 1000

    def spent(self, user):
        answer = self.client.get(f"/api/v1/expenses?user={user}")
        return [(e["description"], e["amount"]) for e in answer.json["expenses"]] if answer.status == 200 else []
