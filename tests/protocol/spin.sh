# SPDX-License-Identifier: MIT
# The protocol between a segment's writers and its readers, all interleavings of it, with writers
# killed at every step.  Each planted fault must be found.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need spin

# verify MODEL [FLAG...]: prints the verifier's report.  At most a million states each.
verify() {
	local model=$HT_TOP_SRCDIR/tests/protocol/$1
	shift
	(
		mkdir -p "$tmp/pan" && cd "$tmp/pan" && spin -a "$@" "$model" &&
			${HT_CC%% *} -w -O1 -DSAFETY -DVECTORSZ=512 -o pan pan.c &&
			./pan -m20000 -w22
	) 2>&1
}

readers=-DREADER
reapers=-DREAPERS=2
successor="-DREADER -DREAPERS=1 -DBEGUN"

# holds NAME MODEL FLAG..., found NAME MODEL FLAG...: no error, at least one.
holds() {
	local name=$1
	shift
	like "$name" "$(verify "$@")" 'errors: 0'
}

found() {
	local name=$1
	shift
	like "$name" "$(verify "$@")" 'errors: [1-9]'
}

plan 13
# shellcheck disable=SC2086 # lists of words
{
	holds "an owner is read whole or not at all" owner.pml $readers
	holds "a slot has one owner, whoever reaps" owner.pml $reapers
	holds "a successor mends what a killed owner left" owner.pml $successor
	found "owner: no odd mark is found" owner.pml $readers -DFAULT_1
	found "owner: no second copy is found" owner.pml $readers -DFAULT_2
	found "owner: a successor that trusts odd is found" owner.pml $successor -DFAULT_3
	found "owner: a wait without bound is found" owner.pml $readers -DFAULT_4
	found "owner: a reaper that compares the state alone is found" owner.pml $reapers -DFAULT_5
}
holds "an event is read whole or not at all" record.pml
found "event: no odd mark is found" record.pml -DFAULT_1
found "event: no second copy is found" record.pml -DFAULT_2
found "event: a writer that trusts odd is found" record.pml -DFAULT_3
found "event: a wait without bound is found" record.pml -DFAULT_4
