"""Measures the program against the Oomnitza simulator (its checks off, so that the server costs little) and prints a table.

Each upload is compared with a floor: the same number of payloads of the same size, made beforehand and only posted, through
the connector's own HTTP code. Everything is written to a temporary folder. Python's standard library only.
"""
import argparse
import contextlib
import datetime
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import peers

BATCH = 100
WORKERS = 2
MANY_WORKERS = 64
LATENCY = 0.08
COLUMNS = ["Serial", "Kind", "Model", "Owner", "Bought", "Place", "Price", "Status", "Vendor", "System", "Memory", "Note"]

INI = """[oomnitza]
url = {url}
api_token = api-token

[converters]
label:
    return '%s (%s)' % (value, record.Status) if value else None

[csv_assets]
enable = True
filename = {csv}
sync_field = BARCODE
use_server_map = False
{filter}
mapping.BARCODE = Serial
mapping.SERIAL_NUMBER = Serial
mapping.ASSET_TYPE = {{"source": "Kind", "converter": "capitalize"}}
mapping.MODEL = {model}
mapping.OWNER = {{"source": "Owner", "converter": "split_email"}}
mapping.BOUGHT = {{"source": "Bought", "converter": "timestamp"}}
mapping.BUILDING = {{"source": "Place", "converter": "split:on=-|index=1"}}
mapping.PRICE = Price
mapping.STATUS = Status
mapping.VENDOR = Vendor
mapping.OS = System
mapping.MEMORY = Memory
mapping.NOTE = Note
mapping.ORIGIN = {{"hardcoded": "csv"}}
"""
DETAIL_LATENCY = 0.02
DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config/demo/managed")
MANAGED_INI = """[oomnitza]
url = {url}
api_token = api-token

[managed.50]
local_inputs = {{"password": "made-up-password"}}
"""
MANAGED_MAPPING = {"SERIAL_NUMBER": "serial", "NAME": "list_response_item.name", "MODEL": "model", "OWNER": "owner.email",
                   "MAC": "mac", "CITY": "place.city", "PRICE": "price", "BOUGHT": "bought"}

COMPUTERS, JAMF_WORKERS = 10_000, 16
USERS, USERS_PER_PAGE = 200_000, 200
SOURCES_INI = """[oomnitza]
url = {url}
api_token = api-token

[casper]
enable = True
url = {vendors}/jamf
username = demo
password = made-up-password
use_server_map = False
sync_field = SERIAL_NUMBER
mapping.SERIAL_NUMBER = general.serial_number
mapping.NAME = general.name
mapping.MODEL = hardware.model
mapping.OWNER = location.email_address
mapping.APPLICATIONS = {{"hardcoded": "none"}}

[okta]
enable = True
url = {vendors}/okta
api_token = made-up-token
default_role = 25
default_position = Employee
use_server_map = False
"""

NATIVE = {"filter": "", "model": "Model"}
PYTHON = {"filter": "recordfilter:\n    return record.Status != 'scrapped' and record.Price != ''",
          "model": '{"source": "Model", "converter": "label"}'}


def row(number, chance):
    """One row of the made-up inventory; about the size of a real one."""
    day = datetime.date(2015, 1, 1) + datetime.timedelta(days=number % 4000)
    return [f"SN{number:09d}", chance.choice(("LAPTOP", "PHONE", "monitor", "Tablet")),
            chance.choice(("MacBook Pro 14", "HP EliteBook 840 G10", "ThinkPad X1 Carbon", "iPhone 15")),
            f"user{number % 5000}@example.com", day.isoformat(), f"KYV-{number % 9}-{number % 40}",
            f"{number % 3000}.00", chance.choice(("in use", "in stock")), chance.choice(("Apple", "HP", "Lenovo")),
            chance.choice(("macOS 15.3", "Windows 11 Pro", "Android 15")), str(8 << number % 4), f"Cart {number % 700}, shelf {number % 12}"]


def write_csv(path, rows):
    chance = random.Random(1)
    with open(path, "w", encoding="utf-8", buffering=1 << 20) as file:
        file.write(",".join(COLUMNS) + "\n")
        for number in range(rows):
            values = row(number, chance)
            values[-1] = f'"{values[-1]}"'
            file.write(",".join(values) + "\n")


