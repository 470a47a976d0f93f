"""The checks that every client of tests/interop passes, for clients in Python.

A client is a face: an object with `brokers`, `topics`, `leaders`, `create`, `grow`, `delete`,
`config`, `alter`, `send`, `reader`, `bounds`, `at_time` and `delete_records`. What a client cannot
do stands in its `left_out`, with the reason. Every check prints one line that the driver reads.
"""

import collections
import os
import sys
import time
import traceback

BOOTSTRAP = os.environ["CORELANE_BOOTSTRAP"]
PATIENCE = 30
FIRST = 1_600_000_000_000
TOPIC_ALREADY_EXISTS, INVALID_PARTITIONS, INVALID_CONFIG = 36, 37, 40

Record = collections.namedtuple("Record", "key value headers timestamp")


class Refused(Exception):
    """The broker refused with this Kafka error code."""

    def __init__(self, code):
        super().__init__(f"refused with code {code}")
        self.code = code


def record(value, key=None, headers=(), timestamp=FIRST):
    return Record(key, value, list(headers), timestamp)


def numbered(count):
    return [record(f"record {n} ".encode() + b"lane " * (n % 40)) for n in range(count)]


def equal(got, wanted, what):
    if got != wanted:
        raise AssertionError(f"{what}: got {str(got)[:300]}, wanted {str(wanted)[:300]}")


def refused(code, call):
    try:
        call()
    except Refused as refusal:
        return equal(refusal.code, code, "error code")
    raise AssertionError(f"not refused, code {code} was wanted")


def until(what, holds):
    start = time.monotonic()
    while not holds():
        if time.monotonic() - start > PATIENCE:
            raise AssertionError(f"not in {PATIENCE} s: {what}")
        time.sleep(0.05)


class Checks:
    """One method per check; `run` calls them in the order of `NAMES`."""

    NAMES = [
        "metadata", "codec-none", "codec-gzip", "codec-snappy", "codec-lz4", "codec-zstd",
        "records", "idempotence", "from-earliest", "from-latest", "from-time",
        "topics", "configs", "delete-records",
    ]

    def __init__(self, face):
        self.face = face
        self.made = 0

    def topic(self, stem, partitions=1, configs=None):
        self.made += 1
        name = f"{self.face.name}-{stem}-{os.getpid()}-{time.time_ns()}-{self.made}"
        # What is produced here is years old, and must stay.
        self.face.create(name, partitions, configs or {"retention.ms": "-1"})
        until("all partitions have a leader", lambda: self.face.leaders(name) == partitions)
        return name

    def read(self, topic, at, count):
        reader = self.face.reader(topic, at)
        try:
            return reader.take(count)
        finally:
            reader.close()

    def metadata(self):
        equal(self.face.brokers(), {BOOTSTRAP}, "brokers")
        topic = self.topic("metadata", 3)
        assert topic in self.face.topics(), "the topic is not listed"
        equal(self.face.leaders(topic), 3, "partitions with a leader")

    def codec(self, codec):
        topic = self.topic(f"codec-{codec}")
        sent = numbered(500)
        equal(self.face.send(topic, sent, codec=codec), list(range(500)), "offsets acked")
        equal(self.face.bounds(topic), (0, 500), "start and end")
        got = self.read(topic, "earliest", 500)
        equal([offset for offset, _ in got], list(range(500)), "offsets read")
        equal([one.value for _, one in got], [one.value for one in sent], "values")

    def records(self):
        topic = self.topic("records")
        sent = [
            record(b"v", key=b"k", headers=[("a", b"1"), ("a", b"2"), ("\u00fc", b"\xff")]),
            record(None, key=b"tombstone", timestamp=FIRST + 5),
            record(b"", key=b"", timestamp=FIRST - 1000),
            record(b"no key", timestamp=1),
        ]
        self.face.send(topic, sent)
        equal([one for _, one in self.read(topic, "earliest", 4)], sent, "records")

    def idempotence(self):
        topic = self.topic("idempotence")
        sent = numbered(500)
        offsets = self.face.send(topic, sent, idempotent=True)
        equal(offsets, list(range(500)), "offsets acked")
        got = self.read(topic, "earliest", 500)
        equal([one.value for _, one in got], [one.value for one in sent], "values in order")

    def from_earliest(self):
        topic = self.topic("earliest")
        self.face.send(topic, numbered(10))
        equal([offset for offset, _ in self.read(topic, "earliest", 10)], list(range(10)), "all")
        equal([offset for offset, _ in self.read(topic, 7, 3)], [7, 8, 9], "from offset 7")

    def from_latest(self):
        topic = self.topic("latest")
        self.face.send(topic, [record(b"before")])
        reader = self.face.reader(topic, "latest")
        self.face.send(topic, [record(b"after")])
        got = reader.take(1)
        reader.close()
        equal([(offset, one.value) for offset, one in got], [(1, b"after")], "after the end")

    def from_time(self):
        topic = self.topic("time")
        sent = [record(b"t", timestamp=FIRST + n * 1000) for n in range(100)]
        self.face.send(topic, sent)
        for after, offset in [(-1, 0), (0, 0), (1, 1), (50_000, 50), (98_001, 99), (99_001, None)]:
            equal(self.face.at_time(topic, FIRST + after), offset, f"offset at {after} ms")
        found = self.face.at_time(topic, FIRST + 96_500)
        equal([offset for offset, _ in self.read(topic, found, 3)], [97, 98, 99], "read from there")

    def topics(self):
        topic = self.topic("topics")
        refused(TOPIC_ALREADY_EXISTS, lambda: self.face.create(topic, 1, {}))
        self.face.grow(topic, 4)
        until("four partitions lead", lambda: self.face.leaders(topic) == 4)
        refused(INVALID_PARTITIONS, lambda: self.face.grow(topic, 2))
        self.face.delete(topic)
        until("the topic is gone", lambda: topic not in self.face.topics())

    def configs(self):
        topic = self.topic("configs", configs={"retention.ms": "3600000"})
        equal(self.face.config(topic, "retention.ms"), "3600000", "as created")
        self.face.alter(topic, "retention.ms", "7200000")
        until("altered", lambda: self.face.config(topic, "retention.ms") == "7200000")
        refused(INVALID_CONFIG, lambda: self.face.alter(topic, "retention.ms", "soon"))
        equal(self.face.config(topic, "cleanup.policy"), "delete", "a default")

    def delete_records(self):
        topic = self.topic("trim")
        self.face.send(topic, numbered(10))
        self.face.delete_records(topic, 4)
        equal(self.face.bounds(topic), (4, 10), "start and end")
        equal([offset for offset, _ in self.read(topic, "earliest", 6)], list(range(4, 10)), "left")

    def one(self, name):
        if name.startswith("codec-"):
            self.codec(name.removeprefix("codec-"))
        else:
            getattr(self, name.replace("-", "_"))()


def run(face):
    """Runs all checks, prints a line for each, and ends the process: 1 if one failed."""
    checks, failures = Checks(face), 0
    for name in Checks.NAMES:
        if name in face.left_out:
            print(f"left out {name}: {face.left_out[name]}", flush=True)
            continue
        try:
            checks.one(name)
            print(f"ok {name}", flush=True)
        except Exception as error:
            failures += 1
            traceback.print_exc()
            print(f"failed {name}: {type(error).__name__}: {error}", flush=True)
    face.close()
    sys.exit(1 if failures else 0)
