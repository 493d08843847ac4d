/** Shell and awk that read and edit single keys of ini-style files, and leave every other byte as it is. */
import { library } from '../../shell/library.ts'

/**
 * How a line is understood, for both programs. Flags of an option: `s` it has a section, `f` the first of equal keys
 * wins, `d` dashes and underscores are the same, `c` so are cases, `w` blanks separate key and value.
 *
 * `sees(line, first)` sets `kind` to item, header, other (comment, blank, include) or more (of a continued line).
 * `means(flags, section, key, separator, inline)` sets `start` and `size` of the value within the line; `bare` where
 * it has none.
 */
const reading = `
function trim(t) { sub(/^[ \\t]+/, "", t); sub(/[ \\t]+$/, "", t); return t }
function norm(f, t) {
  if (f ~ /d/) gsub(/_/, "-", t)
  if (f ~ /c/) t = tolower(t)
  return t
}
function sees(line, first) {
  cr = sub(/\\r$/, "", line) ? "\\r" : ""
  bom = first && substr(line, 1, 3) == "\\357\\273\\277" ? substr(line, 1, 3) : ""
  line = substr(line, length(bom) + 1)
  text = line
  if (first) { current = ""; inside = 0; more = 0 }
  if (more) { kind = "more"; more = line ~ /\\\\$/; return }
  if (line ~ /^[ \\t]*([#;!].*)?$/) { kind = "other"; return }
  if (line ~ /^[ \\t]*\\[[^]\\[]+\\][ \\t]*([#;].*)?$/) {
    kind = "header"; inside = 1
    current = line; sub(/^[^\\[]*\\[/, "", current); sub(/\\].*$/, "", current); current = trim(current)
    return
  }
  kind = "item"
  more = line ~ /\\\\$/
}
function comment(t, chars,   i, q) {
  i = 1
  q = substr(t, 1, 1)
  if (q == "\\"" || q == "\\047") {
    i = index(substr(t, 2), q)
    i = i ? i + 2 : 1
  }
  for (; i < length(t); i++)
    if (index(" \\t", substr(t, i, 1)) && index(chars, substr(t, i + 1, 1))) return i
  return length(t) + 1
}
function means(f, key, sep, inline,   p, k) {
  match(text, /^[ \\t]*/)
  indent = substr(text, 1, RLENGTH)
  if (f ~ /w/) {
    k = substr(text, RLENGTH + 1)
    p = match(k, /[ \\t]/) ? RSTART : 0
    if (p) { start = length(indent) + p; k = substr(k, 1, p - 1) }
  } else {
    p = index(text, sep)
    k = trim(p ? substr(text, 1, p - 1) : text)
    start = p + length(sep)
  }
  bare = !p
  if (bare) {
    k = trim(substr(k, 1, comment(k, inline) - 1))
    start = length(indent) + length(k) + 1
  }
  if (norm(f, k) != norm(f, key)) return 0
  name = k
  if (!bare) {
    match(substr(text, start), /^[ \\t]*/)
    start += RLENGTH
  }
  found = substr(text, start)
  size = bare ? 0 : length(trim(substr(found, 1, comment(found, inline) - 1)))
  found = substr(found, 1, size)
  return 1
}
function ends(before,   t) {
  if (before == "") return 0
  t = trim(text)
  sub(/[ \\t].*$/, "", t)
  return tolower(t) == tolower(before)
}
`

/** First comes the mark, the count of fields, then seven fields for each option; then the files. */
const looking = `
NR == 1 { mark = $0; next }
NR == 2 { fields = $0 + 0; options = fields / 7; next }
NR <= fields + 2 { i = NR - 3; field[int(i / 7), i % 7] = $0; next }
{
  sees($0, FNR == 1)
  if (kind != "item") next
  for (i = 0; i < options; i++) {
    if (field[i, 1] != FILENAME || over[i]) continue
    if (ends(field[i, 5])) { over[i] = 1; continue }
    f = field[i, 0]
    if (f ~ /f/ && state[i] != "") continue
    if ((f ~ /s/) != inside || current != field[i, 2]) continue
    if (!means(f, field[i, 3], field[i, 4], field[i, 6])) continue
    state[i] = more ? "continued" : bare ? "bare" : "present"
    value[i] = found
  }
}
END {
  for (i = 0; i < options; i++) {
    print "state=" (state[i] == "" ? "absent" : state[i])
    if (state[i] == "present") print (field[i, 0] ~ /v/ ? "veil=" : "value=") value[i]
    if (mark != "") print mark
  }
}
`

