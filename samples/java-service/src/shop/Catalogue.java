package shop;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Products that are made up, the same ones at every start. */
final class Catalogue {
  private static final String[] SYLLABLES = {
    "ba", "der", "fi", "gol", "ha", "jun", "ka", "lim", "mo", "nes", "pa", "ru", "sil", "ta", "ven", "zo"
  };

  private Catalogue() {}

  static List<Product> make(int count) {
    var random = new Random(17);
    var words = new ArrayList<String>();
    for (int i = 0; i < 400; i++) words.add(word(random));
    var products = new ArrayList<Product>();
    for (int number = 1; number <= count; number++) {
      products.add(new Product(number, text(words, random, 3), text(words, random, 25), 100 + random.nextInt(20_000)));
    }
    return products;
  }

  private static String word(Random random) {
    var word = new StringBuilder();
    for (int left = 2 + random.nextInt(3); left > 0; left--) word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
    return word.toString();
  }

  /** Words that come first come more often. */
  private static String text(List<String> words, Random random, int count) {
    var text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      if (i > 0) text.append(i % 9 == 0 ? ", \"" : " ");
      text.append(words.get((int) (words.size() * Math.pow(random.nextDouble(), 2))));
      if (i > 0 && i % 9 == 0) text.append('"');
    }
    return text.toString();
  }
}
