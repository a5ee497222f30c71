# SPDX-License-Identifier: MIT
# Recordings of all versions of the format, kept in tests/data, still say what they said when they were made.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq gzip

data=$HT_TOP_SRCDIR/tests/data
lists=threads,size_classes,events,allocator,maps
columns=time,pid,name,res,cpu,live,alloc_rate,freed_blocks_total

replay() {
	"$heaptop" snapshot --replay "$@"
}

# unpacked FILE.gz: it, in a file for it.
unpacked() {
	gzip -dc "$data/$1" >"$tmp/kept" && echo "$tmp/kept"
}

# Keys may have come since; those that were there are, with what they had.
says_what() {
	jq -n --slurpfile was "$1" --slurpfile is "$2" '
		def says($is): if type == "object"
			then . as $was | all(keys_unsorted[]; . as $key | ($is | has($key)) and
				($was[$key] | says($is[$key])))
			elif type == "array"
			then . as $was | length == ($is | length) and
				all(range(length); . as $i | $was[$i] | says($is[$i]))
			else . == $is end;
		$was | says($is)' | grep -qx true
}

# still_says NAME KEPT ARGUMENT...: the same bytes.
still_says() {
	local name=$1 kept=$2
	shift 2
	replay "$@" >"$tmp/now" 2>&1
	ok "$name" cmp "$kept" "$tmp/now"
}

for version in 1 2; do
	file=$data/lists-$version.htrec
	replay "$file" --format ndjson --detail "$lists" >"$tmp/now"
	ok "version $version: lists are what they were" says_what "$(unpacked lists-$version.ndjson.gz)" "$tmp/now"
	still_says "version $version: an exposition" "$data/lists-$version.prom" "$file" --format prometheus
	still_says "version $version: Go's names" "$(unpacked lists-$version.memstats.gz)" "$file" \
		-p worker-pool --detail allocator --format memstats
	still_says "version $version: samples over a key" "$data/ticks-$version.csv" \
		"$data/ticks-$version.htrec" -p worker-pool --format csv --fields "$columns"
done
is "what is recorded now is one of them" "$(od -An -tu4 -j8 -N4 "$data/lists-$version.htrec" | tr -d ' ')" \
	"$("$heaptop" record -o "$tmp/new" -p $$ -n 1 -d 1ms && od -An -tu4 -j8 -N4 "$tmp/new" | tr -d ' ')"

# That the comparison can fail.
replay "$data/lists-1.htrec" --format ndjson --detail "$lists" | sed 's/"live_blocks": *\([0-9]\)/"live_blocks": 1\1/' >"$tmp/now"
ok "another figure would be noticed" eval '! says_what "$(unpacked lists-1.ndjson.gz)" "$tmp/now"'

# An exposition is of one moment.
file=$data/lists-1.htrec
live() {
	sed -n 's/^heaptop_heap_live_bytes{.*} //p' "$1"
}
series=$(replay "$file" -p worker-pool --format csv --fields live | tail -n +2)
for n in 1 2 4; do
	replay "$file" --format prometheus -n "$n" >"$tmp/now"
	is "an exposition of sample $n" "$(live "$tmp/now")" "$(sed -n "${n}p" <<<"$series")"
done
replay "$file" --format prometheus -n 99 >"$tmp/now"
ok "beyond the last it is the last" cmp "$data/lists-1.prom" "$tmp/now"
is "no metric is told twice" "$(grep '^# TYPE' "$data/lists-1.prom" | sort | uniq -d)" ""
if command -v promtool >/dev/null; then
	ok "promtool finds nothing" sh -c 'promtool check metrics <"$0" 2>&1 | (! grep .)' "$data/lists-1.prom"
else
	skip "promtool finds nothing" "promtool is not installed"
fi
ok "a file of it is an exposition, too" replay "$file" --format prometheus -o "$tmp/now"
ok "the same" cmp "$data/lists-1.prom" "$tmp/now"
status_is "a process that isn't in it is named" 3 "$heaptop" snapshot --replay "$file" --format prometheus -p 999
like "with the sample" "$(cat "$tmp/err")" 'process 999 was not there then in'

# Go's names are of one process with a heap.
status_is "memstats of two is misuse" 2 "$heaptop" snapshot --replay "$file" --format memstats -p worker-pool,sleep
status_is "of a process without a heap it is refused" 4 "$heaptop" snapshot --replay "$file" --format memstats -p sleep
like "by a sentence" "$(cat "$tmp/err")" 'shows no heap in .*: programs do when'
status_is "of none that was there" 3 "$heaptop" snapshot --replay "$file" --format memstats -p 999

# One that has a heap only later, since it executes another program: that is no mistake of the first samples.
# shellcheck disable=SC2016 # the inner shell's
spawn sh -c 'until [ -e "$0" ]; do sleep 0.02; done; exec "$1" run -- sleep 1000' "$tmp/go" "$heaptop"
target=$pid
"$heaptop" record -o "$tmp/late" -p "$target" -d 20ms &
recorder=$!
with_heap() {
	replay "$tmp/late" --format ndjson 2>/dev/null | jq -c "select(.processes[0].heap $1 null)" | wc -l
}
wait_until '[ "$(with_heap ==)" -ge 2 ]' 30
touch "$tmp/go"
ok "a heap appears" wait_until '[ "$(with_heap !=)" -ge 1 ]' 30
kill -TERM "$recorder"
wait "$recorder"
status_is "samples without a heap are left out" 0 "$heaptop" snapshot --replay "$tmp/late" -p "$target" --format memstats
is "and those with one are there" "$(wc -l <"$tmp/out")" "$(with_heap !=)"
