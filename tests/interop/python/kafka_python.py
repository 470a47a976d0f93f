"""kafka-python, 2.0 and 3.x: one face, since most of its calls kept their names."""

import kafka
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.admin import NewPartitions, NewTopic
from kafka.errors import BrokerResponseError, for_code

import checks
from checks import BOOTSTRAP, PATIENCE, Record, Refused

MODERN = not kafka.__version__.startswith("2.0")


def told(call, *arguments, **options):
    """Calls, and turns the broker's refusal into its code."""
    try:
        return call(*arguments, **options)
    except BrokerResponseError as error:
        raise Refused(error.errno) from error
    except kafka.errors.KafkaError as error:
        if getattr(error, "errno", None):
            raise Refused(error.errno) from error
        raise


class Reader:
    def __init__(self, topic, at):
        self.partition = kafka.TopicPartition(topic, 0)
        self.consumer = kafka.KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=None)
        self.consumer.assign([self.partition])
        if at == "earliest":
            self.consumer.seek_to_beginning(self.partition)
        elif at == "latest":
            self.consumer.seek_to_end(self.partition)
        else:
            self.consumer.seek(self.partition, at)
        self.consumer.position(self.partition)

    def take(self, count):
        taken = []

        def enough():
            for messages in self.consumer.poll(timeout_ms=500).values():
                taken.extend(messages)
            return len(taken) >= count

        checks.until(f"{count} records", enough)
        return [
            (one.offset, Record(one.key, one.value, list(one.headers), one.timestamp))
            for one in taken
        ]

    def close(self):
        self.consumer.close()


class Face:
    name = "kafka-python"
    left_out = {} if MODERN else {
        "idempotence": "kafka-python 2.0 has no idempotent producer",
        "delete-records": "kafka-python 2.0 has no such call",
    }

    def __init__(self):
        self.admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
        self.asker = kafka.KafkaConsumer(bootstrap_servers=BOOTSTRAP, group_id=None)

    def close(self):
        self.admin.close()
        self.asker.close()

    def brokers(self):
        return {f"{one['host']}:{one['port']}" for one in self.admin.describe_cluster()["brokers"]}

    def topics(self):
        return set(self.admin.list_topics())

    def leaders(self, topic):
        found = self.admin.describe_topics([topic])[0]
        leader = "leader_id" if MODERN else "leader"
        return sum(1 for one in found["partitions"] if one[leader] >= 0)

    def create(self, topic, partitions, configs):
        new = NewTopic(topic, partitions, 1, topic_configs=configs)
        told(self.admin.create_topics, [new])

    def grow(self, topic, count):
        told(self.admin.create_partitions, {topic: NewPartitions(count)})

    def delete(self, topic):
        told(self.admin.delete_topics, [topic])

    def config(self, topic, key):
        asked = ConfigResource(ConfigResourceType.TOPIC, topic, {key: None})
        if MODERN:
            answer = self.admin.describe_configs([asked], config_filter="all")
            return answer["topic"][topic][key]["value"]
        return self.admin.describe_configs([asked])[0].resources[0][4][0][1]

    def alter(self, topic, key, value):
        changed = ConfigResource(ConfigResourceType.TOPIC, topic, {key: value})
        answer = told(self.admin.alter_configs, [changed])
        if MODERN:
            said = answer["topic"][topic]
            code = 0 if said == "OK" else int(said.split("[Error ")[1].split("]")[0])
        else:
            code = answer.resources[0][0]
        if code:
            raise Refused(for_code(code).errno)

    def send(self, topic, records, codec="none", idempotent=False):
        options = {"enable_idempotence": idempotent} if MODERN else {}
        producer = kafka.KafkaProducer(
            bootstrap_servers=BOOTSTRAP, acks="all", linger_ms=5,
            compression_type=None if codec == "none" else codec, **options)
        reports = [
            producer.send(topic, one.value, key=one.key, headers=one.headers, partition=0,
                          timestamp_ms=one.timestamp)
            for one in records
        ]
        producer.flush(PATIENCE)
        offsets = [report.get(PATIENCE).offset for report in reports]
        producer.close()
        return offsets

    def reader(self, topic, at):
        return Reader(topic, at)

    def bounds(self, topic):
        partition = kafka.TopicPartition(topic, 0)
        return (self.asker.beginning_offsets([partition])[partition],
                self.asker.end_offsets([partition])[partition])

    def at_time(self, topic, time):
        partition = kafka.TopicPartition(topic, 0)
        found = self.asker.offsets_for_times({partition: time})[partition]
        return found and found.offset

    def delete_records(self, topic, before):
        told(self.admin.delete_records, {kafka.TopicPartition(topic, 0): before})


checks.run(Face())
