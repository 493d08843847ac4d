# The functions of `keep`, as keep.ts describes them.
# Sets ops_kept to the private directory of previous contents; empty where there can be none.
ops_kept_root() {
  if [ "$ops_user" = 0 ]; then ops_kept_in "${OPS_STATE:-/var/lib/ops}"
  elif [ -n "$HOME" ] && [ "$HOME" != / ] && ops_kept_in "$HOME/.local/state/ops"; then :
  else ops_kept_in "/var/tmp/ops-$ops_user"
  fi
}
ops_kept_in() {
  ops_kept=$1/kept
  [ -d "$ops_kept" ] || (umask 077; mkdir -p -- "$ops_kept") 2>/dev/null
  [ -d "$ops_kept" ] && [ ! -L "$1" ] && [ ! -L "$ops_kept" ] && [ -O "$1" ] && [ -O "$ops_kept" ] && return 0
  ops_kept=
  return 1
}
# At most 100 runs and 256 MiB, oldest first; never the run in use.
ops_prune() {
  set -- "$ops_kept"/*Z-*
  while [ $# -gt 1 ]; do
    ops_kib=$(du -sk -- "$ops_kept") || return 0
    [ $# -gt 100 ] || [ "${ops_kib%%[!0-9]*}" -gt 262144 ] || return 0
    [ "$1" = "$ops_run" ] || rm -rf -- "$1"
    shift
  done
}
# Sets ops_run to the folder of this run's copies.
ops_kept_run() {
  ops_run=
  for ops_kept_before in "$ops_kept"/*Z-"${OPS_NONCE:-$$}"; do [ ! -d "$ops_kept_before" ] || ops_run=$ops_kept_before; done
  [ -z "$ops_run" ] || return 0
  ops_run=$ops_kept/$(date -u +%Y%m%dT%H%M%SZ)-${OPS_NONCE:-$$}
  ops_prune
}
# Whether this run has already kept what it found at the real path $1; sets ops_was to where.
ops_recorded() {
  [ -n "${OPS_DIR:-}" ] && [ -s "$OPS_DIR/journal" ] || return 1
  while IFS=$ops_tab read -r ops_was ops_path_then; do
    [ "$ops_path_then" != "$1" ] || return 0
  done <"$OPS_DIR/journal"
  return 1
}
# Before the first change to $1 in this run: what is there is copied away and written into the journal.
ops_keep() {
  ops_recorded "$1" && return 0
  ops_keep_copy "$@"
  ops_keep_told "$1" || ops_fail "$1: the journal of this run cannot be written; nothing was changed"
}
# PATH FILE: sets ops_was to the copy of FILE.
ops_keep_copy() {
  if [ -z "$2" ]; then ops_was=absent
  elif [ -L "$2" ]; then ops_was=link:$(readlink -- "$2")
  else
    ops_kept_root || ops_fail "$1: there is no place to keep its previous content; nothing was changed"
    ops_kept_run
    ops_was=$ops_run$1
    if ! { { [ -d "${ops_was%/*}" ] || mkdir -p -- "${ops_was%/*}"; } &&
      { cp --preserve=all -- "$2" "$ops_was" 2>/dev/null || cp -p -- "$2" "$ops_was"; }; }; then
      rm -f -- "$ops_was"
      ops_fail "$1: its previous content cannot be kept below $ops_kept; nothing was changed"
    fi
  fi
}
# PATH: the journal and the record of this run tell of ops_was.
ops_keep_told() {
  [ -z "${OPS_DIR:-}" ] || printf '%s\t%s\n' "$ops_was" "$1" >>"$OPS_DIR/journal" || return 1
  case ${OPS_DIR:+$ops_was} in
    /*) printf '%s\t%s\n' "${ops_joined:+$ops_member}${ops_kept_for:-}-" "$1" >>"$OPS_DIR/kept" || :;;
  esac
  [ -z "${ops_history:-}" ] || printf 'was\t%s\t%s\n' "$ops_was" "$1" >>"$ops_history" 2>/dev/null || :
}
