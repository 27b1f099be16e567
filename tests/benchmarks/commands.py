"""Commands that benchmarks compare."""
import resource
import subprocess
import sys
import time


def measure(command):
    """Seconds on the clock and of processor time; what the command wrote."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return (seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done


def peak_mib():
    """The greatest memory of a child that has ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
