# SPDX-License-Identifier: MIT
# The program itself on its screen, with real processes.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

[ -x "$heaptop" ] || skip_all "the program isn't built"

plan 25

screen_start 100 30 xterm-256color "$heaptop" demo --seconds 300
ok "the demonstration opens on its pool" screen_shows '^heaptop-demo-po [0-9]+ .* heaptop run +exact'
ok "with where its memory is" screen_shows 'resident +[0-9.]+M .*live'
screen_keys 3
ok "with its workers and their rates" screen_shows '[0-9]+ worker-2 +[a-z]+ .* [0-9.]+[KMG]$'
ok "and a total" screen_shows ' total .* [0-9.]+[KMG] .* [0-9.]+[KMG]$'
screen_keys q
# The command's path may be cut; nothing else has a segment in this directory.
ok "q goes back to all processes" screen_shows '^\* +[0-9]+ .* c +[^ ]'
pool=$(screen_text | sed -n 's/^\* *\([0-9]*\) .*/\1/p' | head -n 1)
screen_keys q
ok "and quits from there" screen_ended 0
ok "the pool has ended" wait_until "! kill -0 $pool"

spawn "$heaptop" run -- sleep 1000
ok "a program runs instrumented" wait_until "[ -n \"\$(ls $HEAPTOP_DIR)\" ]"
target=$(pgrep -P "$pid" -x sleep || pgrep -g "$pid" -x sleep)
screen_start 80 24 xterm-256color "$heaptop" -d 0.2
ok "the screen marks it, with its heap" screen_shows "^\\* +$target .* c +sleep 1000"
screen_keys Enter
ok "its graph is there" screen_shows "live +[0-9.]+K"
screen_keys 3
ok "its threads are there" screen_shows "^ *$target sleep +sleeping"
stop "$pid" >/dev/null 2>&1
ok "its end is told" screen_shows "Process $target \\(sleep\\) has ended"
screen_keys 2
ok "its last picture stays" screen_shows "^sleep $target .*ended .* ago"
screen_keys q
ok "and how to begin, now that none is left" screen_shows 'heaptop run CMD'
screen_keys q
ok "quit" screen_ended 0

spawn sleep 1000
screen_start 80 24 xterm-256color "$heaptop" -p "$pid"
ok "a plain process is opened with the reason" screen_shows 'No heap to be seen here: not instrumented'
screen_keys Q
ok "quit again" screen_ended 0

# A signal goes to the process that is shown, after a question.
screen_start 80 24 xterm-256color "$heaptop" -p "$pid"
screen_shows 'No heap to be seen here' >/dev/null
screen_keys F9
ok "F9 lists signals for it" screen_shows "Signal to $pid \\(sleep\\)"
screen_keys Down Up Enter
ok "and asks" screen_shows "SIGTERM to $pid \\(sleep\\)\\? Enter"
screen_keys Escape
ok "Esc sends nothing" screen_lacks 'SIGTERM'
ok "so that it goes on" kill -0 "$pid"
screen_keys F9 Enter Enter
ok "Enter sends it" screen_shows "SIGTERM sent to $pid \\(sleep\\)"
ok "and it has ended" wait_until "! kill -0 $pid"
screen_keys F9 x Escape
screen_keys Q
ok "quit after that" screen_ended 0
screen_start 80 24 xterm-256color "$heaptop" -p 999999999
ok "a process that isn't there is an error" screen_ended 3
