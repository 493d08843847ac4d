/** Shell and awk that read and edit single keys of ini-style files, and leave every other byte as it is. */
import { library } from '../../shell/library.ts'
import { finding } from './finding.ts'
import { including, noting } from './including.ts'
import { reading } from './reading.ts'
import { scanning } from './scanning.ts'

/** First comes the mark, the count of fields, then eight fields for each option; then the files. */
const looking = String.raw`
function finish(   i, read) {
  if (n == 0) return
  read = ""
  for (i = 0; i < options; i++) {
    if (field[i, 1] != file) continue
    flags = field[i, 0]
    gsub(/[avs]/, "", flags)
    if (read != flags "\n" field[i, 4] "\n" field[i, 5] "\n" field[i, 6] "\n" field[i, 7] "\n") {
      read = flags "\n" field[i, 4] "\n" field[i, 5] "\n" field[i, 6] "\n" field[i, 7] "\n"
      manner(flags, field[i, 4], field[i, 5], field[i, 6], field[i, 7])
      read_all()
    }
    flags = field[i, 0]
    find(field[i, 2], field[i, 3])
    reason[i] = why != "" ? why : several
    state[i] = why != "" ? "unclear" : several != "" ? "several" : !hit ? "absent" : bare[hit] ? "bare" : many[hit] ? "continued" : "present"
    shown[i] = hit ? text[hit] : ""
    list[i] = reason[i] == "" && flags !~ /a/ ? relevant(field[i, 3]) : ""
  }
  for (i = 0; i < options; i++) {
    if (field[i, 1] != file || list[i] == "") continue
    manner(field[i, 0], field[i, 4], field[i, 5], field[i, 6], field[i, 7])
    over_it[i] = elsewhere(list[i], field[i, 2], field[i, 3], file)
    if (field[i, 0] ~ /v/) sub(/\nover=value.*/, "\nover=unclear", over_it[i])
  }
  n = 0
}
NR == 1 { mark = $0; next }
NR == 2 { fields = $0 + 0; options = fields / 8; next }
NR <= fields + 2 { i = NR - 3; field[int(i / 8), i % 8] = $0; next }
FNR == 1 { finish(); file = FILENAME }
{ take($0) }
END {
  finish()
  for (i = 0; i < options; i++) {
    if (state[i] == "") state[i] = "absent"
    print "state=" state[i]
    if (reason[i] != "") print "why=" reason[i]
    else if (state[i] ~ /present|continued/) print (field[i, 0] ~ /v/ ? "secret=" : "value=") shown[i]
    if (over_it[i] != "") print over_it[i]
    if (mark != "") print mark
  }
}
`

/**
 * First comes how many keys are edited, then eleven lines for each: the eight fields, what to do, the separator of new lines, the
 * value; then the final line end of the file. Each edit is read again before the next one, as if it came alone.
 */
