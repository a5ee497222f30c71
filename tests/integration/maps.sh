# SPDX-License-Identifier: MIT
# Where resident memory is, and the mappings: on an instrumented program, a plain one, one that
# hides, and hostile names of mapped files.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3

# A program that holds 30 MiB in small blocks and frees 20 MiB of them again, a block of 16 MiB
# that it touches and one of 64 MiB that it doesn't, 8 MiB of its own mapping, and two threads.
cat >"$tmp/holder.c" <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static char *blocks[30720];
static void *wait_in_vain(void *nothing) { for (;;) pause(); return nothing; }
int main(int argc, char **argv)
{
	pthread_t thread;
	char *large = malloc(16 << 20), *untouched = malloc(64 << 20);
	char *own = mmap(NULL, 8 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(large, 1, 16 << 20);
	memset(own, 1, 8 << 20);
	for (int i = 0; i < 30720; i++)
		memset(blocks[i] = malloc(1000), 1, 1000);
	for (int i = 0; i < 30720; i++)
		if (i % 3 != 0)
			free(blocks[i]);
	for (int i = 0; i < 2; i++)
		pthread_create(&thread, NULL, wait_in_vain, NULL);
	if (argc > 1)
		untouched[0] = argv[1][0];
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
END
"${CC:-gcc}" -O0 -pthread -o "$tmp/holder" "$tmp/holder.c" || exit 99

spawn "$heaptop" run "$tmp/holder" >"$tmp/ready"
holder=$pid
ok "the holder holds" wait_until "grep -q ready '$tmp/ready'"
memory() { "$heaptop" snapshot -p "$1" --format json --detail "${2:-allocator}" | jq .processes[0]; }
memory "$holder" >"$tmp/json"
ok "all parts add up to what is resident" jq -e '.memory |
	.live_bytes + (.overhead_bytes // 0) + (.free_bytes // 0) + .stacks_bytes + .files_bytes + .rest_bytes ==
	.resident_bytes' "$tmp/json"
ok "the kinds add up to it too" jq -e '.memory | ([.kinds[].resident_bytes] | add) == .resident_bytes' "$tmp/json"
ok "it is what the process has resident" jq -e \
	'(.memory.resident_bytes - .resident_bytes) | fabs < 2097152' "$tmp/json"
ok "the allocator is known" jq -e '.memory.allocator == "glibc"' "$tmp/json"
# 90 MiB are live, of which 64 were never touched: no more than what is resident is shown.
ok "live is not more than the heap's mappings have resident" jq -e '
	.heap.live_bytes > 90000000 and .memory.overhead_bytes == null and .memory.live_bytes < 60 * 1048576 and
	(.memory.estimated | index("live_bytes")) != null' "$tmp/json"
ok "stacks are small and there" jq -e '.memory.stacks_bytes > 8192 and .memory.stacks_bytes < 4194304' "$tmp/json"
ok "files are exact" jq -e '.memory | (.estimated | index("files_bytes")) == null and .files_bytes > 500000' "$tmp/json"
ok "thread stacks are told" jq -e \
	'[.memory.kinds[] | select(.kind == "thread stack")] | .[0].size_bytes > 2 * 8000000' "$tmp/json"
ok "our own segment is told" jq -e '[.memory.kinds[].kind] | index("segment") != null' "$tmp/json"
ok "no list unless it was asked for" jq -e 'has("maps") | not' "$tmp/json"
stop "$holder"

# The same, but for the block that isn't touched: 10 MiB live in small ones, 16 in a large one.
sed -i 's/, \*untouched = malloc(64 << 20)/, *untouched = malloc(100)/' "$tmp/holder.c"
"${CC:-gcc}" -O0 -pthread -o "$tmp/holder" "$tmp/holder.c" || exit 99
spawn "$heaptop" run "$tmp/holder" >"$tmp/ready"
holder=$pid
ok "the second holder holds" wait_until "grep -q ready '$tmp/ready'"
memory "$holder" maps >"$tmp/json"
ok "its cost a block is known" jq -e '.memory.overhead_bytes == .heap.live_blocks * 8' "$tmp/json"
ok "live is live" jq -e '.memory.live_bytes == .heap.live_bytes' "$tmp/json"
ok "what was freed is free in the heap" jq -e \
	'.memory.free_bytes | . > 17 * 1048576 and . < 24 * 1048576' "$tmp/json"
ok "what the program mapped itself is rest" jq -e \
	'.memory.rest_bytes | . > 6 * 1048576 and . < 12 * 1048576' "$tmp/json"
ok "the list has every mapping" jq -e '(.maps | length) == .memory.mappings' "$tmp/json"
ok "by rising address" jq -e '.maps | map(.start) | (map(length) | sort) == map(length)' "$tmp/json"
is "as the kernel has them" "$(jq -r '.maps[] | "\(.start[2:])-\(.end[2:]) \(.flags)"' "$tmp/json")" \
	"$(sed -n 's/^\(0*[0-9a-f-]* [rwxps-]*\) .*/\1/p' "/proc/$holder/maps")"
ok "with names" jq -e --arg name "$tmp/holder" '[.maps[].name] | index($name) != null' "$tmp/json"
"$heaptop" snapshot -p "$holder" --detail maps >"$tmp/table"
like "the table has the parts" "$(cat "$tmp/table")" "estimated free_in_heap|estimated free in heap"
like "and the mappings" "$(cat "$tmp/table")" "rw-p +heap +\[heap\]"

# A series reads them no more often than every two seconds, and says how old they are.
"$heaptop" snapshot -p "$holder" -n 4 -d 300ms --detail allocator --format ndjson |
	jq -c '.processes[0].memory.age_ns' >"$tmp/ages"
is "a reading is kept and gets older" "$(sort -n -u "$tmp/ages" | cmp - "$tmp/ages" && wc -l <"$tmp/ages")" 4
stop "$holder"

# A program that nobody instrumented.
spawn sleep 60
memory "$pid" maps >"$tmp/json"
ok "a plain process has its memory in parts" jq -e '.memory |
	.live_bytes == null and .heap_bytes + .stacks_bytes + .files_bytes + .rest_bytes == .resident_bytes and
	.resident_bytes > 0' "$tmp/json"

# A file name that is out to harm.
name=$tmp/$(printf 'e\033]0;x\007vil\nlib\377.so')
cat >"$tmp/evil.py" <<'END'
import mmap, sys, time
with open(sys.argv[1].encode("utf-8", "surrogateescape"), "w+b") as file:
    file.write(b"x" * 8192)
    file.flush()
    mapping = mmap.mmap(file.fileno(), 8192)
    mapping[0:1] = b"y"
    print("ready", flush=True)
    time.sleep(600)
END
spawn python3 "$tmp/evil.py" "$name" >"$tmp/ready"
evil=$pid
ok "the file is mapped" wait_until "grep -q ready '$tmp/ready'"
memory "$evil" maps >"$tmp/json"
ok "its name is in the list" jq -e '[.maps[].name | select(. != null and test("vil.*lib"))] | length > 0' "$tmp/json"
ok "without a control byte" python3 -c '
import sys
data = open(sys.argv[1], "rb").read()
sys.exit(any(byte < 32 and byte != 10 or byte == 127 for byte in data))' "$tmp/json"
"$heaptop" snapshot -p "$evil" --detail maps >"$tmp/table"
ok "nor in the table" python3 -c '
import sys
data = open(sys.argv[1], "rb").read()
sys.exit(any(byte < 32 and byte != 10 or byte == 127 for byte in data))' "$tmp/table"

# What may not be read says so.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	setpriv --reuid 65534 --clear-groups "$heaptop" snapshot -p "$evil" --format json \
		--detail allocator >"$tmp/json" 2>"$tmp/err"
	ok "what may not be read says so" jq -e '.processes[0].memory |
		.reason == "not permitted" and .resident_bytes == null and .live_bytes == null' "$tmp/json"
else
	skip "what may not be read says so" "needs root and setpriv"
fi
