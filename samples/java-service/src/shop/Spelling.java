package shop;

import java.util.Collection;

/** Finds the word that was meant. */
final class Spelling {
  private static final int MOST_ERRORS = 2;
  private static final int LONGEST = 64;

  private final String[] known;

  Spelling(Collection<String> known) {
    this.known = known.stream().filter(word -> word.length() < LONGEST).sorted().toArray(String[]::new);
  }

  /** The known word with the fewest errors, the first of several; the word itself when none is near. */
  String correct(String word) {
    var best = word;
    int fewest = MOST_ERRORS + 1;
    for (var candidate : known) {
      if (Math.abs(candidate.length() - word.length()) >= fewest) continue;
      int errors = distance(word, candidate);
      if (errors < fewest) {
        fewest = errors;
        best = candidate;
      }
    }
    return best;
  }

  /** How many letters have to be changed, put in or left out to make the one word the other. */
  static int distance(String from, String to) {
    var above = new int[to.length() + 1];
    var row = new int[to.length() + 1];
    for (int column = 0; column <= to.length(); column++) above[column] = column;
    for (int line = 1; line <= from.length(); line++) {
      row[0] = line;
      char letter = from.charAt(line - 1);
      for (int column = 1; column <= to.length(); column++) {
        int changed = above[column - 1] + (letter == to.charAt(column - 1) ? 0 : 1);
        row[column] = Math.min(changed, 1 + Math.min(above[column], row[column - 1]));
      }
      var done = above;
      above = row;
      row = done;
    }
    return above[to.length()];
  }
}
