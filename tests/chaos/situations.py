"""What can go wrong around a run. Each situation is a function of a Bench and a random.Random that makes one trial and raises
Failure; what it needs and the machine lacks is said by missing()."""
import contextlib
import os
import shutil
import subprocess
import tempfile
import time

import checks
import cloud as clouds
from checks import LOST, OTHER, Failure
from cloud import Cloud
from faults import Fault, cheap_faults
from program import Program
from source import Source

RECORDS = 700
DELAY = 0.01  # seconds that the cloud takes, so that there is a run to be killed
CANNOT_BE_LOADED = 127  # the dynamic linker's exit code
USER = 20_000  # limits of processes are counted by user: each trial has one


class Bench:
    """What the trials of one process share."""

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.length = self.managed_length = 0.3  # seconds of a run that is left alone, measured on the way
        self.notes = {}  # what was seen, counted

    def note(self, what, number=1):
        self.notes[what] = self.notes.get(what, 0) + number

    @contextlib.contextmanager
    def machine(self, server, source=""):
        with tempfile.TemporaryDirectory(prefix="connector-chaos-") as folder:
            with Program(self.build, folder, server.url, source) as program:
                yield program

    @contextlib.contextmanager
    def machine_with(self, simulator, *options):
        """simulator: a class of a server that is a process, made of the build folder, one for its files, and options."""
        with tempfile.TemporaryDirectory(prefix="connector-chaos-") as folder, simulator(self.build, folder, *options) as server:
            with Program(self.build, folder, server.url) as program:
                yield program, server

    def measured(self, run):
        self.length = (self.length + run.seconds) / 2

    def moment(self, chance):
        return chance.uniform(0, 1.1 * self.length)


def finish(program, cloud, expected):
    """All is well again: what is kept is delivered, and the cloud holds everything."""
    cloud.heal()
    run = program.run("resend")
    checks.succeeded(run)
    checks.all_arrived(run, expected, cloud.values())
    checks.nothing_kept(program, run)


def keep_something_old(program, cloud, chance):
    """A run before, of older values that the cloud takes in part."""
    cloud.faults = clouds.at_random(chance, cheap_faults(), 0.4)
    run = program.run("upload", "csv_assets", "--no-retry")
    checks.ended_cleanly(run)
    cloud.heal()


# ---- 1: SIGKILL

def killed(bench, chance):
    with Cloud(delay=DELAY) as cloud, bench.machine(cloud) as program:
        if chance.random() < 0.5:
            program.write_csv(RECORDS, "old")
            keep_something_old(program, cloud, chance)
        expected = program.write_csv(RECORDS, "new")
        for _ in range(chance.randint(1, 3)):
            if chance.random() < 0.3:
                cloud.faults = clouds.at_random(chance, cheap_faults(), 0.2)
            bench.note("runs killed", program.killed(bench.moment(chance), "upload", "csv_assets", "--no-retry"))
            cloud.heal()
        if chance.random() < 0.5:
            cloud.faults = clouds.at_random(chance, cheap_faults(), 0.2)
        run = program.run("upload", "csv_assets", "--no-retry")
        checks.ended_cleanly(run)
        checks.counts_are_true(run, RECORDS)
        if run.exit_code == 0:
            checks.all_arrived(run, expected, cloud.values())
            bench.measured(run)
        cloud.heal()
        if run.pulled < RECORDS:
            checks.succeeded(program.run("upload", "csv_assets"))
        if program.kept():
            bench.note("resends killed", program.killed(bench.moment(chance) / 2, "resend"))
        finish(program, cloud, expected)


# ---- 2: the cloud

def misbehaving_cloud(bench, chance):
    retries = chance.random() < 0.3
    faults = [fault for fault in cheap_faults() if fault.is_transient] if retries else cheap_faults()
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(chance.randint(1, RECORDS), "value")
        cloud.faults = clouds.at_random(chance, faults, 0.08 if retries else chance.choice((0.1, 0.3, 0.7)))
        run = program.run("upload", "csv_assets", *([] if retries else ["--no-retry"]))
        checks.honest(run, expected, cloud, program)
        bench.note(f"exit code {run.exit_code}")
        if run.pulled < len(expected):  # it did not read on, or not at all
            cloud.heal()
            checks.succeeded(program.run("upload", "csv_assets"))
        elif chance.random() < 0.5:  # resend meets the same cloud
            again = program.run("resend", "--no-retry")
            checks.ended_cleanly(again)
            if again.exit_code == 0:
                checks.all_arrived(again, expected, cloud.values())
        finish(program, cloud, expected)


# ---- 3: the source

def _changed(name, change):
    return Fault(name, lambda exchange: exchange.answer(200, change(exchange.success)))


SHORT = [_changed("a page that lacks a device", lambda page: page.replace(b'"results": [', b'"results": [], "rest": [')),
         _changed("no page is said to follow", lambda page: page.replace(b'"next": "', b'"next": null, "was": "'))]
