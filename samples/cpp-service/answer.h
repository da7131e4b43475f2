// What is answered: a tour as JSON.
#pragma once

#include <string>

#include "city.h"
#include "search.h"
#include "terrain.h"

// The shortest ways between stops that the number decides, one after the other, with directions.
std::string tour(const City &city, const Relief &relief, Search &search, unsigned number);
