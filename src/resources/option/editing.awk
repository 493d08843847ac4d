# Part of the awk of options, as change.ts describes it.
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
