#include "terrain.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <vector>

namespace {
constexpr int layers = 5;

class Noise final : public Relief {
 public:
  double corner(std::int32_t column, std::int32_t row) const override {
    std::uint32_t bits = static_cast<std::uint32_t>(column) * 0x9e3779b1u ^ static_cast<std::uint32_t>(row) * 0x85ebca77u;
    bits = (bits ^ (bits >> 15)) * 0x2c1b3c6du;
    return (bits >> 8) / 16777216.0;
  }
};

class Survey final : public Relief {
 public:
  explicit Survey(std::vector<unsigned char> bytes) : bytes_(std::move(bytes)), side_(std::sqrt(bytes_.size())) {}

  double corner(std::int32_t column, std::int32_t row) const override {
    return bytes_[static_cast<std::uint32_t>(row) % side_ * side_ + static_cast<std::uint32_t>(column) % side_] / 255.0;
  }

 private:
  std::vector<unsigned char> bytes_;
  std::uint32_t side_;
};
}  // namespace

std::unique_ptr<Relief> noise() { return std::make_unique<Noise>(); }

std::unique_ptr<Relief> survey(const std::string &file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(stream), {}};
  if (bytes.empty()) return nullptr;
  return std::make_unique<Survey>(std::move(bytes));
}

double height(const Relief &relief, Point point) {
  double metres = 0, x = point.longitude * 40, y = point.latitude * 60, most = 200;
  for (int layer = 0; layer < layers; layer++) {
    const double left = std::floor(x), below = std::floor(y), east = x - left, north = y - below;
    const std::int32_t column = static_cast<std::int32_t>(left), row = static_cast<std::int32_t>(below);
    const double south_edge = relief.corner(column, row) * (1 - east) + relief.corner(column + 1, row) * east;
    const double north_edge = relief.corner(column, row + 1) * (1 - east) + relief.corner(column + 1, row + 1) * east;
    metres += most * (south_edge * (1 - north) + north_edge * north);
    x *= 2;
    y *= 2;
    most /= 2;
  }
  return metres;
}
