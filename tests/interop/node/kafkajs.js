// KafkaJS: the checks of tests/interop. Its consumer always joins a group, so what it produced is
// read back with kcat. Every check prints one line that the driver reads.
"use strict";

const assert = require("node:assert").strict;
const { execFileSync } = require("node:child_process");
const process = require("node:process");
const { CompressionCodecs, CompressionTypes, ConfigResourceTypes } = require("kafkajs");
const { Kafka, logLevel } = require("kafkajs");
const snappy = require("kafkajs-snappy");
const { ZstdCodec } = require("zstd-codec");

const BOOTSTRAP = process.env.CORELANE_BOOTSTRAP;
const FIRST = 1_600_000_000_000;
const INVALID_PARTITIONS = 37;
const INVALID_CONFIG = 40;
const NEEDS_GROUP = "its consumer needs a group";

CompressionCodecs[CompressionTypes.Snappy] = snappy;
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async (encoder) => Buffer.from((await zstd()).compress(encoder.buffer)),
});

const retry = { retries: 5 };
const kafka = new Kafka({ brokers: [BOOTSTRAP], logLevel: logLevel.NOTHING, retry });
const admin = kafka.admin();
let made = 0;

const zstd = () => new Promise((ready) => ZstdCodec.run((codec) => ready(new codec.Simple())));

