# SPDX-License-Identifier: MIT
"""A bare pseudo terminal with a program on it, for what a multiplexer can't show.  Used by the tests beside it."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time

BUILD = os.environ["HT_TOP_BUILDDIR"]
FAKE = os.path.join(BUILD, "tests/tui/fake_screen")
HEAPTOP = os.environ.get("HT_HEAPTOP", os.path.join(BUILD, "heaptop"))
LIMIT = 30.0  # seconds, for what has to happen

results = 0


def result(passed, name, *reasons):
    global results
    results += 1
    print(f"{'ok' if passed else 'not ok'} {results} - {name}")
    if not passed:
        for reason in reasons:
            print(f"# {reason!r}"[:4000])
    sys.stdout.flush()


def plan():
    print(f"1..{results}")


class Screen:
    """A screen on a terminal of its own; drained only by drain() and read_until()."""

    def __init__(self, *arguments, program=FAKE, rows=24, columns=80, ignored=None, cwd=None,
                 term="xterm-256color", locale="C.UTF-8", more={}):
        self.ignored = ignored
        self.master, self.slave = os.openpty()
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, size)
        self.before = termios.tcgetattr(self.slave)
        environment = dict(os.environ, TERM=term, LC_ALL=locale, **more)
        self.process = subprocess.Popen(
            [program, *arguments], cwd=cwd, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            env=environment, preexec_fn=self.take_terminal)
        self.seen = b""

    def take_terminal(self):
        os.setsid()
        if self.ignored is not None:
            signal.signal(self.ignored, signal.SIG_IGN)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def drain(self, seconds):
        """What comes within so long; b"" when nothing does."""
        taken = b""
        while select.select([self.master], [], [], seconds)[0]:
            taken += os.read(self.master, 65536)
            seconds = min(seconds, 0.05)
        self.seen += taken
        return taken

    def read_until(self, piece):
        end = time.monotonic() + LIMIT
        while piece not in self.seen and time.monotonic() < end:
            if select.select([self.master], [], [], 0.1)[0]:
                self.seen += os.read(self.master, 65536)
        return piece in self.seen

    def read_until_any(self, pieces, seconds=LIMIT):
        """Until one of the pieces is there, or the program has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if select.select([self.master], [], [], 0.02)[0]:
                self.seen += os.read(self.master, 65536)
            if any(piece in self.seen for piece in pieces):
                return True
        return False

    def drain_until_end(self):
        """What comes until the program has ended."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            ended = self.process.poll() is not None
            if select.select([self.master], [], [], 0 if ended else 0.02)[0]:
                self.seen += os.read(self.master, 65536)
            elif ended:
                return

    def type(self, keys):
        os.write(self.master, keys)

    def ended(self):
        """Its exit status; None: it doesn't end."""
        try:
            return self.process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None

    def resize(self, rows, columns):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, size)

    def is_restored(self):
        return termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)
