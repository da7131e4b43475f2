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

  private static final Comparator<Hit> BEST_FIRST =
      Comparator.comparingDouble(Hit::score).reversed().thenComparingInt(hit -> hit.product().price());

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
    var hits = new ArrayList<Hit>();
    for (var entry : scores.entrySet()) {
      var product = products.get(entry.getKey());
      if (product.price() <= query.highestPrice()) hits.add(new Hit(product, entry.getValue()));
    }
    hits.sort(BEST_FIRST);
    return hits.subList(0, Math.min(most, hits.size()));
  }
}
