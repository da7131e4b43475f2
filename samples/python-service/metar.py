"""Reads weather reports as airports send them (METAR)."""


class Weather:
    """What one report says; None where it does not."""

    __slots__ = ("hour", "direction", "speed", "gust", "visibility", "phenomena", "clouds", "temperature", "dew_point", "pressure")

    def __init__(self):
        self.hour = self.direction = self.speed = self.gust = self.visibility = None
        self.temperature = self.dew_point = self.pressure = None
        self.phenomena = []
        self.clouds = []


def parse(report):
    """The weather that a report tells, groups in whatever order they come."""
    weather = Weather()
    words = report.split()
    for word in words[1:]:
        if word.endswith("Z") and word[:-1].isdigit():
            weather.hour = int(word[2:4])
        elif word.endswith("KT"):
            read_wind(weather, word[:-2])
        elif len(word) == 4 and word.isdigit():
            weather.visibility = int(word)
        elif word[:3] in ("FEW", "SCT", "BKN", "OVC"):
            weather.clouds.append((word[:3], 100 * int(word[3:])))
        elif "/" in word:
            warm, _, dew = word.partition("/")
            weather.temperature = degrees(warm)
            weather.dew_point = degrees(dew)
        elif word[0] == "Q":
            weather.pressure = int(word[1:])
        else:
            weather.phenomena.append(word)
    return weather


def read_wind(weather, word):
    """Direction, knots, and gusts where there are any: 24012G25."""
    steady, _, gust = word.partition("G")
    weather.direction = int(steady[:3])
    weather.speed = int(steady[3:])
    weather.gust = int(gust) if gust else None


def degrees(word):
    """Celsius, M for minus."""
    return -int(word[1:]) if word[0] == "M" else int(word)
