# SPDX-License-Identifier: MIT
# The segment decoder under its corpus: the seeds that segment_corpus makes and every input that
# once broke something (tests/fuzz/corpus/segment).  Then a short campaign of libFuzzer's.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

bin=$HT_TOP_BUILDDIR/tests/fuzz
corpus=$tmp/corpus
mkdir "$corpus" "$tmp/found"

# campaign: at most 15 s; what it finds is kept beside the log.
campaign() {
	"$bin/segment_campaign" -seed=1 -runs=200000 -max_total_time=15 -max_len=32768 \
		-timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$tmp/found/" "$corpus"
}

plan 3
ok "the seeds are made" "$bin/segment_corpus" "$corpus"
for kept in "$HT_TOP_SRCDIR"/tests/fuzz/corpus/segment/*; do
	[ ! -f "$kept" ] || cp "$kept" "$corpus"
done
ok "the corpus is decoded" "$bin/segment_replay" "$corpus"/*
if [ ! -x "$bin/segment_campaign" ]; then
	skip "a campaign finds nothing" "clang is not installed"
else
	campaign >"$tmp/log" 2>&1
	status=$?
	if [ "$status" -eq 77 ]; then
		skip "a campaign finds nothing" "this clang has no libFuzzer"
	elif [ "$status" -eq 0 ]; then
		pass "a campaign finds nothing"
		diag "$(grep -E 'number_of_executed_units|new_units_added' "$tmp/log")"
	else
		not_ok "a campaign finds nothing" "$(tail -n 40 "$tmp/log")" \
			"$(for each in "$tmp"/found/*; do echo "$each"; base64 "$each"; done)"
	fi
fi
