package shop;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Knows how many of a product there are. Asking takes a line to it, of which there are few, and a millisecond. */
final class Warehouse {
  private static final int LINES = 4;

  private final BlockingQueue<Line> free = new ArrayBlockingQueue<>(LINES);

  /** A line to the warehouse, used by one at a time. */
  private static final class Line {
    int[] ask(List<Search.Hit> hits) throws InterruptedException {
      // Stands for the way there and back.
      Thread.sleep(1);
      var stock = new int[hits.size()];
      for (int i = 0; i < stock.length; i++) stock[i] = hits.get(i).product().number() * 7 % 50;
      return stock;
    }
  }

  Warehouse() {
    for (int i = 0; i < LINES; i++) free.add(new Line());
  }

  /** In the order of the hits. */
  int[] stock(List<Search.Hit> hits) {
    try {
      var line = free.take();
      try {
        return line.ask(hits);
      } finally {
        free.add(line);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new int[hits.size()];
    }
  }
}
