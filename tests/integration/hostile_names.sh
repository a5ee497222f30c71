# SPDX-License-Identifier: MIT
# No byte of a name, a command line or a thread's name reaches the output as it is.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3

cat >"$tmp/hostile.c" <<'EOF'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>
static void *rest(void *name)
{
	pthread_setname_np(pthread_self(), name);
	void *volatile block = malloc(100);
	pause();
	return block;
}
int main(void)
{
	pthread_t a, b;
	prctl(PR_SET_NAME, "a) S 1\n(\x1b[2J\xc2\x9b");
	pthread_create(&a, NULL, rest, "\x1b]0;t\x07\xff");
	pthread_create(&b, NULL, rest, "\xe2\x80\xae\n,\"\\");
	pause();
	return 0;
}
EOF
${CC:-cc} -w -pthread -o "$tmp/hostile" "$tmp/hostile.c" || exit 99
spawn "$heaptop" run "$tmp/hostile" $'two\nlines' $'\x1b[31mred' $'\xc2\x9b31m' $'\xff\xfe' $'\xe2\x80\xaegnp.exe'
ok "its threads are there" wait_until "'$heaptop' snapshot -p $pid --format json |
	jq -e '[.processes[0].threads[] | select(.allocated_blocks_total > 0)] | length >= 2 and (.processes[0].threads | length == 3)' ||
	'$heaptop' snapshot -p $pid --format json | jq -e '.processes[0].threads | length == 3'"

# Anything but printable ASCII, newlines and whole, harmless UTF-8.
cat >"$tmp/harmless.py" <<'EOF'
import sys, unicodedata
text = open(sys.argv[1], "rb").read().decode("utf-8", "strict")
bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
sys.exit("%r" % bad if bad else 0)
EOF
for format in table json ndjson csv prometheus memstats; do
	detail=threads,events,maps
	case $format in csv | prometheus | memstats) detail=none ;; esac
	"$heaptop" snapshot -p "$pid" --detail "$detail" --format "$format" >"$tmp/$format"
	ok "$format has it" [ -s "$tmp/$format" ]
	ok "$format holds nothing harmful" python3 "$tmp/harmless.py" "$tmp/$format"
done
ok "json is valid" python3 -c 'import json, sys; json.load(open(sys.argv[1], encoding="utf-8"))' "$tmp/json"
is "ndjson is one line" "$(wc -l <"$tmp/ndjson")" 1
is "the name comes through json unharmed" "$(jq -r '.processes[0].name' "$tmp/json" | od -An -tx1 | tr -d ' \n')" \
	"$(printf 'a) S 1\n(\x1b[2J\xc2\x9b\n' | od -An -tx1 | tr -d ' \n')"
like "so does the command line" "$(jq -r '.processes[0].command' "$tmp/json")" 'two.lines.*\[31mred'
like "bytes that are no UTF-8 are replaced" "$(jq -r '.processes[0].command' "$tmp/json")" $'\xef\xbf\xbd\xef\xbf\xbd'
is "the stat line was read behind the name" "$(jq -r '.processes[0].state' "$tmp/json")" S
is "each row of the table is one line" "$("$heaptop" snapshot -p "$pid" --detail none | wc -l)" 2
# What is recorded comes out as what is told at once.
"$heaptop" record -p "$pid" -n 2 -d 20ms -o "$tmp/hostile.htrec" --detail threads,events,maps
for format in table json ndjson csv prometheus memstats; do
	detail=threads,events,maps
	case $format in csv | prometheus | memstats) detail=none ;; esac
	"$heaptop" snapshot --replay "$tmp/hostile.htrec" -p "$pid" --detail "$detail" --format "$format" >"$tmp/replayed"
	ok "recorded, $format has it" [ -s "$tmp/replayed" ]
	ok "recorded, $format holds nothing harmful" python3 "$tmp/harmless.py" "$tmp/replayed"
done
is "a recording gives the name back" \
	"$("$heaptop" snapshot --replay "$tmp/hostile.htrec" --at end --format json | jq -c '.processes[0] | [.name, .command]')" \
	"$(jq -c '.processes[0] | [.name, .command]' "$tmp/json")"
LC_ALL=C "$heaptop" snapshot -p "$pid" >"$tmp/c"
is "in the C locale all is ASCII" "$(LC_ALL=C tr -d '\n\40-\176' <"$tmp/c")" ""
stop "$pid" KILL
"$heaptop" snapshot --dead -p "$pid" --detail threads,events >"$tmp/dead"
ok "nor from a dead segment" python3 "$tmp/harmless.py" "$tmp/dead"
is "which is there" "$(awk 'NR == 2 { print $1 }' "$tmp/dead")" "$pid"
status_is "messages are harmless" 127 "$heaptop" run $'\x1b[31mno\nsuch'
ok "also those on stderr" python3 "$tmp/harmless.py" "$tmp/err"
is "in one line" "$(wc -l <"$tmp/err")" 1
status_is "and of usage" 3 "$heaptop" snapshot -p $'\x1b[31m\xff'
ok "those too" python3 "$tmp/harmless.py" "$tmp/err"
