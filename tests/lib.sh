# SPDX-License-Identifier: MIT
# What every shell test starts with: results in the Test Anything Protocol, waiting for
# conditions, a place of its own, and nothing left behind.  Sourced by bash:
#
#	. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
#	plan 2
#	spawn "$heaptop" run -- sleep 100
#	ok "a segment appears" wait_until 'ls "$HEAPTOP_DIR" | grep -q .' 20
#	is "one process" "$("$heaptop" snapshot --format json | jq '.processes | length')" 1
#
# Gives: plan, ok, pass, not_ok, is, isnt, like, unlike, status_is, skip, skip_all, need, diag,
# wait_until, spawn, stop; and the variables heaptop, preload, tmp and HEAPTOP_DIR.
# A test changes no file but those below $tmp (settings, too) and $HEAPTOP_DIR and ends no process but those it spawned.

HT_TOP_SRCDIR=${HT_TOP_SRCDIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
HT_TOP_BUILDDIR=${HT_TOP_BUILDDIR:-$PWD}
export HT_TOP_SRCDIR HT_TOP_BUILDDIR

# The program and the library under test; set HT_HEAPTOP and HT_PRELOAD to test installed ones.
# shellcheck disable=SC2034 # used by the tests
heaptop=${HT_HEAPTOP:-$HT_TOP_BUILDDIR/heaptop}
# shellcheck disable=SC2034
preload=${HT_PRELOAD:-$HT_TOP_BUILDDIR/.libs/libheaptop-malloc.so}

export LC_ALL=${LC_ALL:-C.UTF-8} TZ=${TZ:-UTC}
unset HEAPTOP_TARGET HEAPTOP_KEEP HEAPTOP_FOLLOW LD_PRELOAD

# A directory of its own for the test's files, and one for its segments: in memory where that can
# be had, as real ones are, since on a disk ten thousand of them take minutes.
tmp=$(mktemp -d "${TMPDIR:-/tmp}/heaptop-test.XXXXXX") || exit 99
ht_segments=$(mktemp -d /dev/shm/heaptop-test.XXXXXX 2>/dev/null) ||
	ht_segments=$(mktemp -d "$tmp/segments.XXXXXX") || exit 99
export HEAPTOP_DIR=$ht_segments
# Nobody's own settings.
export XDG_CONFIG_HOME=$tmp/config

ht_planned=
ht_ran=0
ht_failed=0
ht_spawned=()

# plan COUNT: how many results follow.  Without it, the count is printed at the end.
plan() {
	ht_planned=$1
	echo "1..$1"
}

# diag LINE...: says something about the last result, as a comment.
diag() {
	printf '%s\n' "$@" | sed 's/^/# /'
}

# pass NAME, not_ok NAME [LINE...]: one result each.
pass() {
	ht_ran=$((ht_ran + 1))
	echo "ok $ht_ran - $1"
}

not_ok() {
	ht_ran=$((ht_ran + 1))
	ht_failed=$((ht_failed + 1))
	echo "not ok $ht_ran - $1"
	shift
	[ $# -eq 0 ] || diag "$@"
	return 1
}

# ok NAME COMMAND [ARG...]: passes if the command succeeds; what it printed explains a failure.
# The command runs in this shell: it may set variables and spawn.
ok() {
	local name=$1 status=0
	shift
	"$@" >"$tmp/.ok" 2>&1 || status=$?
	if [ "$status" -eq 0 ]; then
		pass "$name"
	else
		not_ok "$name" "status $status of: $*" "$(head -c 8192 "$tmp/.ok")"
	fi
}

# status_is NAME STATUS COMMAND [ARG...]: passes if the command ends with that status.
# Its output is left in $tmp/out and $tmp/err.
status_is() {
	local name=$1 wanted=$2 status=0
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" || status=$?
	if [ "$status" -eq "$wanted" ]; then
		pass "$name"
	else
		not_ok "$name" "status $status, wanted $wanted, of: $*" \
			"$(head -c 4096 "$tmp/out")" "$(head -c 4096 "$tmp/err")"
	fi
}

# is NAME GOT WANTED, isnt NAME GOT UNWANTED: compare texts.
is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		not_ok "$1" "got:" "$2" "wanted:" "$3"
	fi
}

isnt() {
	if [ "$2" != "$3" ]; then
		pass "$1"
	else
		not_ok "$1" "got, though unwanted:" "$2"
	fi
}

# like NAME GOT REGEX, unlike NAME GOT REGEX: bash's =~ on the whole text.
like() {
	if [[ $2 =~ $3 ]]; then
		pass "$1"
	else
		not_ok "$1" "got:" "$2" "wanted something like: $3"
	fi
}

unlike() {
	if [[ $2 =~ $3 ]]; then
		not_ok "$1" "got:" "$2" "wanted nothing like: $3"
	else
		pass "$1"
	fi
}

# skip NAME REASON: one result that couldn't be had here.
skip() {
	ht_ran=$((ht_ran + 1))
	echo "ok $ht_ran - $1 # SKIP $2"
}

# skip_all REASON: the whole test can't run here.  Only before the first result.
skip_all() {
	echo "1..0 # SKIP $1"
	ht_planned=0
	exit 0
}

# need PROGRAM...: skips the whole test unless every one of them is there.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip_all "$program is not installed"
	done
}

