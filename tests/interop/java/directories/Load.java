import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What both brokers are filled with: a topic of three partitions, and one that is compacted. */
final class Load {
    /** Producers of long ago would be forgotten at the start. */
    static final long FIRST = System.currentTimeMillis() - 3_600_000;
    static final int RECORDS = 1500;
    static final List<String> CODECS = Arrays.asList("none", "gzip", "snappy", "lz4", "zstd");
    private static final int VALUE_BYTES = 800, KEYS = 50;

    private Load() {}

    static List<NewTopic> topics(String name, String compaction) {
        Map<String, String> small = new HashMap<>();
        small.put("segment.bytes", "1048576");
        small.put("retention.ms", "-1");
        Map<String, String> compacted = new HashMap<>(small);
        compacted.put("cleanup.policy", compaction);
        compacted.put("min.cleanable.dirty.ratio", "0.01");
        return Arrays.asList(new NewTopic(name, 3, (short) 1).configs(small),
                new NewTopic(name + "-compacted", 1, (short) 1).configs(compacted));
    }

    static List<TopicPartition> partitions(String name) {
        return Arrays.asList(new TopicPartition(name, 0), new TopicPartition(name, 1),
                new TopicPartition(name, 2), new TopicPartition(name + "-compacted", 0));
    }

    static void fill(Admin admin, Broker broker, String name) throws Exception {
        admin.createTopics(topics(name, "compact")).all().get();
        for (String codec : CODECS) {
            boolean idempotent = codec.equals("none") || codec.equals("zstd");
            produce(broker, codec, idempotent, name, 3);
        }
        String compacted = name + "-compacted";
        produce(broker, "lz4", true, compacted, 1);
        produce(broker, "none", false, compacted, 1);
        TopicPartition trimmed = new TopicPartition(name, 2);
        admin.deleteRecords(Collections.singletonMap(trimmed,
                RecordsToDelete.beforeOffset(RECORDS + 7L))).all().get();
        // What a consumer gets may still come from memory for a while.
        Path first = broker.data.resolve(compacted + "-0/00000000000000000000.log");
        Shell.until("compacted", () -> Files.size(first) > 0 && Files.size(first) < VALUE_BYTES);
        set(admin, compacted, "cleanup.policy", "delete");
    }

    /** Every partition gets some tombstones, records without a key, and headers. */
    static void produce(Broker broker, String codec, boolean idempotent, String name, int count)
            throws Exception {
        Map<String, Object> settings = new HashMap<>(broker.settings());
        settings.put("compression.type", codec);
        settings.put("enable.idempotence", idempotent);
        settings.put("linger.ms", 20);
        settings.put("batch.size", 32768);
        Random dice = new Random(name.hashCode() + codec.hashCode());
        boolean compacted = count == 1;
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings,
                new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int n = 0; n < RECORDS * count; n++) {
                byte[] key = ("key " + dice.nextInt(KEYS)).getBytes(StandardCharsets.UTF_8);
                byte[] value = new byte[VALUE_BYTES + dice.nextInt(VALUE_BYTES)];
                dice.nextBytes(value);
                // Half of it can be compressed.
                Arrays.fill(value, 0, value.length / 2, (byte) n);
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(name, n % count,
                        FIRST + n * 10L - dice.nextInt(1000),
                        compacted || n % 7 > 0 ? key : null, n % 19 > 0 ? value : null);
                if (n % 5 == 0) {
                    record.headers().add("number", new byte[] {(byte) n}).add("none", null);
                }
                producer.send(record);
            }
        }
    }

    static void set(Admin admin, String topic, String key, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp set =
                new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Collections.singletonMap(resource,
                Collections.singletonList(set))).all().get();
    }
}
