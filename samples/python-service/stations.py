"""Stations and their reports, made up, the same ones at every start."""

import random

SKIES = ("FEW", "SCT", "BKN", "OVC")
WEATHER = ("", "", "", "-RA", "RA", "+SHRA", "BR", "FG", "-SN", "TSRA")
HOURS = 24


class Station:
    """A place and what was reported there in the last hours, oldest first."""

    def __init__(self, code, name, reports):
        self.code = code
        self.name = name
        self.reports = reports


def make_stations(count):
    """So many stations with a day of hourly reports (METAR)."""
    chance = random.Random(1)
    return [_make_station(chance, number) for number in range(count)]


def _make_station(chance, number):
    code = "X" + "".join(chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(3))
    temperature = chance.randint(-8, 25)
    reports = []
    for hour in range(HOURS):
        temperature += chance.randint(-2, 2)
        reports.append(_make_report(chance, code, hour, temperature))
    return Station(code, f"Station {number}", reports)


def _make_report(chance, code, hour, temperature):
    gust = f"G{chance.randint(20, 45)}" if chance.random() < 0.3 else ""
    base = chance.randint(5, 40)
    clouds = " ".join(f"{sky}{base + 20 * at:03}" for at, sky in enumerate(chance.sample(SKIES, chance.randint(1, 4))))
    words = [
        code,
        f"07{hour:02}50Z",
        f"{chance.randrange(36)}0".rjust(3, "0") + f"{chance.randint(2, 19):02}{gust}KT",
        f"{chance.randint(8, 99)}00",
        chance.choice(WEATHER),
        clouds,
        f"{_signed(temperature)}/{_signed(temperature - chance.randint(0, 9))}",
        f"Q{chance.randint(985, 1035):04}",
    ]
    return " ".join(word for word in words if word)


def _signed(degrees):
    return f"M{-degrees:02}" if degrees < 0 else f"{degrees:02}"
