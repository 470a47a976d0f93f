import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;

/** A broker: how it is started, and where its files are. */
final class Broker {
    /** What no broker may say of directories that were closed properly. */
    static final Pattern COMPLAINT = Pattern.compile(
            "(?i) warn| error|corrupt|rebuilding index|truncat|recovering|damage|stray|not find");

    final String name;
    final Path data;
    String address;
    private final Path log;
    private final String ready;
    private List<String> words;
    private Process process;

    private Broker(String name, Path dir, String ready) {
        this.name = name;
        this.data = dir.resolve(name);
        this.log = dir.resolve(name + ".log");
        this.ready = ready;
    }

    static Broker corelane(Path dir) {
        Broker broker = new Broker("corelane", dir, " ready: PLAINTEXT://");
        broker.words = Arrays.asList(System.getenv("CORELANE"), "serve", "--data-dir",
                broker.data.toString(), "--listen", "127.0.0.1:0", "--shards", "2", "--set",
                "log.cleaner.backoff.ms=100");
        return broker;
    }

    /** Formatted afresh. */
    static Broker kafka(Path dir) throws Exception {
        Broker broker = new Broker("kafka", dir, "Kafka Server started");
        broker.address = "127.0.0.1:" + Shell.freePort();
        Path draft = Paths.get("scripts/compare-kafka.d/kafka.properties");
        String properties = Files.readString(draft).replace("@DIR@", broker.data.toString())
                .replace("@BROKER@", broker.address)
                .replace("@CONTROL@", "127.0.0.1:" + Shell.freePort());
        Path file = dir.resolve("kafka.properties");
        Files.writeString(file, properties + "log.cleaner.backoff.ms=100\n");
        Shell.run(Shell.java("kafka.tools.StorageTool", "format", "--standalone", "-t",
                "Y29yZWxhbmUtMDAwMDAwMA", "-c", file.toString()));
        broker.words = Shell.java("kafka.Kafka", file.toString());
        return broker;
    }

    /** What it says goes to a file that begins anew. */
    void start() throws Exception {
        process = new ProcessBuilder(words).redirectErrorStream(true)
                .redirectOutput(log.toFile()).start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    void await() throws Exception {
        for (int tries = 0; !said().contains(ready); tries++) {
            if (tries > 1200 || !process.isAlive()) {
                throw new AssertionError(name + " is not ready: " + said());
            }
            LockSupport.parkNanos(50_000_000);
        }
        if (name.equals("corelane")) {
            address = said().split(ready)[1].split("[,\\s]")[0];
        }
    }

    /** Asks it to, as an init system does; Kafka then ends with the code of the signal. */
    void stop() throws Exception {
        process.destroy();
        Shell.equal(name + " stops", process.waitFor(60, TimeUnit.SECONDS), true);
        int code = name.equals("corelane") ? 0 : 143;
        Shell.equal("exit code of " + name, process.exitValue(), code);
    }

    /** Of its own metadata log Kafka always says that it is recovering. */
    void checkItIsQuiet() throws IOException {
        for (String line : said().split("\n")) {
            boolean wrong = COMPLAINT.matcher(line).find();
            boolean judged = name.equals("corelane") || line.contains("ours");
            Shell.equal(name + " says: " + line, wrong && judged, false);
        }
    }

    Map<String, Object> settings() {
        return Collections.singletonMap("bootstrap.servers", address);
    }

    Admin admin() {
        return Admin.create(settings());
    }

    private String said() throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    }
}
