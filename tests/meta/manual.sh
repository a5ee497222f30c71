# SPDX-License-Identifier: MIT
# The manual, --help and the program say the same: each command has a page with exactly its options
# and exit statuses; every key, setting, metric, kind of event, format, field and word of an expression is in the manual.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

need mandoc

# A page as plain text.
page() {
	mandoc -T ascii -O width=1000 "$1" | sed 's/.\x08//g'
}

# The commands that the general help lists: indented words at the start of its lines.
commands() {
	"$heaptop" --help | grep -oE '^ +heaptop [a-z]+ ' | awk '{ print $2 }' | sort -u
}

# page_of COMMAND: its manual page; without one, that of heaptop alone.
page_of() {
	echo "$HT_TOP_SRCDIR/man/heaptop${1:+-$1}.1"
}

# The options in a help text, and in a page's source: "-p --pid" or "--dead" each.
help_options() {
	sed -nE 's/^  (-., )?(--[a-z-]+).*/\1\2/p' | tr -d , | sort
}

page_options() {
	sed -nE 's/^\.It Fl (. , Fl )?Fl ([a-z-]+).*/\1--\2/p' | sed -E 's/^(.) , Fl /-\1 /' | sort
}

# section NAME: its lines, of a page as plain text.
section() {
	awk -v name="$1" '/^[A-Z]/ { inside = $0 == name; next } inside'
}

# The statuses that a page lists.
statuses() {
	section "EXIT STATUS" | grep -oE '^ +[0-9]+([+]N)? ' | xargs
}

# values OPTION: those that the shell offers for it.
values() {
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'source "$0" || exit; compopt() { :; }; COMP_WORDS=(heaptop snapshot "$1" "") COMP_CWORD=3
		_heaptop; printf "%s\n" "${COMPREPLY[@]}"' \
		"$HT_TOP_BUILDDIR/src/cli/completions/heaptop" "$1"
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

text=$(page "$(page_of '')")
metrics=$(section METRICS <<<"$text")
snapshot=$(page "$(page_of snapshot)")
include=$HT_TOP_SRCDIR/include/heaptop

# all_in NAME TEXT: every one of $names, of which there are some, stands in the text.
all_in() {
	local lacking
	lacking=$(missing "$2" "${names[@]}")
	[ "${#names[@]}" -gt 0 ] || lacking="nothing to look for"
	is "$1" "$lacking" ""
}

# What each command may end with.
declare -A exits=(
	[heaptop]="0 1 2 3 4"
	[check]="0 1 2 3"
	[demo]="0 1 2 3"
	[record]="0 1 2 3"
	[replay]="0 1 2 3"
	[run]="125 126 127 128+N"
	[snapshot]="0 1 2 3 4"
)

for command in '' $(commands); do
	called=heaptop${command:+ $command}
	manual=$(page_of "$command")
	# shellcheck disable=SC2086 # none or one
	help=$("$heaptop" $command --help)
	is "the options of $called are in its page, and no others" \
		"$(page_options <"$manual")" "$(help_options <<<"$help")"
	is "what $called exits with is" "$(page "$manual" | statuses)" "${exits[${command:-heaptop}]}"
	is "$called --help names its page" "$(tail -n 1 <<<"$help")" \
		"The manual: man heaptop${command:+-$command}"
done
mapfile -t names < <(commands | sed 's/^/heaptop-/')
all_in "heaptop's page names those of all commands" "$text"
is "every page is distributed and installed" \
	"$(sed -nE 's/^dist_man_MANS [+]= %D%\/(.*)/\1/p' "$HT_TOP_SRCDIR/man/local.am" | sort)" \
	"$(cd "$HT_TOP_SRCDIR/man" && printf '%s\n' *.[1-8] | sort)"

mapfile -t names < <(field "$include/metrics.def" HT_METRIC 2)
all_in "every metric's short name is in the manual" "$metrics"
mapfile -t names < <(field "$include/metrics.def" HT_METRIC 3)
all_in "every metric's long name is in the manual" "$metrics"
mapfile -t names < <(field "$include/event_kinds.def" HEAPTOP_EVENT_KIND 2)
all_in "every kind of event is in the manual" "$metrics"
all_in "every kind of event is in the format's manual" "$(page "$HT_TOP_SRCDIR/man/heaptop-segment.5")"
mapfile -t names < <(field "$HT_TOP_SRCDIR/src/tui/keys.def" HT_KEY 1 | tr ' ' '\n')
all_in "every key is in the manual" "$text"
mapfile -t names < <(sed -nE 's/^HT_SETTING\([A-Z_]+, [a-z_]+, "([a-z_]+)".*/\1/p' \
	"$HT_TOP_SRCDIR/src/model/settings.def")
all_in "every setting is in the manual" "$text"
mapfile -t names < <(sed -nE 's/^HT_SETTING\([A-Z_]+, [a-z_]+, "([a-z_]+)", [A-Z]+, "([^"]+)".*/\1 is \2/p' \
	"$HT_TOP_SRCDIR/src/model/settings.def")
all_in "with its default" "$(sed -nE 's/^\.It Li ([a-z_]+) Ta .* Ta ([^ ]+) Ta .*/\1 is \2/p' "$(page_of '')")"
mapfile -t names < <(commands | sed 's/^/heaptop /')
all_in "every command is in the synopsis" "$(section SYNOPSIS <<<"$text")"
mapfile -t names < <(values --format)
all_in "every format is in snapshot's page" "$snapshot"
mapfile -t names < <(values --detail)
all_in "every list of --detail is" "$snapshot"
mapfile -t names < <(values --fields)
all_in "every field of --fields is there or among the metrics" "$snapshot$metrics"
mapfile -t names < <(
	printf '%s\n' and or not growth pid '=' '!=' '<' '<=' '>' '>=' '~' '!~'
	sed -nE 's/.*\[HT_FIELD_[A-Z]+\] = "([a-z]+)".*/\1/p' "$HT_TOP_SRCDIR/src/model/filter_parse.c"
)
all_in "every word of an expression is in check's page" "$(page "$(page_of check)")"
for file in "$HT_TOP_SRCDIR"/man/*.[1-8]; do
	is "${file##*/} is well-formed" "$(mandoc -T lint -W warning "$file" 2>&1)" ""
done
is "a missing word would be found" "$(missing '--sort NAME' --sort --sor)" "--sor"
isnt "a missing option would be" "$(grep -v 'Fl dead' "$(page_of '')" | page_options)" \
	"$("$heaptop" --help | help_options)"
isnt "a missing status would be" "$(page "$(page_of run)" | grep -v '^ *126' | statuses)" "${exits[run]}"
