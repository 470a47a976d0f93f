import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.protocol.Errors;

/**
 * The checks that every client of tests/interop passes, with kafka-clients from 2.1 to 4.x:
 * `java -cp 'JARS/*' Client.java`. Every check prints one line that the driver reads. What the
 * versions call differently is found by name at run time.
 */
public final class Client {
    static final String BOOTSTRAP = System.getenv("CORELANE_BOOTSTRAP");
    static final Duration PATIENCE = Duration.ofSeconds(30);
    static final long FIRST = 1_600_000_000_000L;
    /** What is produced here is years old, and must stay. */
    static final Map<String, String> KEEP = Collections.singletonMap("retention.ms", "-1");

    interface Check {
        void run() throws Exception;
    }
    /** One record as it is sent and as it comes back. */
    static final class Sent {
        final byte[] key;
        final byte[] value;
        final long time;
        final Map<String, String> headers = new LinkedHashMap<>();

        Sent(String key, String value, long time) {
            this.key = bytes(key);
            this.value = bytes(value);
            this.time = time;
        }
    }

    final AdminClient admin = AdminClient.create(settings());
    final KafkaConsumer<byte[], byte[]> asker = consumer();
    int made = 0;

    public static void main(String[] arguments) {
        Client client = new Client();
        boolean failed = false;
        for (Map.Entry<String, Check> check : client.checks().entrySet()) {
            try {
                check.getValue().run();
                System.out.println("ok " + check.getKey());
            } catch (Exception | AssertionError error) {
                error.printStackTrace();
                System.out.println("failed " + check.getKey() + ": " + error);
                failed = true;
            }
        }
        System.exit(failed ? 1 : 0);
    }

    Map<String, Check> checks() {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("metadata", this::metadata);
        for (String codec : Arrays.asList("none", "gzip", "snappy", "lz4", "zstd")) {
            checks.put("codec-" + codec, () -> codec(codec));
        }
        checks.put("records", this::records);
        checks.put("idempotence", this::idempotence);
        checks.put("from-earliest", this::fromEarliest);
        checks.put("from-latest", this::fromLatest);
        checks.put("from-time", this::fromTime);
        checks.put("topics", this::topics);
        checks.put("configs", this::configs);
        checks.put("delete-records", this::deleteRecords);
        return checks;
    }

    void metadata() throws Exception {
        Collection<String> brokers = get(admin.describeCluster().nodes()).stream()
                .map(node -> node.host() + ":" + node.port()).collect(Collectors.toList());
        equal("brokers", brokers, Collections.singletonList(BOOTSTRAP));
        String topic = topic("metadata", 3, KEEP);
        equal("listed", get(admin.listTopics().names()).contains(topic), true);
        equal("partitions the consumer sees", asker.partitionsFor(topic).size(), 3);
    }

    void codec(String codec) throws Exception {
        String topic = topic("codec-" + codec, 1, KEEP);
        List<Sent> sent = numbered(500);
        equal("offsets acked", send(topic, sent, "compression.type", codec), from(0, 500));
        equal("start and end", bounds(topic), Arrays.asList(0L, 500L));
        List<ConsumerRecord<byte[], byte[]>> got = read(topic, 0, 500);
        equal("offsets read", offsets(got), from(0, 500));
        sameValues(got, sent);
    }

    void records() throws Exception {
        String topic = topic("records", 1, KEEP);
        Sent headed = new Sent("k", "v", FIRST);
        headed.headers.put("a", "1");
        headed.headers.put("\u00fc", null);
        List<Sent> sent = Arrays.asList(headed, new Sent("tombstone", null, FIRST + 5),
                new Sent("", "", FIRST - 1000), new Sent(null, "no key", 1));
        send(topic, sent);
        List<ConsumerRecord<byte[], byte[]>> got = read(topic, 0, 4);
        for (int n = 0; n < 4; n++) {
            equal("key", text(got.get(n).key()), text(sent.get(n).key));
            equal("value", text(got.get(n).value()), text(sent.get(n).value));
            equal("time", got.get(n).timestamp(), sent.get(n).time);
            Map<String, String> headers = new LinkedHashMap<>();
            for (Header header : got.get(n).headers()) {
                headers.put(header.key(), text(header.value()));
            }
            equal("headers", headers, sent.get(n).headers);
        }
    }

    void idempotence() throws Exception {
        String topic = topic("idempotence", 1, KEEP);
        List<Sent> sent = numbered(500);
        equal("offsets acked", send(topic, sent, "enable.idempotence", "true"), from(0, 500));
        sameValues(read(topic, 0, 500), sent);
    }

