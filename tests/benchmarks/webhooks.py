#!/usr/bin/env python3
"""How `connector server` takes webhooks: events at a steady rate, how long each waits for its 204, whether each
accepted one arrives, and how much memory that takes. Once undisturbed, once with a kill -9 in the middle.

    tests/benchmarks/webhooks.py BUILD_FOLDER [--events 10000] [--rate 500]
"""
import argparse
import asyncio
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

CONNECTIONS = 32


def get(url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return json.loads(opener.open(url, timeout=60).read())


def wait_for_text(file, process=None):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if file.exists() and file.read_text().strip():
            return file.read_text().strip()
        if process and process.poll() is not None:
            sys.exit(f"{process.args[0]} ended with {process.returncode}")
        time.sleep(0.02)
    sys.exit(f"{file} does not come")


class House:
    """A simulated Oomnitza and Jamf Pro, and connector server in a folder of its own."""

    def __init__(self, build, folder, events, workers):
        self.build, self.folder, self.workers = build, folder, workers
        self.simulator = subprocess.Popen(
            [build / "oomnitza-simulator", "--quiet", "--port", "0", "--port-file", folder / "port", "--vendors-port",
             "0", "--vendors-port-file", folder / "vendors", "--jamf-computers", str(events)])
        self.oomnitza = "http://127.0.0.1:" + wait_for_text(folder / "port", self.simulator)
        jamf = "http://127.0.0.1:" + wait_for_text(folder / "vendors") + "/jamf"
        (folder / "config.ini").write_text(
            f"[oomnitza]\nurl = {self.oomnitza}\napi_token = api-token\n\n[casper]\nenable = True\nurl = {jamf}\n"
            "username = demo\npassword = made-up-password\nsync_field = SERIAL\nuse_server_map = False\n"
            f"webhook_queue = {2 * events}\nwebhook_secret = made-up-secret\n"
            'mapping.SERIAL = {"source": "general.serial_number"}\nmapping.NAME = {"source": "general.name"}\n')
        self.port = 0
        self.starts = 0

    def start(self):
        self.starts += 1
        log = self.folder / f"log-{self.starts}"
        self.server = subprocess.Popen(
            [self.build / "connector", "server", "--port", str(self.port), "--workers", str(self.workers)],
            cwd=self.folder, stdout=log.open("w"), stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while "listening on" not in log.read_text():
            if self.server.poll() is not None or time.monotonic() > deadline:
                sys.exit(log.read_text())
            time.sleep(0.01)
        self.port = int(log.read_text().split("listening on http://127.0.0.1:")[1].split()[0])

    def memory(self):
        """The most that it had in memory, in MiB."""
        for line in pathlib.Path(f"/proc/{self.server.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0

    def arrived(self):
        return {record["SERIAL"] for record in get(self.oomnitza + "/simulator/records")["assets"]}

    def end(self):
        self.server.send_signal(signal.SIGTERM)
        code = self.server.wait(60)
        self.simulator.terminate()
        self.simulator.wait(10)
        return code


class Sender:
    """Sends events when they are due, whatever became of those before."""

    def __init__(self, house):
        self.house = house
        self.accepted = set()
        self.seconds = []
        self.statuses = {}
        self.free = asyncio.Queue()
        for _ in range(CONNECTIONS):
            self.free.put_nowait(None)

    async def send(self, number):
        due = time.perf_counter()
        body = json.dumps({"webhook": {"id": 1, "name": "load", "webhookEvent": "ComputerInventoryCompleted",
                                       "eventTimestamp": 1553550275590},
                           "event": {"jssID": number, "udid": "EBBFF74D-C6B7-5589-93A9-19E8BDFEDE32",
                                     "deviceName": f"mac-{number}"}}).encode()
        connection = await self.free.get()
        status = 0
        try:
            if connection is None:
                connection = await asyncio.open_connection("127.0.0.1", self.house.port)
            reader, writer = connection
            writer.write(b"POST /jamf/casper HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n"
                         b"X-Webhook-Secret: made-up-secret\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head.split()[1])
            if status != 204:
                writer.close()
                connection = None
        except (OSError, asyncio.IncompleteReadError):
            connection = None
        self.free.put_nowait(connection)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == 204:
            self.accepted.add(number)
            self.seconds.append(time.perf_counter() - due)

    async def send_all(self, events, rate, middle):
        begin = time.perf_counter()
        tasks = []
        for number in range(1, events + 1):
            delay = begin + number / rate - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            tasks.append(asyncio.create_task(self.send(number)))
            if number == events // 2 and middle:
                tasks.append(asyncio.create_task(asyncio.to_thread(middle)))
        await asyncio.gather(*tasks)
        return time.perf_counter() - begin


def measure(build, events, rate, workers, has_kill):
    with tempfile.TemporaryDirectory() as name:
        house = House(build, pathlib.Path(name), events, workers)
        house.start()

        def kill():
            house.server.kill()
            house.server.wait()
            house.start()

        sender = Sender(house)
        took = asyncio.run(sender.send_all(events, rate, kill if has_kill else None))
        expected = {f"C02{number:06}" for number in sender.accepted}
        deadline = time.monotonic() + 120
        while not expected <= house.arrived() and time.monotonic() < deadline:
            time.sleep(0.2)
        worked_off = time.monotonic() - (deadline - 120)
        lost = len(expected - house.arrived())
        memory = house.memory()
        code = house.end()
        times = sorted(sender.seconds)
        print(f"{'with a kill -9 in the middle' if has_kill else 'undisturbed'}: {events} events in {took:.1f} s, "
              f"statuses {sender.statuses} (0: no answer)")
        print(f"  204 after {1000 * times[len(times) // 2]:.2f} ms (median), "
              f"{1000 * times[len(times) * 99 // 100]:.2f} ms (p99), {1000 * times[-1]:.2f} ms (longest)")
        print(f"  accepted {len(sender.accepted)}, lost {lost}, the last one arrived {worked_off:.1f} s after it came, "
              f"{memory:.0f} MiB at most, exit code {code}")
        return lost == 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--workers", type=int, default=4)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    runs = [measure(build, arguments.events, arguments.rate, arguments.workers, has_kill) for has_kill in (False, True)]
    sys.exit(0 if all(runs) else 1)


main()
