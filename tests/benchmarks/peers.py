"""What else does such work on this machine: a script of Python, jinja2 alone, ldapsearch and psql in the benchmarks of their
sources, syslog-ng. Each peer is what people have, not a rival made weak; one that the machine does not have is said to be
missing. Python's standard library only, and jinja2 where Debian's Python has it."""
import json
import os
import resource
import shutil
import subprocess
import sys
import time

PYTHON = "/usr/bin/python3"  # Debian's, whose jinja2 the connector uses

# As many people wrote it before there was a connector: csv, a mapping, http.client with a kept connection.
SCRIPT = """
import csv, datetime, http.client, json, sys
host, path = sys.argv[1], sys.argv[2]
connection = http.client.HTTPConnection(host)
def post(records):
    connection.request("POST", "/api/v3/bulk", json.dumps({"sync_field": ["BARCODE"], "portion": "5f0e7a3c-1c1b-4f6e-9f3a-0123456789ab",
        "data_type": "assets", "records": records}), {"Content-Type": "application/json", "Authorization2": "api-token"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
records = []
with open(path, newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        records.append({"BARCODE": row["Serial"], "SERIAL_NUMBER": row["Serial"], "ASSET_TYPE": row["Kind"].capitalize(),
            "MODEL": row["Model"], "OWNER": row["Owner"].split("@")[0],
            "BOUGHT": int(datetime.datetime.fromisoformat(row["Bought"] + "T00:00:00+00:00").timestamp()),
            "BUILDING": row["Place"].split("-")[1], "PRICE": row["Price"], "STATUS": row["Status"], "VENDOR": row["Vendor"],
            "OS": row["System"], "MEMORY": row["Memory"], "NOTE": row["Note"], "ORIGIN": "csv"})
        if len(records) == 100:
            post(records)
            records = []
if records:
    post(records)
"""

# The 14 templates of benchmarks/mapping.cpp with --python, compiled once and rendered natively, in a sandbox as the connector has.
TEMPLATES = """
import re, sys
from jinja2.nativetypes import NativeEnvironment
from jinja2.sandbox import SandboxedEnvironment
class Environment(SandboxedEnvironment, NativeEnvironment):
    pass
environment = Environment()
environment.globals["import"] = lambda name: {"re": re}[name]
sources = ["{{ serial }}", "{{ list_response_item.name }}", "{{ model }}", "{{ owner.email }}", "{{ owner.name }}", "{{ place.city }}",
           "{{ place.floor }}", "{{ memory_mib }}", "{{ price }}", "{{ bought }}",
           "{{ import('re').sub('[^0-9A-F]', ':', mac|upper) }}", "{{ maker }} {{ model }}", "{{ os.name ~ ' ' ~ os.version }}",
           "{{ tags|join(', ') }}"]
templates = [environment.from_string(source) for source in sources]
device = {"model": "MacBook Pro 14", "maker": "Apple", "os": {"name": "macOS", "version": "15.3.1"}, "mac": "02-00-5e-10-20-30",
          "owner": {"email": "ana.kovac@example.com", "name": "Ana"}, "place": {"city": "Kyiv", "floor": 3}, "memory_mib": 16384,
          "price": 1499, "bought": "2024-03-14", "tags": ["managed", "office"], "list_response_item": {"id": 1, "name": "device-1"}}
for number in range(int(sys.argv[1])):
    device["serial"] = f"SN{number:06}"
    for template in templates:
        template.render(device)
"""

SYSLOG_NG = """@version: 3.38
@include "scl.conf"
source s {{ file("{csv}" follow-freq(0.1) flags(no-parse) log-fetch-limit(10000) log-iw-size(20000)); }};
parser p {{ csv-parser(columns({columns}) delimiters(",") quote-pairs('""')); }};
destination d {{ http(url("http://{host}/api/v3/bulk") method("POST") headers("Content-Type: application/json", "Authorization2: api-token")
    body-prefix('{{"sync_field": ["BARCODE"], "portion": "5f0e7a3c-1c1b-4f6e-9f3a-0123456789ab", "data_type": "assets", "records": [')
    body("$(format-json BARCODE=${{Serial}} SERIAL_NUMBER=${{Serial}} ASSET_TYPE=${{Kind}} MODEL=${{Model}} OWNER=${{Owner}} BOUGHT=${{Bought}} BUILDING=${{Place}} PRICE=${{Price}} STATUS=${{Status}} VENDOR=${{Vendor}} OS=${{System}} MEMORY=${{Memory}} NOTE=${{Note}} ORIGIN=csv)")
    delimiter(",") body-suffix("]}}") batch-lines(100) workers(2)); }};
log {{ source(s); parser(p); destination(d); flags(flow-control); }};
"""


def cpu_of(command, until=None):
    """Seconds of processor time of a command and its children; until: ends it once that returns true."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if until:
        end = time.monotonic() + 120
        while process.poll() is None and not until() and time.monotonic() < end:
            time.sleep(0.1)
        process.terminate()
    error = process.communicate()[1]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in ((0,) if until is None else (0, -15)):
        return None, error.strip().splitlines()[-1:] or ["it fails"]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, None


def line(name, per_record, ours):
    print(f"{name:<34}{per_record * 1e6:>9.2f} µs of processor time a record: {per_record / ours:.1f} times the connector's", flush=True)


def python_script(simulator, csv, rows, ours):
    used, error = cpu_of([PYTHON, "-c", SCRIPT, simulator.url.removeprefix("http://"), csv])
    if error or simulator.counted()["records"] != rows:
        return print(f"peer: a Python script: {error or 'records are missing'}")
    line("peer: csv and http.client in Python", used / rows, ours)


def jinja(rows, ours):
    nothing, error = cpu_of([PYTHON, "-c", TEMPLATES, "0"])
    if error:
        return print(f"peer: jinja2 alone: {error[0]}")
    used, _ = cpu_of([PYTHON, "-c", TEMPLATES, str(rows)])
    line("peer: jinja2 alone, 14 templates", (used - nothing) / rows, ours)


def syslog_ng(simulator, bench, csv, columns, rows, ours):
    program = shutil.which("syslog-ng", path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        return print("peer: syslog-ng: not on this machine (Debian: syslog-ng-core, syslog-ng-mod-http)")
    configuration = bench.path("syslog-ng.conf")
    with open(configuration, "w") as file:
        file.write(SYSLOG_NG.format(csv=csv, host=simulator.url.removeprefix("http://"), columns=", ".join(f'"{each}"' for each in columns)))
    used, error = cpu_of([program, "-F", "-f", configuration, "-R", bench.path("syslog-ng.persist"), "-c", bench.path("syslog-ng.ctl"),
                          "-p", bench.path("syslog-ng.pid")], until=lambda: simulator.counted()["records"] >= rows)
    if error or simulator.counted()["records"] < rows:
        return print(f"peer: syslog-ng: {error[0] if error else 'records are missing'}")
    line("peer: syslog-ng, http(), 2 workers", used / rows, ours)
