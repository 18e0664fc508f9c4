# SPDX-License-Identifier: MIT
"""Reads a store without any code of the daemon, from doc/STORE.md alone, and checks that it is whole.

    store = read_store("/var/lib/aiexpense")
    store.expenses["line:U123"]        # what each user has
    store.faults                       # what is wrong, as sentences
"""

import collections
import datetime
import os
import struct
import unicodedata

import lmdb
import msgpack
import xxhash

MASK = (1 << 64) - 1
EPOCH = datetime.date(1970, 1, 1)


def rotate(x, n):
    return (x << n | x >> (64 - n)) & MASK


def siphash128(key, data):
    """SipHash-2-4 with 128 bits of output."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D ^ 0xEE, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rounds(count):
        for _ in range(count):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xEE
    rounds(4)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    rounds(4)
    return struct.pack("<QQ", first, v[0] ^ v[1] ^ v[2] ^ v[3])


def day_of(packed):
    return EPOCH + datetime.timedelta(struct.unpack(">I", packed)[0] - (1 << 31))


def utc_day(ms):
    return struct.pack(">I", (ms // 86400000) + (1 << 31))


def fold(name):
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


class Store:
    def __init__(self):
        self.faults = []
        self.users = {}                                       # ledger key -> user id
        self.expenses = collections.defaultdict(list)         # user id -> expenses
        self.shard_of = {}                                    # user id -> shard
        self.inbox = []
        self.outbox = []
        self.dead = []
        self.jobs = []
        self.tokens = []
        self.being_deleted = {}                               # ledger key -> user id
        self.tombstones = {}                                  # ledger key -> [started, finished]
        self.texts = []                                       # every string in every live row
        self.chores = []                                      # (ledger key, category id)

    def record(self, value, what):
        """The fields behind the version, or None when the checksum is wrong."""
        if not value:
            return None                                       # a row that is all key
        body, sum_ = value[:-4], struct.unpack(">I", value[-4:])[0]
        if xxhash.xxh3_64_intdigest(body) & 0xFFFFFFFF != sum_:
            self.faults.append(f"{what}: the checksum is wrong")
            return None
        self.texts.append(value)
        return msgpack.unpackb(body)[1:]

    def mentions(self, text):
        """Whether a live row has the text anywhere, in its key or its value."""
        return any(text.encode() in bytes_ for bytes_ in self.texts)

    def read_shard(self, path, number):
        environment = lmdb.open(path, readonly=True, max_dbs=16, map_size=1 << 36)
        tables = {name: environment.open_db(name.encode(), create=False) for name in ("meta", "ledger", "inbox", "outbox", "dead", "chores", "metrics", "jobs", "pictures")}
        with environment.begin() as txn:
            (_, value), = txn.cursor(tables["meta"])
            meta = self.record(value, f"meta of shard {number}")
            ledgers = collections.defaultdict(lambda: collections.defaultdict(dict))
            for key, value in txn.cursor(tables["ledger"]):
                self.texts.append(key)
                ledgers[key[:16]][chr(key[16])][key[17:]] = self.record(value, f"shard {number} row {key.hex()}")
            for key, value in txn.cursor(tables["inbox"]):
                self.inbox.append(self.record(value, f"inbox {key.hex()}"))
            for key, value in txn.cursor(tables["outbox"]):
                self.outbox.append(self.record(value, f"outbox {key.hex()}"))
            for key, value in txn.cursor(tables["dead"]):
                self.dead.append(self.record(value, f"dead {key.hex()}"))
            for key, value in txn.cursor(tables["jobs"]):
                self.jobs.append(self.record(value, f"job {key.hex()}"))
            for key, value in txn.cursor(tables["chores"]):
                self.record(value, f"chore {key.hex()}")
                self.chores.append((key[:16], key[16:]))
            parts = collections.Counter()
            for key, value in txn.cursor(tables["pictures"]):
                self.record(value, f"picture {key.hex()}")
                parts[key[:32]] += 1
            metrics = collections.defaultdict(dict)
            for key, value in txn.cursor(tables["metrics"]):
                metrics[chr(key[0])][key[1:]] = self.record(value, f"shard {number} metric {key.hex()}")
        environment.close()
        for ledger, fields in ledgers.pop(bytes(16), {}).get("Z", {}).items():
            self.being_deleted[ledger] = fields[0]
            if ledger not in ledgers or ledgers[ledger]["Z"].get(b"", [0, 1])[1] != 0:
                self.faults.append(f"{fields[0]}: is being deleted and has no tombstone that says so")
        for ledger, rows in ledgers.items():
            self.check_ledger(ledger, rows, meta, number)
        told = {ledger + id_: fields[3] for ledger, rows in ledgers.items() for id_, fields in rows["P"].items() if fields}
        if told != dict(parts):
            self.faults.append(f"shard {number}: the parts of pictures are not those that the ledgers tell of")
        self.check_metrics(number, ledgers, metrics)

    def check_metrics(self, number, ledgers, metrics):
        """The shard's metrics against its ledgers; what a ledger that was deleted left in them is not known here."""
        sums, active, ranks, users = collections.defaultdict(lambda: [0, 0]), collections.defaultdict(set), {}, 0
        for ledger, rows in ledgers.items():
            users += len(rows["U"])
            is_leaving = rows["Z"].get(b"", [0, 1])[1] == 0
            for key, fields in rows["E"].items():
                if fields and not is_leaving and rows["C"].get(fields[2]):
                    day = utc_day(fields[8])
                    total = sums[day + fields[1].encode() + (rows["C"][fields[2]][0] or "own").encode()]
                    total[0] += fields[0]
                    total[1] += 1
            for fields in rows["G"].values():
                active[utc_day(fields[4])].add(ledger)
            for fields in rows["H"].values():
                active[utc_day(fields[3])].add(ledger)
            for key, fields in rows["A"].items():
                cost = struct.pack(">Q", fields[3] ^ MASK)
                ranks[key + cost + ledger] = [rows["U"][b""][0], *fields]
        kept = {key: [fields[0] << 64 | fields[1], fields[2]] for key, fields in metrics["E"].items()}
        if any(fields[2] for fields in metrics["D"].values()):
            if any(count > kept.get(key, [0, 0])[1] for key, (_, count) in sums.items()):
                self.faults.append(f"shard {number}: there are more expenses than the metrics count")
        elif kept != dict(sums):
            self.faults.append(f"shard {number}: the metrics of expenses are not their sums by the day of recording")
        if sum(fields[1] - fields[2] for fields in metrics["D"].values()) != users:
            self.faults.append(f"shard {number}: new users without those deleted are not the {users} that are there")
        for day, who in active.items():
            if metrics["D"].get(day, [0])[0] < len(who):
                self.faults.append(f"shard {number}: {len(who)} ledgers were active on a day that counts {metrics['D'].get(day)}")
        listed = {key[20:] + key[:20] for key in metrics["K"] if key[20:] != bytes(16)}
        if listed != {ledger + key for ledger, rows in ledgers.items() for key in rows["J"]}:
            self.faults.append(f"shard {number}: the calls of AI providers are not those of the ledgers")
        if metrics["R"] != ranks:
            self.faults.append(f"shard {number}: the order of the AI costs is not that of the ledgers' costs")

    def check_ledger(self, ledger, rows, meta, number):
        if rows["Z"]:
            self.tombstones[ledger] = rows["Z"][b""]
        if rows["Z"] and rows["Z"][b""][1] == 0:
            if rows["U"] or ledger not in self.being_deleted:
                self.faults.append(f"ledger {ledger.hex()}: is being deleted and has its user, or nobody knows")
            return
        if not rows["U"] and not any(rows[kind] for kind in rows if kind not in "DPZ"):
            return                                            # what stays of a user who was deleted, or a picture that comes before its user
        if len(rows["U"]) != 1:
            self.faults.append(f"ledger {ledger.hex()}: {len(rows['U'])} users")
            return
        user = rows["U"][b""][0]
        if user in self.shard_of:
            self.faults.append(f"{user}: in two shards")
        self.shard_of[user] = number
        key = siphash128(meta[3], user.encode())
        if key != ledger or struct.unpack("<Q", key[:8])[0] % meta[2] != number:
            self.faults.append(f"{user}: not in the shard of its hash")
        self.users[ledger] = user
        self.check_expenses(user, rows)
        self.check_categories(user, ledger, rows)

    def check_expenses(self, user, rows):
        days, months = collections.Counter(), collections.Counter()
        counts, kinds = collections.Counter(), collections.Counter()
        for key, fields in rows["E"].items():
            if fields is None:
                continue
            amount, currency, category, description, account = fields[:5]
            day, id_ = day_of(key[:4]), key[4:]
            self.expenses[user].append({"id": id_, "day": day, "amount_minor": amount, "currency": currency,
                                        "description": description, "account": account})
            if id_ not in rows["I"] or category + key not in rows["K"]:
                self.faults.append(f"{user}: expense {id_.hex()} is not in every index")
            if category not in rows["C"]:
                self.faults.append(f"{user}: expense {id_.hex()} has no category")
            group = category + currency.encode() + account.encode()
            month = struct.pack(">I", day.year * 12 + day.month - 1)
            days[key[:4] + group] += amount
            counts[key[:4] + group] += 1
            months[month + group] += amount
            kinds[category] += 1
        for index in "I", "K":
            if len(rows[index]) != len(rows["E"]):
                self.faults.append(f"{user}: {len(rows[index])} rows in index {index} of {len(rows['E'])} expenses")
        for category, fields in rows["C"].items():
            if fields and fields[2] != kinds[category]:
                self.faults.append(f"{user}: a category counts {fields[2]} expenses and has {kinds[category]}")
        self.check_totals(user, rows, days, counts, months)
        self.check_history(user, rows)
        self.check_names(user, rows)

    def check_categories(self, user, ledger, rows):
        leaving = {id_ for id_, fields in rows["C"].items() if fields and fields[4:] and fields[4]}
        if leaving != {id_ for of, id_ in self.chores if of == ledger}:
            self.faults.append(f"{user}: the chores are not the categories that are being deleted")
        for key, fields in rows["W"].items():
            if fields and (fields[1] not in rows["C"] or fields[1] in leaving or fold(fields[2]).encode() != key):
                self.faults.append(f"{user}: keyword {fields[2]} is of no category, or not where it belongs")
        for id_ in rows["R"]:
            links = 0
            while id_ in rows["R"] and links <= len(rows["R"]):
                id_, links = rows["R"][id_][0], links + 1
                if id_ in rows["R"] and id_ in rows["C"]:
                    break
            if id_ not in rows["C"] or id_ in rows["R"]:
                self.faults.append(f"{user}: a deleted category leads to none")

    def check_names(self, user, rows):
        wanted = {}
        for id_, fields in rows["C"].items():
            key, name = (fields or ["", ""])[:2]
            if key:
                wanted[b"\0" + key.encode()] = id_
            if name:
                wanted[b"\1" + fold(name).encode()] = id_
        if wanted != {key: fields and fields[0] for key, fields in rows["N"].items()}:
            self.faults.append(f"{user}: the names are not those of the categories")

    def check_history(self, user, rows):
        """The newest row of an expense's history has the expense as it is, or says that it lies in the trash."""
        newest = {}
        for key, fields in sorted(rows["H"].items()):
            id_, version = key[:16], struct.unpack(">I", key[16:])[0] - (1 << 31)
            if id_ in newest and version != newest[id_][0] + 1:
                self.faults.append(f"{user}: the history of {id_.hex()} has a gap before version {version}")
            newest[id_] = version, fields
        trash = {key[4:]: day_of(key[:4]) for key in rows["X"]}
        present = {key[4:]: (key[:4], fields) for key, fields in rows["E"].items()}
        for id_, (version, fields) in newest.items():
            if not fields:
                continue
            _, action, _, at, before, after = fields[:6]
            if (action == 1) != (id_ in trash) or (action == 1) == (id_ in present):
                self.faults.append(f"{user}: expense {id_.hex()} is not where its history says")
            elif action == 1 and (trash[id_] != EPOCH + datetime.timedelta(at // 86400000) or before[11] + 1 != version):
                self.faults.append(f"{user}: expense {id_.hex()} lies wrong in the trash")
            elif action != 1 and (after[1:] != present[id_][1] or EPOCH + datetime.timedelta(after[0]) != day_of(present[id_][0])):
                self.faults.append(f"{user}: expense {id_.hex()} is not as its history says")
        for id_ in trash:
            if id_ not in newest:
                self.faults.append(f"{user}: expense {id_.hex()} is in the trash and has no history")
        for id_, (_, fields) in present.items():
            if fields and fields[10] > 1 and id_ not in newest:
                self.faults.append(f"{user}: expense {id_.hex()} was changed and has no history")

    def check_totals(self, user, rows, days, counts, months):
        kept = {key: fields for key, fields in rows["T"].items() if fields}
        if {key: fields[0] for key, fields in kept.items()} != dict(days) or {key: fields[1] for key, fields in kept.items()} != dict(counts):
            self.faults.append(f"{user}: the totals by day are not the sums of the expenses")
        by_group = collections.Counter()
        for key, fields in rows["M"].items():
            by_group[key[4:]] += fields[0] if fields else 0
        sums = collections.Counter()
        for key, amount in months.items():
            sums[key[4:]] += amount
        if by_group != sums:
            self.faults.append(f"{user}: the totals by month are not the sums of the expenses")


    def read_index(self, path):
        with lmdb.open(path, readonly=True, max_dbs=16, map_size=1 << 36) as environment:
            table = environment.open_db(b"tokens", create=False)
            with environment.begin() as txn:
                for key, value in txn.cursor(table):
                    self.tokens.append(self.record(value, f"token {key.hex()}"))


def readers_at_work(directory):
    """What LMDB's lock files say of read transactions that are open just now, in the shards."""
    at_work = []
    for name in sorted(os.listdir(directory)):
        if name.startswith("shard-"):
            with lmdb.open(os.path.join(directory, name), readonly=True, max_dbs=16) as env:
                rows = [line.split() for line in env.readers().splitlines()[1:]]
                at_work += [row for row in rows if len(row) == 3 and row[2] != "-"]
    return at_work


def read_store(path):
    store = Store()
    store.read_index(os.path.join(path, "index"))
    shards = sorted(name for name in os.listdir(path) if name.startswith("shard-"))
    for number, name in enumerate(shards):
        store.read_shard(os.path.join(path, name), number)
    return store
