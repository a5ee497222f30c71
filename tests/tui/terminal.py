# SPDX-License-Identifier: MIT
"""What a multiplexer can't show: the screen on a bare pseudo terminal that isn't drained, goes
away, types nonsense, or isn't there at all."""

import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
from bare import FAKE, LIMIT, Screen, result  # noqa: E402


def refused(name, reason, **streams):
    done = subprocess.run(
        [FAKE, "mixed"], stderr=subprocess.PIPE, timeout=LIMIT,
        env=dict(os.environ, TERM="xterm"), **streams)
    result(done.returncode == 1 and reason in done.stderr, name, done.returncode, done.stderr)


def without_terminal():
    master, slave = os.openpty()
    refused("a stdin that is no terminal is refused", b"stdin is no terminal",
            stdin=subprocess.DEVNULL, stdout=slave)
    refused("a stdout that is no terminal is refused", b"stdout is no terminal",
            stdin=slave, stdout=subprocess.PIPE)
    with open("/dev/full", "wb") as full:
        refused("a full device is no terminal", b"stdout is no terminal",
                stdin=slave, stdout=full)
    os.close(slave)
    os.close(master)


def undrained():
    for name, leave, status in (
            ("a key", lambda screen: screen.type(b"q"), 0),
            ("SIGTERM", lambda screen: screen.process.send_signal(signal.SIGTERM), 143)):
        screen = Screen("-d", "0.1", "many", rows=200, columns=300)
        screen.read_until(b"COMMAND")
        # Each redraw is 60 KB: the terminal is full after a few.
        for _ in range(20):
            screen.type(b"\x0c")
            time.sleep(0.02)
        leave(screen)
        got = screen.ended()
        result(got == status, f"{name} ends it though nobody drains the terminal", got)
        result(screen.is_restored(), "with the terminal's modes as before")
        screen.close()


def terminal_goes_away():
    for ignored, statuses in ((None, (0, 128 + signal.SIGHUP)), (signal.SIGHUP, (0,))):
        screen = Screen("-d", "0.1", "many", ignored=ignored)
        screen.read_until(b"COMMAND")
        os.close(screen.slave)
        os.close(screen.master)
        screen.master = screen.slave = -1
        got = screen.ended()
        result(got in statuses, f"a terminal that goes away ends it, ignoring {ignored}", got)
    usage = os.times()
    result(usage.children_user + usage.children_system < 20, "and it doesn't spin", usage)


def unchanged():
    screen = Screen("-d", "0.1", "mixed")
    screen.read_until(b"COMMAND")
    screen.drain(0.5)
    taken = screen.drain(1.5)
    result(taken == b"", "a picture that doesn't change sends nothing", taken)
    screen.type(b"j")
    result(screen.drain(LIMIT) != b"", "one that does is sent")
    screen.type(b"q")
    got = screen.ended()
    result(got == 0 and screen.is_restored(), "and it ends well", got)
    screen.close()


def hanging_sources():
    """Keys are answered at once while a tick never ends; the best of several tries tells, whatever else runs."""
    screen = Screen("hang")
    screen.read_until(b"COMMAND")
    screen.drain(0.5)
    best = LIMIT
    for i in range(40):
        begun = time.monotonic()
        screen.type(b"j" if i % 2 == 0 else b"k")
        first = select.select([screen.master], [], [], LIMIT)[0]
        if not first:
            break
        best = min(best, time.monotonic() - begun)
        screen.drain(0.02)
    result(first and best < 0.05, "a key is answered within 50 ms while every source hangs", best)
    screen.read_until(b"waiting")
    result(b"waiting" in screen.seen, "and they did hang")
    screen.type(b"q")
    got = screen.ended()
    result(got == 0 and screen.is_restored(), "and it can be left", got)
    screen.close()


def random_keys():
    generator = random.Random(20261122)
    # All but what ends or suspends it.
    keys = [bytes([code]) for code in range(1, 256) if code not in b"qQ\x03\x1a"]
    keys += [b"\033[A", b"\033OB", b"\033[5~", b"\033[6~", b"\033[Z", b"\033[1;5D", b"\033OP",
             b"\033[<0;10;10M", b"\033[200~", "é漢".encode(), b"2", b"\r", b"d", b"?", b"\033"]
    # What is typed may be the name of a file.
    place = tempfile.TemporaryDirectory()
    screen = Screen("-d", "0.1", "many", cwd=place.name)
    screen.read_until(b"COMMAND")
    for _ in range(300):
        screen.type(b"".join(generator.choices(keys, k=8)))
        screen.drain(0)
    result(screen.process.poll() is None, "random keys don't end it", screen.process.poll())
    screen.type(b"\033\033")
    time.sleep(0.1)
    screen.type(b"\x03")
    screen.drain(0.5)
    got = screen.ended()
    result(got == 0 and screen.is_restored(), "and it still ends well", got)
    screen.close()


def hostile_names():
    screen = Screen("hostile")
    screen.read_until(b"leading")
    for keys in (b"jjj", b"\r", b"\033", b"G", b"?"):
        screen.type(keys)
        screen.drain(0.2)
    screen.type(b"\x03")
    screen.drain(0.5)
    seen = screen.seen
    result(b"\033[31m" not in seen and b"\033]" not in seen and b"\x07" not in seen,
           "no escape sequence of a name gets through", seen)
    result(b"\xc2\x9b" not in seen and b"\xff" not in seen and b"\xe2\x80\xae" not in seen,
           "nor a C1 control, a bad byte, a change of direction", seen)
    screen.close()


print("1..20")
without_terminal()
undrained()
terminal_goes_away()
unchanged()
hanging_sources()
random_keys()
hostile_names()
