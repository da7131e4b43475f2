#include "geometry.h"

#include <cmath>

namespace {
constexpr double radius = 6371000;
constexpr double radian = M_PI / 180;

void encode(std::string &text, int difference) {
  unsigned bits = difference < 0 ? ~(static_cast<unsigned>(difference) << 1) : static_cast<unsigned>(difference) << 1;
  for (; bits >= 0x20; bits >>= 5) text += static_cast<char>((0x20 | (bits & 0x1f)) + 63);
  text += static_cast<char>(bits + 63);
}
}  // namespace

double distance(Point from, Point to) {
  const double north = (to.latitude - from.latitude) * radian;
  const double east = (to.longitude - from.longitude) * radian * std::cos((from.latitude + to.latitude) / 2 * radian);
  return radius * std::sqrt(north * north + east * east);
}

double bearing(Point from, Point to) {
  const double east = (to.longitude - from.longitude) * std::cos(from.latitude * radian);
  const double degrees = std::atan2(east, to.latitude - from.latitude) / radian;
  return degrees < 0 ? degrees + 360 : degrees;
}

void encode(std::string &text, const std::vector<Point> &points) {
  int latitude = 0, longitude = 0;
  for (const Point &point : points) {
    const int north = std::lround(point.latitude * 1e5), east = std::lround(point.longitude * 1e5);
    encode(text, north - latitude);
    encode(text, east - longitude);
    latitude = north;
    longitude = east;
  }
}
