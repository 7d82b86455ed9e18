#!/usr/bin/env bash
# Watches a running Collab with Debian's Prometheus, without containers: ./collab monitor --help
set -euo pipefail

deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
data=data/monitoring port=9090 postgres=${DATA_SOURCE_NAME:-}
web=() silo=() stress=() pids=()

usage() {
  cat <<'HELP'
./collab monitor [options]     Prometheus with the rules and alerts of deploy/prometheus, and Alertmanager, until Ctrl-C
  --web URL        a web host (http://localhost:5080 when neither --web nor --silo is given); again for each further one. Its own address in
                   Development, else its operators' port (Collab:Operations:Port)
  --silo URL       a silo's operators' port; again for each further one
  --stress URL     the load tool's metrics
  --postgres URI   starts postgres_exporter too: postgresql://collab_monitor:…@localhost:5432/collab?sslmode=disable. Better in the
                   environment, as DATA_SOURCE_NAME, where not everybody on the machine sees it
  --port N         Prometheus' port (9090). Alertmanager is at three above it (9093), postgres_exporter at 97 above it (9187)
  --data FOLDER    where configuration, data and logs go (./data/monitoring); what was scraped before is kept
HELP
}

say() { printf '%s\n' "$*"; }
die() { printf 'monitor: %s\n' "$*" >&2; exit 1; }

# find NAME…: the first that is on the PATH.
find_program() { local name; for name in "$@"; do command -v "$name" && return; done; return 1; }

# targets JOB URL…: the file that Prometheus reads them from.
targets() {
  local file="$data/targets/$1.yaml" url
  shift
  : >"$file"
  for url in "$@"; do
    url=${url#*://}
    printf -- '- targets: ["%s"]\n' "${url%%/*}" >>"$file"
  done
}

# launch NAME COMMAND…: in the background, with a log of its own.
launch() {
  local name=$1
  shift
  "$@" >"$data/$name.log" 2>&1 </dev/null &
  pids+=($!)
}

# answers PORT: whether something listens there.
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ready NAME PORT PID: waits until it listens; fails with its log when it ends first.
ready() {
  for _ in $(seq 600); do
    if answers "$2"; then return; fi
    if ! kill -0 "$3" 2>/dev/null; then
      tail -n 5 "$data/$1.log" >&2
      die "$1 ended. Its log: $data/$1.log"
    fi
    sleep 0.1
  done
  die "$1 did not answer at port $2 within a minute. Its log: $data/$1.log"
}

stop_all() {
  trap - EXIT INT TERM
  if [ ${#pids[@]} -gt 0 ]; then
    kill "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" 2>/dev/null || true
  fi
}

while [ $# -gt 0 ]; do
  case "$1" in
    -h|--help) usage; exit ;;
    --web|--silo|--stress|--postgres|--port|--data) [ $# -ge 2 ] || die "$1 needs a value." ;;
    *) usage >&2; die "There is no option '$1'." ;;
  esac
  case "$1" in
    --web) web+=("$2") ;;
    --silo) silo+=("$2") ;;
    --stress) stress+=("$2") ;;
    --postgres) postgres=$2 ;;
    --port) port=$2 ;;
    --data) data=$2 ;;
  esac
  shift 2
done
[[ "$port" =~ ^[0-9]+$ ]] && [ "$port" -le 65438 ] || die "The port is a number up to 65438; not '$port'."
if [ ${#web[@]} -eq 0 ] && [ ${#silo[@]} -eq 0 ]; then web=(http://localhost:5080); fi

prometheus=$(find_program prometheus) ||
  die "There is no prometheus on the PATH. On Debian: apt-get install --no-install-recommends prometheus prometheus-alertmanager prometheus-postgres-exporter (and systemctl disable --now what that starts)."
alertmanager_port=$((port + 3)) exporter_port=$((port + 97))
mkdir -p "$data/targets" "$data/rules" "$data/prometheus" "$data/alertmanager"
data=$(cd "$data" && pwd)
rm -f "$data"/targets/*.yaml "$data"/rules/*.yaml
cp "$deploy/prometheus/prometheus.local.yaml" "$data/prometheus.yaml"
cp "$deploy"/prometheus/rules/*.yaml "$data/rules/"
targets prometheus "http://localhost:$port"
if [ ${#web[@]} -gt 0 ]; then targets collab-web "${web[@]}"; fi
if [ ${#silo[@]} -gt 0 ]; then targets collab-silo "${silo[@]}"; fi
if [ ${#stress[@]} -gt 0 ]; then targets collab-stress "${stress[@]}"; fi

for used in "$port" "$alertmanager_port"; do
  if answers "$used"; then die "Port $used of this machine is taken (another Prometheus or Alertmanager?): --port names another."; fi
done

trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if alertmanager=$(find_program prometheus-alertmanager alertmanager); then
  targets alertmanager "http://localhost:$alertmanager_port"
  launch alertmanager "$alertmanager" --config.file="$deploy/prometheus/alertmanager.yaml" --storage.path="$data/alertmanager" \
    --web.listen-address="127.0.0.1:$alertmanager_port" --cluster.listen-address=
  ready alertmanager "$alertmanager_port" "${pids[-1]}"
fi

exporter=
if [ -n "$postgres" ]; then
  if exporter=$(find_program prometheus-postgres-exporter postgres_exporter); then
    if answers "$exporter_port"; then die "Port $exporter_port of this machine is taken: --port names another."; fi
    targets postgres "http://localhost:$exporter_port"
    DATA_SOURCE_NAME=$postgres launch postgres_exporter "$exporter" --web.listen-address="127.0.0.1:$exporter_port"
    ready postgres_exporter "$exporter_port" "${pids[-1]}"
  fi
fi

launch prometheus "$prometheus" --config.file="$data/prometheus.yaml" --storage.tsdb.path="$data/prometheus" \
  --storage.tsdb.retention.time=30d --web.listen-address="127.0.0.1:$port" --web.enable-lifecycle
prometheus_pid=${pids[-1]}
ready prometheus "$port" "$prometheus_pid"

say "Prometheus    http://localhost:$port         what fires: /alerts; who is scraped: /targets"
if [ -n "$alertmanager" ]; then say "Alertmanager  http://localhost:$alertmanager_port         its receivers are to be filled in: deploy/prometheus/alertmanager.yaml"
else say "No Alertmanager: there is none on the PATH (Debian's package prometheus-alertmanager). Alerts are seen in Prometheus alone."; fi
if [ -n "$exporter" ]; then say "PostgreSQL    http://localhost:$exporter_port/metrics"
elif [ -n "$postgres" ]; then say "Nothing of PostgreSQL: there is no postgres_exporter on the PATH (Debian's package prometheus-postgres-exporter)."
else say "Nothing of PostgreSQL: no --postgres and no DATA_SOURCE_NAME was given."; fi
say "No Grafana: Debian has no package of it. Where you have one: deploy/grafana. Without it every web host has /ops."
say "Logs and data are in $data. More targets: a file in $data/targets. Ctrl-C stops all."

# What can't be scraped is said once, here: later CollabServiceDown says it.
if command -v curl >/dev/null; then
  for url in "${web[@]}" "${silo[@]}"; do
    code=$(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "${url%/}/metrics") || true
    case "$code" in
      200) ;;
      000) say "Note: nothing answers at $url/metrics." ;;
      401|403|404) say "Note: $url/metrics answers $code: give the host a port for operators (Collab:Operations:Port), and name that here." ;;
      *) say "Note: $url/metrics answers $code." ;;
    esac
  done
fi

wait "$prometheus_pid" || die "Prometheus ended. Its log: $data/prometheus.log"