# wait_until CONDITION [SECONDS]: evaluates the condition, a piece of shell, until it succeeds.
# Fails after the limit (30 seconds unless told), having named the condition.
wait_until() {
	local deadline=$((SECONDS + ${2:-30}))
	until eval "$1" >"$tmp/.wait" 2>&1; do
		if [ "$SECONDS" -gt "$deadline" ]; then
			echo "waited ${2:-30} s in vain for: $1"
			cat "$tmp/.wait"
			return 1
		fi
		sleep 0.02
	done
}

# Whether it leads its own session: from then on it isn't this shell any more, and its group can
# be signalled.  A process that is gone already has done so, too.
ht_leads_session() {
	local stat fields
	stat=$(cat "/proc/$1/stat") || return 0 # whole: a name may hold a newline
	read -ra fields <<<"${stat##*) }"
	[ "${fields[3]}" = "$1" ]
}

# spawn COMMAND [ARG...]: starts it in the background in a session of its own, without input,
# and sets $pid, the command's own.  All of the group is ended when the test ends.  Redirect its output
# (spawn yes >"$tmp/log"), or it mixes with the results.
spawn() {
	setsid "$@" </dev/null &
	pid=$!
	wait_until "ht_leads_session $pid" 20
	ht_spawned+=("$pid")
}

# stop PID [SIGNAL]: ends a spawned process and its group (TERM unless told, KILL after ten
# seconds) and waits for its leader.  How that ended is nobody's business: always succeeds, so
# that a test may end with it.
stop() {
	local stopped=$1 left=() other
	kill -s "${2:-TERM}" -- "-$stopped" 2>/dev/null
	wait_until "! kill -0 $stopped" 10 >/dev/null || kill -s KILL -- "-$stopped"
	wait "$stopped" 2>/dev/null
	for other in "${ht_spawned[@]}"; do
		[ "$other" = "$stopped" ] || left+=("$other")
	done
	ht_spawned=("${left[@]}")
}

ht_end() {
	local status=$? each
	trap - EXIT
	# A forked shell that is still to exec has inherited the traps.
	[ "$BASHPID" = "$$" ] || exit "$status"
	for each in "${ht_spawned[@]}"; do
		kill -s KILL -- "-$each"
		wait "$each"
	done 2>/dev/null
	# A test may have changed its working directory or made things unwritable.
	cd / || exit 99
	chmod -R u+rwx "$tmp" 2>/dev/null
	rm -rf "$tmp" "$ht_segments"
	if [ -z "$ht_planned" ]; then
		echo "1..$ht_ran"
	fi
	# A failed result has been told already; only an accident is an exit status.
	[ "$ht_failed" -gt 0 ] && [ "$status" -eq 1 ] && status=0
	exit "$status"
}
trap ht_end EXIT
