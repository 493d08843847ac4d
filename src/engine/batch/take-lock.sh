# Takes the lock of a host for this shell, as take-lock.ts describes it.
ops_take_lock() {
  ops_places
  [ ! -L "$ops_base" ] && mkdir -p "$ops_base" && [ -O "$ops_base" ] && chmod 0700 "$ops_base" && true >>"$ops_base/lock" ||
    { ops_frame broken "cannot write in $ops_base"; return 1; }
  command -v flock >/dev/null || { ops_frame broken "this host has no flock (util-linux or busybox)"; return 1; }
  [ -z "$ops_locked" ] || return 0
  command exec 9>>"$ops_base/lock" || { ops_frame broken "cannot write in $ops_base"; return 1; }
  flock -n 9 || { ops_frame locked; cat "$ops_base/holder" 2>/dev/null; exec 9>&-; return 1; }
  printf '%s\n' "$1" >"$ops_base/holder"
  ops_locked=yes
}