/** First come eleven lines: the seven fields, what to do, the separator of new lines, the value, the final line end. */
const editing = `
function spaced() {
  if (given[8] != "") return given[8]
  if (given[0] ~ /w/) return " "
  return (wide ? " " : "") given[4] (wide ? " " : "")
}
function fresh() { return given[7] == "bare" ? given[3] : given[3] spaced() given[9] }
function replaced(   tail) {
  more = 0
  sees(line[hit], hit == 1)
  means(given[0], given[3], given[4], given[6])
  if (!bare) wide = substr(text, 1, start - 1) ~ /[ \\t][^ \\t]+[ \\t]*$/
  tail = substr(text, start + size)
  if (given[7] == "bare") return bom indent name tail cr
  if (bare) return bom indent name spaced() given[9] tail cr
  return bom substr(text, 1, start - 1) (size == 0 && wide && substr(text, start - 1, 1) !~ /[ \\t]/ ? " " : "") given[9] tail cr
}
NR <= 11 { given[NR - 1] = $0; next }
{
  n++
  line[n] = $0
  sees($0, n == 1)
  if (cr != "") end_of_line = cr
  here = !over && (given[0] ~ /s/) == inside && current == given[2]
  if (kind == "header") {
    if (!border) border = n
    if (here && !(given[0] ~ /f/ && blocks++)) anchor = n
    next
  }
  if (kind == "more" && here && anchor == n - 1) anchor = n
  if (kind != "item") next
  if (!over && ends(given[5])) { over = 1; here = 0; if (!border) border = n }
  f = given[0] ~ /w/ ? 0 : index(text, given[4])
  if (f && (here || !styled)) {
    wide = substr(text, 1, f - 1) ~ /[ \\t]$/
    styled = 1
    if (here) { match(text, /^[ \\t]*/); margin = substr(text, 1, RLENGTH) }
  }
  if (!here) next
  if (blocks < 2) anchor = n
  if (!means(given[0], given[3], given[4], given[6])) next
  if (given[7] == "absent") { gone[n] = 1; broken = broken || more; next }
  if (given[0] ~ /f/ && hit) next
  hit = n
  broken = more
}
END {
  if (broken) { print "the value continues on the next line" | "cat >&2"; exit 3 }
  add = given[7] != "absent" && !hit
  if (hit) changed = replaced()
  for (i = 1; i <= n; i++) {
    if (add && !anchor && given[0] !~ /s/ && i == border) { print margin fresh() end_of_line; print end_of_line; add = 0 }
    if (gone[i]) continue
    last = i == n && !(add && (anchor == n || !anchor))
    out = i == hit ? changed : line[i]
    if (i < n || given[10] != "") print out
    else if (last) printf "%s", out
    else print out end_of_line
    if (add && anchor == i) { print margin fresh() end_of_line; add = 0 }
  }
  if (!add) exit
  if (given[0] ~ /s/) {
    if (n && line[n] !~ /^[ \\t\\r]*$/) print end_of_line
    print "[" given[2] "]" end_of_line
  }
  print fresh() end_of_line
}
`

function quoted(program: string): string {
  if (program.includes("'")) throw new TypeError('an awk program in shell quotes cannot hold a quote')
  return `'${program.trim().replaceAll(/\n\s*/g, '\n')}'`
}

/** `ops_options MARK (FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE)...`: one awk for the keys of all files. */
export const optionLookLibrary = library('option-look')`
  ops_option_reading=${quoted(reading)}
  ops_option_looking=${quoted(looking)}
  ops_options() {
    ops_mark=$1 ops_index=-1 ops_seen='
' ops_count=$#
    shift
    ops_all=$(printf '%s\n' "$ops_mark" $# "$@"; echo .)
    while [ $ops_count -gt 1 ]; do
      ops_count=$((ops_count - 7)) ops_index=$((ops_index + 1)) ops_a=$2
      shift 7
      case $ops_seen in *"
$ops_a
"*) continue;; esac
      ops_seen="$ops_seen$ops_a
"
      ops_tread_or_say h "$ops_a" || return 1
      if [ -f "$ops_a" ]; then set -- "$@" "$ops_a"
      elif [ -e "$ops_a" ]; then echo "ops: $ops_a: is not a file" >&2; return 1
      else ops_reach "$ops_a" && ops_tell_way $ops_index "$ops_a" || return 1
      fi
    done
    case $ops_all in
      v*|*"
v"*)
        ops_a=$(printf %s "\${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@") || return 1
        printf '%s\n' "$ops_a" | ops_veil;;
      *) printf %s "\${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@";;
    esac
  }
  # What is in the place of a secret is told by its hash alone.
  ops_veil() {
    while IFS= read -r ops_a; do
      case $ops_a in veil=*)
        ops_a=$(printf %s "\${ops_a#veil=}" | sha256sum)
        ops_a=sha256=\${ops_a%% *};;
      esac
      printf '%s\n' "$ops_a"
    done
  }
`

/** `ops_option NEW-MODE FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE present|bare|absent NEW-SEPARATOR VALUE`. */
export const optionEditLibrary = library('option-edit', 'apply')`
  ops_option_editing=${quoted(editing)}
  ops_option() {
    ops_write "$3" "new=$1" first=ops_option_whole -- ops_option_edit "$@"
  }
  # Whether the file ends with its last line, or is none of text: seen once, as the content is made twice.
  ops_option_whole() {
    ops_whole=
    [ -s "$ops_old" ] || return 0
    if ! tr -d '\000' <"$ops_old" | cmp -s - "$ops_old"; then ops_whole=no-text
    # The dot tells that it was read: else a tail that failed looks like a line end.
    elif ops_a=$(tail -c 1 "$ops_old" && echo .); then [ "$ops_a" != "$ops_newline." ] || ops_whole=1
    else ops_fail "$ops_asked: cannot be read; nothing was changed"
    fi
  }
  ops_option_edit() {
    shift
    if [ ! -s "$ops_old" ]; then
      printf '%s\n' "$@" '' | LC_ALL=C awk "$ops_option_reading$ops_option_editing" -
      return
    fi
    [ "$ops_whole" != no-text ] || { echo "it is not text" >&2; return 1; }
    printf '%s\n' "$@" "$ops_whole" | LC_ALL=C awk "$ops_option_reading$ops_option_editing" - "$ops_old"
  }
`
