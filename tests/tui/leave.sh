# SPDX-License-Identifier: MIT
# Whichever way the screen ends or is stopped, the terminal is as it was before.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

while read -r signal number; do
	screen_start 80 24 xterm-256color "$fake" mixed
	ok "before SIG$signal" screen_shows 'COMMAND'
	kill -s "$signal" "$(screen_pid)"
	ok "SIG$signal ends it with $((128 + number)), restored" screen_ended $((128 + number))
done <<'END'
TERM 15
HUP 1
INT 2
QUIT 3
ABRT 6
SEGV 11
END

# state: the letter of proc_pid_stat(5).
state() {
	sed 's/.*) //; s/ .*//' "/proc/$1/stat"
}

# Suspended by a key and by a signal, a shell gets its terminal back; fg brings the screen back.
screen_start 80 24 xterm-256color bash --norc --noprofile -i
screen_keys "PS1=ready: && stty -g >$tmp/modes" Enter
ok "a shell is there" screen_shows '^ready:'
screen_keys "$fake mixed" Enter
ok "the screen begins" screen_shows 'COMMAND'
screen_keys C-z
ok "^Z suspends" screen_shows 'Stopped'
screen_keys "stty -g >$tmp/modes.suspended; echo looked" Enter
ok "the shell can be used" screen_shows '^looked'
ok "with its own modes" cmp "$tmp/modes" "$tmp/modes.suspended"
screen_keys "fg" Enter
ok "fg brings it back" screen_shows 'COMMAND'
screen_keys j
screen_keys Enter
ok "and keys go on" screen_shows 'resize-1'
pid=$(pgrep -x fake_screen -t "$(screen_tmux display-message -p '#{pane_tty}' | sed 's,/dev/,,')")
kill -s TSTP "$pid"
ok "SIGTSTP suspends" wait_until "[ \"\$(state $pid)\" = T ]"
ok "with the shell's screen back" screen_shows 'Stopped'
screen_keys "fg" Enter
ok "and fg brings it back again" screen_shows 'resize-1'
kill -s STOP "$pid"
wait_until "[ \"\$(state $pid)\" = T ]" >/dev/null
screen_keys "fg" Enter
ok "after a stop nobody can notice, too" screen_shows 'resize-1'
screen_keys q
ok "and the keys are read" screen_shows 'COMMAND'
screen_keys q
screen_keys "stty -g >$tmp/modes.left; echo done" Enter
ok "the shell goes on" screen_shows '^done'
ok "with its modes" cmp "$tmp/modes" "$tmp/modes.left"

# Suspended, or begun where another job has the terminal, it can be ended.
screen_keys "clear; $fake mixed" Enter
ok "it begins once more" screen_shows 'COMMAND'
screen_keys C-z
ok "and is suspended" screen_shows 'Stopped'
pid=$(pgrep -x fake_screen -t "$(screen_tmux display-message -p '#{pane_tty}' | sed 's,/dev/,,')")
screen_keys 'kill %%' Enter
ok "SIGTERM ends what is suspended" wait_until "! kill -0 $pid 2>/dev/null"
screen_keys "clear; timeout 1 $fake mixed; echo \"given up: \$?\"" Enter
ok "and what never had the terminal" screen_shows '^given up: 124'

# A tick that hangs is told, and keys are answered all the same.
screen_start 80 24 xterm-256color "$fake" hang
ok "a tick that hangs is told" screen_shows 'waiting [0-9.]+s$'
screen_keys '?'
ok "keys are answered meanwhile" screen_shows 'one row up'
screen_keys q q
ok "and it can be left" screen_ended 0
screen_start 80 24 xterm-256color "$fake" none
ok "before the first frame it says so" screen_shows 'Taking the first look'
screen_keys q
ok "and can be left" screen_ended 0
screen_start 80 24 xterm-256color "$fake" -p 4711 mixed
ok "a process that doesn't exist is an error" screen_ended 3
ok "with its number" screen_shows 'there is no process 4711'
