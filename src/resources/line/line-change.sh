# The functions of `line-change`, as change.ts describes them.
ops_line() {
  if [ "$2" = present ] && [ -n "$4" ] && ! printf '%s\n' "$3" | grep -qE -e "$4"; then
    echo "ops: $1: the expression does not match the line itself; nothing was changed" >&2
    return 1
  fi
  ops_write "$1" -- ops_line_edit "$@"
}
# Numbers of the lines that change come first, then the new line, then whether the last line has its end.
ops_line_edit() {
  if [ ! -s "$ops_old" ]; then
    [ "$2" = absent ] || printf '%s\n' "$3"
    return
  fi
  tr -d '\000' <"$ops_old" | cmp -s - "$ops_old" || { echo "it is not text" >&2; return 1; }
  ops_numbers=$(ops_line_find "$4" "$3" <"$ops_old") || return 1
  if [ "$2" = present ]; then ops_numbers=${ops_numbers##*"$ops_newline"}; fi
  ops_numbers=$(printf '%s\n' "$ops_numbers" | cut -d: -f1 | tr '\n' ' ')
  printf '%s\n' "$2" " $ops_numbers" "$3" "$(tail -c 1 "$ops_old" | tr '\n' +)" | LC_ALL=C awk '
    NR == 1 { what = $0; next }
    NR == 2 { at = $0; next }
    NR == 3 { new = $0; next }
    NR == 4 { whole = $0 == "+"; next }
    {
      if (NR > 5) printf "%s", kept
      cr = /\r$/ ? "\r" : ""
      if (cr != "") end = cr
      bom = NR == 5 && substr($0, 1, 3) == "\357\273\277" ? substr($0, 1, 3) : ""
      hit = index(at, " " (NR - 4) " ")
      done = done || hit
      out = hit && what == "present" ? bom new cr : $0
      kept = hit && what == "absent" ? "" : out "\n"
    }
    END {
      add = what == "present" && !done
      if (!whole && kept != "") kept = add ? out end "\n" : out
      printf "%s", kept
      if (add) print new end
    }' - "$ops_old"
}
