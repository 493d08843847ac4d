# Takes the lock of a host for longer than one batch, as host-lock.ts describes it.
ops_keep_lock() {
  ops_places
  [ ! -L "$ops_base" ] && mkdir -p "$ops_base" && [ -O "$ops_base" ] && chmod 0700 "$ops_base" && true >>"$ops_base/lock" ||
    { ops_frame broken "cannot write in $ops_base"; return 0; }
  command -v flock >/dev/null || { ops_frame broken "this host has no flock (util-linux or busybox)"; return 0; }
  if [ -z "$ops_locked" ]; then
    exec 9>>"$ops_base/lock"
    flock -n 9 || { ops_frame locked; cat "$ops_base/holder" 2>/dev/null; exec 9>&-; return 0; }
    printf '%s\n' "$1" >"$ops_base/holder"
    ops_locked=yes
  fi
  ops_lock_kept=yes
}
ops_let_go() {
  [ -n "$ops_lock_kept" ] || return 0
  true >"$ops_base/holder"; exec 9>&-; ops_locked='' ops_lock_kept=''
}
