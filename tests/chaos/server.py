"""A loopback HTTP server whose every answer a script decides. What the cloud and the source of these tests have in common."""
import http.server
import json
import socket
import struct
import threading

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><form>Sign in to go on</form></body></html>"


class Exchange:
    """One request and the ways to answer it, good and bad."""

    def __init__(self, handler):
        self._handler = handler
        self.method = handler.command
        self.path, _, self.query = handler.path.partition("?")
        self.address = "http://127.0.0.1:%d" % handler.server.server_address[1]
        self.success = b"{}"  # what a healthy server says
        self._body = None

    def body(self):
        if self._body is None:
            self._body = self._handler.rfile.read(int(self._handler.headers.get("Content-Length") or 0))
        return self._body

    def answer(self, status, body=None, headers=()):
        """A whole answer; the connection stays open."""
        self.body()
        body = self.success if body is None else body
        names = {name.lower() for name, _ in headers}
        lines = [f"HTTP/1.1 {status} Reason"] + [f"{name}: {value}" for name, value in headers]
        if "content-type" not in names:
            lines.append("Content-Type: application/json")
        if status != 204 and status >= 200:
            lines.append(f"Content-Length: {len(body)}")
        self.raw("\r\n".join(lines).encode() + b"\r\n\r\n" + (b"" if status == 204 or self.method == "HEAD" else body))

    def raw(self, data):
        """Bytes as they are."""
        try:
            self._handler.wfile.write(data)
        except OSError:  # the program was killed
            self._handler.close_connection = True

    def close(self, reset=False):
        """Ends the connection once the answer's bytes are out."""
        self._handler.close_connection = True
        if reset:
            self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self):
        exchange = Exchange(self)
        if exchange.path == "/login":
            return exchange.answer(200, LOGIN_PAGE, [("Content-Type", "text/html")])
        if exchange.path == "/thanks":  # where a redirect ends that has lost the request
            return exchange.answer(200, b'{"ok": true}')
        return self.server.script(exchange)

    do_GET = do_POST = do_PUT = _serve

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """Runs for the length of a with block. script: called with each Exchange, from many threads."""
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, script):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, *_):
        pass  # a connection that a killed program left behind

    def server_close(self):
        self.socket.close()  # not the connections' threads: they are daemons, and may wait for a program that is gone


def to_json(value):
    return json.dumps(value).encode()
