"""`connector managed` against the Oomnitza simulator: killed at any moment, started again."""
import json
import os
import signal
import subprocess
import time
import urllib.request

from checks import LOST, OTHER, Failure, some

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config/demo/managed")
DEVICES = 60
PATIENCE, ORPHANS_END = 300, 30  # seconds
MAPPING = {"SERIAL": "serial", "NAME": "list_response_item.name"}


class Simulator:
    """The simulator as a process, with a service of some devices."""

    def __init__(self, build, folder, *faults):
        names = {name: os.path.join(folder, name) for name in ("port", "saas-port")}
        options = [part for name, path in names.items() for part in (f"--{name}", "0", f"--{name}-file", path)]
        self._process = subprocess.Popen([os.path.join(build, "oomnitza-simulator"), "--quiet", "--latency", "5", *options,
                                          "--saas-devices", str(DEVICES), "--saas-page-size", "10", "--saas-latency", "4", *faults])
        ports = {name: self._port(path) for name, path in names.items()}
        self.url, self._service = (f"http://127.0.0.1:{ports[name]}" for name in ("port", "saas-port"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    @staticmethod
    def _port(path):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if os.path.exists(path) and os.path.getsize(path):
                with open(path) as file:
                    return int(file.read())
            time.sleep(0.01)
        raise Failure(OTHER, "the simulator does not start")

    def order(self):
        """Oomnitza wants the integration run, once."""
        with open(os.path.join(DEMO, "configuration.json")) as file:
            configuration = json.load(file)
        configuration.update(sync_field="SERIAL")
        configuration["inputs"]["url"]["value"] = self._service
        del configuration["software_behavior"]
        self._ask("/simulator/managed-mappings/50", {field: {"type": "attribute", "value": path} for field, path in MAPPING.items()})
        self._ask("/simulator/configurations/50", configuration)

    def serials(self):
        return {record["SERIAL"] for record in self._ask("/simulator/records")["assets"]}

    def failures(self):
        return self._ask("/simulator/ready-portions")

    def _ask(self, path, value=None):
        data = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.url + path, data, method="GET" if data is None else "PUT")
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")


def _wait_for_end(process, is_over):
    deadline = time.monotonic() + PATIENCE
    while not is_over():
        if process.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _sync(program, simulator):
    """A sync to its end, then SIGTERM."""
    simulator.order()
    process = program.start("managed")
    # Not by the finalized portions: the first of them is one that a killed run has left open.
    is_over = _wait_for_end(process, lambda: b"sync ended" in os.pread(process.log.fileno(), 1 << 20, 0))
    process.send_signal(signal.SIGTERM)
    run = program.end(process)
    if not is_over:
        raise Failure(LOST, "the sync does not end", run)
    if run.exit_code != 0:
        raise Failure(OTHER, f"exit code {run.exit_code} after SIGTERM", run)
    return run


def _no_orphans(program, run):
    """Processes that a killed one has left behind end by themselves."""
    deadline = time.monotonic() + ORPHANS_END
    while orphans := program.processes():
        if time.monotonic() > deadline:
            raise Failure(OTHER, f"processes that have lost their parent do not end: {orphans}", run)
        time.sleep(0.1)


def killed_managed(bench, chance, *faults):
    with bench.machine_with(Simulator, *faults) as (program, simulator):
        with open(program.path("config.ini"), "w") as file:
            file.write(f'[oomnitza]\nurl = {simulator.url}\napi_token = api-token\nbatch_size = 10\n\n'
                       '[managed.50]\nlocal_inputs = {"password": "made-up-password"}\n')
        for _ in range(chance.randint(1, 3)):
            simulator.order()
            bench.note("runs killed", program.killed(chance.uniform(0, 1.1 * bench.managed_length), "managed"))
        time.sleep(0.05)  # the killed run's last request may still be on its way
        run = _sync(program, simulator)
        bench.managed_length = (bench.managed_length + run.seconds) / 2
        expected = {f"SN{number:06d}" for number in range(1, DEVICES + 1)}
        if missing := expected - simulator.serials():
            raise Failure(LOST, f"not in the cloud: {some(missing)}", run)
        if failures := [body for body in simulator.failures() if "failed" in json.dumps(body)]:
            raise Failure(OTHER, f"told Oomnitza of a failure: {failures[0]}", run)
        _no_orphans(program, run)
