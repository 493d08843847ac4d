/** Shell that finds, replaces, adds and removes whole lines. */
import { library } from '../../shell/library.ts'

/** `ops_line_look PATH present|absent LINE MATCH` prints `line=present|absent|other` and, for other, `found=`. */
export const lineLookLibrary = library('line-look')`
  # MATCH-OR-EMPTY LINE, the file on standard input: "NUMBER:LINE" of those that match; line ends of either kind do not count.
  ops_line_find() {
    LC_ALL=C sed -e "1s/^$ops_bom//" -e "s/$ops_return\$//" |
      if [ -n "$1" ]; then grep -nE -e "$1"; else grep -nxF -e "$2"; fi || [ $? = 1 ]
  }
  ops_line_look() {
    ops_a= ops_index=$((\${ops_index:--1} + 1))
    ops_tread_or_say h "$1" || return 1
    if [ -f "$1" ]; then
      [ -r "$1" ] || { echo "ops: $1: may not be read" >&2; return 1; }
      ops_a=$({ ops_is_read "$ops_real" && ops_line_find "$4" "$3"; } <"$1") || return 1
    elif [ -e "$1" ]; then echo "ops: $1: is not a file" >&2; return 1
    else ops_reach "$1" && ops_tell_way $ops_index "$1" || return 1
    fi
    ops_a=\${ops_a##*"$ops_newline"}
    if [ -z "$ops_a" ]; then echo line=absent
    elif [ "\${ops_a#*:}" = "$3" ] || [ "$2" = absent ]; then echo line=present
    else printf 'line=other\nfound=%s\n' "\${ops_a#*:}"
    fi
  }
  ops_return='${'\r'}' ops_bom='${'\uFEFF'}'
`

/** `ops_line PATH present|absent LINE MATCH`. */
export const lineEditLibrary = library('line-edit', 'apply')`
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
    ops_a=$(ops_line_find "$4" "$3" <"$ops_old") || return 1
    if [ "$2" = present ]; then ops_a=\${ops_a##*"$ops_newline"}; fi
    ops_a=$(printf '%s\n' "$ops_a" | cut -d: -f1 | tr '\n' ' ')
    printf '%s\n' "$2" " $ops_a" "$3" "$(tail -c 1 "$ops_old" | tr '\n' +)" | LC_ALL=C awk '
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
`
