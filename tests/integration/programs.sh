# SPDX-License-Identifier: MIT
# Real programs give the same under `heaptop run` as bare: output and exit status.  Afterwards no
# process's segment is alive, and few dead are left.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
cd "$tmp" || exit 99
export HOME=$tmp GIT_CONFIG_NOSYSTEM=1 PYTHONHASHSEED=0 PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1
export GUILE_AUTO_COMPILE=0 NO_COLOR=1

# same NAME COMMAND...: the same status and output.
same() {
	local name=$1 bare hooked
	shift
	if ! command -v "$1" >/dev/null; then
		skip "$name" "$1 is not installed"
		return
	fi
	bare=$("$@" 2>&1 </dev/null)
	bare+=" status $?"
	hooked=$("$heaptop" run -- "$@" 2>&1 </dev/null)
	hooked+=" status $?"
	is "$name" "$hooked" "$bare"
}

cat >script.sql <<'SQL'
create table t(a integer primary key, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
	insert into t select i, hex(zeroblob(i % 50)) from n;
create index x on t(b);
select count(*), sum(length(b)) from t where b like '%00';
SQL
cat >threads.py <<'PY'
import concurrent.futures, json, subprocess, sys

def work(seed):
    return sum(len(json.dumps({str(i): [seed] * (i % 7)})) for i in range(2000))

with concurrent.futures.ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(work, range(32))))
print(subprocess.run([sys.executable, "-c", "print(sum(range(1000)))"], capture_output=True).stdout)
sys.exit(3)
PY
cat >program.pl <<'PL'
my %words;
$words{$_ % 777} .= "x$_" for 1 .. 50000;
print length(join ",", map { "$_=$words{$_}" } sort keys %words), "\n";
print `echo from a child`;
exit 4;
PL
cat >program.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(void) { printf("%s\n", getenv("HOME") ? "compiled" : ""); return 5; }
C
cat >program.js <<'JS'
const kept = [];
for (let i = 0; i < 20000; i++) kept.push({ i, text: "x".repeat(i % 100) });
console.log(JSON.stringify(kept).length, Buffer.alloc(1 << 20, 1).length);
process.exitCode = 6;
JS
cat >Program.java <<'JAVA'
import java.util.*;
public class Program {
	public static void main(String[] args) throws Exception {
		List<byte[]> kept = new ArrayList<>();
		Thread[] threads = new Thread[4];
		for (int t = 0; t < 4; t++) {
			threads[t] = new Thread(() -> { for (int i = 0; i < 2000; i++) synchronized (kept) { kept.add(new byte[i]); } });
			threads[t].start();
		}
		for (Thread thread : threads) thread.join();
		System.out.println(kept.size());
		System.exit(7);
	}
}
JAVA

same "sqlite3" sqlite3 :memory: ".read script.sql"
same "python3, with threads and a child" python3 threads.py
same "perl, with a child" perl program.pl
same "gcc, and what it built" bash -c 'gcc -O2 -g -o program program.c && ./program; status=$?; cksum <program; exit $status'
# shellcheck disable=SC2016 # for the inner shell
same "bash with many children" bash -c 'for ((i = 0; i < 300; i++)); do x=$(echo $i); s=$((s + x)); done; echo $s; exit 8'
# shellcheck disable=SC2016 # for the inner shell
same "a pipeline" sh -c 'seq 20000 | sort -rn | awk "{ s += \$1 } END { print s }" | tee copy | cksum'
export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z' GIT_COMMITTER_DATE='2020-01-01T00:00:00Z'
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@localhost GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@localhost
same "git" sh -c 'rm -rf work && git init -q work && cd work && cp ../*.* . && git add . && git commit -qm one &&
	seq 1000 >new && git add new && git commit -qm two && git gc -q && git fsck && git log -p | cksum'
same "guile" guile -c '(display (apply + (map (lambda (n) (string-length (make-string n #\x))) (iota 2000))))'
same "node" node program.js
if command -v javac >/dev/null && javac Program.java 2>"$tmp/err"; then
	same "java" java -Xmx64m -cp . Program
else
	skip "java" "no Java compiler"
fi

# redis: what LD_PRELOAD starts has its own jemalloc behind our hooks.
ask() {
	redis-cli -s "$tmp/redis.sock" "$@"
}
serve() {
	spawn "$@" redis-server --port 0 --unixsocket "$tmp/redis.sock" --save '' --appendonly no \
		--daemonize no --logfile "$tmp/redis.log" >"$tmp/redis.out" 2>&1
	wait_until '[ "$(redis-cli -s "$tmp/redis.sock" ping)" = PONG ]' 30
}
session() {
	redis-benchmark -s "$tmp/redis.sock" -q -n 5000 -c 20 -r 500 -d 100 -t set,get,lpush,sadd,hset |
		sed 's/\r/\n/g' | grep -c 'requests per second'
	ask flushall
	for ((i = 0; i < 50; i++)); do ask set "key:$i" "$(printf '%*s' $((i * 20)) x)"; done | sort | uniq -c
	ask strlen key:49
	ask eval 'local s = 0 for i = 1, 1000 do s = s + #redis.call("keys", "*") end return s' 0
	ask memory purge
	ask bgsave
	wait_until '[ "$(redis-cli -s "$tmp/redis.sock" info persistence | grep -c rdb_bgsave_in_progress:0)" = 1 ]'
	ask dbsize
}
if command -v redis-server >/dev/null && command -v redis-benchmark >/dev/null; then
	serve env
	bare=$(session 2>&1)
	stop "$pid"
	rm -f "$tmp/redis.sock" "$HEAPTOP_DIR"/*
	serve "$heaptop" run --
	hooked=$(session 2>&1)
	is "redis-server and redis-benchmark" "$hooked" "$bare"
	server=$(ask info server | tr -d '\r' | sed -n 's/^process_id://p')
	like "its heap is seen" "$("$heaptop" snapshot -p "$server" --format json |
		jq -c '.processes[0] | [.source, .heap.live_bytes > 100000, .heap.live_blocks > 100]')" \
		'^\["segment",true,true\]$'
	is "one process, one segment" "$(find "$HEAPTOP_DIR" -name "*.$server.*" | wc -l)" 1
	ask shutdown nosave
	wait "$pid"
	is "redis-server ends in order" $? 0
else
	skip "redis-server and redis-benchmark" "not installed"
fi

is "at most sixteen dead are left" "$(($(find "$HEAPTOP_DIR" -type f | wc -l) <= 16))" 1
