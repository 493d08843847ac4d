# The functions of `option-change`, as change.ts describes them.
ops_option() {
  ops_write "$3" "new=$1" first=ops_option_whole many=ops_option_edits -- ops_option_edit "$@"
}
# Whether the file ends with its last line, or is none of text: seen once, as the content is made twice.
ops_option_whole() {
  ops_whole=
  [ -s "$ops_old" ] || return 0
  if ! tr -d '\000' <"$ops_old" | cmp -s - "$ops_old"; then ops_whole=no-text
  # The dot tells that it was read: else a tail that failed looks like a line end.
  elif ops_last_byte=$(tail -c 1 "$ops_old" && echo .); then [ "$ops_last_byte" != "$ops_newline." ] || ops_whole=1
  else ops_fail "$ops_asked: cannot be read; nothing was changed"
  fi
}
ops_option_edit() {
  shift
  ops_edits=$(printf '%s\n' "$@" && echo .)
  ops_edits=${ops_edits%.}
  ops_option_edits 1
}
# COUNT: as many edits as ops_edits holds, one after the other.
ops_option_edits() {
  if [ ! -s "$ops_old" ]; then
    printf '%s\n%s\n' "$1" "$ops_edits" | LC_ALL=C awk "$ops_option_reading$ops_option_editing" -
    return
  fi
  [ "$ops_whole" != no-text ] || { echo "it is not text" >&2; return 1; }
  printf '%s\n%s%s\n' "$1" "$ops_edits" "$ops_whole" | LC_ALL=C awk "$ops_option_reading$ops_option_editing" - "$ops_old"
}
