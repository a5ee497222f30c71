# SPDX-License-Identifier: MIT
"""Every terminal type in both kinds of locale, every odd size, a storm of resizes, views that don't change,
and names made to break a screen, in every view: on a bare terminal, byte by byte."""

import os
import random
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import bare  # noqa: E402
from bare import HEAPTOP, LIMIT, Screen, result  # noqa: E402

TERMS = ("xterm", "xterm-256color", "xterm-mono", "screen", "screen-256color", "tmux",
         "tmux-256color", "linux", "vt100", "vt220", "ansi", "rxvt")


def every_terminal():
    """Also that ASCII is all that a locale without more gets."""
    for term in TERMS:
        if subprocess.run(["infocmp", term], capture_output=True).returncode != 0:
            print(f"# no terminfo of {term}")
            continue
        for locale in ("C", "C.UTF-8"):
            screen = Screen("mixed", term=term, locale=locale)
            drawn = screen.read_until(b"COMMAND")
            screen.type(b"2?x1jG")
            screen.drain(0.05)
            screen.type(b"\x03")
            screen.drain_until_end()
            status = screen.ended()
            ascii_only = locale != "C" or all(byte < 0x80 for byte in screen.seen)
            result(drawn and status == 0 and screen.is_restored() and ascii_only,
                   f"{term} in {locale}", drawn, status, screen.seen[-300:])
            screen.close()


def cpu_seconds(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resizes():
    generator = random.Random(13)
    place = tempfile.TemporaryDirectory()
    screen = Screen("-d", "0.1", "many", cwd=place.name)
    screen.read_until(b"COMMAND")
    sizes = [(1, 1), (1, 200), (200, 1), (2, 2), (1, 40), (10, 40), (60, 200)]
    sizes += [(generator.randint(1, 70), generator.randint(1, 220)) for _ in range(293)]
    for rows, columns in sizes:
        screen.resize(rows, columns)
        screen.type(generator.choice((b"j", b"k", b"\t", b"?", b"x", b"/a\033", b"1", b"2")))
        screen.drain(0)
    result(screen.process.poll() is None, "300 resizes don't end it", screen.process.poll())
    used = cpu_seconds(screen.process)
    result(used < 20, "nor keep it busy", used)
    screen.resize(24, 80)
    screen.type(b"\033\033x")
    screen.drain(0.3)
    screen.type(b"\x03")
    screen.drain_until_end()
    status = screen.ended()
    result(status == 0 and screen.is_restored(), "and it ends well", status)
    screen.close()


def unchanged():
    """What is the same is not sent: in any view, the help and the settings."""
    screen = Screen("-d", "0.1", "-p", "4242", "mixed", rows=40, columns=120)
    screen.read_until(b"4242")
    for keys, place in [(str(i).encode(), f"view {i}") for i in range(1, 10)] + [
            (b"?", "the help"), (b"x\033OQ", "the settings"), (b"q", "the view again")]:
        screen.type(keys)
        screen.drain(0.4)
        taken = screen.drain(0.8)
        # A graph moves with the time, as a clock does.
        moves = place.startswith("view ") and len(taken) < 800
        result(taken == b"" or moves, f"{place} sends nothing while it stays the same", taken)
    screen.type(b"\x03")
    screen.drain_until_end()
    screen.close()


HOSTILE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>
static void *rest(void *name)
{
	pthread_setname_np(pthread_self(), name);
	void *volatile block = malloc(100);
	pause();
	return block;
}
int main(int argc, char **argv)
{
	pthread_t a, b;
	int fd = open(argv[1], O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, 65536) != 0)
		return 1;
	char *map = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	for (int i = 0; i < 65536; i += 4096)
		map[i] = 1;
	prctl(PR_SET_NAME, "a) S\033]7z\xc2\x9b\007");
	pthread_create(&a, NULL, rest, "\033]0;t\007\377");
	pthread_create(&b, NULL, rest, "\xe2\x80\xae\n,\"\\");
	pause();
	return 0;
}
"""

# Nothing that the screen sends by itself has any of these.
FORBIDDEN = (b"\033]0", b"\033]7", b"\x07", b"\xc2\x9b", b"\xff", b"\xe2\x80\xae", b"\033[31mred")
# What is ours: cursor, attributes, modes, character sets.
OURS = re.compile(rb"\033(\[[?>]?[0-9;]*[A-Za-z]|[()][0AB]|[=>78MDcH])")


def harm(seen):
    """What of it is neither printable nor ours."""
    left = OURS.sub(b"", seen)
    found = [piece for piece in FORBIDDEN if piece in seen]
    found += [bytes([byte]) for byte in set(left) if byte < 0x20 and byte not in b"\r\n\b\t\x0e\x0f"]
    try:
        left.decode("utf-8")
    except UnicodeDecodeError as error:
        # A picture may be cut in the middle of a character, at its end alone.
        if error.start < len(left) - 4:
            found.append(left[error.start:error.start + 8])
    return found


def hostile(place):
    segments = os.path.join(place, "segments")
    os.mkdir(segments, 0o700)
    source, program = os.path.join(place, "h.c"), os.path.join(place, "h\033]0;x")
    with open(source, "w", encoding="utf-8") as file:
        file.write(HOSTILE)
    built = subprocess.run([os.environ.get("HT_CC", "cc"), "-w", "-pthread", "-o", program, source])
    if built.returncode != 0:
        print("# no compiler")
        return
    environment = dict(os.environ, HEAPTOP_DIR=segments)
    target = subprocess.Popen(
        [HEAPTOP, "run", program.encode(), os.path.join(place, "map\033]0;m\007\n").encode(),
         b"\033[31mred", b"\xc2\x9b31m", b"\xff\xfe", b"\xe2\x80\xaegnp.exe"], env=environment)
    screen = Screen("-d", "0.1", "-p", str(target.pid), program=HEAPTOP, rows=40, columns=200,
                    cwd=place, more={"HEAPTOP_DIR": segments, "XDG_CONFIG_HOME": place})
    try:
        screen.read_until(b"Help")
        for keys in [str(i).encode() for i in range(1, 10)] + [
                b"1/S\r", b"\033[20~", b"\r", b"\033", b"u", b"\033", b"\033", b"2", b"t", b"H",
                b"w", b"\025" + b"/nowhere/x\r"]:
            screen.type(keys)
            screen.drain(0.25)
        result(harm(screen.seen) == [], "no name does harm in any view", harm(screen.seen))
        result(b"S?]7z" in screen.seen, "though it is there", screen.seen[-500:])
    finally:
        screen.close()
    formats = re.search(r"--format FORMAT +(.*)", subprocess.run(
        [HEAPTOP, "snapshot", "--help"], capture_output=True, text=True).stdout).group(1)
    for name in re.findall(r"\b(table|json|ndjson|csv|prometheus|memstats)\b", formats):
        lists = ["-H"] if name in ("table", "json", "ndjson") else []
        done = subprocess.run(
            [HEAPTOP, "snapshot", "-p", str(target.pid), *lists, "-d", "50ms", "--format", name],
            env=environment, capture_output=True, timeout=LIMIT)
        result(harm(done.stdout) == [] and b"\033" not in done.stdout and done.stdout != b"",
               f"nor in {name}", done.returncode, done.stderr, harm(done.stdout))
    target.kill()
    target.wait()


every_terminal()
resizes()
unchanged()
with tempfile.TemporaryDirectory() as directory:
    hostile(directory)
bare.plan()
