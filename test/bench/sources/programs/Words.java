import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** Answers how far words are from each other; `java Words PORT`. */
public class Words {
  static final int ROUNDS = 1;
  static final String[] WORDS = "lantern harbour meadow whistle copper thimble orchard quarry saddle ribbon".split(" ");

  static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) row[j] = j;
    for (int i = 1; i <= a.length(); i++) {
      int corner = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? corner : corner + 1;
        corner = row[j];
        row[j] = Math.min(cost, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }

  static int hash(String text) {
    int sum = 7;
    for (int round = 0; round < 300; round++) for (int i = 0; i < text.length(); i++) sum = sum * 31 + (text.charAt(i) ^ round);
    return sum;
  }

  static long answer() {
    long sum = 0;
    for (String a : WORDS) {
      for (int round = 0; round < ROUNDS; round++) for (String b : WORDS) sum += distance(a, b);
      sum += hash(a);
    }
    return sum;
  }

  public static void main(String[] arguments) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
    server.setExecutor(Executors.newFixedThreadPool(2));
    server.createContext("/", exchange -> {
      byte[] body = Long.toString(answer()).getBytes(StandardCharsets.US_ASCII);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }
}
