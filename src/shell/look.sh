# Frames and looks, as runtime.ts describes them.
ops_look() {
  ops_id=$1
  ops_frame look "$1" >&2
  ops_frame look "$1"
  ( eval "$2" ) </dev/null 8<&- 9>&-
  printf '\n%s' "$?"
}
ops_wants_detail() { [ -n "$OPS_DETAIL" ]; }
ops_detail() {
  ops_frame detail "$ops_id" "$1" >&2
  if [ $# -gt 1 ]; then printf '%s\n' "$2" >&2; else cat >&2; fi
  ops_frame look "$ops_id" >&2
}
