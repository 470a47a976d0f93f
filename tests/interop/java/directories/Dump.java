import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Kafka's DumpLogSegments on logs, indexes and snapshots of a broker that has stopped. */
final class Dump {
    /** What it says of files that are not as they should be. */
    static final Pattern WRONG =
            Pattern.compile("isvalid: false|Found |Mismatch|Exception|(?i:corrupt|error|invalid)");


    private Dump() {}

    static String of(Broker broker, String name) throws Exception {
        List<String> files = new ArrayList<>();
        for (TopicPartition partition : Load.partitions(name)) {
            try (Stream<Path> all = Files.list(broker.data.resolve("" + partition))) {
                all.map(Path::toString).filter(file -> file.matches(".*(log|index|snapshot)"))
                        .forEach(files::add);
            }
        }
        return Shell.run(Shell.java("org.apache.kafka.tools.DumpLogSegments", "--deep-iteration",
                "--print-data-log", "--verify-index-only", "--files", String.join(",", files)));
    }

    /** Files of five codecs and many segments, about which nothing is wrong. */
    static void check(String name, String said) {
        Set<String> codecs = new TreeSet<>(), segments = new TreeSet<>();
        boolean compacted = false;
        for (String line : said.split("\n")) {
            compacted = line.startsWith("  ") ? compacted : line.contains("-compacted-0/");
            if (line.startsWith("baseOffset: ")) {
                codecs.add(line.split(" compresscodec: ")[1].split(" ")[0]);
            } else if (line.startsWith("Dumping ") && line.endsWith(".log")) {
                segments.add(line);
            }
            // The tool believes that the first record of every segment should be record 0, and
            // that a batch without records, which compaction may leave, has timestamp -1.
            boolean gap = line.contains(" is followed by ") && !line.startsWith("  -1 ");
            boolean late = line.endsWith("log timestamp: -1") || line.startsWith("Found timestamp");
            boolean wrong = WRONG.matcher(line).find() && !line.startsWith("| offset: ");
            Shell.equal(line, wrong && !(compacted && late) || gap && !compacted, false);
        }
        Shell.equal("codecs", codecs, new TreeSet<>(Load.CODECS));
        Shell.equal("many segments: " + segments, segments.size() >= 15, true);
        Shell.equal("producers of " + name, said.contains("\nproducerId: "), true);
    }
}
