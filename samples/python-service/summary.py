"""A day of weather in figures, as charts and texts need them."""

import json
import math

COMPASS = ("N", "NE", "E", "SE", "S", "SW", "W", "NW")
# Points of a chart for each hour, and how many of them an average covers.
POINTS = 4
WINDOW = 12


def summarise(station, weathers, shows):
    """The answer for a station, as JSON."""
    temperatures = between([weather.temperature for weather in weathers])
    pressures = between([weather.pressure for weather in weathers])
    latest = weathers[-1]
    answer = {
        "station": station.code,
        "name": station.name,
        "shows": shows,
        "wind": {"from": COMPASS[(latest.direction + 22) // 45 % 8], "knots": latest.speed, "gust": latest.gust},
        "visibility": latest.visibility,
        "weather": latest.phenomena,
        "clouds": [{"cover": cover, "feet": feet} for cover, feet in latest.clouds],
        "humidity": [humidity(weather) for weather in weathers],
        "temperature": smooth(temperatures),
        "pressure": smooth(pressures),
    }
    return json.dumps(answer)


def between(values):
    """Values at the points of a chart, on straight lines between hours."""
    points = []
    for before, after in zip(values, values[1:]):
        for part in range(POINTS):
            points.append(before + (after - before) * part / POINTS)
    points.append(values[-1])
    return points


def smooth(points):
    """Each point as the average of those that end with it."""
    averages = []
    total = 0.0
    for at, point in enumerate(points):
        total += point
        if at >= WINDOW:
            total -= points[at - WINDOW]
        averages.append(round(total / min(at + 1, WINDOW), 1))
    return averages


def humidity(weather):
    """Per cent, by the Magnus formula."""
    def pressure(celsius):
        return math.exp(17.62 * celsius / (243.12 + celsius))

    return round(100 * pressure(weather.dew_point) / pressure(weather.temperature))
