# SPDX-License-Identifier: MIT
# Prints what heaptop costs, each figure beside its limit and, where one is installed, beside a
# peer measured in the same run.  Run by "make bench"; README.md says how to read it.
#
#	bash bench/run.sh [PART...]
#
# Parts: hot_path instructions start bash_echo segment monitor refresh watched past snapshot
# recording; all of them unless named.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
trap 'ht_planned=0; ht_end' EXIT

bench=$HT_TOP_BUILDDIR/bench

# --- printing ---

# row WHAT LIMIT FIGURE [PEER]
row() {
	printf '%-58s %10s %12s   %s\n' "$1" "${2:--}" "${3:-?}" "${4:-}"
}

heading() {
	printf '\n'
	row "$1" "at most" "measured" "peer"
}

# arithmetic EXPRESSION [FORMAT]
arithmetic() {
	awk "BEGIN { printf \"${2:-%.1f}\", $1 }"
}

# The smallest of the numbers on standard input.
smallest() {
	sort -g | head -n 1
}

machine() {
	printf 'machine    %s x %s\n' "$(nproc)" \
		"$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)"
	printf 'system     Linux %s, %s\n' "$(uname -r)" "$(getconf GNU_LIBC_VERSION)"
	printf 'load       %s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

# --- the hot path ---

# Nanoseconds of a pair, bare or under a library.
pair_ns() {
	local library=$1
	shift
	LD_PRELOAD=$library HEAPTOP_DIR=$HEAPTOP_DIR "$bench/pairs" "$@" | sed -n 's/^pair //p'
}

# added_by LIBRARY ROUNDS PAIRS-ARGUMENT...: best bare and best under the library, in turns; sets
# $bare and $added.
added_by() {
	local library=$1 rounds=$2 i
	shift 2
	: >"$tmp/bare"
	: >"$tmp/with"
	for ((i = 0; i < rounds; i++)); do
		pair_ns '' "$@" >>"$tmp/bare"
		pair_ns "$library" "$@" >>"$tmp/with"
	done
	bare=$(smallest <"$tmp/bare")
	added=$(arithmetic "$(smallest <"$tmp/with") - $bare")
}

heaptrack_added() {
	local with
	command -v heaptrack >/dev/null || return
	with=$(heaptrack --output "$tmp/heaptrack" "$bench/pairs" "$@" 2>/dev/null |
		sed -n 's/^pair //p')
	rm -f "$tmp"/heaptrack*
	[ -z "$with" ] || echo "heaptrack $(arithmetic "$with - $bare" '%.0f') ns"
}

hot_path() {
	heading "hot path: added per pair of malloc and free"
	added_by "$preload" 15 1 1024 8000000
	row "one thread, 1,024 live blocks (bare $bare ns)" "4 ns" "$added ns" \
		"$(heaptrack_added 1 1024 400000)"
	added_by "$preload" 10 8 1024 2000000
	row "8 threads, 1,024 live blocks each (bare $bare ns)" "5 ns" "$added ns" \
		"$(heaptrack_added 8 1024 100000)"
	added_by "$preload" 8 1 131072 4000000
	row "one thread, 131,072 live blocks (bare $bare ns)" "" "$added ns" \
		"$(heaptrack_added 1 131072 400000)"
}

# Instructions of a run of so many pairs.
instructions_of() {
	LD_PRELOAD=$1 HEAPTOP_DIR=$HEAPTOP_DIR valgrind --tool=callgrind \
		--callgrind-out-file="$tmp/callgrind" "$bench/pairs" 1 1024 "$2" 2>&1 |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# Of one pair: what a run of 90,000 pairs more takes more.
instructions_per_pair() {
	local few many
	few=$(instructions_of "$1" 10000)
	many=$(instructions_of "$1" 100000)
	arithmetic "($many - $few) / 90000"
}

instructions() {
	heading "instructions: added per pair of malloc and free"
	if ! command -v valgrind >/dev/null; then
		row "valgrind is not installed"
		return
	fi
	local without
	without=$(instructions_per_pair '')
	row "one thread, 1,024 live blocks (bare $without)" "" \
		"$(arithmetic "$(instructions_per_pair "$preload") - $without")"
}

# --- processes ---

start() {
	heading "start and exit: added to a process"
	"$bench/spawn" 1500 "$preload" true >"$tmp/spawn" || return
	# shellcheck disable=SC2046 # numbers
	set -- $(sed 's/^[a-z]*//' "$tmp/spawn")
	row "true, best of 1,500 (bare $1 us)" "150 us" "$(arithmetic "$3 - $1") us"
	row "true, median of 1,500 (bare $2 us)" "" "$(arithmetic "$4 - $2") us"
}

# Seconds that a command took.
seconds_of() {
	local TIMEFORMAT=%R
	{ time "$@" >/dev/null 2>"$tmp/err"; } 2>&1
}

bash_echo() {
	local i loop='for ((i = 0; i < 1500; i++)); do x=$(echo hello); done'
	heading "1,500 \$(echo) of bash: against bare"
	: >"$tmp/bare"
	: >"$tmp/with"
	for ((i = 0; i < 5; i++)); do
		seconds_of bash -c "$loop" >>"$tmp/bare"
		seconds_of "$heaptop" run -- bash -c "$loop" >>"$tmp/with"
	done
	bare=$(smallest <"$tmp/bare")
	row "best of 5 (bare $bare s)" "1.15 x" \
		"$(arithmetic "$(smallest <"$tmp/with") / $bare" '%.2f') x"
}

# KiB that the segment of a program of so many threads takes.
backed_kib() {
	rm -f "$HEAPTOP_DIR"/*
	mkfifo "$tmp/input.$1"
	"$heaptop" run -- "$bench/threads" "$1" <"$tmp/input.$1" >"$tmp/ready" &
	exec 9>"$tmp/input.$1"
	wait_until 'grep -q ready "$tmp/ready"' 60 >&2
	stat -c '%b %B' "$HEAPTOP_DIR"/* | awk '{ sum += $1 * $2 } END { printf "%d", sum / 1024 }'
	exec 9>&-
	wait
}

segment() {
	heading "segment: memory that backs it"
	row "a program of one thread" "64 KiB" "$(backed_kib 1) KiB"
	row "a program of 1,000 threads" "4096 KiB" "$(backed_kib 1000) KiB"
}

# --- the monitor ---

# painted PROGRAM...: best first paint of five among 1,000 processes, and its memory then.
painted() {
	local i
	paint=
	resident=
	: >"$tmp/paint"
	for ((i = 0; i < 5; i++)); do
		"$bench/crowd" 1000 "$bench/paint" 0 "$@" >>"$tmp/paint" || return
	done
	paint=$(sed -n 's/^paint //p' "$tmp/paint" | smallest)
	resident=$(arithmetic "$(sed -n 's/^resident //p' "$tmp/paint" | smallest) / 1024")
}

monitor() {
	local peer paints='' residents=''
	heading "the screen among 1,000 processes, best of 5"
	for peer in htop top btop atop; do
		if command -v "$peer" >/dev/null && painted "$peer"; then
			paints+="$peer $(arithmetic "$paint" '%.0f') ms  "
			residents+="$peer $resident MiB  "
		fi
	done
	painted "$heaptop"
	row "first paint" "40 ms" "${paint:+$paint ms}" "$paints"
	row "resident memory" "8 MiB" "${resident:+$resident MiB}" "$residents"
}

# cpu_us_among COUNT COMMAND...: its processor time in a second, among so many processes.
cpu_us_among() {
	local count=$1
	shift
	"$bench/crowd" "$count" "$bench/paint" 10 "$@" | sed -n 's/^cpu //p'
}

# Of each process seen, when all are looked at once a second.
us_per_process() {
	local us
	us=$(cpu_us_among 5000 "$@")
	[ -z "$us" ] || arithmetic "$us / 5000"
}

refresh() {
	local peers='' us
	heading "the screen's processor time, once a second"
	! command -v htop >/dev/null || peers+="htop $(us_per_process htop -d 10) us  "
	! command -v top >/dev/null || peers+="top $(us_per_process top -d 1) us"
	us=$(us_per_process "$heaptop" -d 1)
	row "a process of 5,000" "6 us" "${us:+$us us}" "$peers"
}

# start_four BUSY: four programs under heaptop, one of 1,000 threads, $target, of which BUSY
# allocate.  They end when descriptor 9 is closed.
start_four() {
	local busy=$1 count
	mkfifo "$tmp/input.$busy"
	: >"$tmp/ready"
	for count in 1 1 1 1000; do
		"$heaptop" run -- "$bench/threads" "$count" "$((count == 1 ? 0 : busy))" \
			<"$tmp/input.$busy" >>"$tmp/ready" &
	done
	exec 9>"$tmp/input.$busy"
	wait_until '[ "$(grep -c ready "$tmp/ready")" -eq 4 ]' 60 >&2
	target=$(pgrep -f "^$bench/threads 1000 $busy\$")
}

# share_of KEYS COMMAND...: its share of a processor among 300 processes, KEYS typed.
share_of() {
	local keys=$1 us
	shift
	us=$("$bench/crowd" 300 "$bench/paint" -k "$keys" 10 "$@" | sed -n 's/^cpu //p')
	[ -z "$us" ] || echo "$(arithmetic "$us / 10000" '%.2f') %"
}

# watched_with BUSY WORDS
watched_with() {
	local list='' threads=''
	start_four "$1"
	if command -v htop >/dev/null; then
		list="htop $(share_of '' htop -d 10)"
		threads="htop's threads $(share_of H htop -d 10)"
	fi
	row "the list, $2" "1 %" "$(share_of '' "$heaptop" -d 1)" "$list"
	row "the Overview of that one, $2" "1 %" "$(share_of 2 "$heaptop" -d 1 -p "$target")"
	row "its Threads, $2" "" "$(share_of 3 "$heaptop" -d 1 -p "$target")" "$threads"
	exec 9>&-
	wait
}

watched() {
	heading "300 processes, 4 instrumented, one of 1,000 threads"
	watched_with 0 "all at rest"
	watched_with 10 "10 threads busy"
}

# The figures of bench/history, each a word before its number.
past_figure() {
	sed -n "s/.*\\b$1 \\([0-9.]*\\).*/\\1/p" "$tmp/history"
}

past() {
	heading "the memory of past ticks: 600 of 5,000 processes in 16 MiB"
	"$bench/history" 600 5000 16 >"$tmp/history" || return
	row "ticks kept" "600" "$(past_figure kept)"
	row "memory" "16 MiB" "$(arithmetic "$(past_figure bytes) / 1048576") MiB"
	row "adding a tick, a process" "1000 ns" "$(past_figure add) ns"
	row "a tick as a frame again, slowest of 10" "" "$(past_figure frame) ms"
	row "ten minutes of one figure, slowest of 10" "" "$(past_figure series) us"
}

# --- snapshot ---

# times_of ROUNDS COMMAND...: sets $cpu and $wall, its best processor time and the best that passed, in milliseconds.
times_of() {
	local i rounds=$1 TIMEFORMAT='%R %U %S'
	shift
	: >"$tmp/times"
	for ((i = 0; i < rounds; i++)); do
		{ time "$@" >/dev/null 2>"$tmp/err"; } 2>>"$tmp/times"
	done
	wall=$(awk '{ print $1 * 1000 }' "$tmp/times" | smallest)
	cpu=$(awk '{ print ($2 + $3) * 1000 }' "$tmp/times" | smallest)
}

# Run among the crowd, as "bash run.sh among ...".
among() {
	local format
	case $1 in
	once)
		for format in table json csv; do
			times_of 9 "$heaptop" snapshot -d 1ms --format "$format"
			row "1,000 processes, one $format, baseline included" \
				"$([ "$format" = table ] && echo '60 ms')" "$wall ms" \
				"$cpu ms of processor time"
		done
		;;
	recording)
		among_recording
		;;
	series)
		for format in table json; do
			times_of 4 "$heaptop" snapshot -d 100ms -n 50 --format "$format"
			row "300 processes, $format at 10 Hz" "3 %" "$(arithmetic "$cpu / 50") %"
		done
		;;
	esac
}

