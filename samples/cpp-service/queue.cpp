#include "queue.h"

void Queue::push(Entry entry) {
  std::size_t at = entries_.size();
  entries_.push_back(entry);
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (entries_[parent].cost <= entry.cost) break;
    entries_[at] = entries_[parent];
    at = parent;
  }
  entries_[at] = entry;
}

Queue::Entry Queue::pop() {
  const Entry least = entries_.front();
  const Entry last = entries_.back();
  entries_.pop_back();
  const std::size_t count = entries_.size();
  for (std::size_t at = 0; at < count;) {
    std::size_t child = 2 * at + 1;
    if (child + 1 < count && entries_[child + 1].cost < entries_[child].cost) child++;
    if (child >= count || entries_[child].cost >= last.cost) {
      entries_[at] = last;
      break;
    }
    entries_[at] = entries_[child];
    at = child;
  }
  return least;
}
