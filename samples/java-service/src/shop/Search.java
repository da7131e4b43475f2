package shop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which products have the words of a query. */
final class Search {
  /** A product and how well it fits. */
  record Hit(Product product, double score) {}

  private final List<Product> products;
  private final Map<String, List<Integer>> places = new HashMap<>();
  private final Spelling spelling;

  Search(List<Product> products) {
    this.products = products;
    for (int place = 0; place < products.size(); place++) {
      var product = products.get(place);
      for (var word : (product.name() + " " + product.description()).split("[^a-z]+")) {
        places.computeIfAbsent(word, any -> new ArrayList<>()).add(place);
      }
    }
    spelling = new Spelling(places.keySet());
  }

  /** The best products, best first; of equals the cheaper ones. */
  List<Hit> find(Query query, int most) {
    var scores = new HashMap<Integer, Double>();
    for (var word : query.words()) {
      var meant = places.containsKey(word) ? word : spelling.correct(word);
      var found = places.getOrDefault(meant, List.of());
      double rarity = Math.log(1 + (double) products.size() / (1 + found.size()));
      for (var place : found) scores.merge(place, rarity, Double::sum);
    }
    return scores.entrySet().stream()
        .map(entry -> new Hit(products.get(entry.getKey()), entry.getValue()))
        .filter(hit -> hit.product().price() <= query.highestPrice())
        .sorted(Comparator.comparingDouble(Hit::score).reversed().thenComparingInt(hit -> hit.product().price()))
        .limit(most)
        .toList();
  }
}
