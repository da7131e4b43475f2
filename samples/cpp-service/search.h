// Shortest ways through a city.
#pragma once

#include <cstdint>
#include <vector>

#include "city.h"
#include "queue.h"

class Search {
 public:
  explicit Search(const City &city);

  // Crossings of the shortest way, both ends included; empty where there is none (A*).
  std::vector<std::uint32_t> way(std::uint32_t from, std::uint32_t to);

 private:
  struct Reached {
    float metres;
    std::uint32_t before;
    std::uint32_t search;
  };

  const City &city_;
  // What earlier searches reached counts as not reached: they had other numbers.
  std::vector<Reached> reached_;
  std::uint32_t search_ = 0;
  Queue queue_;
};
