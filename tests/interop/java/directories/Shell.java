import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Other programs, and waiting for what they do. */
final class Shell {
    interface Condition {
        boolean holds() throws Exception;
    }

    private Shell() {}

    static void until(String what, Condition condition) throws Exception {
        for (int tries = 0; !condition.holds(); tries++) {
            equal(what, tries < 100, true);
            LockSupport.parkNanos(200_000_000);
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    static List<String> java(String... words) {
        List<String> all = new ArrayList<>(Arrays.asList("java", "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx512m", "-cp", System.getProperty("java.class.path")));
        all.addAll(Arrays.asList(words));
        return all;
    }

    static String run(List<String> words) throws Exception {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        equal(words + ": " + said, process.waitFor(), 0);
        return said;
    }

    static void equal(String what, Object got, Object wanted) {
        if (!wanted.equals(got)) {
            throw new AssertionError(what + ": got " + got + ", wanted " + wanted);
        }
    }
}
