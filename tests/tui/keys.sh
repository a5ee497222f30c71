# SPDX-License-Identifier: MIT
# Each key does what keys.def says, in a real terminal.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

# The selected row is in reverse where there are no colours, as the headings above it are: the
# state goes on from line to line.
selected() {
	screen_text -e | awk '{
		line = $0
		begins = reverse
		text = ""
		while (match(line, /\033\[[0-9;]*m/)) {
			text = text substr(line, 1, RSTART - 1)
			code = ";" substr(line, RSTART + 2, RLENGTH - 3) ";"
			if (code ~ /;0?;/) reverse = 0
			if (code ~ /;7;/) reverse = 1
			if (text == "") begins = reverse
			line = substr(line, RSTART + RLENGTH)
		}
		if (begins && NR > 3) print text line
	}'
}

# selects REGEX: waits until the selected row is like it.
selects() {
	wait_until "selected | grep -qE $(printf %q "$1")" || {
		selected
		return 1
	}
}

screen_start 80 24 xterm-256color "$fake" -m mixed
ok "the first picture has the rows in order" screen_shows '^\* +5120 +1.1G +702M +38.1M .* 1 +- c +store'
ok "the first row is selected" selects '5120 '
screen_keys K
ok "K shows kernel threads" screen_shows ' 2 .* kthreadd'
ok "and how many" screen_shows '^1 kernel thread shown'
screen_keys j
ok "j goes down" selects '4242 '
screen_keys Down
ok "Down goes down" selects '877 '
screen_keys k
ok "k goes up" selects '4242 '
screen_keys Up
ok "Up goes up" selects '5120 '
screen_keys G
ok "G goes to the last" selects 'kthreadd'
screen_keys g
ok "g goes to the first" selects '5120 '
screen_keys End
ok "End goes to the last" selects 'kthreadd'
screen_keys Home
ok "Home goes to the first" selects '5120 '
screen_keys PPage NPage
ok "PgDn goes a page down" selects 'kthreadd'
screen_keys C-b
ok "^B goes a page up" selects '5120 '
screen_keys C-f
ok "^F goes a page down" selects 'kthreadd'
screen_keys C-u
ok "^U goes half a page up" selects '5120 '
screen_keys C-d
ok "^D goes half a page down" selects 'kthreadd'
screen_keys g / m y s
ok "/ goes to the row that has what is typed" selects '1033 '
screen_keys x
ok "nothing found is said, and the selection is back" screen_shows "no row here has 'mysx'"
ok "where it was" selects '5120 '
screen_keys BSpace
ok "until it is found again" selects '1033 '
screen_keys Escape
ok "Esc goes back to where the search began" selects '5120 '
screen_keys / o r k Enter
ok "Enter stays" selects '4242 '
screen_keys n
ok "n goes to the next" selects '6001 '
screen_keys n
ok "n goes on from the top" screen_shows 'went on from the top'
ok "to the first that has it" selects '4242 '
screen_keys N
ok "N goes to the one before" selects '6001 '
screen_keys g F3 4 2 4 2 Enter
ok "F3 searches as well, numbers too" selects '4242 '
screen_keys '\' l i v e ' ' '>' ' ' 1 0 0 M Enter
ok "\\ filters by an expression" screen_lacks 'mysqld'
ok "which stays in sight" screen_shows '2/6 filter live > 100M'
screen_keys F4 ' ' o r Enter
ok "a wrong one is named" screen_shows 'the expression ends too early'
ok "and stays to be mended" screen_shows '^filter: live > 100M or'
screen_keys Escape
ok "Esc leaves the one before" screen_shows '2/6 filter live > 100M'
screen_keys Escape
ok "Esc clears the filter" screen_shows 'mysqld'
screen_keys u
ok "u lists the users" screen_shows 'www +1 process, 1 heap of 318M'
screen_keys w Enter
ok "and takes one" screen_shows '1/6 user www'
screen_keys u a l l Enter
ok "and all again" screen_shows 'mysqld'
screen_keys g j F M
ok "F follows the row" screen_shows 'following 4242'
ok "whatever the order" selects '4242 '
screen_keys j L
ok "until the selection moves" screen_lacks 'following'
screen_keys e
ok "e changes the units" screen_shows 'bytes of the rows in K'
ok "of the rows" screen_shows '4242 .* 325632K'
screen_keys 2
ok "and of the Overview" screen_shows 'live 11264K'
screen_keys 1 e e e e E E
ok "E those of the header" screen_shows 'Mem 10035M/23962M'
screen_keys E E E Right
ok "Right shows the end of long text" screen_shows ' che 600M|orkers 16'
screen_keys Left
ok "Left its beginning" screen_shows 'imgd --workers 16'
screen_keys H
ok "H shows threads below their process" screen_shows '4243 .* resize-1$'
screen_keys H g t
ok "t shows a tree" screen_shows 'as a tree'
screen_keys F5
ok "F5, too" screen_shows 'as a list'
screen_keys -
ok "folding is the tree's" screen_shows 'what can be folded is the tree'
screen_keys g A
ok "A sorts by rate" screen_shows 'RATE/s▼'
screen_keys M
ok "M sorts by resident memory" screen_shows 'RES▼'
screen_keys P
ok "P sorts by processor time" screen_shows 'CPU%▼'
screen_keys L
ok "L sorts by live heap" screen_shows 'HEAP▼'
screen_keys I
ok "I reverses" screen_shows 'HEAP▲'
screen_keys I '>'
ok "> sorts by the next column" screen_shows 'RATE/s▼'
screen_keys F6
ok "F6 lists what to sort by" screen_shows 'threads +threads of the process'
screen_keys t h r Enter
ok "and takes one" screen_shows 'THR▼'
screen_keys F6 G Escape
ok "Esc leaves it" screen_shows 'THR▼'
screen_keys '<' '<'
ok "< sorts by the column before" screen_shows 'HEAP▼'
screen_keys '?'
ok "? helps" screen_shows 'one row up'
screen_keys x
ok "another key leaves the help" screen_shows 'COMMAND'
screen_keys F1
ok "F1 helps" screen_shows 'one row up'
screen_keys q
ok "q leaves the help only" screen_shows 'COMMAND'
screen_keys h
ok "h helps" screen_shows 'one row up'
screen_keys Escape
ok "Esc leaves the help" screen_shows 'COMMAND'
screen_keys g j Enter
ok "Enter opens the overview" screen_shows 'allocating +41.2M/s'
screen_keys S
ok "S has Go's names for the figures" screen_shows 'TotalAlloc +3.1G'
screen_keys S i
ok "i shortens the time on the graph" screen_shows '-20s'
screen_keys o o
ok "o makes it longer" screen_shows '-1m'
screen_keys Tab
ok "Tab goes on to the threads" screen_shows '4243 resize-1 +running'
ok "with what exited, and a total" screen_shows 'total +1.5 +3.1G'
screen_keys m
ok "m merges threads of one name" screen_shows '2 of resize-\* +running'
ok "whose row is said to be a sum" screen_shows 'Sum over 2 threads'
screen_keys m
ok "and shows each of them again" screen_shows '4243 resize-1 +running'
screen_keys Escape
ok "Esc goes back" screen_shows 'COMMAND'
screen_keys Tab
ok "Tab goes to the next view" screen_shows 'allocating'
screen_keys BTab
ok "S-Tab goes to the one before" screen_shows 'COMMAND'
screen_keys 2
ok "2 goes to the second view" screen_shows 'allocating'
screen_keys 1
ok "1 goes to the first view" screen_shows 'COMMAND'
screen_keys d
ok "d asks for the delay" screen_shows 'Seconds between looks'
screen_keys 0 . 5 Enter
ok "and takes it" screen_shows '0.5s$'
screen_keys s 7 Escape
ok "Esc cancels the question" screen_lacks 'Seconds between'
ok "and the delay stays" screen_shows '0.5s$'
screen_keys C-l
ok "^L redraws" screen_shows 'COMMAND'
screen_keys 2 q
ok "q goes back" screen_shows 'COMMAND'
screen_keys q
ok "q quits from there, and the terminal is as before" screen_ended 0

