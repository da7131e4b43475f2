package shop;

import java.util.List;

/** Hits as JSON. */
final class Answer {
  private Answer() {}

  static String write(String query, List<Search.Hit> hits, int[] stock) {
    var json = new StringBuilder("{\"query\":");
    quote(json, query);
    json.append(",\"hits\":[");
    for (int i = 0; i < hits.size(); i++) {
      var product = hits.get(i).product();
      json.append(i == 0 ? "{" : ",{").append("\"number\":").append(product.number()).append(",\"name\":");
      quote(json, product.name());
      json.append(",\"description\":");
      quote(json, product.description());
      json.append(",\"price\":").append(product.price() / 100).append('.');
      json.append(product.price() / 10 % 10).append(product.price() % 10);
      json.append(",\"stock\":").append(stock[i]).append('}');
    }
    return json.append("]}\n").toString();
  }

  private static void quote(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter == '"' || letter == '\\') json.append('\\').append(letter);
      else if (letter < ' ') json.append(String.format("\\u%04x", (int) letter));
      else json.append(letter);
    }
    json.append('"');
  }
}
