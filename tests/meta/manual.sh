# SPDX-License-Identifier: MIT
# The manual, --help and the program say the same: every command, option, key, metric, kind of
# event and exit status is in the manual, and the manual's options are the program's.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

need mandoc
format_manual=$HT_TOP_SRCDIR/man/heaptop-segment.5

# A page as plain text.
page() {
	mandoc -T ascii -O width=1000 "$1" | sed 's/.\x08//g'
}

# Words of a kind in a text, each once.
words() {
	grep -oE -- "$1" | sort -u
}

# The commands that the general help lists: indented words at the start of its lines.
commands() {
	"$heaptop" --help | grep -oE '^ +heaptop [a-z]+' | awk '{ print $2 }' | sort -u
}

# Every help text of the program.
all_help() {
	local command
	"$heaptop" --help
	for command in $(commands); do
		"$heaptop" "$command" --help
	done
}

# missing TEXT WORD...: those words that don't stand in the text by themselves.
missing() {
	local text=$1 word
	shift
	for word; do
		# shellcheck disable=SC2001 # a class of characters
		grep -qE -- "(^|[^[:alnum:]_-])$(sed 's/[][\.*^$?+(){}|]/\\&/g' <<<"$word")($|[^[:alnum:]_-])" \
			<<<"$text" || echo "$word"
	done
}

# The Nth field of the lines of a .def file that begin with MACRO(, as C reads it.
field() {
	sed -nE "s/^$2\((.*)\)$/\1/p" "$1" |
		python3 -c 'import csv, sys
for row in csv.reader(sys.stdin, skipinitialspace=True):
    print(row[int(sys.argv[1])].replace("\\\\", "\\"))' "$3"
}

text=$(for each in "$HT_TOP_SRCDIR"/man/heaptop*.1; do page "$each"; done)
format_text=$(page "$format_manual")
help=$(all_help)
include=$HT_TOP_SRCDIR/include/heaptop

# all_in NAME TEXT: every one of $names, of which there are some, stands in the text.
all_in() {
	local lacking
	lacking=$(missing "$2" "${names[@]}")
	[ "${#names[@]}" -gt 0 ] || lacking="nothing to look for"
	is "$1" "$lacking" ""
}

mapfile -t names < <(commands)
all_in "every command is in the manual" "$text"
mapfile -t names < <(words '(^|[ ,[])--?[a-zA-Z][a-z-]*' <<<"$help" | tr -d ' ,[' | sort -u)
all_in "every option is in the manual" "$text"
# jq's options, in an example, are not the program's.
mapfile -t names < <(grep -v 'jq ' <<<"$text" | words '(^|[^[:alnum:]-])--[a-z][a-z-]+' |
	grep -oE -- '--.*')
all_in "the manual names no other option" "$help"
mapfile -t names < <(field "$include/metrics.def" HT_METRIC 2)
all_in "every metric's short name is in the manual" "$text"
mapfile -t names < <(field "$include/metrics.def" HT_METRIC 3)
all_in "every metric's long name is in the manual" "$text"
mapfile -t names < <(field "$include/event_kinds.def" HEAPTOP_EVENT_KIND 2)
all_in "every kind of event is in the manual" "$text"
all_in "every kind of event is in the format's manual" "$format_text"
mapfile -t names < <(field "$HT_TOP_SRCDIR/src/tui/keys.def" HT_KEY 1 | tr ' ' '\n')
all_in "every key is in the manual" "$text"
mapfile -t names < <(sed -nE 's/^HT_SETTING\([A-Z_]+, [a-z_]+, "([a-z_]+)".*/\1/p' \
	"$HT_TOP_SRCDIR/src/model/settings.def")
all_in "every setting is in the manual" "$text"
names=(0 1 2 3 4 125 126 127 128)
all_in "every exit status is in the manual" "$text"
for file in "$HT_TOP_SRCDIR"/man/*.[1-8]; do
	is "${file##*/} is well-formed" "$(mandoc -T lint -W warning "$file" 2>&1)" ""
done
is "a missing word would be found" "$(missing '--sort NAME' --sort --sor)" "--sor"