def write_payload(path):
    """A payload as the connector sends it for these rows."""
    chance, records = random.Random(1), []
    for number in range(BATCH):
        serial, kind, model, owner, bought, place, price, status, vendor, system, memory, note = row(number, chance)
        seconds = datetime.datetime.fromisoformat(bought + "T00:00:00+00:00").timestamp()
        records.append({"BARCODE": serial, "SERIAL_NUMBER": serial, "ASSET_TYPE": kind.capitalize(), "MODEL": model,
                        "OWNER": owner.split("@")[0], "BOUGHT": int(seconds), "BUILDING": place.split("-")[1], "PRICE": price,
                        "STATUS": status, "VENDOR": vendor, "OS": system, "MEMORY": memory, "NOTE": note, "ORIGIN": "csv"})
    payload = {"connector_version": "2026.08.1", "sync_field": ["BARCODE"], "records": records,
               "portion": "5f0e7a3c-1c1b-4f6e-9f3a-0123456789ab", "data_type": "assets", "insert_only": False,
               "update_only": False, "test_run": False, "error": None, "multi_str_input_value": None, "connector_name": "CSV_assets"}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(payload, file, separators=(",", ":"))


class Simulator:
    """The server program, for the length of a with block."""

    def __init__(self, bench, latency=0.0, saas=()):
        port_file = os.path.join(bench.folder, "port")
        with contextlib.suppress(FileNotFoundError):
            os.remove(port_file)
        self.process = subprocess.Popen([bench.program("oomnitza-simulator"), "--port", "0", "--port-file", port_file,
                                         "--no-checks", "--quiet", "--latency", str(int(latency * 1000)), *saas])
        while not os.path.exists(port_file):
            if self.process.poll() is not None:
                raise SystemExit("the simulator does not start")
            time.sleep(0.01)
        with open(port_file) as file:
            self.url = f"http://127.0.0.1:{file.read().strip()}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def counted(self):
        return self.get("/simulator/payloads")

    def get(self, path, url=None):
        with self.open((url or self.url) + path) as answer:
            return json.load(answer)

    def put(self, path, value):
        with self.open(urllib.request.Request(self.url + path, json.dumps(value).encode(), method="PUT")):
            pass

    @staticmethod
    def open(request):
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30)

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Bench:
    def __init__(self, build, folder):
        self.build, self.folder = os.path.abspath(build), folder

    def program(self, name):
        return os.path.join(self.build, name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def measure(self, command, until=None):
        """Runs a command; seconds, user and system CPU, peak memory by its own account. until: tells it to stop once that
        returns true."""
        result, log = self.path("result.json"), self.path("log")
        environment = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
        with open(log, "w") as file:
            process = subprocess.Popen([self.program("benchmarks/measure"), result, *command], cwd=self.folder, env=environment,
                                       stdout=file, stderr=file)
            if until:
                while process.poll() is None and not until():
                    time.sleep(0.05)
                process.terminate()
            process.wait()
        with open(result) as file:
            measured = json.load(file)
        if measured["exit_code"] != 0:
            with open(log) as file:
                raise SystemExit(f"{' '.join(command)} ended with {measured['exit_code']}:\n{file.read()[-4000:]}")
        return measured

    def upload(self, csv, rows, code=NATIVE, latency=0.0, workers=WORKERS):
        with Simulator(self, latency) as simulator:
            ini = self.path("config.ini")
            with open(ini, "w") as file:
                file.write(INI.format(url=simulator.url, csv=csv, **code))
            os.chmod(ini, 0o600)
            measured = self.measure([self.program("connector"), "--ini", ini, "--state-dir", self.folder, "--workers", str(workers),
                                     "--record-count", str(rows), "upload", "csv_assets"])
            return self.finished(measured, simulator, rows)

    def floor(self, rows, latency=0.0):
        with Simulator(self, latency) as simulator:
            measured = self.measure([self.program("benchmarks/replay"), "--url", simulator.url + "/api/v3/bulk", "--payload",
                                     self.path("payload.json"), "--times", str(rows // BATCH), "--workers", str(WORKERS)])
            return self.finished(measured, simulator, rows)

    def managed(self, devices, workers):
        """A managed sync with a call for each device; its seconds are those from the service's first call to its last."""
        saas_port = self.path("saas-port")
        saas = ["--saas-port", "0", "--saas-port-file", saas_port, "--saas-devices", str(devices), "--saas-page-size", "100",
                "--saas-latency", str(int(DETAIL_LATENCY * 1000))]
        with Simulator(self, saas=saas) as simulator:
            with open(saas_port) as file:
                service = f"http://127.0.0.1:{file.read().strip()}"
            with open(os.path.join(DEMO, "configuration.json"), encoding="utf-8") as file:
                configuration = json.load(file)
            configuration["inputs"]["url"]["value"] = service
            del configuration["software_behavior"]  # flat records can be counted
            simulator.put("/simulator/managed-mappings/50", {field: {"type": "attribute", "value": source}
                                                             for field, source in MANAGED_MAPPING.items()})
            simulator.put("/simulator/configurations/50", configuration)
            ini = self.path("managed.ini")
            with open(ini, "w") as file:
                file.write(MANAGED_INI.format(url=simulator.url))
            os.chmod(ini, 0o600)
            measured = self.measure([self.program("connector"), "--ini", ini, "--state-dir", self.folder, "--workers", str(workers),
                                     "managed"], until=lambda: self.has_ended(simulator))
            if failures := self.failures(simulator):
                raise SystemExit(f"the managed sync failed: {failures[0]}")
            measured["seconds"] = simulator.get("/traffic", service)["seconds"]
            return self.finished(measured, simulator, devices)

    def source(self, section, records, workers, vendors):
        """One of the two sources that the simulator plays, each answer of which takes DETAIL_LATENCY."""
        port = self.path("vendors-port")
        options = ["--vendors-port", "0", "--vendors-port-file", port, "--vendors-latency", str(int(DETAIL_LATENCY * 1000)), *vendors]
        with Simulator(self, saas=options) as simulator:
            with open(port) as file:
                address = f"http://127.0.0.1:{file.read().strip()}"
            ini = self.path("sources.ini")
            with open(ini, "w") as file:
                file.write(SOURCES_INI.format(url=simulator.url, vendors=address))
            os.chmod(ini, 0o600)
            measured = self.measure([self.program("connector"), "--ini", ini, "--state-dir", self.folder, "--workers", str(workers),
                                     "upload", section])
            return {**self.finished(measured, simulator, records), "page": page_latency(int(address.rsplit(":", 1)[1]))}

    @staticmethod
    def has_ended(simulator):
        return any(portion["finalized"] for portion in simulator.get("/simulator/portions")) or Bench.failures(simulator)

    @staticmethod
    def failures(simulator):
        return [portion["body"] for portion in simulator.get("/simulator/ready-portions")]

    def mapping(self, records, *options):
        measured = self.measure([self.program("benchmarks/mapping"), "--records", str(records), "--workers", str(WORKERS), *options])
        return {**measured, "records": records, "server_cpu": 0.0}

    @staticmethod
    def finished(measured, simulator, rows):
        counted = simulator.counted()
        if counted["records"] != rows:
            raise SystemExit(f"{counted['records']} records arrived, {rows} expected")
        return {**measured, "records": rows, "server_cpu": simulator.cpu(), "bytes": counted["bytes"]}


def table_line(name, run, compared="", note=""):
    records = run["records"]
    print(f"{name:<34}{records:>10,}{run['seconds']:>9.2f}{records / run['seconds']:>12,.0f}"
          f"{run['cpu'] * 1e6 / records:>9.2f}{run['server_cpu'] * 1e6 / records:>10.2f}{run['peak_kib'] / 1024:>9.1f}"
          f"{compared:>10}  {note}".rstrip(), flush=True)


def page_latency(port, pages=100):
    """Seconds that the simulated Okta takes for a page when a bare client asks for one after the other: the ideal in truth."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    begin = time.monotonic()
    for page in range(pages):
        connection.request("GET", f"/okta/api/v1/users?after={page * USERS_PER_PAGE}", headers={"Authorization": "SSWS made-up-token"})
        connection.getresponse().read()
    return (time.monotonic() - begin) / pages


def measure_sources(bench, rows):
    """Sources of which one answer takes 20 ms; ideal is the time of these answers alone."""
    computers, users = min(COMPUTERS, rows // 100), min(USERS, rows // 5)
    run = bench.source("casper", computers, JAMF_WORKERS, ["--jamf-computers", str(computers)])
    ideal = computers * DETAIL_LATENCY / JAMF_WORKERS + 2 * DETAIL_LATENCY  # token, list
    table_line(f"casper, details, {JAMF_WORKERS} workers", run, note=f"{ideal / run['seconds']:.1%} of the ideal {ideal:.2f} s")
    run = bench.source("okta", users, WORKERS, ["--okta-users", str(users)])
    ideal = users / USERS_PER_PAGE * DETAIL_LATENCY
    bound = users / USERS_PER_PAGE * run["page"]
    table_line(f"okta, pages of {USERS_PER_PAGE}", run, note=f"{ideal / run['seconds']:.1%} of the ideal {ideal:.2f} s, "
               f"{bound / run['seconds']:.1%} of what its pages take a bare client ({run['page'] * 1000:.1f} ms each)")


def load():
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="the build folder")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the large case; the others shrink with it")
    parser.add_argument("--sources", action="store_true", help="casper and okta alone")
    parser.add_argument("--large", action="store_true", help="also five times as many rows, to see that memory stays flat")
    arguments = parser.parse_args()
    rows = max(arguments.rows // 1000, 1) * 1000
    with tempfile.TemporaryDirectory(prefix="connector-bench-") as folder:
        bench = Bench(arguments.build, folder)
        if arguments.sources:
            measure_sources(bench, rows)
        else:
            measure_all(bench, rows, arguments.large)


def measure_peers(bench, rows, native, templates):
    """The same work by what else the machine has. native, templates: the connector's seconds of processor time a record."""
    csv = bench.path("peers.csv")
    write_csv(csv, rows)
    with Simulator(bench) as simulator:
        peers.python_script(simulator, csv, rows, native)
    with Simulator(bench) as simulator:
        peers.syslog_ng(simulator, bench, csv, COLUMNS, rows + 1, native)  # the names are a line to it
    peers.jinja(rows // 10, templates)


def measure_all(bench, rows, large):
    print(f"{os.cpu_count()} cores, load average before: {load()}; {WORKERS} workers, payloads of {BATCH} records", flush=True)
    write_payload(bench.path("payload.json"))
    csv = bench.path("assets.csv")
    write_csv(csv, rows)
    print(f"{'':<34}{'records':>10}{'seconds':>9}{'records/s':>12}{'µs/rec':>9}{'server':>10}{'MiB':>9}{'of floor':>10}", flush=True)

    floor = bench.floor(rows)
    table_line("floor: prebuilt payloads posted", floor)
    run = bench.upload(csv, rows)
    native = run["cpu"] / rows
    table_line("CSV, 14 fields, 4 converters", run, f"{floor['seconds'] / run['seconds']:.0%}",
               f"{run['bytes'] / floor['bytes']:.2f} of its bytes")

    run = bench.upload(csv, rows, workers=MANY_WORKERS)
    table_line(f"the same, {MANY_WORKERS} workers", run, f"{floor['seconds'] / run['seconds']:.0%}")

    run = bench.upload(csv, rows // 5, PYTHON)
    table_line("the same, Python filter, converter", run, f"{floor['seconds'] / 5 / run['seconds']:.0%}")

    slow = rows // 50
    run = bench.upload(csv, slow, latency=LATENCY)
    ideal = WORKERS * BATCH / LATENCY
    table_line(f"CSV, {LATENCY * 1000:.0f} ms latency", run, note=f"{slow / run['seconds'] / ideal:.0%} of the ideal {ideal:,.0f}/s")

    for workers in (MANY_WORKERS, 16, WORKERS):
        devices = rows // 1000 * max(workers // 16, 1)  # some seconds each
        run = bench.managed(devices, workers)
        ideal = workers / DETAIL_LATENCY
        table_line(f"managed, details, {workers} workers", run,
                   note=f"{devices / run['seconds'] / ideal:.0%} of the ideal {ideal:,.0f}/s at {DETAIL_LATENCY * 1000:.0f} ms")
    measure_sources(bench, rows)
    table_line("managed mapping alone, 14 paths", bench.mapping(rows))
    run = bench.mapping(rows // 5, "--python")
    table_line("the same, 4 need Python", run)

    measure_peers(bench, rows // 5, native, run["cpu"] / run["records"])

    if large:
        write_csv(csv, rows * 5)
        table_line("CSV, five times the rows", bench.upload(csv, rows * 5))

    times = [bench.measure([bench.program("connector"), "version"])["seconds"] for _ in range(20)]
    print(f"connector version: {statistics.median(times) * 1000:.1f} ms (median of {len(times)})")
    print("µs/rec: user and system CPU of the connector; server: that of the simulator; MiB: peak resident memory")
    print(f"load average after: {load()}")


if __name__ == "__main__":
    sys.exit(main())
