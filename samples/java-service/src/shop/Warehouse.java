package shop;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Knows how many of a product there are. Asking takes a line to it, of which there are few, and half a millisecond. */
final class Warehouse {
  private final BlockingQueue<Line> free = new ArrayBlockingQueue<>(4, true, List.of(new Line(), new Line(), new Line(), new Line()));

  /** A line to the warehouse, used by one at a time. */
  private static final class Line {
    int[] ask(List<Search.Hit> hits) throws InterruptedException {
      // Stands for the way there and back.
      Thread.sleep(0, 500_000);
      return hits.stream().mapToInt(hit -> hit.product().number() * 7 % 50).toArray();
    }
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
