# SPDX-License-Identifier: MIT
"""What a process holds: memory, descriptors, and what it maps together with others.

    before = Footprint(pid)
    ...
    assert Footprint(pid).descriptors == before.descriptors
"""

import collections
import os
import re

STORE_FILES = "/data.mdb", "/lock.mdb"
ESTABLISHED = "01"


def connections_to(ports):
    """The inodes of this machine's IPv4 connections to these ports."""
    inodes = set()
    with open("/proc/net/tcp") as f:
        for row in [line.split() for line in f][1:]:
            if int(row[2].rpartition(":")[2], 16) in ports and row[3] == ESTABLISHED:
                inodes.add(row[9])
    return inodes


class Footprint:
    """kept: inodes of connections that do not count, as the process keeps some for what comes next and the other side may end them."""

    def __init__(self, pid, kept=frozenset()):
        self.anonymous_kib = self.read_anonymous(pid)
        self.shared_kib = self.read_shared(pid)
        self.descriptors = self.read_descriptors(pid, kept)

    @staticmethod
    def read_anonymous(pid):
        """Memory that is nobody's file, in KiB."""
        with open(f"/proc/{pid}/smaps_rollup") as f:
            fields = dict(line.split()[:2] for line in f if line.rstrip().endswith("kB"))
        return int(fields["Anonymous:"]) + int(fields["Swap:"])

    @staticmethod
    def read_shared(pid):
        """What is mapped to be shared, in KiB, without the store."""
        total = 0
        with open(f"/proc/{pid}/maps") as f:
            for line in f:
                places, rights = line.split()[:2]
                if rights[3] == "s" and not line.rstrip().endswith(STORE_FILES):
                    first, end = (int(place, 16) for place in places.split("-"))
                    total += end - first
        return total // 1024

    @staticmethod
    def read_descriptors(pid, kept):
        """How many there are of each kind: of each file, renamed or not, of sockets, of pipes."""
        found = collections.Counter()
        for name in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{name}")
            inode = re.fullmatch(r"socket:\[(\d+)\]", target)
            if inode is None or inode[1] not in kept:
                found[re.sub(r":\[\d+\]$|(\.\d+)?( \(deleted\))?$", "", target, count=1)] += 1
        return found
