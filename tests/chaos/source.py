"""A scripted NetBox: devices in pages, any of which may go wrong."""
import urllib.parse

from server import Server, to_json

PAGE = 50


class Source(Server):
    """faults: as Cloud's."""

    def __init__(self, devices, faults=None):
        super().__init__(self._answer)
        self.devices, self.faults = devices, faults

    def heal(self):
        self.faults = None

    def values(self):
        return {f"SN{number:06d}": f"device {number}" for number in range(self.devices)}

    def _answer(self, exchange):
        exchange.success = to_json(self._page(exchange))
        fault, _ = self.faults(exchange) if self.faults else (None, True)
        if fault:
            fault.strike(exchange)
        else:
            exchange.answer(200)

    def _page(self, exchange):
        query = dict(urllib.parse.parse_qsl(exchange.query))
        begin = int(query.get("offset", 0))
        end = min(begin + PAGE, self.devices)
        following = f"{self.url}/api/dcim/devices/?limit={PAGE}&offset={end}" if end < self.devices else None
        results = [{"id": number + 1, "serial": f"SN{number:06d}", "name": f"device {number}"} for number in range(begin, end)]
        return {"count": self.devices, "next": following, "previous": None, "results": results}
