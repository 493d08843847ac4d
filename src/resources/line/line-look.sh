# The functions of `line-look`, as look.ts describes them.
# MATCH-OR-EMPTY LINE, the file on standard input: "NUMBER:LINE" of those that match; line ends of either kind do not count.
ops_line_find() {
  # Of a pipe only the last end is heard: what the first says goes by the side.
  { ops_line_unread=$({ { LC_ALL=C sed -e "1s/^$ops_bom//" -e "s/$ops_return\$//" || echo yes >&3; } |
    if [ -n "$1" ]; then grep -nE -e "$1"; else grep -nxF -e "$2"; fi >&4 || [ $? = 1 ]; } 3>&1); } 4>&1 || return
  [ -z "$ops_line_unread" ]
}
ops_line_look() {
  ops_line_found= ops_index=$((${ops_index:--1} + 1))
  ops_tread_or_say h "$1" || return 1
  if [ -f "$1" ]; then
    [ -r "$1" ] || { echo "ops: $1: may not be read" >&2; return 1; }
    ops_line_found=$({ ops_is_read "$ops_real" && ops_line_find "$4" "$3"; } <"$1") || return 1
  elif [ -e "$1" ]; then echo "ops: $1: is not a file" >&2; return 1
  else ops_reach "$1" && ops_tell_way $ops_index "$1" || return 1
  fi
  ops_line_found=${ops_line_found##*"$ops_newline"}
  if [ -z "$ops_line_found" ]; then echo line=absent
  elif [ "${ops_line_found#*:}" = "$3" ] || [ "$2" = absent ]; then echo line=present
  else printf 'line=other\nfound=%s\n' "${ops_line_found#*:}"
  fi
}
