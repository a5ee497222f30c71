# SPDX-License-Identifier: MIT
# Nobody includes upwards: every folder of src/ includes what src/FLOORS allows it, files include
# each other in no circle, and curses stays in src/tui.  The same check is then run on a small
# tree with each mistake planted, to see that it would be found.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"

declare -A below

# Reads ROOT/src/FLOORS into below[NAME]: all folders that NAME may include, itself too.
read_floors() {
	local name direct each
	below=()
	while IFS=: read -r name direct; do
		case $name in '' | '#'*) continue ;; esac
		below[$name]=$name
		for each in $direct; do
			if [ -z "${below[$each]}" ]; then
				echo "FLOORS: $name rests on $each, which no line above it explains"
			fi
			below[$name]+=" ${below[$each]}"
		done
	done <"$1/src/FLOORS"
}

# Says what is wrong with one include ("file:line" and the name in quotes or brackets).
check_include() {
	local where=$1 file=${1%%:*} floor included=$2 folder
	floor=${file#src/}
	floor=${floor%%/*}
	case $included in
	'<'*curses*'>' | '<term.h>' | '<panel.h>' | '<menu.h>')
		[ "$floor" = tui ] || echo "$where: curses belongs to src/tui"
		return
		;;
	'<'* | '"config.h"' | '"heaptop/'*/*) return ;;
	'"heaptop/'*) return ;;
	esac
	included=${included//\"/}
	folder=${included%%/*}
	if [ "$folder" = "$included" ]; then
		echo "$where: name the folder of $included"
	elif [[ " ${below[$floor]} " != *" $folder "* ]]; then
		echo "$where: src/$floor may not include $included"
	fi
}

# Says what is wrong with the tree at ROOT.
check_tree() (
	cd "$1" || exit 1
	read_floors .
	for folder in src/*/; do
		folder=${folder#src/}
		[ -n "${below[${folder%/}]}" ] || echo "src/$folder isn't in FLOORS"
	done
	for folder in "${!below[@]}"; do
		[ -d "src/$folder" ] || echo "FLOORS: there is no src/$folder"
	done
	grep -rnE '^[[:space:]]*#[[:space:]]*include' src --include='*.[ch]' --include='*.def' |
		sed -E 's/^([^:]*:[0-9]+):[^<"]*([<"][^>"]*[>"]).*/\1 \2/' |
		while read -r where included; do
			check_include "$where" "$included"
		done
	# tsort names the files of any circle.
	grep -rE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' src --include='*.[ch]' --include='*.def' |
		sed -E 's,^src/([^:]*):[^"]*"([^"]*)".*,\1 \2,' | tsort 2>&1 >/dev/null |
		sed 's/^tsort: -: /files include each other: /; s/^tsort: /	/'
)

# A tree of three floors, right but for what the caller plants in it.
small_tree() {
	rm -rf "$tmp/tree"
	mkdir -p "$tmp"/tree/src/{base,model,tui}
	printf '# comment\nbase:\nmodel: base\ntui: model\n' >"$tmp/tree/src/FLOORS"
	printf '#include <stdio.h>\n#include "heaptop/segment.h"\n' >"$tmp/tree/src/base/a.h"
	printf '#include "config.h"\n#include "base/a.h"\n' >"$tmp/tree/src/model/b.h"
	printf '#include <curses.h>\n#include "base/a.h"\n#include "model/b.h"\n' >"$tmp/tree/src/tui/c.c"
}

# caught NAME MESSAGE: the tree with something planted is complained about so.
caught() {
	like "$1" "$(check_tree "$tmp/tree")" "$2"
}

plan 9
is "the tree is in order" "$(check_tree "$HT_TOP_SRCDIR")" ""
small_tree
is "a tree in order passes" "$(check_tree "$tmp/tree")" ""
echo '#include "tui/c.h"' >>"$tmp/tree/src/model/b.h"
caught "finds an upward include" 'src/model/b.h:3: src/model may not include tui/c.h'
small_tree
echo '# include <ncursesw/curses.h>' >>"$tmp/tree/src/base/a.h"
caught "finds curses outside tui" 'src/base/a.h:3: curses belongs'
small_tree
echo '#include "a.h"' >>"$tmp/tree/src/base/x.c"
caught "finds an include without its folder" 'src/base/x.c:1: name the folder'
small_tree
echo '#include "../tui/c.h"' >>"$tmp/tree/src/base/x.c"
caught "finds an include by way of .." 'src/base may not include ../tui'
small_tree
mkdir "$tmp/tree/src/odd"
caught "finds a folder that isn't in FLOORS" "src/odd/ isn't in FLOORS"
small_tree
echo '#include "base/z.h"' >>"$tmp/tree/src/base/a.h"
echo '#include "base/a.h"' >>"$tmp/tree/src/base/z.h"
caught "finds headers that include each other" 'files include each other'
small_tree
echo 'late: later' >>"$tmp/tree/src/FLOORS"
caught "finds a floor that rests on nothing known" 'late rests on later'
