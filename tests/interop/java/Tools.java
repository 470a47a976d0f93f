import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Exit;

/**
 * Kafka's own command-line tools, 2.4.1 and 4.x, all in one JVM: `java -cp 'JARS/*' Tools.java`
 * uses them against a broker, `Tools.java DIR` reads the files of one that has stopped. Every check
 * prints one line that the driver reads.
 */
public final class Tools {
    static final String BOOTSTRAP = System.getenv("CORELANE_BOOTSTRAP");
    static final PrintStream OUT = System.out;
    static final boolean MODERN = isThere("org.apache.kafka.tools.TopicCommand");
    static final Switch SAID = new Switch();

    interface Check {
        void run() throws Exception;
    }

    /** How a tool ends instead of ending the JVM. */
    static final class Ended extends Error {
        Ended(int code) {
            super("exit " + code, null, false, false);
        }
    }

    /** Keeps what a tool prints, on whichever stream it took hold of first. */
    static final class Switch extends OutputStream {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int one) {
            kept.write(one);
        }

        @Override
        public synchronized void write(byte[] bytes, int start, int count) {
            kept.write(bytes, start, count);
        }

        synchronized String take() {
            String said = new String(kept.toByteArray(), StandardCharsets.UTF_8);
            kept.reset();
            return said;
        }
    }

    static Integer code;

    public static void main(String[] arguments) throws Exception {
        System.setOut(new PrintStream(SAID, true));
        System.setErr(new PrintStream(SAID, true));
        Exit.setExitProcedure(Tools::ended);
        Exit.setHaltProcedure(Tools::ended);
        Map<String, Check> checks =
                arguments.length > 0 ? files(Paths.get(arguments[0])) : new Tools().online();
        boolean failed = false;
        for (Map.Entry<String, Check> check : checks.entrySet()) {
            try {
                check.getValue().run();
                OUT.println("ok " + check.getKey());
            } catch (LeftOut why) {
                OUT.println("left out " + check.getKey() + ": " + why.getMessage());
            } catch (Exception | AssertionError error) {
                error.printStackTrace(OUT);
                OUT.println("failed " + check.getKey() + ": " + error);
                failed = true;
            }
        }
        OUT.flush();
        Runtime.getRuntime().halt(failed ? 1 : 0);
    }

    static void ended(int status, String message) {
        code = code == null ? status : code;
        throw new Ended(status);
    }

    static final class LeftOut extends RuntimeException {
        LeftOut(String why) {
            super(why);
        }
    }

    static boolean isThere(String name) {
        try {
            Class.forName(name, false, Tools.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    /** Runs one tool to its end and returns what it printed; `wanted` is the exit code. */
    static String tool(int wanted, String input, String name, String... words) throws Exception {
        SAID.take();
        code = null;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            Class.forName(name).getMethod("main", String[].class).invoke(null, (Object) words);
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof Ended)) {
                throw new AssertionError(name + " threw " + thrown.getCause(), thrown.getCause());
            }
        }
        String said = SAID.take();
        if ((code == null ? 0 : code) != wanted) {
            throw new AssertionError(name + " ended with " + code + ": " + said);
        }
        return said;
    }

    /** A tool that talks to the broker, by its names in 4.x and in 2.4.1. */
    static String ask(String modern, String old, String... words) throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList("--bootstrap-server", BOOTSTRAP));
        all.addAll(Arrays.asList(words));
        return tool(0, "", MODERN ? modern : old, all.toArray(new String[0]));
    }

    static String topics(String... words) throws Exception {
        return ask("org.apache.kafka.tools.TopicCommand", "kafka.admin.TopicCommand", words);
    }

    static void says(String said, String... wanted) {
        for (String part : wanted) {
            if (!said.contains(part)) {
                throw new AssertionError("does not say '" + part + "': " + said);
            }
        }
    }

    static int made = 0;

    static String topic(int partitions) throws Exception {
        String name = "tools-" + System.nanoTime() + "-" + made++;
        says(topics("--create", "--topic", name, "--partitions", "" + partitions,
                "--replication-factor", "1"), MODERN ? "Created topic " + name : "");
        return name;
    }

    Map<String, Check> online() {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("broker-api-versions", () -> says(
                ask("org.apache.kafka.tools.BrokerApiVersionsCommand",
                        "kafka.admin.BrokerApiVersionsCommand"),
                BOOTSTRAP + " (id: ", "Produce(0): ", "Metadata(3): ", "[usable: "));
        checks.put("topics", this::topicsTool);
        checks.put("configs", this::configs);
        checks.put("console-producer", this::producer);
        checks.put("console-consumer", this::consumer);
        checks.put("get-offsets", this::offsets);
        checks.put("delete-records", this::deleteRecords);
        checks.put("log-dirs", this::logDirs);
        checks.put("cluster", this::cluster);
        checks.put("features", this::features);
        return checks;
    }

    void topicsTool() throws Exception {
        String topic = topic(2);
        says(topics("--list"), topic);
        String described = topics("--describe", "--topic", topic).replace("\t", " ");
        says(described.replace(": ", ":"), "PartitionCount:2", "Partition:1", "Leader:", "Isr:");
        topics("--alter", "--topic", topic, "--partitions", "3");
        says(topics("--describe", "--topic", topic).replace(": ", ":"), "PartitionCount:3");
        String tool = MODERN ? "org.apache.kafka.tools.TopicCommand" : "kafka.admin.TopicCommand";
        says(tool(1, "", tool, "--bootstrap-server", BOOTSTRAP, "--create", "--topic", topic,
                "--partitions", "1", "--replication-factor", "1"),
                "already exists");
        topics("--delete", "--topic", topic);
        for (int tries = 0; topics("--list").contains(topic); tries++) {
            if (tries > 200) {
                throw new AssertionError("still listed");
            }
        }
    }

    /** 2.4.1 changes the settings of topics through ZooKeeper only. */
    void configs() throws Exception {
        String tool = "kafka.admin.ConfigCommand";
        if (MODERN) {
            String topic = topic(1);
            says(ask(tool, tool, "--alter", "--entity-type", "topics", "--entity-name", topic,
                    "--add-config", "retention.ms=7200000"), "Completed updating config for topic");
            says(ask(tool, tool, "--describe", "--entity-type", "topics", "--entity-name", topic),
                    "retention.ms=7200000");
            says(tool(1, "", tool, "--bootstrap-server", BOOTSTRAP, "--alter", "--entity-type",
                    "topics", "--entity-name", topic, "--add-config", "retention.ms=soon"),
                    "Invalid value soon for configuration retention.ms");
        }
        String said = ask("org.apache.kafka.tools.BrokerApiVersionsCommand",
                "kafka.admin.BrokerApiVersionsCommand");
        String node = said.split("\\(id: ")[1].split(" ")[0];
        says(ask(tool, tool, "--describe", "--entity-type", "brokers", "--entity-name", node),
                "onfigs for broker " + node);
    }

    /** What is not sent with --sync would wait for the end of the JVM. */
    static String produce(String input, String... words) throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList(
                MODERN ? "--bootstrap-server" : "--broker-list", BOOTSTRAP,
                "--sync", "--timeout", "1"));
        all.addAll(Arrays.asList(words));
        String name = MODERN ? "org.apache.kafka.tools." : "kafka.tools.";
        return tool(0, input, name + "ConsoleProducer", all.toArray(new String[0]));
    }

    static List<String> consume(String topic, String offset, int count, String... words)
            throws Exception {
        List<String> all = new ArrayList<>(Arrays.asList("--topic", topic, "--partition", "0",
                "--offset", offset, "--max-messages", "" + count, "--timeout-ms", "30000"));
        all.addAll(Arrays.asList(words));
        if (!MODERN) {
            // It counts on where the last run in this JVM ended.
            Class<?> kind = Class.forName("kafka.tools.ConsoleConsumer$");
            Object console = kind.getField("MODULE$").get(null);
            kind.getMethod("messageCount_$eq", int.class).invoke(console, 0);
        }
        String said = ask("org.apache.kafka.tools.consumer.ConsoleConsumer",
                "kafka.tools.ConsoleConsumer", all.toArray(new String[0]));
        says(said, "Processed a total of ");
        return Stream.of(said.split("\n")).filter(line -> line.contains(":"))
                .collect(Collectors.toList());
    }

    void producer() throws Exception {
        String topic = topic(1);
        for (String codec : Arrays.asList("none", "gzip", "snappy", "lz4", "zstd")) {
            produce("k:" + codec + "\n:empty\n", "--topic", topic, "--compression-codec", codec,
                    "--property", "parse.key=true", "--property", "key.separator=:");
        }
        List<String> got = consume(topic, "earliest", 10, "--property", "print.key=true",
                "--property", "key.separator=:");
        equal(got.subList(0, 4).toString(), "[k:none, :empty, k:gzip, :empty]");
        equal(got.get(8), "k:zstd");
    }

    void consumer() throws Exception {
        String topic = topic(1);
        produce("a:0\na:1\na:2\na:3\n", "--topic", topic);
        equal(consume(topic, "1", 2).toString(), "[a:1, a:2]");
        equal(consume(topic, "earliest", 4).toString(), "[a:0, a:1, a:2, a:3]");
        equal(consume(topic, "earliest", 1, "--property", "print.timestamp=true").get(0)
                .split(":")[0], "CreateTime");
    }

    static String end(String topic, String time) throws Exception {
        String modern = "org.apache.kafka.tools.GetOffsetShell";
        if (MODERN) {
            return ask(modern, modern, "--topic", topic, "--time", time);
        }
        return tool(0, "", "kafka.tools.GetOffsetShell", "--broker-list", BOOTSTRAP,
                "--topic", topic, "--time", time);
    }

    void offsets() throws Exception {
        String topic = topic(2);
        says(end(topic, "-1"), topic + ":0:0", topic + ":1:0");
        produce("a\nb\nc\n", "--topic", topic);
        String[] ends = end(topic, "-1").trim().split("\\s+");
        int sum = Arrays.stream(ends).mapToInt(line -> Integer.parseInt(line.split(":")[2])).sum();
        equal(sum, 3);
        says(end(topic, "-2"), topic + ":0:0", topic + ":1:0");
    }

    void deleteRecords() throws Exception {
        String topic = topic(1);
        produce("a\nb\nc\n", "--topic", topic);
        Path file = Files.createTempFile("records", ".json");
        Files.write(file, ("{\"version\":1,\"partitions\":[{\"topic\":\"" + topic
                + "\",\"partition\":0,\"offset\":2}]}").getBytes(StandardCharsets.UTF_8));
        String said = ask("org.apache.kafka.tools.DeleteRecordsCommand",
                "kafka.admin.DeleteRecordsCommand", "--offset-json-file", file.toString());
        Files.delete(file);
        says(said, "partition: " + topic + "-0\tlow_watermark: 2");
        says(end(topic, "-2"), topic + ":0:2");
    }

    /** Kafka makes the directories some time after it has said that the topic is created. */
    void logDirs() throws Exception {
        String topic = topic(2);
        String said = "";
        for (int tries = 0; tries < 50 && !said.contains(topic + "-1"); tries++) {
            said = ask("org.apache.kafka.tools.LogDirsCommand", "kafka.admin.LogDirsCommand",
                    "--describe", "--topic-list", topic);
        }
        says(said, "\"logDirs\":[{", "\"error\":null", topic + "-0", topic + "-1");
    }

    void cluster() throws Exception {
        modernOnly("has no such tool");
        says(tool(0, "", "org.apache.kafka.tools.ClusterTool", "cluster-id",
                "--bootstrap-server", BOOTSTRAP), "Cluster ID: ");
    }

    void features() throws Exception {
        modernOnly("has no such tool");
        says(tool(0, "", "org.apache.kafka.tools.FeatureCommand", "--bootstrap-server", BOOTSTRAP,
                "describe"), "Feature: metadata.version");
    }

    static void modernOnly(String lacks) {
        if (!MODERN) {
            throw new LeftOut("2.4.1 " + lacks);
        }
    }

    /** DumpLogSegments on every partition of a directory. */
    static Map<String, Check> files(Path directory) {
        Map<String, Check> checks = new LinkedHashMap<>();
        checks.put("log-files", () -> logs(directory));
        checks.put("index-files", () -> indexes(directory));
        checks.put("producer-snapshots", () -> {
            String said = dump(all(directory, ".snapshot"));
            equal(said.contains("producerId: ") && !said.contains("Exception"), true);
        });
        checks.put("metadata-log", () -> {
            modernOnly("knows no metadata log");
            String said = dump(all(directory.resolve("__cluster_metadata-0"), ".log"),
                    "--cluster-metadata-decoder");
            says(said, "\"type\":\"TOPIC_RECORD\"", "\"type\":\"PARTITION_RECORD\"");
            equal(said.contains("isvalid: false") || said.contains("Error at"), false);
        });
        return checks;
    }

    static String dump(List<String> files, String... words) throws Exception {
        equal(files.isEmpty(), false);
        List<String> all = new ArrayList<>(Arrays.asList("--files", String.join(",", files)));
        all.addAll(Arrays.asList(words));
        String name = MODERN ? "org.apache.kafka.tools." : "kafka.tools.";
        return tool(0, "", name + "DumpLogSegments", all.toArray(new String[0]));
    }

    static List<String> all(Path directory, String suffix) throws IOException {
        boolean metadata = directory.endsWith("__cluster_metadata-0");
        try (Stream<Path> files = Files.walk(directory, 2)) {
            return files.map(Path::toString).filter(name -> name.endsWith(suffix))
                    .filter(name -> metadata || !name.contains("/__")).sorted()
                    .collect(Collectors.toList());
        }
    }

    /** Every batch is valid, and holds as many records as it says. */
    static void logs(Path directory) throws Exception {
        List<String> files = all(directory, ".log");
        String[] lines = dump(files, "--deep-iteration", "--print-data-log").split("\n");
        long dumped = 0, batches = 0, promised = 0, found = 0;
        for (String line : lines) {
            equal(line.contains("isvalid: false") || line.contains("Found "), false);
            dumped += line.startsWith("Dumping ") ? 1 : 0;
            found += line.startsWith("| offset: ") ? 1 : 0;
            if (line.startsWith("baseOffset: ")) {
                batches++;
                promised += Long.parseLong(line.split(" count: ")[1].split(" ")[0]);
            }
        }
        equal(dumped, (long) files.size());
        equal(batches > 0, true);
        equal(found, promised);
    }

    /** Both kinds of index pass Kafka's own check, and agree with their logs. */
    static void indexes(Path directory) throws Exception {
        List<String> files = new ArrayList<>();
        for (String log : all(directory, ".log")) {
            files.add(log.replace(".log", ".index"));
            files.add(log.replace(".log", ".timeindex"));
        }
        String said = dump(files, "--index-sanity-check");
        equal(said.split(" passed sanity check| is empty").length - 1, files.size());
        String entries = dump(files);
        says(entries, "offset: ", "position: ", "timestamp: ");
        if (entries.contains("Mismatches in") || entries.contains("Found timestamp")) {
            throw new AssertionError(entries);
        }
    }

    static void equal(Object got, Object wanted) {
        if (!wanted.equals(got)) {
            throw new AssertionError("got " + got + ", wanted " + wanted);
        }
    }
}
