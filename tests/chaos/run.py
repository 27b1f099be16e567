#!/usr/bin/env python3
"""Proves that nothing is lost and nothing falsely called delivered: situations in which runs go wrong at random, each tried
many times. Ends with 1 when a trial failed. Python's standard library only."""
import argparse
import collections
import concurrent.futures
import os
import random
import sys
import time

import checks
import managed
import matrix
import self_test
import situations

SITUATIONS = {
    "killed": (situations.killed, "SIGKILL at any moment, again, resend"),
    "cloud": (situations.misbehaving_cloud, "Oomnitza misbehaves"),
    "source": (situations.misbehaving_source, "the source misbehaves"),
    "disk": (situations.disk_is_full, "the disk is full"),
    "limits": (situations.limits, "too few descriptors, processes"),
    "memory": (situations.memory, "too little memory"),
    "clock": (situations.clock_jumps, "the clock jumps"),
    "together": (situations.two_at_once, "two runs at once"),
    "newest": (situations.newest_wins, "several runs, of which something was kept"),
    "refused": (situations.resend_is_refused, "resend that is refused in part, then again"),
    "set-back": (situations.clock_set_back, "the clock is set back between two runs"),
    "managed": (managed.killed_managed, "SIGKILL at any moment of managed mode"),
    "matrix": (None, "each fault at each place"),
}
OPEN = {  # found, not mended: they fail, and run by their names alone
    "stale": (situations.resend_after_a_kill, "resend right after a run was killed"),
}
KNOWN = {**SITUATIONS, **OPEN}
_bench = None  # each process's own


def missing(name):
    """What the machine lacks for a situation."""
    if name in ("disk", "limits", "memory") and os.geteuid() != 0:
        return "it needs root"
    if name == "disk" and not situations.can_mount():
        return "nothing may be mounted here"
    if name == "clock" and not situations.faketime():
        return "faketime is not installed"
    return None


def _begin(build):
    global _bench
    _bench = situations.Bench(build)


def _try(name, seed):
    """A trial: its failure or nothing, and what was seen."""
    _bench.notes = {}
    try:
        if name == "matrix":
            matrix.try_cell(_bench, matrix.cells()[seed])
        else:
            KNOWN[name][0](_bench, random.Random(f"{name} {seed}"))
    except checks.Failure as failure:
        return (failure.kind, failure.text, failure.tail), _bench.notes
    except Exception as error:  # a kept payload that is cut off, a server that could not be started
        return (checks.OTHER, f"{type(error).__name__}: {error}", ""), _bench.notes
    return None, _bench.notes


class Tally:
    def __init__(self, name):
        self.name = name
        self.trials = 0
        self.failures = collections.Counter()
        self.notes = collections.Counter()

    def add(self, seed, failure, notes):
        self.trials += 1
        self.notes.update(notes)
        if failure:
            kind, text, tail = failure
            self.failures[kind] += 1
            about = f" ({matrix.name(matrix.cells()[seed])})" if self.name == "matrix" else ""
            print(f"FAILED {self.name}, --seed {seed}{about}: {kind}: {text}\n{tail}\n", flush=True)

    def line(self):
        kinds = "".join(f"{self.failures[kind]:>{width}}" for kind, width in ((checks.LOST, 6), (checks.FALSE, 19), (checks.OTHER, 7)))
        return f"{KNOWN[self.name][1]:<44}{self.trials:>8}{kinds}"


def seeds_of(name, arguments):
    if name == "matrix":
        cells = range(len(matrix.cells()))
        if arguments.seed is not None:
            return [arguments.seed]
        return list(cells) if arguments.trials >= len(cells) else random.Random(arguments.first).sample(cells, arguments.trials)
    if arguments.seed is not None:
        return [arguments.seed]
    return range(arguments.first, arguments.first + arguments.trials)


def run_all(names, arguments):
    """Trials of all situations turn by turn, so that one that is broken off has tried each of them."""
    tallies = {name: Tally(name) for name in names}
    queue = sorted((turn / len(seeds), name, seed) for name in names for seeds in [seeds_of(name, arguments)]
                   for turn, seed in enumerate(seeds))
    deadline = time.monotonic() + arguments.seconds if arguments.seconds else float("inf")
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs, initializer=_begin, initargs=(arguments.build,)) as pool:
        waiting = {}
        trials = iter(queue)
        while True:
            while len(waiting) < 2 * arguments.jobs and time.monotonic() < deadline:
                trial = next(trials, None)
                if trial is None:
                    break
                waiting[pool.submit(_try, *trial[1:])] = trial[1:]
            if not waiting:
                return tallies.values()
            done, _ = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                name, seed = waiting.pop(future)
                tallies[name].add(seed, *future.result())


def report(tallies, verbose):
    print(f"\n{'situation':<44}{'trials':>8}{'lost':>6}{'falsely delivered':>19}{'other':>7}")
    for tally in tallies:
        print(tally.line())
        if verbose:
            for note, number in sorted(tally.notes.items()):
                print(f"    {note}: {number}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="the build folder")
    parser.add_argument("--trials", type=int, default=1000, help="of each situation (1000)")
    parser.add_argument("--situation", choices=KNOWN, action="append", help="this one alone; may be given several times")
    parser.add_argument("--first", type=int, help="the seed of the first trial; else one at random")
    parser.add_argument("--seed", type=int, help="one trial, the one with this seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many trials at once")
    parser.add_argument("--seconds", type=float, help="begin no trial after that time")
    parser.add_argument("--self-test", action="store_true", help="whether lies are found out")
    parser.add_argument("--verbose", action="store_true", help="also what was seen in the trials")
    arguments = parser.parse_args()
    if arguments.self_test:
        missed = self_test.self_test(situations.Bench(arguments.build))
        print("\n".join(f"NOT FOUND OUT: {name}" for name in missed) or "every lie was found out")
        return 1 if missed else 0
    if arguments.first is None:
        arguments.first = random.SystemRandom().randrange(1_000_000)
    names = []
    for name in arguments.situation or SITUATIONS:
        reason = missing(name)
        print(f"{name}: skipped: {reason}" if reason else f"{name}: {KNOWN[name][1]}")
        names += [] if reason else [name]
    print(f"seeds from {arguments.first} on, {arguments.jobs} trials at once", flush=True)
    tallies = run_all(names, arguments)
    report(tallies, arguments.verbose)
    return 1 if any(tally.failures for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
