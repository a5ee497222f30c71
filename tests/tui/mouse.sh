# SPDX-License-Identifier: MIT
# The mouse in a real terminal, as terminals tell of it (SGR, xterm's mode 1006).
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

# mouse BUTTON COLUMN ROW: a press, counted from 1; 0 is the left button, 64 and 65 are the wheel.
mouse() {
	screen_keys -l "$(printf '\033[<%d;%d;%dM' "$1" "$2" "$3")"
	screen_keys -l "$(printf '\033[<%d;%d;%dm' "$1" "$2" "$3")"
}

screen_start 80 24 xterm-256color "$fake" -m mixed
ok "the first picture" screen_shows 'imgd --workers'
ok "the mouse is asked for" \
	wait_until '[ "$(screen_tmux display-message -p "#{mouse_sgr_flag}")" = 1 ]'
mouse 0 8 3
ok "a click on a heading sorts" screen_shows 'PID▼'
mouse 0 8 3
ok "and another reverses" screen_shows 'PID▲'
mouse 0 20 5
mouse 0 20 5
ok "two clicks on a row open it" screen_shows 'allocating'
mouse 0 3 2
ok "a tab is a key" screen_shows 'COMMAND'
mouse 0 78 2
ok "so is a word of the tabs' line" screen_shows 'one row up'
screen_keys q L g
mouse 65 20 10
screen_keys Enter
ok "the wheel moves three rows down" screen_shows '^worker 6001 '
screen_keys q
mouse 64 20 10
screen_keys Enter
ok "and up" screen_shows '^store 5120 '
screen_keys q q
ok "the terminal is as before" screen_ended 0
ok "and tells no longer of clicks" \
	wait_until '[ "$(screen_tmux display-message -p "#{mouse_any_flag}")" = 0 ]'