screen_start 80 24 xterm-256color "$fake" -m tree
ok "the processes of a tree" screen_shows 'linter'
screen_keys t
ok "stand below each other" screen_shows '─ shell$'
screen_keys / s h e l l Enter -
ok "- folds a row" screen_lacks 'editor'
ok "which tells of how many it is the sum" screen_shows '[+]3 shell$'
screen_keys +
ok "+ unfolds it" screen_shows '─ editor$'
screen_keys '*'
ok "* folds all" screen_lacks 'editor'
screen_keys '*'
ok "and unfolds all" screen_shows '─ linter$'
screen_keys q
ok "the tree is left" screen_ended 0

screen_start 80 24 xterm-256color "$fake" -d 0.1 many
ok "the past begins" screen_shows 'COMMAND'
screen_keys Space
ok "Space pauses" screen_shows 'PAUSED [0-9:]+'
ok "while looking goes on" screen_shows 'PAUSED [0-9:]+ [0-9]+s ago'
screen_keys Z
ok "Z goes on" screen_lacks PAUSED
screen_keys [
ok "[ goes back" screen_shows PAUSED
screen_keys }
ok "} goes on where there is no such tick" screen_lacks PAUSED
screen_keys {
ok "{ goes back a minute" screen_shows PAUSED
screen_keys T n o w Enter
ok "T goes to a time" screen_lacks PAUSED
screen_keys r
ok "r sets a mark" screen_shows 'mark [0-9]+s ago'
ok "deltas count from it" screen_shows 'mark +THR'
screen_keys Q
ok "Q quits from the past, too" screen_ended 0

# ^Right, a beginning paste and F13, none of them in the description of this terminal.
screen_start 80 24 screen "$fake" mixed
ok "before a sequence that is no key" screen_shows 'COMMAND'
screen_keys 2
ok "in a view" screen_shows 'allocating'
screen_keys -l $'\033[1;5C\033[200~\033[1;2P\033OM'
screen_keys S
ok "it isn't taken for ESC and letters" screen_shows 'TotalAlloc'
ok "which would have paused" screen_lacks PAUSED
screen_keys Escape
ok "ESC alone still goes back" screen_shows 'COMMAND'

for key in Q F10 C-c; do
	screen_start 80 24 xterm-256color "$fake" mixed
	ok "before $key" screen_shows 'COMMAND'
	screen_keys 2 "$key"
	ok "$key quits" screen_ended 0
done