snapshot() {
	heading "snapshot, without the 200 ms that it waits"
	"$bench/crowd" 1000 bash "$HT_TOP_SRCDIR/bench/run.sh" among once
	"$bench/crowd" 300 bash "$HT_TOP_SRCDIR/bench/run.sh" among series
}

# --- recordings ---

replay_figure() {
	sed -n "s/.*\\b$1 \\([0-9.]*\\).*/\\1/p" "$tmp/replay"
}

# Run among the crowd, too: two minutes from key to key, and an hour made of them.
among_recording() {
	local i ticks=120
	mkfifo "$tmp/input"
	for i in 1 2 3 4; do
		spawn "$heaptop" run -- "$HT_TOP_BUILDDIR/examples/heaptop-demo-pool" --workers 4 >/dev/null
	done
	for i in {1..10}; do
		"$bench/threads" 2 1 <"$tmp/input" >/dev/null &
	done
	exec 9>"$tmp/input"
	wait_until '[ "$("$heaptop" snapshot --format csv --fields live | grep -c "[0-9]")" -ge 4 ]' 60 >&2
	times_of 1 "$heaptop" record -d 1 -n $((ticks - 1)) -o "$tmp/recording"
	"$bench/replay" "$tmp/recording" 3600 "$tmp/hour" >"$tmp/replay" || return
	row "an hour of $(replay_figure processes) processes, made of two minutes" "2000000 B" \
		"$(replay_figure bytes) B"
	row "the recorder's processor time, a tick" "" "$(arithmetic "$cpu / $ticks" '%.2f') ms" \
		"writing $(arithmetic "$(replay_figure write) / 1000" '%.2f') ms of it"
	row "opening that hour" "" "$(replay_figure open) ms"
	row "going to a tick of it, slowest of 50" "100 ms" "$(replay_figure seek) ms" \
		"mean $(replay_figure mean) ms"
}

recording() {
	local alone=()
	heading "recording, once a second: four busy pools, ten others active"
	# Where nobody else is, if that can be had.
	! unshare -pf --mount-proc true 2>/dev/null || alone=(unshare -pf --mount-proc)
	"${alone[@]}" "$bench/crowd" 83 bash "$HT_TOP_SRCDIR/bench/run.sh" among recording
}

if [ "${1-}" = among ]; then
	among "$2"
	exit
fi
parts=("$@")
[ $# -gt 0 ] || parts=(hot_path instructions start bash_echo segment monitor refresh watched past snapshot recording)
machine
for part in "${parts[@]}"; do
	"$part"
done
