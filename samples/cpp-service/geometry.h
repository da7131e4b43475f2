// Points on the ground.
#pragma once

#include <string>
#include <vector>

struct Point {
  double latitude, longitude;
};

// Metres between two points that are not far apart.
double distance(Point from, Point to);

// Direction from one point to another, in degrees clockwise from north.
double bearing(Point from, Point to);

// Appends points as maps read them: differences of 1e-5 degrees in printable characters (encoded polyline).
void encode(std::string &text, const std::vector<Point> &points);
