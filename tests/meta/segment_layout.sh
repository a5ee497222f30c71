# SPDX-License-Identifier: MIT
# The tables of heaptop-segment(5) say of every field of segment.h where it is and how long, and
# of nothing else; the kinds of events are those of event_kinds.def.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

page=$HT_TOP_SRCDIR/man/heaptop-segment.5
include=$HT_TOP_SRCDIR/include

# The rows of the page as "struct field offset size".
rows_of_page() {
	awk '/^\.Ss / { name = ""; if (match($0, /struct [a-z_]+/)) name = substr($0, RSTART + 7, RLENGTH - 7) }
		/^\.It [0-9]+ Ta [0-9]+ Ta/ { print name, $8, $2, $4 }' "$page"
}

# The fields of the header as "struct field", as the compiler's reader sees them.
fields_of_header() {
	sed 's,/\*.*\*/,,' "$include/heaptop/segment.h" | awk '
		/^struct [a-z_]+ \{/ { name = $2 }
		/^\};/ { name = "" }
		/^\t.*;/ && name != "" { field = $NF; sub(/[[;].*/, "", field)
			if (field == "" || field ~ /\]/) { field = $(NF - 1); sub(/[[;].*/, "", field) }
			print name, field }'
}

# As assertions for the compiler.
assertions() {
	echo '#include "heaptop/segment.h"'
	rows_of_page | while read -r name field offset size; do
		echo "_Static_assert(offsetof(struct $name, $field) == $offset, \"offset of $name.$field\");"
		echo "_Static_assert(sizeof(((struct $name *)0)->$field) == $size, \"size of $name.$field\");"
	done
	grep -oE 'struct [a-z_]+, [0-9]+ bytes' "$page" | sed 's/,//' | while read -r _ name size _; do
		echo "_Static_assert(sizeof(struct $name) == $size, \"size of $name\");"
	done
}

kinds_of_page() {
	sed -n '/^Kinds:/,/^\.El/p' "$page" | awk '/^\.It [0-9]/ { print $2, $4 }'
}

kinds_of_header() {
	sed -nE 's/^HEAPTOP_EVENT_KIND\(([0-9]+), [A-Z_]+, "([a-z_]+)".*/\1 \2/p' \
		"$include/heaptop/event_kinds.def"
}

plan 4
assertions >"$tmp/layout.c"
ok "offsets and sizes are the header's" "${HT_CC%% *}" -std=gnu11 -I"$include" -fsyntax-only \
	"$tmp/layout.c"
is "every field has its row" "$(rows_of_page | cut -d ' ' -f 1,2)" "$(fields_of_header |
	awk 'BEGIN { split("header section globals thread_slot size_class event_ring event", order)
		for (i in order) rank["heaptop_" order[i]] = i; rank["heaptop_segment_header"] = 1 }
		{ print rank[$1], NR, $0 }' | sort -n -k 1 -k 2 | cut -d ' ' -f 3,4)"
is "every kind of event has its row" "$(kinds_of_page)" "$(kinds_of_header)"
if command -v mandoc >/dev/null; then
	is "mandoc finds no error" "$(mandoc -Tlint -Wwarning "$page" 2>&1 | grep -v outdated)" ""
else
	skip "mandoc finds no error" "mandoc is not installed"
fi
