# What a login of its own sends, as confirm-shell.ts describes it; on top of the functions of `access`.
# RUN: where the host counts down for it, it goes on to do so from now on.
ops_renew() {
  [ "$(ops_access_get run armed)" = "$1" ] || return 1
  read -r ops_up ops_idle </proc/uptime
  {
    printf '%s\n' "run=$1" "boot=$(cat /proc/sys/kernel/random/boot_id)" "until=$((${ops_up%.*} + ops_renewed_seconds))" >new.renewed &&
      mv -f new.renewed renewed
  } 2>/dev/null
  [ -e armed ]
}
ops_goes_on() { [ -e armed ] && [ -d "$(ops_access_get dir armed)" ]; }
# RUN LAST SETTLED, the latter two `yes` or empty.
ops_confirm() {
  cd "$ops_access" 2>/dev/null || { ops_frame verdict; echo verdict=none; return; }
  ops_waited=0
  while ops_goes_on && [ "$ops_waited" -lt 200 ]; do [ "$ops_waited" != 5 ] || ops_renew "$1"; ops_waited=$((ops_waited + 1)); sleep 0.1; done
  ops_unsound=
  [ -z "$3" ] || [ "$(ops_access_get run armed)" != "$1" ] || ops_goes_on || ops_unsound=$(ops_access_sshd)
  if [ -n "$ops_unsound" ]; then
    echo "sshd would not start again: $ops_unsound" >why
    ops_access_take_back
    ops_waited=0
    while [ -e armed ] && [ "$ops_waited" -lt 100 ]; do ops_waited=$((ops_waited + 1)); sleep 0.1; done
  elif [ "$(ops_access_get run armed)" = "$1" ] && [ ! -d "$(ops_access_get dir armed)" ] && mv armed confirmed 2>/dev/null; then
    ops_access_disarm
    ops_access_verdict confirmed confirmed
    true >told
    rm -f confirmed
    [ -z "$2" ] || rm -rf saved list restore sh run
  fi
  ops_waited=0
  while [ -e restoring ] && [ "$ops_waited" -lt 600 ]; do ops_waited=$((ops_waited + 1)); sleep 0.1; done
  ops_frame verdict
  if ops_goes_on; then echo verdict=running
  elif [ -e armed ]; then echo verdict=busy
  elif [ "$(ops_access_get run verdict)" = "$1" ]; then cat verdict; true >told
  else echo verdict=none
  fi
}
