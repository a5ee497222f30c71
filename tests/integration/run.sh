# SPDX-License-Identifier: MIT
# `heaptop run`: exit statuses, signals, environment, the summary, following.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3

status_is "the program's exit status is ours" 7 "$heaptop" run -- sh -c 'exit 7'
status_is "two dashes can be left out" 0 "$heaptop" run true
status_is "options behind the program are its own" 0 "$heaptop" run printf '%s %s' --help --summary
is "and reach it" "$(cat "$tmp/out")" "--help --summary"
status_is "not found is 127" 127 "$heaptop" run -- "$tmp/nothing"
like "and says so" "$(cat "$tmp/err")" "^heaptop: cannot start '.*/nothing': No such file"
status_is "not found in PATH is 127" 127 "$heaptop" run heaptop-no-such-program
touch "$tmp/plain"
status_is "not executable is 126" 126 "$heaptop" run "$tmp/plain"
status_is "a directory is 126" 126 "$heaptop" run "$tmp"
status_is "nothing to run is 125" 125 "$heaptop" run
status_is "an unknown option is 125" 125 "$heaptop" run --sumary true
like "and the near one is named" "$(cat "$tmp/err")" "did you mean '--summary'"
status_is "a signal is 128 and its number" 143 bash -c "'$heaptop' run -- sh -c 'kill -TERM \$\$'"
status_is "also when there is a summary" 137 "$heaptop" run --summary -- sh -c 'kill -KILL $$'
status_is "not found is 127 with a summary" 127 "$heaptop" run --summary "$tmp/nothing"
status_is "not executable is 126 with a summary" 126 "$heaptop" run --summary "$tmp/plain"
printf 'exit 9\n' >"$tmp/no-magic"
chmod +x "$tmp/no-magic"
status_is "a script without a first line is the shell's, as execvp has it" 9 "$heaptop" run "$tmp/no-magic"

# An installation that lacks the library: a copy of the program alone.
mkdir "$tmp/bin"
cp "$heaptop" "$tmp/bin/heaptop"
if [ -e "$("$heaptop" run sh -c 'echo "$LD_PRELOAD"')" ]; then
	status_is "no library is 125" 125 "$tmp/bin/heaptop" run true
	like "and says where it looked" "$(cat "$tmp/err")" "cannot find libheaptop-malloc.so"
	mkdir -p "$tmp/two words/bin" "$tmp/two words/lib"
	cp "$heaptop" "$tmp/two words/bin/heaptop"
	cp "$preload" "$tmp/two words/lib/libheaptop-malloc.so"
	status_is "a path that LD_PRELOAD cannot carry is 125" 125 "$tmp/two words/bin/heaptop" run true
	like "and says why" "$(cat "$tmp/err")" "LD_PRELOAD cannot carry"
	mkdir "$tmp/lib"
	cp "$preload" "$tmp/lib/libheaptop-malloc.so"
	status_is "a moved installation finds its own" 0 "$tmp/bin/heaptop" run \
		sh -c "[ \"\$LD_PRELOAD\" = '$tmp/lib/libheaptop-malloc.so' ]"
else
	not_ok "the library is preloaded"
fi

