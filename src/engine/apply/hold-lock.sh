# Takes the lock of a host for longer than one batch, as host-lock.ts describes it.
ops_keep_lock() {
  ops_take_lock "$1" || return 0
  ops_lock_kept=yes
}
ops_let_go() {
  [ -n "$ops_lock_kept" ] || return 0
  true >"$ops_base/holder"; exec 9>&-; ops_locked='' ops_lock_kept=''
}
