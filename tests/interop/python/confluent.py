"""confluent-kafka: librdkafka with a Python face."""

from confluent_kafka import (
    OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Producer, TopicPartition,
)
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic,
)

import checks
from checks import BOOTSTRAP, PATIENCE, Record, Refused


def told(futures):
    """Waits for the only answer, and turns the broker's refusal into its code."""
    try:
        return next(iter(futures.values())).result(PATIENCE)
    except KafkaException as error:
        raise Refused(error.args[0].code()) from error


def consumer():
    return Consumer({
        "bootstrap.servers": BOOTSTRAP, "group.id": "none", "enable.auto.commit": False,
        "enable.partition.eof": True, "check.crcs": True,
    })


class Reader:
    def __init__(self, topic, at):
        offset = {"earliest": OFFSET_BEGINNING, "latest": OFFSET_END}.get(at, at)
        self.consumer = consumer()
        self.consumer.assign([TopicPartition(topic, 0, offset)])
        if at == "latest":
            checks.until("the end of the partition", self.ended)

    def ended(self):
        event = self.consumer.poll(0.5)
        return event is not None and event.error().code() == KafkaError._PARTITION_EOF

    def take(self, count):
        taken = []

        def enough():
            taken.extend(one for one in self.consumer.consume(count, 0.5) if not one.error())
            return len(taken) >= count

        checks.until(f"{count} records", enough)
        return [
            (one.offset(), Record(one.key(), one.value(), one.headers() or [], one.timestamp()[1]))
            for one in taken
        ]

    def close(self):
        self.consumer.close()


class Face:
    name = "confluent-kafka"
    left_out = {}

    def __init__(self):
        self.admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
        self.asker = consumer()

    def close(self):
        self.asker.close()

    def brokers(self):
        return {f"{one.host}:{one.port}" for one in self.admin.list_topics().brokers.values()}

    def topics(self):
        return set(self.admin.list_topics(timeout=PATIENCE).topics)

    def leaders(self, topic):
        found = self.admin.list_topics(timeout=PATIENCE).topics.get(topic)
        return sum(1 for one in found.partitions.values() if one.leader >= 0) if found else 0

    def create(self, topic, partitions, configs):
        told(self.admin.create_topics([NewTopic(topic, partitions, 1, config=configs)]))

    def grow(self, topic, count):
        told(self.admin.create_partitions([NewPartitions(topic, count)]))

    def delete(self, topic):
        told(self.admin.delete_topics([topic]))

    def config(self, topic, key):
        asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
        return told(self.admin.describe_configs([asked]))[key].value

    def alter(self, topic, key, value):
        entry = ConfigEntry(key, value, incremental_operation=AlterConfigOpType.SET)
        changed = ConfigResource(
            ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        told(self.admin.incremental_alter_configs([changed]))

    def send(self, topic, records, codec="none", idempotent=False):
        producer = Producer({
            "bootstrap.servers": BOOTSTRAP, "compression.type": codec, "linger.ms": 5,
            "enable.idempotence": idempotent,
        })
        offsets = [None] * len(records)

        def keep(index):
            def report(error, message):
                offsets[index] = error or message.offset()
            return report

        for index, one in enumerate(records):
            producer.produce(topic, one.value, one.key, 0, on_delivery=keep(index),
                             timestamp=one.timestamp, headers=one.headers)
        checks.equal(producer.flush(PATIENCE), 0, "records without a report")
        return offsets

    def reader(self, topic, at):
        return Reader(topic, at)

    def bounds(self, topic):
        return self.asker.get_watermark_offsets(TopicPartition(topic, 0), timeout=PATIENCE)

    def at_time(self, topic, time):
        asked = TopicPartition(topic, 0, time)
        offset = self.asker.offsets_for_times([asked], timeout=PATIENCE)[0].offset
        return offset if offset >= 0 else None

    def delete_records(self, topic, before):
        told(self.admin.delete_records([TopicPartition(topic, 0, before)]))


checks.run(Face())
