# The functions of `command-look`, as look.ts describes them.
ops_command_made() {
  [ ! -e "$1" ] || return 0
  # Who may not look into a folder does not know what is there.
  ops_above=${1%/*}
  while [ -n "$ops_above" ] && [ ! -d "$ops_above" ]; do ops_above=${ops_above%/*}; done
  [ -x "${ops_above:-/}" ] && return 1
  echo "not allowed to look into $ops_above" >&2
  return 2
}
