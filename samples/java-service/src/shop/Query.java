package shop;

import java.util.ArrayList;
import java.util.List;

/** What is asked for: words, and perhaps a highest price, written {@code <NUMBER}, in whole units. */
record Query(List<String> words, int highestPrice) {
  static Query parse(String text) {
    var words = new ArrayList<String>();
    int highest = Integer.MAX_VALUE;
    for (var part : text.toLowerCase().split(" ")) {
      if (part.startsWith("<")) highest = price(part.substring(1));
      else if (!part.isEmpty()) words.add(part);
    }
    return new Query(words, highest);
  }

  /** In hundredths; what is no number is no limit. */
  private static int price(String units) {
    try {
      return Math.multiplyExact(100, Integer.parseInt(units));
    } catch (ArithmeticException | NumberFormatException notOne) {
      return Integer.MAX_VALUE;
    }
  }
}
