# SPDX-License-Identifier: MIT
"""Each allocation of the monitor fails in turn: it goes on without, or ends with a message; the terminal is
as it was, and it never ends by a signal."""

import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import bare  # noqa: E402
from bare import BUILD, HEAPTOP, LIMIT, Screen, result  # noqa: E402

MOST = int(os.environ.get("HT_NO_MEMORY_MOST", "500"))
SOURCE = os.path.join(os.environ["HT_TOP_SRCDIR"], "tests/tui/no_memory.c")

place = tempfile.TemporaryDirectory()
library = os.path.join(place.name, "no_memory.so")
recording = os.path.join(place.name, "session.htrec")
count_file = os.path.join(place.name, "count")


def build():
    done = subprocess.run([os.environ.get("HT_CC", "cc"), "-shared", "-fPIC", "-O1", "-w",
                           "-o", library, SOURCE], capture_output=True)
    return done.returncode == 0


def environment(number, go_on=False):
    more = {"LD_PRELOAD": library, "NO_MEMORY_AT": str(number), "NO_MEMORY_COUNT": count_file,
            "XDG_CONFIG_HOME": place.name, "HEAPTOP_DIR": segments}
    if go_on:
        more["NO_MEMORY_ON"] = "1"
    return more


def counted():
    with open(count_file, encoding="ascii") as file:
        return int(file.read())


def snapshot(number, go_on=False):
    """What was wrong with it, or None."""
    done = subprocess.run(
        [HEAPTOP, "snapshot", "-n", "3", "-d", "1ms", "--format", "json", "-p", str(target.pid)],
        env=dict(os.environ, LC_ALL="C.UTF-8", **environment(number, go_on)),
        capture_output=True, timeout=LIMIT)
    if done.returncode == 0 or (done.returncode == 1 and done.stderr.startswith(b"heaptop: ")):
        return None
    return number, done.returncode, done.stderr


def on_screen(number, go_on=False, arguments=None):
    screen = Screen(*(arguments or ("-d", "0.1", "-p", str(target.pid))), program=HEAPTOP, rows=30,
                    columns=100, more=environment(number, go_on))
    try:
        # Without any memory there is no picture, which nobody waits for.
        # A recording is described where the keys stand later on.
        screen.read_until_any((b"Help", b" looks", b"heaptop: "), 0.5 if go_on else LIMIT)
        screen.type(b"\t1/x\r?\033")
        screen.drain(0.02)
        screen.type(b"\x03")
        screen.drain_until_end()
        status = screen.ended()
        fine = status == 0 or (status == 1 and b"heaptop: " in screen.seen)
        if fine and screen.is_restored():
            return None
        return number, status, screen.is_restored(), screen.seen[-300:]
    finally:
        screen.close()


def replayed(number, go_on=False):
    return on_screen(number, go_on, ("replay", recording, "-p", str(target.pid)))


def each(what, name):
    faults, number = [], 1
    while number <= MOST and len(faults) < 5:
        fault = what(number)
        if fault is not None:
            faults.append(fault)
        elif counted() < number:
            break
        number += 1
    print(f"# {name}: {number - 1} allocations")
    result(faults == [], f"{name}: each of its allocations may fail", *faults)
    result(number > 20, f"{name}: allocations were made to fail", number)
    faults = [fault for fault in (what(n, True) for n in range(1, 60, 3)) if fault is not None]
    result(faults == [], f"{name}: all of them from one on may fail", *faults)


if not build():
    print("1..0 # SKIP no compiler")
    sys.exit(0)
segments = tempfile.mkdtemp(prefix="heaptop-test.", dir="/dev/shm")
target = subprocess.Popen([HEAPTOP, "run", "--", "sleep", "1000"],
                          env=dict(os.environ, HEAPTOP_DIR=segments))
try:
    each(snapshot, "snapshot")
    each(on_screen, "screen")
    subprocess.run([HEAPTOP, "record", "-o", recording, "-n", "5", "-d", "10ms", "-p", str(target.pid)],
                   env=dict(os.environ, HEAPTOP_DIR=segments), check=True)
    each(replayed, "replay")
finally:
    target.kill()
    target.wait()
    subprocess.run(["rm", "-rf", segments], check=False)
bare.plan()
