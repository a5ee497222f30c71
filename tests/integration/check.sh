# SPDX-License-Identifier: MIT
# `heaptop check`: what holds, what doesn't, what can't be told, by exit status and by figures.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

pool=$HT_TOP_BUILDDIR/examples/heaptop-demo-pool
spawn "$heaptop" run "$pool" --workers 3 --leak >/dev/null
target=$pid
ok "the pool is published" wait_until "'$heaptop' check 'live > 0' -p $target"
spawn sleep 600
plain=$pid

# holds NAME WHAT...: the exit status of a check of WHAT is 0.
holds() { local name=$1; shift; status_is "$name" 0 "$heaptop" check "$@"; }
fails() { local name=$1; shift; status_is "$name" 1 "$heaptop" check "$@"; }
undecided() { local name=$1; shift; status_is "$name" 2 "$heaptop" check "$@"; }

holds "a condition that holds" 'live < 100G and failed = 0' -p "$target"
like "it says with which figure" "$(cat "$tmp/out")" 'live < 100G holds: .*[0-9]+\)'
fails "one that doesn't" -p "$target" 'live < 1'
like "it says which part, and with which figure" "$(cat "$tmp/out")" 'live < 1 fails: .*\([0-9]+\)'
fails "one of several that doesn't" 'live > 1' 'threads <= 3' -p "$target"
like "the part that failed" "$(cat "$tmp/out")" 'threads <= 3 fails: 4'
undecided "a heap that nobody tells" 'live < 1G' -p "$plain"
like "it says why" "$(cat "$tmp/out")" 'unknown, not instrumented'
undecided "a comparison with what nobody tells" 'res > live' -p "$plain"
like "it says of which side" "$(cat "$tmp/out")" 'res > live is undecided: .*, the other side is unknown'
holds "by other figures it is decided" 'res < 1G and not name ~ pool' -p "$plain"
undecided "one of two can't be decided" 'live < 1G' -p "$target,$plain"
fails "one of two fails" 'threads > 1' -p "$target,$plain"
holds "of all, those that can be decided" 'live > 0 or live = 0'
undecided "of all, none can be decided" 'live < 0 and live > 0 and user = nobody-at-all' -u 4294967294
holds "the host" 'mem_avail > 1K'
fails "the host fails" 'mem_avail < 1K and mem_total > 1'

# is_watching PID: it has taken its baseline and catches SIGTERM from now on.
is_watching() {
	local caught
	caught=$(sed -n 's/^SigCgt:\s*//p' "/proc/$1/status")
	[ $((0x${caught:-0} & 0x4000)) -ne 0 ]
}

# Over time.  The pool leaks for ever; sleep doesn't.
holds "what doesn't grow" 'growth(anon) = 0' -p "$plain" --for 600ms -d 200ms
fails "what grows ends the watch at once" 'growth(allocated) < 1' -p "$target" --for 1h -d 200ms
like "it says by how much" "$(cat "$tmp/out")" 'growth\(allocated\) < 1 fails: \+'
holds "growth within a time says how long to watch" 'growth(anon, 500ms) = 0' -p "$plain" -d 100ms
undecided "growth of what isn't known" 'growth(live) < 1' -p "$plain" --for 300ms -d 100ms
undecided "growth without a time" 'growth(live) < 1' -p "$target"
undecided "a window longer than the watch" 'growth(live, 10m) < 1' -p "$target" --for 1s

spawn sleep 600
ending=$pid
"$heaptop" check 'res > 0' -p "$ending" --for 1h -d 100ms >"$tmp/out" 2>"$tmp/err" &
watcher=$!
ok "the watch has begun" wait_until "is_watching $watcher"
kill "$ending"
wait "$watcher"
is "a process that ends while it is watched" "$?" 3
like "it is named" "$(cat "$tmp/err")" "$ending has ended"
"$heaptop" check 'res > 0' -p "$plain" --for 1h -d 100ms >"$tmp/out" 2>"$tmp/err" &
watcher=$!
ok "the watch has begun" wait_until "is_watching $watcher"
kill -TERM "$watcher"
wait "$watcher"
is "a watch that is ended holds nothing" "$?" 2

# Usage.
status_is "no such process" 3 "$heaptop" check 'live < 1G' -p 2147483646
status_is "no such name" 3 "$heaptop" check 'live < 1G' -p no-such-program
undecided "no condition" -p "$target"
undecided "a condition that can't be read" 'liev < 1G'
like "the word that was meant" "$(cat "$tmp/err")" "did you mean 'live'"
undecided "an unknown option" --until 5 'live < 1'
undecided "a time that is none" --for soon 'live < 1'
