#include "answer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

namespace {
constexpr unsigned stops = 6;
// How often the ground is looked at from one crossing to the next.
constexpr int looks = 12;

const char *turn(double degrees) {
  if (degrees < -180) degrees += 360;
  if (degrees > 180) degrees -= 360;
  if (degrees < -45) return "left";
  return degrees > 45 ? "right" : "straight";
}

// Metres up, all the ascents of a line together.
double climb(const Relief &relief, const std::vector<Point> &line) {
  double metres = 0, before = line.empty() ? 0 : height(relief, line.front());
  for (std::size_t at = 0; at + 1 < line.size(); at++) {
    const Point from = line[at], to = line[at + 1];
    for (int look = 1; look <= looks; look++) {
      const double part = look / static_cast<double>(looks);
      const double here = height(relief, {from.latitude + part * (to.latitude - from.latitude),
                                          from.longitude + part * (to.longitude - from.longitude)});
      metres += std::max(0.0, here - before);
      before = here;
    }
  }
  return metres;
}

// Appends one step for each stretch without a turn.
void directions(std::string &json, const City &city, const std::vector<std::uint32_t> &way) {
  double metres = 0, before = 0;
  bool first = true;
  for (std::size_t at = 0; at + 1 < way.size(); at++) {
    const Point from = city.crossings[way[at]], to = city.crossings[way[at + 1]];
    const double heading = bearing(from, to);
    const char *how = at == 0 ? "start" : turn(heading - before);
    if (how[0] == 'l' || how[0] == 'r') {
      char step[64];
      json.append(step, std::snprintf(step, sizeof step, "%s{\"metres\":%.0f,\"then\":\"%s\"}", first ? "" : ",", metres, how));
      metres = 0;
      first = false;
    }
    metres += distance(from, to);
    before = heading;
  }
}
}  // namespace

std::string tour(const City &city, const Relief &relief, Search &search, unsigned number) {
  std::mt19937 random(number);
  std::string json = "{\"legs\":[";
  std::uint32_t here = random() % city.crossings.size();
  for (unsigned stop = 1; stop < stops; stop++) {
    const std::uint32_t next = random() % city.crossings.size();
    const std::vector<std::uint32_t> way = search.way(here, next);
    std::vector<Point> line;
    for (const std::uint32_t crossing : way) line.push_back(city.crossings[crossing]);
    json += stop == 1 ? "{\"line\":\"" : ",{\"line\":\"";
    encode(json, line);
    json += "\",\"climb\":" + std::to_string(std::lround(climb(relief, line))) + ",\"steps\":[";
    directions(json, city, way);
    json += "]}";
    here = next;
  }
  return json + "]}";
}
