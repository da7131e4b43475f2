"""Weather of the last day by station: server.py PORT

GET /stations/N answers with JSON; GET /healthz says that it answers. Only the standard library.
"""

import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import metar
import stations
import summary
import usage


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    # One write for each answer.
    wbufsize = -1

    def do_GET(self):
        if self.path == "/healthz":
            return self.answer(200, "ok\n")
        kind, _, number = self.path[1:].partition("/")
        if kind != "stations" or not number.isdigit():
            return self.answer(404, "not found\n")
        station = self.server.stations[int(number) % len(self.server.stations)]
        shows = self.server.usage.count(station.code)
        weathers = [metar.parse(report) for report in station.reports]
        self.answer(200, summary.summarise(station, weathers, shows))

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: server.py PORT")
    with tempfile.TemporaryFile("w+") as file, Server(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        server.stations = stations.make_stations(64)
        server.usage = usage.Usage(file)
        server.serve_forever()


if __name__ == "__main__":
    main()
