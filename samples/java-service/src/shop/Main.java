package shop;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** Serves a shop's products: GET /search?q=WORDS answers JSON, /healthz says that it answers. */
public final class Main {
  private static final int HITS = 10;

  private final Search search = new Search(Catalogue.make(500));
  private final Warehouse warehouse = new Warehouse();

  public static void main(String[] words) throws IOException {
    var main = new Main();
    var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(words[0])), 0);
    server.createContext("/healthz", exchange -> answer(exchange, "text/plain", "ok\n"));
    server.createContext("/search", exchange -> answer(exchange, "application/json", main.find(query(exchange))));
    server.setExecutor(Executors.newFixedThreadPool(4));
    server.start();
    System.out.println("listening on " + server.getAddress().getPort());
  }

  private String find(String text) {
    var hits = search.find(Query.parse(text), HITS);
    return Answer.write(text, hits, warehouse.stock(hits));
  }

  /** The parameter q. */
  private static String query(HttpExchange exchange) {
    var query = exchange.getRequestURI().getRawQuery();
    for (var pair : query == null ? new String[0] : query.split("&")) {
      if (pair.startsWith("q=")) return URLDecoder.decode(pair.substring(2), StandardCharsets.UTF_8);
    }
    return "";
  }

  private static void answer(HttpExchange exchange, String type, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, bytes.length);
    try (var body = exchange.getResponseBody()) {
      body.write(bytes);
    }
  }
}
