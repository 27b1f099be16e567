"""Whether the checks can fail: servers that lie and records that vanish must be found out."""
import os
import random

import checks
import managed
from checks import FALSE, LOST, OTHER, Failure
from cloud import Cloud

RECORDS = 300


def _forgetful_cloud(bench):
    """It answers for a record that it does not store."""
    with Cloud(forgets="SN000123") as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        checks.honest(program.run("upload", "csv_assets"), expected, cloud, program)


def _old_value(bench):
    """The cloud has a record, but not its last value."""
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        checks.honest(program.run("upload", "csv_assets"), {**expected, "SN000007": "a newer value"}, cloud, program)


def _removed_payload(bench):
    """What was kept is gone."""
    with Cloud() as cloud, bench.machine(cloud) as program:
        expected = program.write_csv(RECORDS, "value")
        cloud.faults = lambda exchange: (None, True) if exchange.method == "GET" else _refuse
        run = program.run("upload", "csv_assets", "--no-retry")
        os.remove(program.kept_files()[0])
        checks.honest(run, expected, cloud, program)


def _unmentioned_loss(bench):
    with Cloud() as cloud, bench.machine(cloud) as program:
        program.write_csv(RECORDS, "value")
        cloud.faults = lambda exchange: (None, True) if exchange.method == "GET" else _refuse
        run = program.run("upload", "csv_assets", "--no-retry")
        os.remove(program.kept_files()[0])
        checks.kept_or_told(run, program)


def _crash(bench):
    with Cloud(delay=1) as cloud, bench.machine(cloud) as program:
        program.write_csv(RECORDS, "value")
        checks.ended_cleanly(program.end(program.start("upload", "csv_assets"), 0.2))


def _left_behind(bench):
    with Cloud() as cloud, bench.machine(cloud) as program:
        program.write_csv(RECORDS, "value")
        cloud.faults = lambda exchange: (None, True) if exchange.method == "GET" else _refuse
        checks.nothing_kept(program, program.run("upload", "csv_assets", "--no-retry"))


def _missing_device(bench):
    """A device of the managed sync cannot be read."""
    managed.killed_managed(bench, random.Random(1), "--saas-broken", "7")


class _Refusal:
    @staticmethod
    def strike(exchange):
        exchange.answer(503)


_refuse = (_Refusal, False)
LIES = ((_forgetful_cloud, FALSE), (_old_value, FALSE), (_removed_payload, LOST), (_unmentioned_loss, LOST), (_crash, OTHER),
        (_left_behind, OTHER), (_missing_device, LOST))


def self_test(bench):
    """The names of lies that were not found out."""
    missed = []
    for lie, kind in LIES:
        try:
            lie(bench)
            missed.append(lie.__name__)
        except Failure as failure:
            print(f"found out: {lie.__name__.strip('_')}: {failure.kind}: {failure.text}")
            if failure.kind != kind:
                missed.append(lie.__name__)
    return missed
