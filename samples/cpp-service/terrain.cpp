#include "terrain.h"

#include <cmath>
#include <cstdint>

namespace {
constexpr int layers = 5;

// A number from 0 to 1 that belongs to a corner of the grid.
double noise(std::int32_t x, std::int32_t y) {
  std::uint32_t bits = static_cast<std::uint32_t>(x) * 0x9e3779b1u ^ static_cast<std::uint32_t>(y) * 0x85ebca77u;
  bits = (bits ^ (bits >> 15)) * 0x2c1b3c6du;
  return (bits >> 8) / 16777216.0;
}
}  // namespace

double height(Point point) {
  double metres = 0, x = point.longitude * 40, y = point.latitude * 60, most = 200;
  for (int layer = 0; layer < layers; layer++) {
    const double left = std::floor(x), below = std::floor(y), east = x - left, north = y - below;
    const std::int32_t column = static_cast<std::int32_t>(left), row = static_cast<std::int32_t>(below);
    const double south_edge = noise(column, row) * (1 - east) + noise(column + 1, row) * east;
    const double north_edge = noise(column, row + 1) * (1 - east) + noise(column + 1, row + 1) * east;
    metres += most * (south_edge * (1 - north) + north_edge * north);
    x *= 2;
    y *= 2;
    most /= 2;
  }
  return metres;
}
