# The functions of `service-change`, as change.ts describes them.
ops_unit_fail() { echo "$1" >&2; exit "${2:-1}"; }
ops_unit_now() { ops_unit_show "$ops_unit" && ops_unit_next; }
ops_unit_is_up() { case $ops_active in active | reloading | refreshing) ;; *) return 1 ;; esac; }
ops_nap() { sleep 0.1 2>/dev/null || sleep 1; }
# The line of a tool's output that says why.
ops_unit_why() {
  awk '{ sub(/\r$/, "") } /\[emerg\]|\[ERROR\]|\[ALERT\]|[Ff]atal|FATAL/ && !a { a = $0 } /[Ee]rror|ERROR|[Ii]nvalid|[Uu]nknown|[Ff]ailed|[Bb]ad / && !b { b = $0 } NF { c = $0 } END { print a ? a : b ? b : c }'
}
ops_unit_change() {
  ops_unit=$1 ops_on_change=$2 ops_wants_running=$3 ops_wants_enabled=$4 ops_test=$5 ops_listens=$6 ops_seconds=$7 ops_proof=$8
  shift 8
  ops_unit_now || exit 1
  if [ "$ops_load" = not-found ]; then systemctl daemon-reload; ops_unit_now; fi
  case $ops_load,$ops_wants_running$ops_wants_enabled in
    not-found,*yes*) ops_unit_fail "there is no unit $ops_unit on this host: no package or step before this one brought it" ;;
    masked,*yes*) ops_unit_fail "$ops_unit is masked: \`systemctl unmask $ops_unit\` if it is to run" ;;
    not-found,* | masked,* | loaded,*) ;;
    *) systemctl status --no-pager "$ops_unit" || :; ops_unit_fail "the unit file of $ops_unit cannot be loaded ($ops_load)" ;;
  esac
  ops_unit_get NeedDaemonReload
  if [ "$ops_unit_value" = yes ]; then systemctl daemon-reload; ops_unit_now; fi
  if [ "$ops_wants_running" = yes ]; then
    ops_unit_get Type; ops_unit_type=$ops_unit_value
    ops_unit_get RemainAfterExit
    [ "$ops_unit_type,$ops_unit_value" != oneshot,no ] || ops_unit_fail "$ops_unit_id is a oneshot without RemainAfterExit=yes: it ends when its work is done, and so it never runs"
  fi
  if [ "$ops_wants_enabled" = no ]; then ops_unit_enable disable; fi
  ops_verb= ops_was_up= ops_was_deaf=
  if ops_unit_is_up; then
    ops_was_up=yes
    ops_unit_listening || ops_was_deaf=yes
  fi
  if [ "$ops_wants_running" = no ]; then ops_unit_stop
  elif [ -n "$ops_was_up" ]; then
    ops_unit_hold "$@"
    ops_unit_owes || ops_verb=$ops_on_change
    ops_unit_running
    if [ -z "$ops_verb" ] && [ "$ops_wants_running" = yes ] && [ "$ops_is_running" != yes ]; then ops_unit_recovered; fi
  elif [ "$ops_wants_running" = yes ]; then ops_verb=start
  fi
  [ -z "$ops_verb" ] || ops_unit_load "$ops_verb" "$@" || ops_unit_take_back "$@"
  if [ "$ops_wants_enabled" = yes ]; then ops_unit_enable enable; fi
}
# It came up by itself a moment ago, and may be about to fail again.
ops_unit_recovered() {
  ops_start=$(($(date +%s) - 30)) ops_out= ops_still_needed=27
  ops_unit_get NRestarts; ops_restarts=${ops_unit_value:-0}
  ops_unit_settle "systemd restarted it" || ops_unit_fail "$ops_said"
}
ops_unit_enable() {
  ops_unit_now
  ops_unit_enabled
  case $1,$ops_state in
    enable,missing* | enable,stale*)
      # By name alone, systemd takes the link to a unit file elsewhere away and then finds no unit (252).
      if [ -L "$ops_fragment" ]; then ops_unit_ctl reenable "$(readlink -f "$ops_fragment")"; else ops_unit_ctl reenable "$ops_unit_id"; fi ;;
    enable,no | enable,enabled-runtime | enable,none) ops_unit_ctl enable "$ops_unit_id" ;;
    enable,*) ;;
    disable,no | disable,none | disable,masked | disable,masked-runtime | disable,transient | disable,static | disable,generated) ;;
    disable,'mask over links')
      # A masked unit is passed over by \`disable\`.
      ops_unit_ctl unmask --runtime "$ops_unit_id"
      ops_unit_ctl disable "$ops_unit_id"
      ops_unit_ctl mask --runtime "$ops_unit_id" ;;
    disable,*)
      ops_linked_file=
      [ ! -L "$ops_fragment" ] || ops_linked_file=$(readlink -f "$ops_fragment")
      [ "$ops_state" = enabled-runtime ] || ops_unit_ctl disable "$ops_unit_id"
      ops_unit_linked /run
      [ -z "$ops_linked" ] || ops_unit_ctl disable --runtime "$ops_unit_id"
      # The unit file itself is there by a link, which goes with the others.
      [ -z "$ops_linked_file" ] || [ -L "$ops_fragment" ] || ops_unit_ctl link "$ops_linked_file" ;;
  esac
}
ops_unit_ctl() {
  ops_out=$(systemctl --no-ask-password "$@" 2>&1) && { echo "$ops_out"; return 0; }
  echo "$ops_out" >&2
  ops_unit_fail "systemctl $* failed: $(echo "$ops_out" | ops_unit_why)"
}
ops_unit_stop() {
  systemctl --no-ask-password stop "$ops_unit" || ops_unit_fail "systemctl stop $ops_unit failed"
  systemctl reset-failed "$ops_unit" 2>/dev/null || :
  rm -f "/run/ops/loaded/$ops_unit_id"
}
# What the followed paths hold now, in ops_tokens.
ops_unit_hold() {
  ops_tokens= ops_files=
  for ops_followed; do [ ! -f "$ops_followed" ] || ops_files=$ops_files$ops_followed$ops_nl; done
  ops_unit_sums "$ops_files" || exit 1
  for ops_followed; do ops_unit_token "$ops_followed" || exit 1; done
}
# VERB PATH...: checks, loads, proves and records; returns 1 with the reason in ops_said.
ops_unit_load() {
  ops_verb=$1
  shift
  ops_unit_check || return 1
  ops_unit_hold "$@"
  ops_ref=${OPS_DIR:-/run/ops}/load
  ops_held=$ops_tokens
  true >"$ops_ref" || { ops_said="nothing can be written in ${ops_ref%/*}"; return 1; }
  ops_start=$(date +%s)
  ops_unit_workers; ops_before=$ops_workers
  ops_log_size=$(wc -c <"${ops_error_log:=/dev/null}" 2>/dev/null || echo 0)
  # What has failed before is watched for longer.
  ops_unit_get NRestarts; ops_restarts=${ops_unit_value:-0} ops_still_needed=9
  if [ "$ops_verb" != reload ]; then
    case $ops_restarts,$ops_active in 0,active | 0,inactive) ;; *) ops_still_needed=27 ;; esac
    # The limit of starts and their count are there for crashes; this start is wanted.
    systemctl reset-failed "$ops_unit" 2>/dev/null || :
    ops_restarts=0
  fi
  if ! ops_out=$(systemctl --no-ask-password "$ops_verb" "$ops_unit" 2>&1); then
    ops_unit_blame "systemctl $ops_verb $ops_unit failed"
    return 1
  fi
  ops_unit_settle "$ops_verb" || return 1
  [ $# -gt 0 ] || return 0
  mkdir -p -m 0700 /run/ops/loaded
  printf '%s %s\n%s' "$ops_invocation" "$ops_change" "$ops_held" >"$ops_ref.new"
  touch -r "$ops_ref" "$ops_ref.new"
  mv -f "$ops_ref.new" "/run/ops/loaded/$ops_unit_id"
  rm -f "$ops_ref"
}
# Puts what the journal says since the start into the log, and its reason into ops_said.
ops_unit_blame() {
  ops_journal=$(journalctl -q --no-pager -o cat -n 40 -u "$ops_unit_id" --since "@$ops_start" 2>/dev/null || :)
  printf '%s\n' "$ops_out" "$ops_journal" >&2
  ops_blamed=$(printf '%s\n' "$ops_journal" | grep -v '^systemd\|^Start\|^Stopp\|^Reload\|: Failed with result\|^Failed to start\|Main process exited\|Control process exited\|Scheduled restart' | ops_unit_why)
  [ -n "$ops_blamed" ] || ops_blamed=$(printf '%s\n' "$ops_out" | ops_unit_why)
  [ -n "$ops_blamed" ] || ops_blamed=$(printf '%s\n' "$ops_journal" | sed -n 's/.*Main process exited, code=/its main process ended: /p' | tail -n 1)
  ops_said="$1${ops_blamed:+: $ops_blamed}"
}
# The whole real configuration, by the service's own program.
ops_unit_check() {
  set --
  ops_service_name=${ops_unit_id%.service}
  if [ -n "$ops_test" ]; then set -- eval "$ops_test"
  else
    case $ops_service_name in
      nginx) set -- nginx -t -q ;;
      ssh | sshd) mkdir -p -m 0755 /run/sshd; set -- /usr/sbin/sshd -t ;;
      mariadb | mysql | mysqld)
        if command -v mariadbd >/dev/null; then set -- ops_quiet mariadbd --user=mysql --help --verbose
        elif command -v mysqld >/dev/null; then
          # Before 8.0.16 an option that is not known starts a second server.
          case $(mysqld --version) in *MariaDB* | *' 5.'* | *' 8.0.'[0-9][!0-9]* | *' 8.0.1'[0-5][!0-9]*) set -- ops_quiet mysqld --user=mysql --help --verbose ;; *) set -- mysqld --user=mysql --validate-config ;; esac
        fi ;;
      apache2) set -- apache2ctl configtest ;;
      php*-fpm) set -- "php-fpm$(echo "${ops_service_name%-fpm}" | cut -c4-)" -t ;;
      haproxy) set -- haproxy -c -q -f /etc/haproxy/haproxy.cfg ;;
      named | bind9) set -- named-checkconf ;;
      rsyslog) set -- rsyslogd -N1 ;;
      unbound) set -- unbound-checkconf ;;
    esac
  fi
  case ${1:-} in '') return 0 ;; eval | ops_quiet) ;; *) command -v "$1" >/dev/null || return 0 ;; esac
  ops_out=$("$@" 2>&1 </dev/null) && return 0
  printf '%s\n' "$ops_out" >&2
  case $1 in eval) ops_checked_by='its check' ;; ops_quiet) ops_checked_by=$2 ;; *) ops_checked_by="$*" ;; esac
  ops_said="$ops_checked_by refuses the configuration: $(printf '%s\n' "$ops_out" | ops_unit_why)"
  return 1
}
  # shellcheck disable=SC2069 # what it says on stderr is what is wanted
  ops_quiet() { "$@" 2>&1 >/dev/null; }
