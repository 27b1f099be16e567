"""A scripted Oomnitza. It notes exactly which records it took, whatever it answered."""
import json
import threading
import time

from server import Server, to_json


class Cloud(Server):
    """faults: called with each Exchange, returns (Fault or None, whether the records are taken all the same).
    delay: seconds before each answer. forgets: the number of a record that is answered for and not stored, a lie."""

    def __init__(self, faults=None, delay=0.0, forgets=None):
        super().__init__(self._answer)
        self.faults, self.delay = faults, delay
        self._forgets = forgets
        self._lock = threading.Lock()
        self._values = {}  # by SERIAL, the last one
        self._finalized = set()
        self.payloads = 0
        self.stored = 0  # records, each as often as it was taken

    def heal(self):
        self.faults = None

    def values(self):
        """The records that are stored: their NAME by SERIAL."""
        with self._lock:
            return dict(self._values)

    def finalized(self):
        with self._lock:
            return len(self._finalized)

    def _answer(self, exchange):
        exchange.success = self._success(exchange)
        fault, is_taken = self.faults(exchange) if self.faults else (None, True)
        if self.delay:
            time.sleep(self.delay)
        if is_taken:
            self._take(exchange)
        if fault:
            fault.strike(exchange)
        else:
            exchange.answer(200)

    @staticmethod
    def _success(exchange):
        if exchange.method == "GET" and exchange.path.startswith("/api/v3/bulk/"):
            return b'{"canceled": false}'
        return b'{"added": 1}' if exchange.method == "POST" else to_json({})

    def _take(self, exchange):
        if exchange.method != "POST":
            return
        if exchange.path.endswith("/finalize"):
            with self._lock:
                self._finalized.add(exchange.path)
        elif exchange.path == "/api/v3/bulk":
            self._store(json.loads(exchange.body()))

    def _store(self, payload):
        if payload["error"] is not None or payload["test_run"]:
            return
        with self._lock:
            self.payloads += 1
            for record in payload["records"]:
                if record["SERIAL"] != self._forgets:
                    self._values[record["SERIAL"]] = record["NAME"]
                    self.stored += 1


def at_random(chance, faults, share):
    """A share of the requests meets a fault; in half of these the records are taken nevertheless."""
    lock = threading.Lock()

    def choose(exchange):
        with lock:
            is_struck = chance.random() < (share if exchange.method == "POST" else share / 10)
            return (chance.choice(faults), chance.random() < 0.5) if is_struck else (None, True)
    return choose


def when(fault, is_meant, once=False):
    """A fault for the requests that are meant, the first of them alone when it comes once."""
    lock, struck = threading.Lock(), []

    def choose(exchange):
        with lock:
            if not is_meant(exchange) or (once and struck):
                return None, True
            struck.append(exchange.path)
            return fault, False
    return choose
