# SPDX-License-Identifier: MIT
# Programs that cannot be interposed are named before they start, and started all the same.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq

cat >"$tmp/program.c" <<'EOF'
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	void *volatile block = malloc(100);
	puts("started");
	free(block);
	return 3;
}
EOF
cat >"$tmp/own.c" <<'EOF'
#include <stddef.h>
#include <stdio.h>
static char memory[1 << 20];
static size_t used;
void *malloc(size_t size) { void *block = memory + used; used += (size + 15) & ~(size_t)15; return block; }
void free(void *block) { (void)block; }
void *calloc(size_t count, size_t size) { return malloc(count * size); }
void *realloc(void *block, size_t size) { (void)block; return malloc(size); }
int main(void) { puts("started"); return 3; }
EOF

# check WHAT PROGRAM WORD...: it runs, prints, ends with 3, and each word is said on stderr.
check() {
	local what=$1 program=$2 word
	shift 2
	status_is "$what: starts and ends as ever" 3 "$heaptop" run "$program"
	is "$what: its output is its own" "$(cat "$tmp/out")" started
	for word; do
		like "$what: says $word" "$(cat "$tmp/err")" "$word"
	done
}

# make NAME COMPILER [ARG...]: builds the program, or tells why not.
make() {
	local name=$1
	shift
	"$@" -w -o "$tmp/$name" "$tmp/program.c" >"$tmp/.make" 2>&1 && "$tmp/$name" >/dev/null 2>&1
	[ $? -eq 3 ] && return
	skip "$name" "cannot be built or run here"
	return 1
}

cc=${CC:-cc}
make plain $cc && {
	check ordinary "$tmp/plain"
	is "ordinary: nothing is said" "$(cat "$tmp/err")" ""
}
make static $cc -static && check static "$tmp/static" "static cannot be interposed" "statically linked" "Instead"
make static-pie $cc -static-pie && check static-pie "$tmp/static-pie" "statically linked"
make asan gcc -fsanitize=address && check "gcc's ASan" "$tmp/asan" sanitized "without heaptop's library"
make tsan gcc -fsanitize=thread && check "gcc's TSan" "$tmp/tsan" sanitized
make casan clang -fsanitize=address && check "clang's ASan" "$tmp/casan" sanitized
make musl musl-gcc && check musl "$tmp/musl" musl "without heaptop's library"
make 32-bit $cc -m32 && check 32-bit "$tmp/32-bit" "another machine or word size"

if $cc -w -fno-builtin -o "$tmp/own" "$tmp/own.c" && "$tmp/own" >/dev/null; [ $? -eq 3 ]; then
	check "own allocator" "$tmp/own" "allocator of its own inside"
else
	skip "own allocator" "cannot be built here"
fi

if command -v go >/dev/null; then
	mkdir "$tmp/go"
	cat >"$tmp/go/main.go" <<-'EOF'
		package main

		import "syscall" // and no more: all of it has to be compiled

		func main() { syscall.Write(1, []byte("started\n")); syscall.Exit(3) }
	EOF
	if (cd "$tmp/go" && HOME=$tmp GOFLAGS=-mod=mod GO111MODULE=off go build -o "$tmp/go-program" main.go) >"$tmp/.go" 2>&1; then
		check Go "$tmp/go-program" "Go program" "go tool pprof"
	else
		skip Go "cannot be built here"
	fi
else
	skip Go "go is not installed"
fi

if [ "$(id -u)" = 0 ] && make setuid $cc && chown 65534 "$tmp/setuid" && chmod 4755 "$tmp/setuid" &&
	chmod 755 "$tmp" && ! findmnt -nT "$tmp" -o OPTIONS | grep -q nosuid; then
	check setuid "$tmp/setuid" setuid "own user"
	chown 0 "$tmp/setuid" && chmod 4755 "$tmp/setuid"
	status_is "one's own setuid program is no obstacle" 3 "$heaptop" run "$tmp/setuid"
	is "and nothing is said" "$(cat "$tmp/err")" ""
else
	skip setuid "needs root and a file system that has setuid"
fi

if [ -x "$tmp/static" ]; then
	printf '#!%s\n' "$tmp/static" >"$tmp/script"
	printf '#! %s -x\n' "$tmp/script" >"$tmp/script-of-script"
	chmod +x "$tmp/script" "$tmp/script-of-script"
	check "a script" "$tmp/script" "script \(.*/static\) cannot be interposed"
	check "a script's script" "$tmp/script-of-script" "\(.*/static\) cannot be interposed"
	PATH=$tmp:$PATH
	status_is "a name in PATH is found" 3 "$heaptop" run static
	like "and judged" "$(cat "$tmp/err")" "static \(.*/static\) cannot be interposed"
	spawn bash -c "exec '$heaptop' run '$tmp/static'" >/dev/null 2>&1
	status_is "with a summary: there is none" 3 "$heaptop" run --summary "$tmp/static"
	like "and that is said" "$(cat "$tmp/err")" "published nothing"
fi

for program in bash python3 perl git redis-server; do
	command -v "$program" >/dev/null || continue
	"$heaptop" run "$program" --version >"$tmp/out" 2>"$tmp/err" </dev/null
	is "$program is no such program" "$(grep interposed "$tmp/err")" ""
done