# nginx: its workers, and where its errors go.
ops_unit_workers() {
  ops_workers=
  [ "$ops_unit_id" = nginx.service ] && [ "$ops_pid" -gt 0 ] || return 0
  for ops_worker in $(cat "/proc/$ops_pid/task/$ops_pid/children" 2>/dev/null); do
    case $({ tr '\000' ' ' <"/proc/$ops_worker/cmdline"; } 2>/dev/null) in
      *'is shutting down'*) ;;
      'nginx: worker'*) ops_workers="$ops_workers $ops_worker " ;;
    esac
  done
  [ -n "$ops_error_log" ] || {
    ops_error_log=$(nginx -T 2>/dev/null | awk '$1 == "error_log" { sub(/;$/, "", $2); print $2; exit }')
    [ -f "$ops_error_log" ] || ops_error_log=/var/log/nginx/error.log
    [ -f "$ops_error_log" ] || ops_error_log=/dev/null
  }
}
# A reload that nginx refuses looks like success: only workers that were not there before prove it, and until those
# from before have been told to end, one of them may still answer with the old configuration. Goes on with the count in ops_ticks.
ops_unit_reloaded() {
  ops_ticks=0 ops_end=$((ops_seconds * 10)) ops_emerg=
  while [ "$ops_ticks" -lt "$ops_end" ]; do
    ops_unit_workers
    ops_new= ops_old=
    for ops_worker in $ops_workers; do case $ops_before in *" $ops_worker "*) ops_old=yes ;; *) ops_new=yes ;; esac; done
    if [ -n "$ops_new" ] && [ -z "$ops_old" ]; then return 0; fi
    if [ -z "$ops_emerg" ]; then
      ops_emerg=$(tail -c +$((ops_log_size + 1)) "$ops_error_log" 2>/dev/null | grep '\[emerg\]' | head -n 1)
      [ -z "$ops_emerg" ] || [ $((ops_ticks + 30)) -gt "$ops_end" ] || ops_end=$((ops_ticks + 30))
    fi
    ops_ticks=$((ops_ticks + 1))
    ops_nap
  done
  ops_said="nginx did not take the configuration: no new worker came${ops_emerg:+; $ops_emerg}"
  return 1
}
# AFTER-WHAT: waits until the unit has been up for a second (three, where it has failed before) under one main process
# that systemd did not have to start again, and listens where it is to.
ops_unit_settle() {
  ops_ticks=0 ops_still=0 ops_was=$ops_pid
  if [ "$ops_verb" = reload ] && [ -n "$ops_before" ]; then
    ops_unit_reloaded || return 1
    ops_still=$ops_still_needed
  fi
  while [ "$ops_ticks" -lt $((ops_seconds * 8 + ops_still_needed)) ]; do
    ops_unit_now || return 1
    ops_unit_get NRestarts; ops_restarts_now=${ops_unit_value:-0}
    ops_unit_get SubState
    [ "$ops_restarts_now" -le "$ops_restarts" ] || ops_unit_value=auto-restart
    case $ops_active,$ops_unit_value in
      inactive,dead)
        ops_unit_get ConditionResult
        if [ "$ops_unit_value" = no ]; then
          ops_said="$ops_unit was not started: a condition of its unit does not hold (\`systemctl status $ops_unit\` says which)"
          return 1
        fi
        ops_unit_blame "$ops_unit did not stay up after $1"; return 1 ;;
      failed,* | inactive,* | *,auto-restart*) ops_unit_blame "$ops_unit did not stay up after $1"; return 1 ;;
      active,*) if [ "$ops_pid" = "$ops_was" ] || [ "$ops_pid" = 0 ]; then ops_still=$((ops_still + 1)); else ops_still=0; fi ;;
      *) ops_still=0 ;;
    esac
    ops_was=$ops_pid
    [ "$ops_pid" != 0 ] || [ "$ops_active" != active ] || ops_still=$ops_still_needed
    if [ "$ops_still" -ge "$ops_still_needed" ]; then
      if ! ops_unit_listening; then ops_lacks="does not listen on $ops_deaf"
      elif [ -z "$ops_proof" ] || ops_proof_said=$(eval "$ops_proof" 2>&1 </dev/null); then return 0
      else
        ops_lacks="its proof fails: $(printf '%s\n' "$ops_proof_said" | ops_unit_why)"
        ops_ticks=$((ops_ticks + 8))
      fi
    fi
    ops_ticks=$((ops_ticks + 1))
    ops_nap
  done
  if [ "$ops_still" -ge "$ops_still_needed" ]; then ops_said="$ops_unit runs, but $ops_lacks"
  else ops_out= ; ops_unit_blame "$ops_unit did not settle within $ops_seconds s"; fi
  return 1
}
# Each of ops_listens (a port, ADDRESS:PORT or the path of a socket) is open, by a process of this unit. Whoever
# listens on every address needs no socket for one of them: nginx makes none then.
ops_unit_listening() {
  ops_unit_get ControlGroup
  for ops_deaf in $ops_listens; do
    case $ops_deaf in
      /*) [ -S "$ops_deaf" ] || return 1 ;;
      *)
        ops_open_sockets=$(awk -v want="$ops_deaf" '
          BEGIN { n = split(want, w, ":"); port = sprintf("%04X", w[n]); if (n > 1) { split(w[1], o, "."); address = sprintf("%02X%02X%02X%02X", o[4], o[3], o[2], o[1]) } }
          $4 == "0A" && split($2, l, ":") && l[2] == port && (address == "" || l[1] == address || l[1] == "00000000") { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
        [ -n "$ops_open_sockets" ] || return 1
        ops_is_open=
        for ops_unit_pid in $(cat "/sys/fs/cgroup$ops_unit_value/cgroup.procs" "/sys/fs/cgroup/systemd$ops_unit_value/cgroup.procs" 2>/dev/null); do
          for ops_open_socket in $ops_open_sockets; do
            [ -z "$(find "/proc/$ops_unit_pid/fd" -lname "socket:\[$ops_open_socket\]" 2>/dev/null)" ] || { ops_is_open=yes; break 2; }
          done
        done
        [ -n "$ops_is_open" ] || return 1 ;;
    esac
  done
}
# Adds to ops_said who has the port that could not be had, and which file of nginx asks for it beside ours.
ops_unit_name_holder() {
  case $ops_said in *[Aa]'ddress already in use'* | *'Bind on TCP/IP port'* | *'does not listen'*) ;; *) return 0 ;; esac
  for ops_taken_port in $(printf '%s\n' "$ops_said" | sed -n 's/.*bind() to [^ ]*:\([0-9]*\) failed.*/\1/p') $ops_listens; do
    case $ops_taken_port in /*) continue ;; esac
    ops_taken_port=${ops_taken_port##*:}
    ops_held_by=$(ops_port_holder "$ops_unit_id" "$ops_taken_port")
    [ -n "$ops_held_by" ] || continue
    ops_said="$ops_said; port $ops_taken_port is held by $ops_held_by"
    [ "$ops_unit_id" = nginx.service ] || return 0
    ops_asking_file=$(nginx -T 2>/dev/null | awk -v port="$ops_taken_port" '/^# configuration file / { file = $4; sub(/:$/, "", file) } $1 == "listen" && $2 ~ ("(^|:)" port ";?$") { print file; exit }')
    ops_said="$ops_said${ops_asking_file:+, and $ops_asking_file asks for it}"
    return 0
  done
}
ops_unit_take_back() {
  ops_unit_name_holder
  ops_first=$ops_said ops_mine= ops_bad=
  for ops_followed; do ! ops_changed "$ops_followed" || ops_mine="$ops_mine${ops_mine:+, }$ops_followed"; done
  [ -n "$ops_mine" ] || ops_unit_fail "$ops_first; this run had not changed what $ops_unit follows, so nothing was put back"
  for ops_followed; do ops_restore "$ops_followed" || ops_bad=yes; done
  [ -z "$ops_bad" ] || ops_unit_fail "$ops_first; and $ops_mine could not be put back" 96
  ops_unit_now
  ops_unit_get NeedDaemonReload
  if [ "$ops_unit_value" = yes ]; then systemctl daemon-reload; ops_unit_now; fi
  # It comes back as it was, which may have been deaf, and whose answers may have been others.
  [ -z "$ops_was_deaf" ] || ops_listens=
  ops_proof=
  case $ops_verb,$ops_was_up,$ops_first in
    *,yes,*'refuses the configuration'*)
      ops_unit_is_up || ops_unit_load start "$@" || ops_bad=yes
      ops_unit_check 2>/dev/null || ops_first="$ops_first; it refuses what was there before as well, so the next restart would fail" ;;
    *,yes,*)
      ops_unit_is_up || { systemctl reset-failed "$ops_unit" 2>/dev/null || :; ops_on_change=start; }
      ops_unit_load "$ops_on_change" "$@" || ops_bad=yes ;;
    *) systemctl stop "$ops_unit" 2>/dev/null || :; systemctl reset-failed "$ops_unit" 2>/dev/null || : ;;
  esac
  [ -z "$ops_bad" ] || ops_unit_fail "$ops_first; $ops_mine is back as it was, but $ops_unit does not come back: $ops_said" 96
  if [ -n "$ops_was_up" ]; then ops_how_it_is='runs as before'; else ops_how_it_is='is stopped, as before'; fi
  ops_unit_fail "$ops_first; $ops_mine was put back and $ops_unit $ops_how_it_is" 97
}
