"""What an honest run looks like. Everything is exact: no record may be lost, none falsely called delivered."""
import re

LOST, FALSE, OTHER = "lost", "falsely delivered", "other"
CRASHES = re.compile(r"terminate called|Traceback|Segmentation|Sanitizer|Assertion")


class Failure(Exception):
    """kind: LOST, FALSE or OTHER; run: whose log tells more."""

    def __init__(self, kind, text, run=None):
        super().__init__(kind, text)
        self.kind, self.text, self.tail = kind, text, run.tail if run else ""

    def __reduce__(self):  # a process hands it to another
        return _restored, (self.kind, self.text, self.tail)


def _restored(kind, text, tail):
    failure = Failure(kind, text)
    failure.tail = tail
    return failure


def some(serials):
    names = sorted(serials)
    return f"{len(names)} records ({', '.join(names[:3])}{' …' if len(names) > 3 else ''})"


def ended_cleanly(run, codes=(0, 1, 2)):
    """It ended by itself, with a code it may end with, and a word when that is not 0."""
    if run.exit_code < 0:
        raise Failure(OTHER, f"ended by signal {-run.exit_code}, or did not end", run)
    if run.exit_code not in codes:
        raise Failure(OTHER, f"exit code {run.exit_code}", run)
    if CRASHES.search(run.log):
        raise Failure(OTHER, "it crashed", run)
    if run.exit_code != 0 and all(" - INFO - " in line for line in run.log.splitlines()):
        raise Failure(OTHER, f"exit code {run.exit_code} without a word", run)


def counts_are_true(run, stored):
    """stored: how many records the cloud has taken."""
    if run.delivered > stored:
        raise Failure(FALSE, f"{run.delivered} called delivered, {stored} are in the cloud", run)


def all_arrived(run, expected, stored):
    """With their final values. A run that ends with 0 without that has called them delivered falsely."""
    missing = [serial for serial, value in expected.items() if stored.get(serial) != value]
    if missing:
        raise Failure(FALSE if run.exit_code == 0 else LOST, f"not in the cloud: {some(missing)}, exit code {run.exit_code}", run)


def honest(run, expected, cloud, program=None, codes=(0, 1, 2)):
    """A single run: 0 means that all of it is in the cloud. program: on whose disk what was pulled must be, unless the
    cloud has it; expected is in the order in which it is pulled, since a run need not read on when it has failed."""
    stored = cloud.values()
    ended_cleanly(run, codes)
    counts_are_true(run, len(stored))
    if run.exit_code == 0:
        all_arrived(run, expected, stored)
    elif program:
        kept = program.kept()
        pulled = list(expected.items())[:run.pulled]
        missing = [serial for serial, value in pulled if stored.get(serial) != value and serial not in kept]
        if missing:
            raise Failure(LOST, f"neither in the cloud nor kept: {some(missing)}", run)


def kept_or_told(run, program):
    """Where nothing more can be kept: each record that it calls undelivered is on disk, whole, or the loss is said."""
    kept = len(program.kept())
    if kept < run.undelivered and "payload lost" not in run.log:
        raise Failure(LOST, f"{run.undelivered} undelivered, {kept} kept, and not a word of it", run)


def succeeded(run):
    ended_cleanly(run)
    if run.exit_code != 0:
        raise Failure(OTHER, f"exit code {run.exit_code} with everything in order again", run)


def nothing_kept(program, run):
    """Notes of what was delivered (.delivered) may stay behind a resend that was killed as its last act."""
    if files := [file for file in program.kept_files() if not file.endswith(".delivered")]:
        raise Failure(OTHER, f"{len(files)} files are still kept after resend, {files[0]} for one", run)
