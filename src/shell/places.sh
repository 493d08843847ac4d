# Where runs keep what they need on the host, as watchdog.ts describes it.
ops_places() {
  if [ "$(id -u)" = 0 ]; then ops_base=/run/ops ops_lasting=/var/lib/ops
  else ops_base=/tmp/ops-$(id -u) ops_lasting=${HOME:-/tmp}/.local/state/ops; fi
}
# PID: sets ops_start to when it was started.
ops_born() {
  read -r ops_line <"/proc/$1/stat" && ops_line=${ops_line##*) } && set -- $ops_line && ops_start=${20}
} 2>/dev/null
