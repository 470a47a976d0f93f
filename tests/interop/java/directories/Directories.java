import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/**
 * Corelane and Apache Kafka take over each other's partition directories: both are filled in the
 * same way and stopped, their directories and checkpoints change places, and both start again.
 * Runs at the top of the repository; CORELANE is the binary. Every check prints one line that the
 * driver reads.
 */
public final class Directories {
    private static final String[] CHECKPOINTS = {"recovery-point-offset-checkpoint",
        "replication-offset-checkpoint", "log-start-offset-checkpoint",
        "cleaner-offset-checkpoint"};

    interface Check {
        void run() throws Exception;
    }

    private final Broker ours;
    private final Broker theirs;
    /** What was seen before the exchange, by the topic's name. */
    private final Map<String, Sight> before = new HashMap<>();

    private Directories(Path dir) throws Exception {
        ours = Broker.corelane(dir);
        theirs = Broker.kafka(dir);
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        Path dir = Files.createTempDirectory("directories");
        int code = 0;
        try {
            for (Map.Entry<String, Check> check : new Directories(dir).checks().entrySet()) {
                check.getValue().run();
                System.out.println("ok " + check.getKey());
            }
        } catch (Exception | AssertionError error) {
            error.printStackTrace(System.out);
            System.out.println("failed " + error);
            code = 1;
        }
        Shell.run(Arrays.asList("rm", "-rf", dir.toString()));
        System.exit(code);
    }

    /** Each builds on the one before it: the first that fails ends the row. */
    private Map<String, Check> checks() {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("fill", this::fill);
        checks.put("dump", this::dump);
        checks.put("exchange", this::exchange);
        checks.put("read-by-kafka", () -> same(theirs, "ours"));
        checks.put("read-by-corelane", () -> same(ours, "theirs"));
        checks.put("append", this::append);
        return checks;
    }

    /** Kafka is a while in starting; ours is filled meanwhile. */
    private void fill() throws Exception {
        ours.start();
        theirs.start();
        ours.await();
        try (Admin admin = ours.admin()) {
            Load.fill(admin, ours, "ours");
            admin.createTopics(Load.topics("theirs", "delete")).all().get();
        }
        // What a consumer gets may come from memory for a while, as it was before compaction.
        ours.stop();
        ours.start();
        ours.await();
        keep(ours, "ours");
        ours.stop();
        ours.checkItIsQuiet();
        theirs.await();
        try (Admin admin = theirs.admin()) {
            Load.fill(admin, theirs, "theirs");
            keep(theirs, "theirs");
            admin.createTopics(Load.topics("ours", "delete")).all().get();
            // It makes the directories some time after it has said that the topics are there.
            Shell.until("Kafka has made them", () -> Load.partitions("ours").stream()
                    .allMatch(p -> Files.exists(theirs.data.resolve(p + "/partition.metadata"))));
        }
        theirs.stop();
    }

    /** Nothing is compacted any more soon: what is read now must be read later. */
    private void keep(Broker broker, String name) throws Exception {
        Shell.until("compaction rests", () -> {
            Sight was = before.put(name, Sight.of(broker, name));
            return was != null && was.records.equals(before.get(name).records);
        });
        int left = before.get(name).records.get(name + "-compacted-0").size();
        Shell.equal("compacted", left < Load.RECORDS, true);
    }

    /** Of both, before they move. */
    private void dump() throws Exception {
        Dump.check("ours", Dump.of(ours, "ours"));
        Dump.check("theirs", Dump.of(theirs, "theirs"));
    }

    private void exchange() throws Exception {
        move(ours, theirs, "ours");
        move(theirs, ours, "theirs");
        ours.start();
        theirs.start();
        ours.await();
        theirs.await();
    }

    /** Topics of one name have an id of their own in each broker, which the directory is told. */
    private static void move(Broker from, Broker to, String name) throws Exception {
        for (TopicPartition partition : Load.partitions(name)) {
            Path place = to.data.resolve("" + partition);
            byte[] identity = Files.readAllBytes(place.resolve("partition.metadata"));
            Shell.run(Arrays.asList("rm", "-r", place.toString()));
            Shell.run(Arrays.asList("cp", "-r", from.data.resolve("" + partition).toString(),
                    place.toString()));
            Files.write(place.resolve("partition.metadata"), identity);
        }
        for (String checkpoint : CHECKPOINTS) {
            List<String> lines = entries(to, checkpoint, name, false);
            lines.addAll(entries(from, checkpoint, name, true));
            lines.add(0, "" + lines.size());
            lines.add(0, "0");
            Files.write(to.data.resolve(checkpoint), lines);
        }
        for (TopicPartition partition : Load.partitions(name)) {
            Shell.run(Arrays.asList("rm", "-r", from.data.resolve("" + partition).toString()));
        }
    }

    /** The lines of a checkpoint that are about these topics, or about all others. */
    private static List<String> entries(Broker broker, String checkpoint, String name,
            boolean about) throws IOException {
        Path file = broker.data.resolve(checkpoint);
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : new ArrayList<>();
        return lines.stream().skip(2)
                .filter(line -> line.matches(name + "(-compacted)? .*") == about)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private void same(Broker broker, String name) throws Exception {
        Sight was = before.get(name), is = Sight.of(broker, name);
        Shell.equal("offsets of " + name, is.bounds, was.bounds);
        for (String partition : was.records.keySet()) {
            List<String> got = is.records.get(partition), wanted = was.records.get(partition);
            Shell.equal("records of " + partition, got.size(), wanted.size());
            for (int n = 0; n < wanted.size(); n++) {
                Shell.equal(partition, got.get(n), wanted.get(n));
            }
        }
        Shell.equal("producers of " + name, is.producers, was.producers);
        broker.checkItIsQuiet();
    }

    /** What moved takes records at its end. */
    private void append() throws Exception {
        append(ours, "theirs");
        append(theirs, "ours");
        ours.stop();
        theirs.stop();
        ours.checkItIsQuiet();
    }

    private void append(Broker broker, String name) throws Exception {
        Load.produce(broker, "none", true, name, 3);
        Load.produce(broker, "none", true, name + "-compacted", 1);
        Sight was = before.get(name), is = Sight.of(broker, name);
        for (String partition : was.records.keySet()) {
            List<String> old = was.records.get(partition), all = is.records.get(partition);
            Shell.equal("before the new", all.subList(0, old.size()), old);
            Shell.equal("with the new", all.size(), old.size() + Load.RECORDS);
        }
    }
}