DAMAGED = [_changed("half a JSON text", lambda page: page[:len(page) // 2]),
           _changed("no results", lambda page: page.replace(b'"results"', b'"result"')),
           _changed("results that are null", lambda page: page.replace(b'"results": [', b'"results": null, "rest": [')),
           _changed("an empty answer", lambda page: b""),
           _changed("an empty object", lambda page: b"{}"),
           _changed("next is a number", lambda page: page.replace(b'"next": "', b'"next": 7, "was": "')),
           _changed("next is the first page", lambda page: page.replace(b"&offset=", b"&offset=0&was="))]


def misbehaving_source(bench, chance):
    kinds = cheap_faults() + DAMAGED * 4 + SHORT * 6
    with Cloud() as cloud, Source(chance.randint(1, 400)) as source, bench.machine(cloud, source.url) as program:
        source.faults = clouds.at_random(chance, kinds, chance.choice((0.5, 2, 5)))  # a tenth of that: it is asked by GET
        run = program.run("upload", "netbox", "--no-retry")
        bench.note(f"exit code {run.exit_code}")
        checks.ended_cleanly(run)
        checks.counts_are_true(run, cloud.stored)  # a page whose link leads back is pulled twice
        if run.exit_code == 0 and "NetBox counts" in run.log:
            bench.note("totals that do not match: a warning")
        elif run.exit_code == 0:
            checks.all_arrived(run, source.values(), cloud.values())
        source.heal()
        run = program.run("upload", "netbox")
        checks.succeeded(run)
        checks.all_arrived(run, source.values(), cloud.values())


# ---- 4: the disk

@contextlib.contextmanager
def small_disk(folder, kibibytes):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kibibytes}k,mode=700", "tmpfs", folder], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def can_mount():
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_disk(folder, 64):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def fill(folder, left):
    """Leaves so many pages free."""
    space = os.statvfs(folder)
    with open(os.path.join(folder, "filler"), "wb") as file:
        file.write(bytes(max(space.f_bavail - left, 0) * space.f_frsize))


def disk_is_full(bench, chance):
    """A cloud that takes some, a disk that has room for a part of the rest."""
    with Cloud() as cloud, bench.machine(cloud) as program, small_disk(program.state, 256):
        expected = program.write_csv(RECORDS, "value")
        fill(program.state, chance.randint(0, 24))
        cloud.faults = clouds.at_random(chance, cheap_faults(), chance.choice((0.3, 0.9)))
        run = program.run("upload", "csv_assets", "--no-retry")
        bench.note(f"exit code {run.exit_code}")
        checks.honest(run, expected, cloud)
        checks.kept_or_told(run, program)
        bench.note("payloads said to be lost", run.log.count("payload lost"))
        cloud.heal()
        checks.ended_cleanly(program.run("resend"))
        os.remove(os.path.join(program.state, "filler"))
        checks.succeeded(program.run("upload", "csv_assets"))
        finish(program, cloud, expected)


# ---- 5: limits, the clock, others

def _give_to_user(program, chance):
    """Hands its folders to a user of their own."""
    user = USER + chance.randrange(30_000)
    for folder, _, files in os.walk(program.folder):
        os.chown(folder, user, user)
        for name in files:
            os.chown(os.path.join(folder, name), user, user)
    return user


def limits(bench, chance):
    kind, most = chance.choice((("--nofile", 40), ("--nproc", 16)))
    _limited(bench, chance, kind, chance.randint(1, most))


def memory(bench, chance):
    _limited(bench, chance, "--as", chance.randint(64, 400) << 20)


def _limited(bench, chance, kind, value):
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        user = _give_to_user(program, chance)
        be_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        program.prefix = [*be_user, "prlimit", f"{kind}={value}:{value}"]
        cloud.faults = clouds.at_random(chance, cheap_faults(), 0.2)
        run = program.run("upload", "csv_assets", "--no-retry")
        bench.note(f"{kind[2:]}: exit code {run.exit_code}")
        if run.exit_code == CANNOT_BE_LOADED or "prlimit: " in run.log:
            return
        checks.honest(run, expected, cloud)
        checks.kept_or_told(run, program)
        program.prefix = be_user
        cloud.heal()
        checks.succeeded(program.run("upload", "csv_assets"))
        finish(program, cloud, expected)


def clock_jumps(bench, chance):
    """The clock is set anew, by up to ten years, while it runs."""
    with Cloud(delay=DELAY) as cloud, bench.machine(cloud) as program:
        clock = program.path("clock")

        def turn():
            with open(clock + ".new", "w") as file:
                file.write(f"{chance.choice('+-')}{chance.choice((1, 61, 3601, 86401, 315360000))}\n")
            os.replace(clock + ".new", clock)
        program.environment |= {"LD_PRELOAD": faketime(), "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
                                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1", "NO_FAKE_STAT": "1"}
        expected = program.write_csv(RECORDS, "value")
        cloud.faults = clouds.at_random(chance, cheap_faults(), chance.choice((0, 0.2)))
        turn()
        process = program.start("upload", "csv_assets", "--no-retry")
        while process.poll() is None and time.monotonic() - process.began < 60:
            time.sleep(0.02)
            turn()
        checks.honest(program.end(process), expected, cloud, program)
        cloud.heal()
        checks.succeeded(program.run("upload", "csv_assets"))
        finish(program, cloud, expected)


def faketime():
    found = shutil.which("faketime") and subprocess.run(["faketime", "now", "printenv", "LD_PRELOAD"], capture_output=True, text=True)
    return found.stdout.split(":")[0].strip() if found else None


def two_at_once(bench, chance):
    """The same section, two sections, or a run and resend."""
    with Cloud(delay=DELAY) as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        users = program.write_csv(200, "user", "users.csv", "US")
        second = chance.choice((["upload", "csv_assets"], ["upload", "csv_users"], ["resend"]))
        keep_something_old(program, cloud, chance)
        processes = [program.start("upload", "csv_assets")]
        time.sleep(chance.uniform(0, bench.length))
        processes.append(program.start(*second))
        first, other = map(program.end, processes)
        bench.note(f"{second[-1]} beside csv_assets: exit codes {first.exit_code}, {other.exit_code}")
        checks.ended_cleanly(first, (0, 3))
        checks.ended_cleanly(other, (0, 3))
        if 3 in (first.exit_code, other.exit_code) and second[-1] == "csv_users":
            raise Failure(OTHER, "sections shut each other out", first if first.exit_code else other)
        if first.exit_code == other.exit_code == 3:
            raise Failure(OTHER, "neither ran", other)
        arriving = {"csv_assets": expected, "csv_users": users, "resend": {}}
        for run, name in ((first, "csv_assets"), (other, second[-1])):
            if run.exit_code == 0:
                checks.all_arrived(run, arriving[name], cloud.values())
        finish(program, cloud, expected)


# ---- where the order of runs counts

def newest_wins(bench, chance):
    """Three runs of new values each, none of which the cloud takes whole: what resend leaves is the newest."""
    with Cloud() as cloud, bench.machine(cloud) as program:
        for edition in ("first", "second", "third"):
            expected = program.write_csv(RECORDS, edition)
            keep_something_old(program, cloud, chance)
        run = program.run("upload", "csv_assets", "--no-retry")
        checks.succeeded(run)
        finish(program, cloud, expected)


# ---- what does not hold yet: run by name alone

REFUSAL = Fault("status 409", lambda exchange: exchange.answer(409))


def resend_after_a_kill(bench, chance):
    """Old values are kept, a newer run is killed, resend follows at once: what had arrived may not become older."""
    with Cloud() as cloud, bench.machine(cloud) as program:
        _keep_all(program, cloud, "old")
        program.write_csv(RECORDS, "new")
        cloud.heal()
        cloud.delay = 10 * DELAY
        process = program.start("upload", "csv_assets")
        while not cloud.values() and process.poll() is None:
            time.sleep(0.01)
        program.end(process, chance.uniform(0, 0.3))
        time.sleep(2 * cloud.delay)  # its last requests are on their way
        before = cloud.values()
        run = program.run("resend")
        checks.ended_cleanly(run)
        _never_older(before, cloud.values(), run)


def clock_set_back(bench, chance):
    """Two runs, of which the first had a clock that was an hour ahead."""
    with Cloud() as cloud, bench.machine(cloud) as program:
        _keep_all(program, cloud, "old")
        for name in program.kept_files():
            os.utime(name, (time.time() + 3600,) * 2)
        expected = _keep_all(program, cloud, "new")
        finish(program, cloud, expected)


def resend_is_refused(bench, chance):
    """Old and new values are kept. Oomnitza refuses a part of what is sent again; later it takes everything."""
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = _keep_all(program, cloud, "old")
        expected |= _keep_all(program, cloud, "new", step=2)
        cloud.faults = clouds.at_random(chance, [REFUSAL], 0.5)
        checks.ended_cleanly(program.run("resend"))
        finish(program, cloud, expected)


def _keep_all(program, cloud, edition, step=1):
    """A run of which the cloud takes nothing. Returns what it keeps."""
    expected = program.write_csv(RECORDS, edition, step=step)
    cloud.faults = clouds.when(REFUSAL, lambda exchange: exchange.path == "/api/v3/bulk")
    checks.ended_cleanly(program.run("upload", "csv_assets", "--no-retry"))
    return expected


def _never_older(before, after, run):
    older = [serial for serial, value in before.items() if value.startswith("new") and after[serial] != value]
    if older:
        raise Failure(LOST, f"their new values are overwritten: {checks.some(older)}", run)
