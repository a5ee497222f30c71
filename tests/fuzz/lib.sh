# SPDX-License-Identifier: MIT
# What every fuzz test does: its corpus through NAME_replay (any compiler), then a short campaign of NAME_campaign
# (libFuzzer's, where clang is there).
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

bin=$HT_TOP_BUILDDIR/tests/fuzz
corpus=$tmp/corpus
mkdir "$corpus" "$tmp/found"

# campaign NAME LENGTH: at most 15 s, inputs of at most LENGTH bytes.
campaign() {
	"$bin/$1_campaign" -seed=1 -runs=200000 -max_total_time=15 -max_len="$2" \
		-timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
		-artifact_prefix="$tmp/found/" "$corpus"
}

# fuzz NAME LENGTH: two tests, over what lies in $corpus and in tests/fuzz/corpus/NAME, which has every input
# that once broke something.  What the campaign finds stands in the log.
fuzz() {
	local kept status
	for kept in "$HT_TOP_SRCDIR/tests/fuzz/corpus/$1"/*; do
		[ ! -f "$kept" ] || cp "$kept" "$corpus"
	done
	ok "the corpus is decoded" "$bin/$1_replay" "$corpus"/*
	if [ ! -x "$bin/$1_campaign" ]; then
		skip "a campaign finds nothing" "clang is not installed"
		return
	fi
	campaign "$1" "$2" >"$tmp/log" 2>&1
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
}
