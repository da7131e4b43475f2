// What to look at next: a binary heap, the least cost first.
#pragma once

#include <cstdint>
#include <vector>

class Queue {
 public:
  struct Entry {
    float cost;
    std::uint32_t crossing;
  };

  bool empty() const { return entries_.empty(); }
  void clear() { entries_.clear(); }
  void push(Entry entry);
  Entry pop();

 private:
  std::vector<Entry> entries_;
};
