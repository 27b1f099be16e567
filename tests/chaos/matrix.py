"""Each fault of HTTP at each place, once, and as often as it is asked: the outcome is honest."""
import checks
import cloud as clouds
from checks import FALSE, OTHER, Failure
from cloud import Cloud
from faults import FAULTS
from situations import finish
from source import Source

RECORDS, DEVICES = 300, 120
PLACES = ("bulk", "finalize", "source")


def cells():
    return [(fault, place, once) for once in (False, True) for place in PLACES for fault in FAULTS]


def name(cell):
    fault, place, once = cell
    return f"{fault.name} at {place}, {'once' if once else 'always'}"


def try_cell(bench, cell):
    fault, place, once = cell
    {"bulk": _bulk, "finalize": _finalize, "source": _source}[place](bench, fault, once)


def _words(once):
    return () if once else ("--no-retry",)  # once it is tried again, at once


def _healed_itself(run, fault, once):
    """A fault that passes costs nothing when it comes once."""
    if once and fault.is_transient and run.exit_code != 0:
        raise Failure(OTHER, f"exit code {run.exit_code}, though the second try would have been answered", run)


def _bulk(bench, fault, once):
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        cloud.faults = clouds.when(fault, lambda exchange: exchange.path == "/api/v3/bulk" and b"SN000150" in exchange.body(), once)
        run = program.run("upload", "csv_assets", *_words(once))
        checks.honest(run, expected, cloud, program, (0, 2))
        if not once and run.exit_code == 0:
            raise Failure(FALSE, "exit code 0, though a record was never taken", run)
        _healed_itself(run, fault, once)
        finish(program, cloud, expected)


def _finalize(bench, fault, once):
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        cloud.faults = clouds.when(fault, lambda exchange: exchange.path.endswith("/finalize"), once)
        run = program.run("upload", "csv_assets", *_words(once))
        checks.honest(run, expected, cloud, program, (0, 2))
        if run.exit_code == 0 and not cloud.finalized():
            raise Failure(FALSE, "exit code 0, though the portion was never finalized", run)
        _healed_itself(run, fault, once)
        finish(program, cloud, expected)


def _source(bench, fault, once):
    with Cloud() as cloud, Source(DEVICES) as source, bench.machine(cloud, source.url) as program:
        source.faults = clouds.when(fault, lambda exchange: "offset=50" in exchange.query, once)
        run = program.run("upload", "netbox", *_words(once))
        checks.honest(run, source.values(), cloud, None, (0, 2))
        if not once and run.exit_code == 0:
            raise Failure(FALSE, "exit code 0, though a page was never answered", run)
        _healed_itself(run, fault, once)
        source.heal()
        run = program.run("upload", "netbox")
        checks.succeeded(run)
        checks.all_arrived(run, source.values(), cloud.values())
