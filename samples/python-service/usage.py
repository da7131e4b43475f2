"""Counts who was asked for how often, and keeps it: an answer leaves when its count is on record."""

import threading
import time


class Usage:
    """Counts are recorded in batches: one write for all that came in a while."""

    INTERVAL = 0.002

    def __init__(self, file):
        self._file = file
        self._counts = {}
        self._waiting = 0
        self._batch = 0
        self._recorded = threading.Condition()
        threading.Thread(target=self._record_batches, name="usage", daemon=True).start()

    def count(self, code):
        """Counts one more, and waits until that is on record. Returns the count."""
        with self._recorded:
            shows = self._counts[code] = self._counts.get(code, 0) + 1
            own = self._batch
            self._waiting += 1
            while self._batch == own:
                self._recorded.wait()
        return shows

    def _record_batches(self):
        while True:
            time.sleep(self.INTERVAL)
            with self._recorded:
                if self._waiting == 0:
                    continue
                self._file.seek(0)
                self._file.write("".join(f"{code} {shows}\n" for code, shows in self._counts.items()))
                self._file.flush()
                self._waiting = 0
                self._batch += 1
                self._recorded.notify_all()