async function until(what, holds) {
  const start = Date.now();
  while (!(await holds())) {
    assert(Date.now() - start < 30_000, `not in 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A refusal of one topic comes inside an error about all of them. */
async function refused(code, call) {
  const all = (error) => [error, error.cause, ...(error.errors ?? [])];
  const has = (error) => all(error).some((one) => one?.code === code);
  await assert.rejects(call, has, `error code ${code}`);
}

async function leaders(topic) {
  const found = (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0];
  return found.partitions.filter((one) => one.leader >= 0).length;
}

/** Keeps its records though they are old. */
async function topic(stem, numPartitions = 1, retention = "-1") {
  const name = `kafkajs-${stem}-${process.pid}-${Date.now()}-${made++}`;
  const configEntries = [{ name: "retention.ms", value: retention }];
  await admin.createTopics({ topics: [{ topic: name, numPartitions, configEntries }] });
  await until("all partitions lead", async () => (await leaders(name)) === numPartitions);
  return name;
}

function numbered(count) {
  const lanes = (n) => "lane ".repeat(n % 40);
  return Array.from({ length: count }, (_, n) => ({ value: `record ${n} ${lanes(n)}` }));
}

async function send(topic, messages, compression = CompressionTypes.None, idempotent = false) {
  const producer = kafka.producer({ idempotent, maxInFlightRequests: 1 });
  await producer.connect();
  const placed = messages.map((one) => ({ partition: 0, timestamp: `${FIRST}`, ...one }));
  const reports = [];
  // Batches of 50: a producer of KafkaJS sends each call as one.
  for (let at = 0; at < placed.length; at += 50) {
    const messages = placed.slice(at, at + 50);
    reports.push(...(await producer.send({ topic, messages, compression, acks: -1 })));
  }
  await producer.disconnect();
  return reports.map((report) => Number(report.baseOffset));
}

/** Every record of partition 0, as kcat reads it. */
function read(topic) {
  const options = ["-C", "-q", "-e", "-J", "-b", BOOTSTRAP, "-t", topic, "-o", "beginning"];
  const lines = execFileSync("kcat", options, { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => JSON.parse(line));
}

async function bounds(topic) {
  const [found] = await admin.fetchTopicOffsets(topic);
  return [Number(found.low), Number(found.high)];
}

async function produced(stem, compression, idempotent) {
  const name = await topic(stem);
  const sent = numbered(500);
  const bases = Array.from({ length: 10 }, (_, n) => n * 50);
  assert.deepEqual(await send(name, sent, compression, idempotent), bases, "offsets acked");
  assert.deepEqual(await bounds(name), [0, 500], "start and end");
  assert.deepEqual(read(name).map((one) => one.payload), sent.map((one) => one.value), "values");
}

async function metadata() {
  const { brokers } = await admin.describeCluster();
  assert.deepEqual(brokers.map((one) => `${one.host}:${one.port}`), [BOOTSTRAP]);
  const name = await topic("metadata", 3);
  assert((await admin.listTopics()).includes(name), "the topic is listed");
}

async function records() {
  const name = await topic("records");
  await send(name, [
    { key: "k", value: "v", headers: { a: "1", "\u00fc": "2" } },
    { key: "tombstone", value: null, timestamp: `${FIRST + 5}` },
    { key: "", value: "", timestamp: `${FIRST - 1000}` },
    { value: "no key", timestamp: "1" },
  ]);
  const got = read(name).map((one) => [one.key, one.payload, one.ts, one.headers ?? []]);
  assert.deepEqual(got, [
    ["k", "v", FIRST, ["a", "1", "\u00fc", "2"]],
    ["tombstone", null, FIRST + 5, []],
    ["", "", FIRST - 1000, []],
    [null, "no key", 1, []],
  ]);
}

async function fromTime() {
  const name = await topic("time");
  const messages = Array.from({ length: 100 }, (_, n) => ({
    value: "t",
    timestamp: `${FIRST + n * 1000}`,
  }));
  await send(name, messages);
  // For a time after the last record KafkaJS answers with the end.
  const wanted = { [-1]: 0, 0: 0, 1: 1, 50_000: 50, 98_001: 99, 99_001: 100 };
  for (const [after, offset] of Object.entries(wanted)) {
    const [found] = await admin.fetchTopicOffsetsByTimestamp(name, FIRST + Number(after));
    assert.equal(Number(found.offset), offset, `offset at ${after} ms`);
  }
}

async function topics() {
  const name = await topic("topics");
  // createTopics swallows this refusal and answers false.
  assert.equal(await admin.createTopics({ topics: [{ topic: name }] }), false);
  const grow = (count) => admin.createPartitions({ topicPartitions: [{ topic: name, count }] });
  await grow(4);
  await until("four partitions lead", async () => (await leaders(name)) === 4);
  await refused(INVALID_PARTITIONS, () => grow(2));
  await admin.deleteTopics({ topics: [name] });
  await until("it is gone", async () => !(await admin.listTopics()).includes(name));
}

async function configs() {
  const name = await topic("configs", 1, "3600000");
  const resource = { type: ConfigResourceTypes.TOPIC, name };
  const value = async (key) => {
    const asked = { ...resource, configNames: [key] };
    const answer = await admin.describeConfigs({ resources: [asked], includeSynonyms: false });
    return answer.resources[0].configEntries[0].configValue;
  };
  const alter = (value) => {
    const configEntries = [{ name: "retention.ms", value }];
    return admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
  };
  assert.equal(await value("retention.ms"), "3600000");
  await alter("7200000");
  await until("altered", async () => (await value("retention.ms")) === "7200000");
  await refused(INVALID_CONFIG, () => alter("soon"));
  assert.equal(await value("cleanup.policy"), "delete");
}

async function deleteRecords() {
  const name = await topic("trim");
  await send(name, numbered(10));
  await admin.deleteTopicRecords({ topic: name, partitions: [{ partition: 0, offset: "4" }] });
  assert.deepEqual(await bounds(name), [4, 10]);
  assert.deepEqual(read(name).map((one) => one.offset), [4, 5, 6, 7, 8, 9]);
}

const CHECKS = {
  metadata,
  "codec-none": () => produced("codec-none", CompressionTypes.None, false),
  "codec-gzip": () => produced("codec-gzip", CompressionTypes.GZIP, false),
  "codec-snappy": () => produced("codec-snappy", CompressionTypes.Snappy, false),
  "codec-lz4": "no package brings it the frames that Kafka takes",
  "codec-zstd": () => produced("codec-zstd", CompressionTypes.ZSTD, false),
  records,
  idempotence: () => produced("idempotence", CompressionTypes.None, true),
  "from-earliest": NEEDS_GROUP,
  "from-latest": NEEDS_GROUP,
  "from-time": fromTime,
  topics,
  configs,
  "delete-records": deleteRecords,
};

async function main() {
  await admin.connect();
  for (const [name, check] of Object.entries(CHECKS)) {
    if (typeof check === "string") {
      console.log(`left out ${name}: ${check}`);
      continue;
    }
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      console.error(error);
      console.log(`failed ${name}: ${error.message.split("\n")[0]}`);
      process.exitCode = 1;
    }
  }
  await admin.disconnect();
}

main();
