#include "city.h"

#include <random>

City build_city(unsigned rows, unsigned columns) {
  std::mt19937 random(1);
  auto between = [&](double low, double high) { return low + (high - low) * (random() / 4294967296.0); };
  City city;
  for (unsigned row = 0; row < rows; row++)
    for (unsigned column = 0; column < columns; column++)
      city.crossings.push_back({50 + row * 0.001 + between(-0.0003, 0.0003), 8 + column * 0.0015 + between(-0.0004, 0.0004)});

  // One-way streets are decided from both ends, each by itself.
  std::vector<std::vector<Street>> leaving(city.crossings.size());
  auto connect = [&](std::uint32_t from, std::uint32_t to) {
    const double metres = distance(city.crossings[from], city.crossings[to]) * between(1, 1.3);
    if (between(0, 1) < 0.93) leaving[from].push_back({to, static_cast<float>(metres)});
    if (between(0, 1) < 0.93) leaving[to].push_back({from, static_cast<float>(metres)});
  };
  for (unsigned row = 0; row < rows; row++)
    for (unsigned column = 0; column < columns; column++) {
      const std::uint32_t here = row * columns + column;
      if (column + 1 < columns) connect(here, here + 1);
      if (row + 1 < rows) connect(here, here + columns);
    }
  for (const auto &streets : leaving) {
    city.first.push_back(city.streets.size());
    city.streets.insert(city.streets.end(), streets.begin(), streets.end());
  }
  city.first.push_back(city.streets.size());
  return city;
}
