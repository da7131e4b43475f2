// How high the ground is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "geometry.h"

// What is known of the ground.
class Relief {
 public:
  virtual ~Relief() = default;
  // A number from 0 to 1 that belongs to a corner of a grid.
  virtual double corner(std::int32_t column, std::int32_t row) const = 0;
};

// Made up, the same at every start.
std::unique_ptr<Relief> noise();

// The bytes of a file, a square of them, repeated in all directions; null where there are none.
std::unique_ptr<Relief> survey(const std::string &file);

// Metres above the sea: a few layers of a relief, each finer and lower than the one before.
double height(const Relief &relief, Point point);
