"""The connector as a process: its configuration, its runs, and what it keeps on disk."""
import contextlib
import dataclasses
import glob
import json
import os
import re
import signal
import subprocess
import tempfile
import time

LONGEST_RUN = 300  # seconds, on a machine that is busy; a run that takes longer hangs
SECTIONS = {
    "csv_assets": "filename = {folder}/assets.csv\nmapping.SERIAL = Serial\nmapping.NAME = Name",
    "csv_users": "filename = {folder}/users.csv\ndefault_role = 25\ndefault_position = Employee\n"
                 "mapping.SERIAL = Serial\nmapping.NAME = Name",
    "netbox": "url = {source}\nauth_token = made-up-token\npage_size = 50\nmapping.SERIAL = serial\nmapping.NAME = name",
}


@dataclasses.dataclass(frozen=True)
class Run:
    exit_code: int  # negative: the signal that ended it
    log: str
    seconds: float

    @property
    def pulled(self):
        return self._counted("pulled")

    @property
    def delivered(self):
        return self._counted("delivered")

    @property
    def undelivered(self):
        return self._counted("undelivered")

    def _counted(self, what):
        """What its sections' last lines say, all together."""
        return sum(map(int, re.findall(rf"sync ended.* (\d+) {what}", self.log)))

    @property
    def tail(self):
        return "\n".join(self.log.splitlines()[-12:])


class Program:
    """One administrator's machine: a folder with config.ini, CSV files and the state folder."""

    def __init__(self, build, folder, cloud, source=""):
        self.binary = os.path.join(build, "connector")
        self.folder = folder
        self.state = os.path.join(folder, "state")
        os.makedirs(self.state, exist_ok=True)
        self.environment = {"PATH": os.environ["PATH"], "NO_PROXY": "*", "LANG": "C.UTF-8"}
        self._sessions = set()
        self.prefix = []  # what starts it: limits, another user, another clock
        self._write_configuration(cloud, source)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in self.processes():  # of a trial that failed
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _write_configuration(self, cloud, source):
        with open(self.path("config.ini"), "w") as file:
            file.write(f"[oomnitza]\nurl = {cloud}\napi_token = api-token\nbatch_size = 100\n")
            for name, settings in SECTIONS.items():
                file.write(f"\n[{name}]\nenable = True\nuse_server_map = False\nsync_field = SERIAL\n")
                file.write(settings.format(folder=self.folder, source=source or cloud) + "\n")
        os.chmod(self.path("config.ini"), 0o600)

    def write_csv(self, records, edition, name="assets.csv", prefix="SN", step=1):
        """Every step-th of so many records. Returns what must arrive: NAME by SERIAL."""
        values = {f"{prefix}{number:06d}": f"{edition} {number}" for number in range(0, records, step)}
        with open(self.path(name), "w") as file:
            file.write("Serial,Name\n" + "".join(f"{serial},{value}\n" for serial, value in values.items()))
        return values

    def start(self, *arguments):
        log = tempfile.TemporaryFile("w+", dir=self.folder)
        command = [*self.prefix, self.binary, "--ini", self.path("config.ini"), "--state-dir", self.state, "--no-progress", *arguments]
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True)
        self._sessions.add(process.pid)
        process.log, process.began = log, time.monotonic()
        return process

    @staticmethod
    def end(process, seconds=LONGEST_RUN):
        """Waits for its end; kills it when the seconds have passed."""
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with process.log as log:
            log.seek(0)
            text = log.read()
        return Run(process.returncode, text, time.monotonic() - process.began)

    def run(self, *arguments):
        return self.end(self.start(*arguments))

    def killed(self, seconds, *arguments):
        """Ended by SIGKILL after that time, unless it has ended before: returns whether it was."""
        return self.end(self.start(*arguments), seconds).exit_code == -signal.SIGKILL

    def processes(self):
        """Those that its runs have started and that are alive."""
        found = []
        for number in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open(f"/proc/{number}/stat") as file:
                    state, _, _, session = file.read().rsplit(")", 1)[1].split()[:4]
                if int(session) in self._sessions and state != "Z":
                    found.append(int(number))
        return found

    def kept_files(self):
        return [file for file in glob.glob(os.path.join(self.state, "undelivered", "*", "*")) if os.path.isfile(file)]

    def kept(self):
        """The records that wait for resend: their SERIALs. A payload that is cut off raises ValueError."""
        serials = set()
        for name in self.kept_files():
            if name.endswith(".json"):
                with open(name) as file:
                    serials.update(record["SERIAL"] for record in json.load(file)["payload"]["records"])
        return serials
