# SPDX-License-Identifier: MIT
# Completion in real shells: commands, options of each, values, lists; and that no name of a process is run.
. "${HT_TOP_SRCDIR:?}/tests/tui/lib.sh"

scripts=$HT_TOP_BUILDDIR/src/cli/completions
commands=$("$heaptop" --help | sed -n 's/^  heaptop \([a-z]*\) .*/\1/p')
status_is "the installed script is bash" 0 bash -n "$scripts/heaptop"

# in_bash WORD...: what bash offers for the last word.
in_bash() {
	# shellcheck disable=SC2016 # for the inner shell
	bash -c 'source "$0" || exit; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
		_heaptop; printf "%s\n" "${COMPREPLY[@]}"' "$scripts/heaptop" "$@"
}

is "bash: commands" "$(in_bash heaptop '')" "$commands"
is "bash: one command" "$(in_bash heaptop snap)" snapshot
is "bash: behind an option with an argument" "$(in_bash heaptop -u root snap)" snapshot
for command in $commands; do
	is "bash: the options of $command are those of its help" \
		"$(in_bash heaptop "$command" -- | sort)" \
		"$("$heaptop" "$command" --help | sed -nE 's/^  (-., )?(--[a-z-]+).*/\2/p' | sort)"
done
is "bash: a value" "$(in_bash heaptop snapshot --format = nd)" ndjson
is "bash: a value that stands apart" "$(in_bash heaptop snapshot --format nd)" ndjson
is "bash: an element of a list" "$(in_bash heaptop snapshot --fields pid,anon)" pid,anon
is "bash: what to sort by" "$(in_bash heaptop --sort alloc_r)" alloc_rate
is "bash: a process" "$(in_bash heaptop -p "${$:0:2}" | grep -x "$$")" "$$"
is "bash: a user" "$(in_bash heaptop -u daemo)" daemon
is "bash: what is run" "$(in_bash heaptop run -- sh | grep -x sh | sort -u)" sh
touch "$tmp/a file"
is "bash: a file" "$(in_bash heaptop snapshot -o "$tmp/a")" "$tmp/a file"
is "bash: a recording" "$(in_bash heaptop replay "$tmp/a")" "$tmp/a file"
is "bash: an option beside it" "$(in_bash heaptop replay "$tmp/a" --spe)" --speed
cp /bin/sleep "$tmp/\$(>ran)"
spawn sh -c "cd '$tmp' && exec './\$(>ran)' 600"
ok "a process with a hostile name" wait_until "grep -q ran /proc/$pid/comm"
in_bash heaptop -p '' >/dev/null
ok "bash: its name is not run" sh -c "! find '$tmp' . -maxdepth 1 -name ran | grep -q ."

# in_fish LINE: what fish offers at its end.
in_fish() {
	fish --no-config -c "source '$scripts/heaptop.fish'; complete -C '$1'" | cut -f 1
}
if command -v fish >/dev/null; then
	export HOME=$tmp XDG_CONFIG_HOME=$tmp XDG_DATA_HOME=$tmp
	is "fish: commands" "$(in_fish 'heaptop ' | sort | xargs)" "$(sort <<<"$commands" | xargs)"
	is "fish: a value" "$(in_fish 'heaptop snapshot --format nd')" ndjson
	touch "$tmp/one.htrec"
	is "fish: a recording" "$(in_fish "heaptop replay $tmp/one")" "$tmp/one.htrec"
	is "fish: an element of a list" "$(in_fish 'heaptop snapshot --fields pid,anon' | head -n 1)" pid,anon
	for command in $commands; do
		is "fish: the options of $command are those of its help" \
			"$(in_fish "heaptop $command --" | sort)" \
			"$("$heaptop" "$command" --help | sed -nE 's/^  (-., )?(--[a-z-]+).*/\2/p' | sort)"
	done
else
	skip "fish" "not installed"
fi

# zsh's own completion, in a terminal.
if command -v zsh >/dev/null; then
	status_is "zsh: the script is one" 0 zsh -n "$scripts/_heaptop"
	cat >"$tmp/.zshrc" <<ZSH
PROMPT='ready> ' LISTMAX=0 fpath=($(printf %q "$scripts") \$fpath)
autoload -Uz compinit && compinit -D -u
ZSH
	screen_start 100 40 xterm-256color env ZDOTDIR="$tmp" zsh -d -i
	ok "zsh: it starts" screen_shows '^ready>'
	screen_keys 'heaptop snap' Tab
	ok "zsh: a command" screen_shows '^ready> heaptop snapshot'
	screen_keys -- '--form' Tab 'nd' Tab
	ok "zsh: an option and its value" screen_shows '^ready> heaptop snapshot --format[= ]ndjson'
	screen_keys ' --fields pid,anon' Tab
	ok "zsh: an element of a list" screen_shows '--fields pid,anon,$'
	screen_keys C-u 'heaptop check --f' Tab
	ok "zsh: an option of another command" screen_shows '^ready> heaptop check --for'
	touch "$tmp/one.htrec"
	screen_keys C-u "heaptop replay $tmp/one" Tab
	ok "zsh: a recording" screen_shows 'one\.htrec'
	screen_keys C-u 'heaptop run --' Tab
	ok "zsh: options with their help" screen_shows '^--summary +-- print at the end'
	screen_keys C-u 'exit' Enter
else
	skip "zsh" "not installed"
fi
