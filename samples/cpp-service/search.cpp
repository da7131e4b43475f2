#include "search.h"

#include <algorithm>

namespace {
// Streets are no shorter than the straight line; by how much less than that the way ahead is estimated, to be safe from
// rounding.
constexpr double caution = 0.9;
}  // namespace

Search::Search(const City &city) : city_(city), reached_(city.crossings.size(), Reached{0, 0, 0}) {}

std::vector<std::uint32_t> Search::way(std::uint32_t from, std::uint32_t to) {
  const Point target = city_.crossings[to];
  search_++;
  queue_.clear();
  reached_[from] = {0, from, search_};
  queue_.push({0, from});
  while (!queue_.empty()) {
    const std::uint32_t here = queue_.pop().crossing;
    if (here == to) break;
    const float metres = reached_[here].metres;
    for (std::uint32_t at = city_.first[here]; at < city_.first[here + 1]; at++) {
      const Street &street = city_.streets[at];
      Reached &next = reached_[street.to];
      const float sum = metres + street.metres;
      if (next.search == search_ && next.metres <= sum) continue;
      next = {sum, here, search_};
      queue_.push({static_cast<float>(sum + caution * distance(city_.crossings[street.to], target)), street.to});
    }
  }
  std::vector<std::uint32_t> way;
  if (reached_[to].search != search_) return way;
  for (std::uint32_t at = to; at != from; at = reached_[at].before) way.push_back(at);
  way.push_back(from);
  std::reverse(way.begin(), way.end());
  return way;
}
