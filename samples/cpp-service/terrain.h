// How high the ground is.
#pragma once

#include "geometry.h"

// Metres above the sea: smooth hills, made up from a few layers of noise, each finer and lower than the one before.
double height(Point point);
