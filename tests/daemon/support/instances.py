# SPDX-License-Identifier: MIT
"""Several daemons that are one service: on one PostgreSQL, and on one Redis if there is one."""

import contextlib

from api import Client, token
from harness import Daemon

CONNECTIONS = 5        # of a daemon to Redis: two http workers, one AI worker, and the keeper, which has one more to listen


def cache(redis, **more):
    """The section of the configuration."""
    options = {"address": redis.address, "timeout_ms": "2000", **more}
    return "cache { engine = redis " + " ".join(f'{name} = "{value}"' for name, value in options.items()) + " }\nhttp { workers = 2 }\n"


def is_connected(daemon, count=CONNECTIONS):
    return daemon.stats()["cache_connections"] == count


class Instances(contextlib.ExitStack):
    """As many daemons as are wanted, in a database that is emptied for them; more is added to the configuration of each."""

    def __init__(self, server, count, redis=None, more="", **of_daemon):
        super().__init__()
        server.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        conf = f'store {{ engine = postgresql url = "{server.url}" }}\nhttp {{ workers = 2 }}\n{cache(redis) if redis else ""}{more}'
        self.daemons = [Daemon(conf, start=False, **of_daemon) for _ in range(count)]
        self.redis = redis

    def __enter__(self):
        for d in self.daemons:
            self.enter_context(d)
        first = self.daemons[0]
        migrated = first.ctl("-c", first.conf_file, "migrate")
        assert migrated.returncode == 0, migrated.stderr
        for d in self.daemons:
            d.start()
            if self.redis:
                d.wait_for(lambda d=d: is_connected(d))
        self.token = token(first)
        return self

    def client(self, number=0, secret=None):
        """Of one instance, with a token that counts on all."""
        return self.enter_context(Client(self.daemons[number].port, secret or self.token))

    def stats(self, name):
        """A counter over all instances."""
        return sum(d.stats()[name] for d in self.daemons)
