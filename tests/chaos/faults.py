"""Ways in which HTTP goes wrong, as data. None of them tells a lie: where the answer is a plain yes, the records were taken."""
import dataclasses
import gzip
import time
from typing import Callable

PROBLEM = b'{"message": "made-up trouble"}'
RETRYABLE = {408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
REFUSALS = (400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 417, 418, 421, 422, 423, 424, 425, 426, 428,
            429, 431, 451, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511, 520, 521, 522, 523, 524, 525, 526, 530)
PAGE = b"<html><body>The service is resting</body></html>"


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    act: Callable
    is_transient: bool = False  # answered by a second try

    def strike(self, exchange):
        self.act(exchange)


def _status(code, *headers, body=PROBLEM):
    return lambda exchange: exchange.answer(code, body, headers)


def _redirect(code, target):
    def act(exchange):
        place = target.format(here=exchange.address, elsewhere=exchange.address.replace("127.0.0.1", "localhost"), path=exchange.path)
        exchange.answer(code, b"", [("Location", place)])
    return act


def _bytes(data, reset=False):
    def act(exchange):
        exchange.body()
        exchange.raw(data)
        exchange.close(reset)
    return act


def _close_unread(exchange):
    exchange.close()


def _half(exchange):
    exchange.body()
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (len(exchange.success) + 9))
    exchange.raw(exchange.success[:len(exchange.success) // 2])
    exchange.close()


def _half_in_chunks(exchange):
    exchange.body()
    half = exchange.success[:len(exchange.success) // 2 + 1]
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(half), half))
    exchange.close()


def _bad_chunks(exchange):
    exchange.body()
    exchange.raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n")
    exchange.close()


def _half_compressed(exchange):
    packed = gzip.compress(exchange.success * 9)
    exchange.answer(200, packed[:len(packed) // 2], [("Content-Encoding", "gzip")])


def _not_compressed(exchange):
    exchange.answer(200, b"\x1f\x8b\x08garbage", [("Content-Encoding", "gzip")])


def _slow_problem(exchange):
    exchange.body()
    for byte in b"HTTP/1.1 503 Slow\r\nContent-Length: 0\r\nRetry-After: 0\r\n\r\n":
        exchange.raw(bytes([byte]))
        time.sleep(0.001)


def _many_headers(exchange):
    exchange.answer(500, PROBLEM, [(f"X-{number}", "x" * 1000) for number in range(400)])


FAULTS = [Fault(f"status {code}", _status(code), code in RETRYABLE) for code in REFUSALS] + [
    Fault("429, Retry-After: 0", _status(429, ("Retry-After", "0")), True),
    Fault("429, Retry-After: a date that is past", _status(429, ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT")), True),
    Fault("503, Retry-After: nonsense", _status(503, ("Retry-After", "soon")), True),
    Fault("503, Retry-After: 1", _status(503, ("Retry-After", "1")), True),
    Fault("413, Retry-After: 0", _status(413, ("Retry-After", "0")), True),
    Fault("403, Retry-After: 0", _status(403, ("Retry-After", "0")), True),
    Fault("500 as HTML", _status(500, ("Content-Type", "text/html"), body=PAGE), True),
    Fault("301 to a login page", _redirect(301, "/login")),
    Fault("302 to a login page", _redirect(302, "{here}/login")),
    Fault("303 to a page that says yes", _redirect(303, "/thanks")),
    Fault("307 to a login page", _redirect(307, "/login")),
    Fault("308 to a login page", _redirect(308, "/login")),
    Fault("302 to another host that says yes", _redirect(302, "{elsewhere}/thanks")),
    Fault("307 to another host that says yes", _redirect(307, "{elsewhere}/thanks")),
    Fault("302 without an address", _status(302)),
    Fault("302 to itself", _redirect(302, "{path}")),
    Fault("302 to a file", _redirect(302, "file:///etc/hostname")),
    Fault("304", _bytes(b"HTTP/1.1 304 Not Modified\r\n\r\n")),
    Fault("200 as HTML", _status(200, ("Content-Type", "text/html"), body=PAGE)),
    Fault("200 as HTML that calls itself JSON", _status(200, body=PAGE)),
    Fault('200, {"status": "error"}', _status(200, body=b'{"status": "error", "message": "made-up trouble"}')),
    Fault('202, {"status": "ERROR"}', _status(202, body=b'{"status": "ERROR"}')),
    Fault("200, half of the answer", _half, True),
    Fault("200, half of the answer in chunks", _half_in_chunks, True),
    Fault("200, chunks without a length", _bad_chunks, True),
    Fault("200, half of a compressed answer", _half_compressed, True),
    Fault("200, no gzip behind its name", _not_compressed),
    Fault("closed before the request's body is read", _close_unread, True),
    Fault("closed without an answer", _bytes(b""), True),
    Fault("reset without an answer", _bytes(b"", reset=True), True),
    Fault("closed in the status line", _bytes(b"HTTP/1.1 20"), True),
    Fault("closed in the headers", _bytes(b"HTTP/1.1 200 OK\r\nContent-Ty"), True),
    Fault("closed after 100 Continue", _bytes(b"HTTP/1.1 100 Continue\r\n\r\n"), True),
    Fault("another protocol", _bytes(b"SSH-2.0-OpenSSH_9.2p1\r\n")),
    Fault("HTTP of another version", _bytes(b"HTTP/7.3 200 OK\r\nContent-Length: 2\r\n\r\n{}")),
    Fault("status 999", _bytes(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n")),
    Fault("400 KB of headers", _many_headers),
    Fault("a slow 503", _slow_problem, True),
]


def cheap_faults():
    """Those after which a second try does not wait, for random trials with retries."""
    return [fault for fault in FAULTS if fault.name not in ("503, Retry-After: 1", "302 to itself")]