const editing = String.raw`
function refuse(reason) {
  print reason | "cat >&2"
  exit 3
}
function spaced() {
  if (given[9] != "") return given[9]
  if (given[0] ~ /w/ || is_ssh) return " "
  if (format == "shell") return "="
  if (is_python && style == ":") return (roomy ? " " : "") ": "
  return (roomy ? " " : "") given[4] (roomy ? " " : "")
}
function fresh() { return given[8] == "bare" ? given[3] : given[3] spaced() given[10] }
function replaced(e,   before_it) {
  if (given[8] == "bare") return substr(line[top[e]], 1, key_end[e] - 1) rest[e]
  if (bare[e]) return substr(line[top[e]], 1, key_end[e] - 1) spaced() given[10] rest[e]
  if (is_php) sub(/^[ \t]+$/, "", rest[e])
  before_it = substr(line[top[e]], 1, from[e] - 1)
  return before_it (text[e] == "" && wide[e] && before_it !~ /[ \t]$/ ? " " : "") given[10] rest[e]
}
# All entries but those of the key, to be the same afterwards.
function others(   e, k, skip, out) {
  for (k = 1; k <= found; k++) skip[all[k]] = 1
  out = ""
  for (e = 1; e <= m; e++) if (what[e] == "item" && !(e in skip)) out = out within[e] "\002" name[e] "\002" bare[e] text[e] "\003"
  return out
}
function put(t, end_of_it, source) { out[++count] = t; ending[count] = end_of_it; origin[count] = source }
NR == 1 { edits = $0 + 0; next }
NR <= edits * 11 + 1 { wish[int((NR - 2) / 11), (NR - 2) % 11] = $0; next }
NR == edits * 11 + 2 { given[11] = $0; next }
{ take($0) }
END {
  for (edit_at = 0; edit_at < edits; edit_at++) {
    for (field_at = 0; field_at < 11; field_at++) given[field_at] = wish[edit_at, field_at]
    manner(given[0], given[4], given[5], given[6], given[7])
    read_all()
    find(given[2], given[3])
    what_to_do = given[8]
    if (why != "") refuse(why)
    if (several != "" && what_to_do != "absent") refuse("lines " several " each count")
    edit()
  }
  for (k = 1; k <= n; k++) {
    t = line[k] cr[k]
    if (k == 1) t = bom t
    if (k < n || given[11] != "") t = t "\n"
    printf "%s", t
  }
}
function edit(   e, k, i, anchor, border, foot, blocks, styled, margin, add, kept, t) {
  split("", gone); split("", now); split("", new_line); split("", last_line)
  split("", out); split("", ending); split("", origin)
  count = 0
  roomy = style = ""
  add = what_to_do != "absent" && !hit
  if (add && (t = homeless(home, home path_of(given[3]))) != "") refuse(t)
  for (e = 1; e <= m; e++) {
    if (what[e] == "header") {
      if (!border) border = top[e]
      if (place[e] == home && !(given[0] ~ /f/ && blocks++)) { anchor = end[e]; foot = e }
      continue
    }
    if (unclear[e] == "" && !bare[e] && (place[e] == home || !styled)) { roomy = wide[e]; style = sign[e]; styled = 1 }
    if (place[e] != home || blocks >= 2) continue
    if (end[e] > anchor || !anchor) anchor = end[e]
    if (unclear[e] == "") foot = e
  }
  if (foot && what[foot] == "item" && !head[foot]) { match(line[top[foot]], /^[ \t]*/); margin = substr(line[top[foot]], 1, RLENGTH) }
  if (foot && is_python && what[foot] == "header")
    for (e = foot + 1; e == foot + 1 && e <= m; e++) { match(line[top[e]], /^[ \t]*/); margin = substr(line[top[e]], 1, RLENGTH) }
  kept = others()
  for (k = 1; k <= found; k++) {
    e = all[k]
    if (what_to_do != "absent" && e != hit) continue
    for (i = top[e]; i <= end[e]; i++) if (owner[i] == e) gone[i] = 1
    if (what_to_do != "absent") { gone[top[e]] = 0; now[top[e]] = replaced(e); new_line[top[e]] = 1; cr[top[e]] = cr[end[e]]; last_line[top[e]] = end[e] }
    else if (head[e]) {
      t = substr(line[top[e]], 1, head[e] - 1)
      sub(/[ \t]+$/, "", t)
      gone[top[e]] = 0; now[top[e]] = t rest[e]; new_line[top[e]] = 1; last_line[top[e]] = end[e]
    }
  }
  for (i = 1; i <= n; i++) {
    if (add && !anchor && given[0] !~ /s/ && i == border) { put(margin fresh(), end_of_line, -1); put("", end_of_line, -1); add = 0 }
    if (!gone[i]) put(new_line[i] ? now[i] : line[i], cr[i], new_line[i] ? last_line[i] : i)
    if (add && anchor == i) { put(margin fresh(), end_of_line, -1); add = 0 }
  }
  if (add) {
    if (given[0] ~ /s/) {
      if (n && line[n] !~ /^[ \t]*$/) put("", end_of_line, -1)
      put("[" given[2] "]", end_of_line, -1)
    }
    put(fresh(), end_of_line, -1)
  }
  # What was written is read again before it is handed on.
  i = n
  n = count
  for (k = 1; k <= n; k++) line[k] = out[k]
  read_all()
  find(given[2], given[3])
  if (why != "" || others() != kept || (what_to_do == "absent" ? found : several != "" || !hit || many[hit] || (what_to_do == "bare" ? !bare[hit] : bare[hit] || text[hit] != given[10])))
    refuse("as it is to be written, the file would not be read as wanted, as when quotes are missing")
  given[11] = n == 0 || (origin[n] == i && given[11] == "") ? "" : "1"
  end_of_line = ""
  for (k = 1; k <= n; k++) if ((cr[k] = ending[k]) != "") end_of_line = cr[k]
  if (n == 0) bom = ""
}
`

/** Takes one more line of the file, without what its end and its beginning may hold. */
const taking = String.raw`
function take(t) {
  if (n == 0) {
    bom = substr(t, 1, 3) == "\357\273\277" ? substr(t, 1, 3) : ""
    t = substr(t, length(bom) + 1)
  }
  cr[++n] = sub(/\r$/, "", t) ? "\r" : ""
  if (cr[n] != "") end_of_line = cr[n]
  line[n] = t
}
`

function quoted(program: string): string {
  if (program.includes("'")) throw new TypeError('an awk program in shell quotes cannot hold a quote')
  return `'${program.trim().replaceAll(/\n\s*/g, '\n')}'`
}

/** `ops_options MARK (FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT)...`: one awk for the keys of all files. */
export const optionLookLibrary = library('option-look')`
  ops_option_reading=${quoted(reading + scanning + finding + noting + taking)}
  ops_option_looking=${quoted(including + looking)}
  ops_options() {
    ops_mark=$1 ops_index=-1 ops_seen='
' ops_count=$#
    shift
    ops_all=$(printf '%s\n' "$ops_mark" $# "$@"; echo .)
    while [ $ops_count -gt 1 ]; do
      ops_count=$((ops_count - 8)) ops_index=$((ops_index + 1)) ops_a=$2
      shift 8
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
        printf '%s\n' "$ops_a" | ops_hide_secrets;;
      *) printf %s "\${ops_all%.}" | LC_ALL=C awk "$ops_option_reading$ops_option_looking" - "$@";;
    esac
  }
  # What is in the place of a secret is told by its hash alone.
  ops_hide_secrets() {
    while IFS= read -r ops_a; do
      case $ops_a in secret=*)
        ops_a=$(printf %s "\${ops_a#secret=}" | sha256sum)
        ops_a=sha256=\${ops_a%% *};;
      esac
      printf '%s\n' "$ops_a"
    done
  }
`

/** `ops_option NEW-MODE FLAGS PATH SECTION KEY SEPARATOR BEFORE INLINE FORMAT present|bare|absent NEW-SEPARATOR VALUE`. */
export const optionEditLibrary = library('option-edit', 'apply')`
  ops_option_editing=${quoted(editing)}
  ops_option() {
    ops_write "$3" "new=$1" first=ops_option_whole many=ops_option_edits -- ops_option_edit "$@"
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
    ops_edits=$(printf '%s\n' "$@" && echo .)
    ops_edits=\${ops_edits%.}
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
`
