// A city made up, the same one at every start.
#pragma once

#include <cstdint>
#include <vector>

#include "geometry.h"

struct Street {
  std::uint32_t to;
  float metres;
};

struct City {
  std::vector<Point> crossings;
  // Streets that leave crossing i: streets[first[i]] up to streets[first[i + 1]].
  std::vector<std::uint32_t> first;
  std::vector<Street> streets;
};

// Crossings in so many rows and columns, out of line, with streets to most of their neighbours.
City build_city(unsigned rows, unsigned columns);