    void fromEarliest() throws Exception {
        String topic = topic("earliest", 1, KEEP);
        send(topic, numbered(10));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(partition(topic));
            consumer.seekToBeginning(partition(topic));
            equal("all", offsets(take(consumer, 10)), from(0, 10));
        }
        equal("from offset 7", offsets(read(topic, 7, 3)), from(7, 10));
    }

    void fromLatest() throws Exception {
        String topic = topic("latest", 1, KEEP);
        send(topic, Collections.singletonList(new Sent(null, "before", FIRST)));
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(partition(topic));
            consumer.seekToEnd(partition(topic));
            equal("position", consumer.position(partition(topic).get(0)), 1L);
            send(topic, Collections.singletonList(new Sent(null, "after", FIRST)));
            equal("value", text(take(consumer, 1).get(0).value()), "after");
        }
    }

    void fromTime() throws Exception {
        String topic = topic("time", 1, KEEP);
        List<Sent> sent = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            sent.add(new Sent(null, "t", FIRST + n * 1000));
        }
        send(topic, sent);
        long[][] wanted = {{-1, 0}, {0, 0}, {1, 1}, {50_000, 50}, {98_001, 99}, {99_001, -1}};
        for (long[] pair : wanted) {
            equal("offset at " + pair[0] + " ms", atTime(topic, FIRST + pair[0]), pair[1]);
        }
        long found = atTime(topic, FIRST + 96_500);
        equal("read from there", offsets(read(topic, found, 3)), from(97, 100));
    }

    void topics() throws Exception {
        String topic = topic("topics", 1, KEEP);
        NewTopic again = new NewTopic(topic, 1, (short) 1);
        refused(Errors.TOPIC_ALREADY_EXISTS, admin.createTopics(Arrays.asList(again)).all());
        get(admin.createPartitions(grown(topic, 4)).all());
        until("four partitions lead", () -> leaders(topic) == 4);
        refused(Errors.INVALID_PARTITIONS, admin.createPartitions(grown(topic, 2)).all());
        get(admin.deleteTopics(Collections.singletonList(topic)).all());
        for (int tries = 0; get(admin.listTopics().names()).contains(topic); tries++) {
            equal("listed after many tries", tries > 500, false);
        }
    }

    void configs() throws Exception {
        String key = "retention.ms";
        String topic = topic("configs", 1, Collections.singletonMap(key, "3600000"));
        equal("as created", config(topic, key), "3600000");
        get(alter(topic, key, "7200000"));
        until("altered", () -> config(topic, key).equals("7200000"));
        refused(Errors.INVALID_CONFIG, alter(topic, key, "soon"));
        equal("a default", config(topic, "cleanup.policy"), "delete");
    }

    void deleteRecords() throws Exception {
        String topic = topic("trim", 1, KEEP);
        send(topic, numbered(10));
        get(admin.deleteRecords(Collections.singletonMap(
                partition(topic).get(0), RecordsToDelete.beforeOffset(4))).all());
        equal("start and end", bounds(topic), Arrays.asList(4L, 10L));
        equal("left", offsets(read(topic, 4, 6)), from(4, 10));
    }

    String topic(String stem, int partitions, Map<String, String> configs) throws Exception {
        String name = "java-" + stem + "-" + System.nanoTime() + "-" + made++;
        NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(configs);
        get(admin.createTopics(Collections.singletonList(topic)).all());
        until("all partitions have a leader", () -> leaders(name) == partitions);
        return name;
    }

    /** `allTopicNames` from 3.1 on, `all` before. */
    @SuppressWarnings("unchecked")
    long leaders(String topic) {
        try {
            Object result = admin.describeTopics(Collections.singletonList(topic));
            Method all = method(result, "allTopicNames");
            Object found = (all != null ? all : method(result, "all")).invoke(result);
            return ((Future<Map<String, TopicDescription>>) found).get().get(topic)
                    .partitions().stream().filter(one -> one.leader() != null).count();
        } catch (ReflectiveOperationException | ExecutionException | InterruptedException error) {
            return 0;
        }
    }

    String config(String topic, String key) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            return get(admin.describeConfigs(Collections.singletonList(resource)).all())
                    .get(resource).get(key).value();
        } catch (Exception error) {
            throw new AssertionError(error);
        }
    }

    /** Incremental from 2.3 on, the whole set of settings before. */
    Future<?> alter(String topic, String key, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        ConfigEntry entry = new ConfigEntry(key, value);
        Object change = new Config(Collections.singletonList(entry));
        String call = "alterConfigs";
        if (method(admin, "incrementalAlterConfigs") != null) {
            Class<?> operation = Class.forName("org.apache.kafka.clients.admin.AlterConfigOp");
            Class<?> kind = Class.forName(operation.getName() + "$OpType");
            Object set = kind.getMethod("valueOf", String.class).invoke(null, "SET");
            change = Collections.singletonList(
                    operation.getConstructor(ConfigEntry.class, kind).newInstance(entry, set));
            call = "incrementalAlterConfigs";
        }
        Object result = AdminClient.class.getMethod(call, Map.class)
                .invoke(admin, Collections.singletonMap(resource, change));
        return (Future<?>) result.getClass().getMethod("all").invoke(result);
    }

    /** The method of that name, null when this version has none. */
    static Method method(Object object, String name) {
        return Arrays.stream(object.getClass().getMethods())
                .filter(method -> method.getName().equals(name)).findFirst().orElse(null);
    }

    static Map<String, NewPartitions> grown(String topic, int partitions) {
        return Collections.singletonMap(topic, NewPartitions.increaseTo(partitions));
    }

    static Properties settings(String... pairs) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", BOOTSTRAP);
        for (int n = 0; n < pairs.length; n += 2) {
            settings.put(pairs[n], pairs[n + 1]);
        }
        return settings;
    }

    List<Long> send(String topic, List<Sent> records, String... pairs) throws Exception {
        Properties settings = settings(pairs);
        settings.putIfAbsent("enable.idempotence", "false");
        settings.put("acks", "all");
        settings.put("linger.ms", "5");
        String serializer = "org.apache.kafka.common.serialization.ByteArraySerializer";
        settings.put("key.serializer", serializer);
        settings.put("value.serializer", serializer);
        List<Future<RecordMetadata>> reports = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
            for (Sent one : records) {
                ProducerRecord<byte[], byte[]> record =
                        new ProducerRecord<>(topic, 0, one.time, one.key, one.value);
                one.headers.forEach((key, value) -> record.headers().add(key, bytes(value)));
                reports.add(producer.send(record));
            }
        }
        List<Long> offsets = new ArrayList<>();
        for (Future<RecordMetadata> report : reports) {
            offsets.add(report.get().offset());
        }
        return offsets;
    }

    static KafkaConsumer<byte[], byte[]> consumer() {
        String deserializer = "org.apache.kafka.common.serialization.ByteArrayDeserializer";
        return new KafkaConsumer<>(settings("enable.auto.commit", "false",
                "key.deserializer", deserializer, "value.deserializer", deserializer));
    }

    static List<TopicPartition> partition(String topic) {
        return Collections.singletonList(new TopicPartition(topic, 0));
    }

    List<ConsumerRecord<byte[], byte[]>> read(String topic, long at, int count) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(partition(topic));
            consumer.seek(partition(topic).get(0), at);
            return take(consumer, count);
        }
    }

    static List<ConsumerRecord<byte[], byte[]>> take(
            KafkaConsumer<byte[], byte[]> consumer, int count) {
        List<ConsumerRecord<byte[], byte[]>> taken = new ArrayList<>();
        until(count + " records", () -> {
            consumer.poll(Duration.ofMillis(500)).forEach(taken::add);
            return taken.size() >= count;
        });
        return taken;
    }

    List<Long> bounds(String topic) {
        TopicPartition partition = partition(topic).get(0);
        return Arrays.asList(asker.beginningOffsets(partition(topic)).get(partition),
                asker.endOffsets(partition(topic)).get(partition));
    }

    long atTime(String topic, long time) {
        TopicPartition partition = partition(topic).get(0);
        OffsetAndTimestamp found =
                asker.offsetsForTimes(Collections.singletonMap(partition, time)).get(partition);
        return found == null ? -1 : found.offset();
    }

    static List<Sent> numbered(int count) {
        List<Sent> sent = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            String lanes = String.join("", Collections.nCopies(n % 40, "lane "));
            sent.add(new Sent(null, "record " + n + " " + lanes, FIRST));
        }
        return sent;
    }

    static List<Long> from(long first, long end) {
        return LongStream.range(first, end).boxed().collect(Collectors.toList());
    }

    static List<Long> offsets(List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream().map(ConsumerRecord::offset).collect(Collectors.toList());
    }

    static void sameValues(List<ConsumerRecord<byte[], byte[]>> got, List<Sent> sent) {
        equal("how many", got.size(), sent.size());
        for (int n = 0; n < sent.size(); n++) {
            equal("value " + n, text(got.get(n).value()), text(sent.get(n).value));
        }
    }

    static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static <T> T get(Future<T> future) throws Exception {
        return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    static void refused(Errors code, Future<?> answer) throws Exception {
        try {
            get(answer);
        } catch (ExecutionException refusal) {
            equal("error", Errors.forException(refusal.getCause()), code);
            return;
        }
        throw new AssertionError("not refused with " + code);
    }

    static void until(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not in " + PATIENCE + ": " + what);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    static void equal(String what, Object got, Object wanted) {
        if (!Objects.equals(got, wanted)) {
            String text = what + ": got " + got + ", wanted " + wanted;
            throw new AssertionError(text.substring(0, Math.min(600, text.length())));
        }
    }
}
