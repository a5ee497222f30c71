# SPDX-License-Identifier: MIT
# `heaptop snapshot --format prometheus`: by promtool's rules, and scraped by a real Prometheus.
. "${HT_TOP_SRCDIR:?}/tests/lib.sh"
need jq python3

promtool=$(command -v promtool)
prometheus=$(command -v prometheus)
pool=$HT_TOP_BUILDDIR/examples/heaptop-demo-pool
spawn "$heaptop" run "$pool" --workers 1 >/dev/null
first=$pid
spawn "$heaptop" run "$pool" --workers 1 >/dev/null
second=$pid
ok "two pools are published" wait_until "'$heaptop' snapshot -p $first,$second --format json |
	jq -e '[.processes[] | select(.heap != null)] | length == 2'"

# A program whose name is out to harm.
cat >"$tmp/evil.py" <<'END'
import ctypes, time
ctypes.CDLL(None).prctl(15, b'a"b\\c\nd\x1b[\xff}', 0, 0, 0)
print("ready", flush=True)
time.sleep(600)
END
spawn python3 "$tmp/evil.py" >"$tmp/ready"
evil=$pid
ok "the evil one is ready" wait_until "grep -q ready '$tmp/ready'"

status_is "an exposition" 0 "$heaptop" snapshot -p "$first,$second,$evil" --format prometheus
cp "$tmp/out" "$tmp/metrics"
ok "two alike differ by pid" sh -c "[ \$(grep -c '^heaptop_heap_live_bytes{' '$tmp/metrics') -eq 2 ]"
ok "no series stands twice" sh -c "! grep -v '^#' '$tmp/metrics' | sed 's/ [^ ]*\$//' | sort | uniq -d | grep ."
ok "counters are counters" grep -q '^# TYPE heaptop_heap_allocated_bytes_total counter$' "$tmp/metrics"
ok "times are seconds" grep -q '^# TYPE heaptop_heap_gc_pause_seconds_total counter$' "$tmp/metrics"
ok "the host is there" grep -q '^heaptop_host_memory_total_bytes [0-9]' "$tmp/metrics"
ok "what is unknown is absent" sh -c "! grep 'heaptop_heap_.*pid=\"$evil\"' '$tmp/metrics'"
is "a hostile name is harmless" "$(sed -n "s/^heaptop_process_resident_bytes{pid=\"$evil\",name=\(.*\),user=.*/\1/p" "$tmp/metrics")" \
	'"a\"b\\c\nd?[?}"'
ok "no control byte" python3 -c '
import sys
data = open(sys.argv[1], "rb").read()
data.decode("utf-8")
sys.exit(any(byte < 32 and byte != 10 or byte == 127 for byte in data))' "$tmp/metrics"
if [ -n "$promtool" ]; then
	ok "promtool finds nothing" sh -c "'$promtool' check metrics <'$tmp/metrics' 2>&1 | (! grep .)"
	ok "nor in all processes" sh -c "'$heaptop' snapshot --format prometheus | '$promtool' check metrics 2>&1 | (! grep .)"
else
	skip "promtool finds nothing" "promtool is not installed"
	skip "nor in all processes" "promtool is not installed"
fi
status_is "lists are misuse" 2 "$heaptop" snapshot --format prometheus --detail threads
is "fields are picked" "$("$heaptop" snapshot -p "$first" --format prometheus --fields live |
	grep -o '^heaptop_[hp][er][a-z_]*' | grep -v host)" heaptop_heap_live_bytes

# In a file that is whole at any time.
spawn "$heaptop" snapshot -p "$first,$second,$evil" --format prometheus -n 0 -d 100ms -o "$tmp/heaptop.prom"
ok "the file is written" wait_until "[ -s '$tmp/heaptop.prom' ]"
whole() {
	local i
	for i in {1..200}; do
		tail -c 1 "$tmp/heaptop.prom" | grep -q . && return 1
		grep -q '^heaptop_heap_gc_pause_seconds_total{' "$tmp/heaptop.prom" || return 1
	done
}
ok "and whole whenever it is read" whole

# A real Prometheus scrapes it.
if [ -z "$prometheus" ]; then
	skip "Prometheus scrapes it" "prometheus is not installed"
	skip "and knows both pools" "prometheus is not installed"
	exit
fi
cat >"$tmp/serve.py" <<'END'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        data = open(sys.argv[1], "rb").read()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
END
spawn python3 "$tmp/serve.py" "$tmp/heaptop.prom" >"$tmp/port"
wait_until "[ -s '$tmp/port' ]"
cat >"$tmp/prometheus.yml" <<END
scrape_configs:
  - job_name: heaptop
    scrape_interval: 1s
    static_configs:
      - targets: ["127.0.0.1:$(cat "$tmp/port")"]
END
free_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
spawn "$prometheus" --config.file="$tmp/prometheus.yml" --storage.tsdb.path="$tmp/tsdb" \
	--web.listen-address="127.0.0.1:$free_port" >"$tmp/prometheus.log" 2>&1
cat >"$tmp/ask.py" <<'END'
import json, sys, urllib.parse, urllib.request
query = urllib.parse.urlencode({"query": sys.argv[2]})
with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/api/v1/query?{query}") as reply:
    print(json.dumps(json.load(reply)["data"]["result"]))
END
ask() { python3 "$tmp/ask.py" "$free_port" "$1" 2>/dev/null; }
ok "Prometheus scrapes it" wait_until "[ \"\$(ask 'up{job=\"heaptop\"}' | jq -r '.[0].value[1]')\" = 1 ]" 60
is "and knows both pools" "$(ask 'heaptop_heap_live_bytes > 0' | jq -r '[.[].metric.pid] | sort | join(" ")')" \
	"$(printf '%s\n' "$first" "$second" | sort | paste -sd ' ')"
