# The record that a run leaves on the host, as record-shell.ts describes it.
# Sets ops_history to the file of this run's record; empty where there is none.
ops_record_begin() {
  [ -n "$ops_record_name" ] || return 1
  ops_records=$ops_lasting/runs
  [ -d "$ops_records" ] || (umask 077; mkdir -p -- "$ops_records") 2>/dev/null
  if [ -d "$ops_records" ] && [ ! -L "$ops_lasting" ] && [ ! -L "$ops_records" ] && [ -O "$ops_lasting" ] && [ -O "$ops_records" ]; then
    ops_history=$ops_records/$ops_record_name
    [ -e "$ops_history" ] || ops_records_prune
    printf '%s\n' "$ops_record_head" >>"$ops_history" && return 0
  fi 2>/dev/null
  ops_unrecorded
}
ops_unrecorded() {
  ops_history= ops_unended= ops_record_name=
  ops_frame unrecorded
  return 1
}
# At most 200 runs and 8 MiB, the oldest go first.
ops_records_prune() {
  set -- "$ops_records"/*Z-*
  while [ $# -ge 200 ]; do rm -f -- "$1"; shift; done
  while [ $# -gt 20 ]; do
    ops_kib=$(du -sk -- "$ops_records") || return 0
    [ "${ops_kib%%[!0-9]*}" -gt 8192 ] || return 0
    rm -f -- "$1"; shift
  done
}
# WORD...: one line of the record, which begins with the first step. Leaves ops_history empty where it cannot be written.
ops_note() {
  [ -n "$ops_history" ] || ops_record_begin || return 0
  { printf '%s\n' "$*" >>"$ops_history"; } 2>/dev/null || ops_unrecorded || :
}
# What the files and accounts are that this run has changed, and how the batch ended.
# Sets ops_unended to the record while the run goes on: the look of a later batch may need nothing, and is its end all the same.
ops_record_end() {
  [ "${ops_unended##*/}" = "$ops_record_name" ] || ops_unended=
  ops_history=${ops_history:-$ops_unended} ops_unended=
  [ -n "$ops_history" ] || return 0
  set --
  while IFS='	' read -r ops_was ops_target; do
    if [ -L "$ops_target" ]; then printf 'leads\t%s\t%s\n' "$(readlink -- "$ops_target")" "$ops_target"
    elif [ -f "$ops_target" ]; then set -- "$@" "$ops_target"
    fi
  done <"$OPS_DIR/journal" >>"$ops_history"
  for ops_recorded in $ops_record_accounts; do
    printf 'account\t%s\t%s\n' "$ops_recorded" "$(ops_account_state "${ops_recorded%%:*}" "${ops_recorded#*:}")" >>"$ops_history"
  done
  if [ $# -gt 0 ]; then sha256sum -- "$@"; stat -c '%a:%U:%G:%n' -- "$@"; fi >>"$ops_history" </dev/null
  # A step that was ended, as somebody asked, has not failed.
  if [ "$ops_over" = failed ] && [ -e "$OPS_DIR/killed" ]; then ops_note end stopped; else ops_note end "${ops_over:-done}"; fi
  case $ops_over in surprise | paused | swept) ops_unended=$ops_history ;; esac
  ops_history=
} 2>/dev/null
