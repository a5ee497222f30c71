# SPDX-License-Identifier: MIT
# `heaptop snapshot --format memstats`: read by a Go program into runtime.MemStats.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq go

cat >"$tmp/read.go" <<'END'
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
)

// Reads what expvar prints, with all fields and no others, and says what came through.
func main() {
	var vars struct{ Memstats map[string]json.RawMessage }
	var typed struct{ Memstats runtime.MemStats }
	data, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = json.Unmarshal(data, &vars)
	}
	if err == nil {
		err = json.Unmarshal(data, &typed)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fields := reflect.TypeOf(typed.Memstats)
	for i := 0; i < fields.NumField(); i++ {
		if _, ok := vars.Memstats[fields.Field(i).Name]; !ok {
			fmt.Println("missing:", fields.Field(i).Name)
		}
		delete(vars.Memstats, fields.Field(i).Name)
	}
	for name := range vars.Memstats {
		fmt.Println("unknown:", name)
	}
	m := typed.Memstats
	var sizes uint64
	for _, size := range m.BySize {
		sizes += size.Mallocs
	}
	fmt.Println("blocks", m.Mallocs-m.Frees == m.HeapObjects, "sizes", sizes == m.Mallocs)
	fmt.Println("heap", m.HeapAlloc == m.Alloc && m.Alloc > 0, m.HeapIdle+m.HeapInuse == m.HeapSys,
		m.Sys >= m.HeapSys+m.StackSys)
	fmt.Println("pauses", m.NumGC, m.NumForcedGC, m.PauseNs[(m.NumGC+255)%256] > 0,
		m.PauseEnd[(m.NumGC+255)%256] == m.LastGC, m.PauseNs[m.NumGC%256])
}
END
cat >"$tmp/trims.c" <<'END'
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
	void *volatile held;
	for (int i = 0; i < 1000; i++)
		held = malloc(100 + i);
	for (int i = 0; i < 3; i++)
		malloc_trim(0);
	free(held);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
END
"${CC:-gcc}" -O0 -o "$tmp/trims" "$tmp/trims.c" || exit 99
export GOCACHE=$tmp/go-cache GOFLAGS=-mod=mod GOTOOLCHAIN=local HOME=$tmp
(cd "$tmp" && go build -o read read.go) >"$tmp/build" 2>&1 || { cat "$tmp/build"; exit 99; }

spawn "$heaptop" run "$tmp/trims" >"$tmp/ready"
target=$pid
ok "the target is ready" wait_until "grep -q ready '$tmp/ready'"
status_is "memstats of an instrumented process" 0 "$heaptop" snapshot -p "$target" --format memstats --detail allocator
cp "$tmp/out" "$tmp/full"
is "a Go program reads all of it" "$("$tmp/read" "$tmp/full")" "blocks true sizes true
heap true true true
pauses 3 3 true true 0"
"$heaptop" snapshot -p "$target" --format memstats >"$tmp/cheap"
is "what costs is null unless it is asked for" "$(jq -c '.memstats |
	[.Sys, .HeapSys, .HeapIdle, .HeapInuse, .HeapReleased, .StackInuse, .StackSys, .MSpanInuse]' "$tmp/cheap")" \
	"[null,null,null,null,null,null,null,null]"
ok "what is free is there all the same" jq -e '.memstats | .Alloc > 0 and .Mallocs >= 1000 and
	(.PauseNs | length) == 256 and .EnableGC == false and .Lookups == 0' "$tmp/cheap"
is "a Go program reads that too" "$("$tmp/read" "$tmp/cheap" | head -n 1)" "blocks true sizes true"
is "a series is one object a line" "$("$heaptop" snapshot -p "$target" --format memstats -n 2 -d 50ms |
	jq -c '.memstats | has("Alloc")' | tr '\n' ' ')" "true true "

# What can't be had, and what was meant wrongly.
spawn sleep 60
status_is "a plain process has no memstats" 4 "$heaptop" snapshot -p "$pid" --format memstats
like "says so" "$(cat "$tmp/err")" "$pid \(sleep\) shows no heap: .*heaptop run"
status_is "none named is misuse" 2 "$heaptop" snapshot --format memstats
status_is "two named are misuse" 2 "$heaptop" snapshot -p "$pid,$target" --format memstats
status_is "one that isn't there" 3 "$heaptop" snapshot -p 4194303 --format memstats
