# SPDX-License-Identifier: MIT
"""Reads a dump, and the rows of a store in LMDB, without any code of the daemon: from doc/STORE.md alone."""

import os
import struct

import lmdb
import msgpack
import xxhash

FIRST_LINE = b"AIExpense dump 1\n"
STORE, ROWS, END = range(3)


def record(fields):
    body = msgpack.packb([1, *fields])
    return body + struct.pack(">I", xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF)


def block(fields):
    packed = record(fields)
    return struct.pack(">I", len(packed)) + packed


def blocks_of(dump):
    """(where it begins, its fields) of each."""
    assert dump.startswith(FIRST_LINE)
    at = len(FIRST_LINE)
    while at < len(dump):
        (length,) = struct.unpack(">I", dump[at:at + 4])
        packed = dump[at + 4:at + 4 + length]
        body, sum_ = packed[:-4], struct.unpack(">I", packed[-4:])[0]
        assert xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF == sum_, f"the block at byte {at}"
        yield at, msgpack.unpackb(body)[1:]
        at += 4 + length


def make_dump(blocks):
    """A dump of these blocks with an end that fits."""
    dump = FIRST_LINE + b"".join(map(block, blocks))
    rows = sum(len(fields[3]) // 2 for fields in blocks if fields[0] == ROWS)
    return dump + block([END, rows, xxhash.xxh3_64_intdigest(dump)])


def rows_of_dump(dump):
    rows, ends = [], []
    for at, (kind, *fields) in blocks_of(dump):
        if kind == ROWS:
            part, table, row = fields
            rows += [(part, table, row[i], row[i + 1]) for i in range(0, len(row), 2)]
        if kind == END:
            ends.append((fields, at))
    ((count, sum_), at), = ends
    assert (count, sum_) == (len(rows), xxhash.xxh3_64_intdigest(dump[:at]))
    return rows


def rows_of_store(path):
    """As those of its dump: in its order, and meta is not among them."""
    parts = sorted(name for name in os.listdir(path) if name.startswith("shard-")) + ["index"]
    tables = ["ledger", "inbox", "outbox", "dead", "chores", "metrics", "tokens", "policies", "jobs", "links", "pictures"]
    rows = []
    for part, name in enumerate(parts):
        with lmdb.open(os.path.join(path, name), readonly=True, max_dbs=16, map_size=1 << 36) as environment:
            with environment.begin() as txn:
                names = [key.decode() for key, _ in txn.cursor()]
            for table in sorted(set(names) - {"meta"}, key=tables.index):
                handle = environment.open_db(table.encode(), create=False)
                with environment.begin() as txn:
                    rows += [(part, table, key, value) for key, value in txn.cursor(handle)]
    return rows