# Environment.
if LD_PRELOAD=libm.so.6 "$heaptop" --version >/dev/null 2>&1; then
	is "what was preloaded stays behind ours" \
		"$(LD_PRELOAD=libm.so.6 "$heaptop" run sh -c 'echo "${LD_PRELOAD##*:}"')" libm.so.6
else
	skip "what was preloaded stays behind ours" "heaptop itself is sanitized"
fi
is "a run in a run preloads once" \
	"$("$heaptop" run "$heaptop" run sh -c 'echo "$LD_PRELOAD"' | grep -o libheaptop-malloc | wc -l)" 1
is "the target is named to the library" "$("$heaptop" run sh -c '[ "$HEAPTOP_TARGET" = $$ ] && echo yes')" yes

# No process of ours stays, and the program's own pid is the one that was started.
spawn "$heaptop" run sleep 60
ok "the program runs in our place" wait_until "[ \"\$(cat /proc/$pid/comm)\" = sleep ]"
ok "and is published" wait_until "'$heaptop' snapshot -p $pid --format json |
	jq -e '.processes[0].heap.allocated_blocks_total >= 0'"
stop "$pid"

# With a summary there is a parent: signals reach the child, once.
cat >"$tmp/trap.sh" <<'EOF'
trap 'echo usr1 >>"$1"' USR1
trap 'echo term >>"$1"; exit 5' TERM
echo ready >>"$1"
while :; do read -r -t 0.05 line <>/dev/zero; done
EOF
spawn bash -c "'$heaptop' run --summary bash '$tmp/trap.sh' '$tmp/seen' 2>'$tmp/err' & echo \$! >'$tmp/pid'; wait \$!"
ok "the child is ready" wait_until "grep -q ready '$tmp/seen'"
kill -USR1 "$(cat "$tmp/pid")"
ok "a signal is passed on" wait_until "grep -q usr1 '$tmp/seen'"
kill -TERM "$(cat "$tmp/pid")"
status_is "the child's answer is our status" 5 wait "$pid"
is "each came once" "$(tr '\n' ' ' <"$tmp/seen")" "ready usr1 term "

# Stopping and going on.
spawn "$heaptop" run --summary sleep 60 2>"$tmp/err"
child=
ok "it has a child" wait_until "child=\$(cat /proc/$pid/task/$pid/children) && [ -n \"\$child\" ] &&
	[ \"\$(cat /proc/\${child% }/comm)\" = sleep ]"
child=$(tr -d ' ' <"/proc/$pid/task/$pid/children")
kill -STOP "$child" # (SIGTSTP does nothing in a group without a shell)
ok "when the child is stopped, so are we" wait_until "grep -q '^State:.T' /proc/$pid/status"
kill -CONT "$pid"
ok "both go on" wait_until "grep -q '^State:.S' /proc/$child/status && grep -q '^State:.S' /proc/$pid/status"
stop "$pid"

# A caller that ignores the end of its children.
status_is "the child's end is seen all the same" 4 \
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execv(sys.argv[1], sys.argv[1:])' "$heaptop" run --summary sh -c 'exit 4'

# The figures.
before=$(ls "$HEAPTOP_DIR")
cat >"$tmp/known.c" <<'EOF'
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
	(void)argv;
	void *volatile kept[10];
	for (int i = 0; i < 10; i++)
		kept[i] = malloc(1000);
	for (int i = 0; i < 4; i++)
		free(kept[i]);
	void *volatile refused = malloc(PTRDIFF_MAX);
	if (argc > 1)
		raise(SIGKILL);
	return refused != NULL;
}
EOF
${CC:-cc} -w -o "$tmp/known" "$tmp/known.c" || exit 99
# malloc(1000) has 1000 usable bytes with 8 of them shared with its neighbour: 1000 by glibc.
for how in "" killed; do
	"$heaptop" run --summary "$tmp/known" $how 2>"$tmp/err"
	err=$(cat "$tmp/err")
	like "allocated is exact${how:+ when $how}" "$err" "allocated: +10000 bytes \(9\.8K\) in 10 blocks"
	like "freed is exact${how:+ when $how}" "$err" "freed: +4000 bytes \(3\.9K\) in 4 blocks"
	like "still live is exact${how:+ when $how}" "$err" "still live: +6000 bytes \(5\.9K\) in 6 blocks"
	like "the failed request is told${how:+ when $how}" "$err" "failed: +1 requests"
	like "the peak is within its error${how:+ when $how}" "$err" "peak: +[0-9]+ bytes"
done
echo 'int main(void) { return 0; }' >"$tmp/idle.c"
${CC:-cc} -w -o "$tmp/idle" "$tmp/idle.c" || exit 99
"$heaptop" run --summary "$tmp/idle" 2>"$tmp/err"
like "a thread that allocated nothing doesn't count" "$(cat "$tmp/err")" "threads: +0"
is "the summary's segments are gone" "$(ls "$HEAPTOP_DIR")" "$before"
"$heaptop" run --summary "$tmp/nothing" 2>"$tmp/err"
unlike "nothing is summed up that didn't start" "$(cat "$tmp/err")" "published"

# Where segments can't be made, the place and the reason are named.
mkdir "$tmp/open" && chmod 777 "$tmp/open" && touch "$tmp/file"
no_place() {
	HEAPTOP_DIR=$1 "$heaptop" run --summary "$tmp/known" 2>"$tmp/err"
	like "no summary from $2" "$(cat "$tmp/err")" \
		"published nothing: the directory '$1' \(HEAPTOP_DIR\) cannot be used: $3"
}
no_place "$tmp/open" "a place open to all" "others may write to it"
no_place "$tmp/file" "a place that is a file" "not a directory"
no_place "$tmp/none/below" "a place that can't be made" "No such file or directory"
HEAPTOP_DIR=$tmp/later "$heaptop" run --summary "$tmp/known" 2>"$tmp/err"
like "a place that can be made is" "$(cat "$tmp/err")" "allocated: +10000 bytes"

# Following.  (A child that allocates next to nothing is never published: hence the pool.)
pool=$HT_TOP_BUILDDIR/examples/heaptop-demo-pool
child_has_heap() {
	local child
	child=$(tr -d ' ' <"/proc/$pid/task/$pid/children") &&
		"$heaptop" snapshot -p "$child" --format json | jq -e '.processes[0].heap != null'
}
spawn "$heaptop" run sh -c "'$pool'; :" >/dev/null
ok "a child by fork and exec is counted" wait_until child_has_heap
stop "$pid"
spawn "$heaptop" run --no-follow sh -c "'$pool' >'$tmp/pool'; :"
ok "without following, the program is counted" wait_until "'$heaptop' snapshot -p $pid --format json |
	jq -e '.processes[0].heap != null'"
ok "its child runs" wait_until "grep -q workers '$tmp/pool'"
ok "and has no heap" eval "! child_has_heap"
stop "$pid"
