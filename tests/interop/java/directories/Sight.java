import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** All that clients can see of some partitions. */
final class Sight {
    /** By partition, a line for each. */
    final Map<String, List<String>> records = new TreeMap<>();
    /** Where the log starts and ends, and the offset of a time. */
    final Map<String, String> bounds = new TreeMap<>();
    final Map<String, Set<String>> producers = new TreeMap<>();

    static Sight of(Broker broker, String name) throws Exception {
        Sight sight = new Sight();
        List<TopicPartition> partitions = Load.partitions(name);
        try (Admin admin = broker.admin();
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(broker.settings(),
                        new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            admin.describeProducers(partitions).all().get().forEach((partition, states) ->
                    sight.producers.put("" + partition, states.activeProducers().stream()
                            .map(Object::toString).collect(Collectors.toSet())));
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> times = new HashMap<>();
            partitions.forEach(partition -> times.put(partition, Load.FIRST + Load.RECORDS * 7L));
            Map<TopicPartition, ?> found = consumer.offsetsForTimes(times);
            for (TopicPartition partition : partitions) {
                sight.bounds.put("" + partition, starts.get(partition) + " to "
                        + ends.get(partition) + ", in time " + found.get(partition));
                sight.records.put("" + partition, new ArrayList<>());
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long patience = System.nanoTime() + 60_000_000_000L;
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                Shell.equal("read in time", System.nanoTime() < patience, true);
                consumer.poll(Duration.ofMillis(100)).forEach(record ->
                        sight.records.get(record.topic() + "-" + record.partition())
                                .add(line(record)));
            }
        }
        return sight;
    }

    static String line(ConsumerRecord<byte[], byte[]> record) {
        return record.offset() + " " + record.timestampType() + " " + record.timestamp() + " "
                + record.leaderEpoch() + " " + text(record.key()) + " " + record.headers() + " "
                + text(record.value());
    }

    static String text(byte[] bytes) {
        return bytes == null ? "(null)" : new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
