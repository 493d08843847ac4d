# Part of the awk of options, as scanning.ts describes it.
# The column of a sign outside of quotes.
function outside(t, sign, quotes,   p, c, q) {
  q = ""
  for (p = 1; p <= length(t); p++) {
    c = substr(t, p, 1)
    if (q != "") { if (c == "\\") p++; else if (c == q) q = "" }
    else if (c == sign) return p
    else if (index(quotes, c)) q = c
  }
  return 0
}
function comment(t, signs,   i, q) {
  i = 1
  q = substr(t, 1, 1)
  if (q == "\"" || q == "\047") {
    i = index(substr(t, 2), q)
    i = i ? i + 2 : 1
  }
  for (; i < length(t); i++)
    if (index(" \t", substr(t, i, 1)) && index(signs, substr(t, i + 1, 1))) return i
  return length(t) + 1
}
# A file that nothing is known of: what opens a value and does not close it on the line.
function open_end(e, i, t,   q, three) {
  q = substr(t, 1, 1)
  if (t ~ /\\$/ || t ~ /^[\[({]$/) goes_on[e] = i
  if (q != "\"" && q != "\047") return
  three = substr(t, 1, 3) == q q q
  if (three) q = q q q
  if (index(substr(t, length(q) + 1), q)) return
  goes_on[e] = i
  quote = q
}
# Lines that end with a backslash; comments between them are none of the value for systemd.
function continued(i,   t) {
  t = line[i]
  while (format == "samba" ? t ~ /\\[ \t]*$/ : odd(t)) {
    if (i == n) break
    t = line[++i]
    while (format == "systemd" && t ~ /^[ \t]*[#;]/ && i < n) t = line[++i]
    if (format == "systemd" && t ~ /^[ \t]*[#;]/) break
    to = i
  }
  upto = length(line[to]) + 1
}
function odd(t) { return match(t, /\\+$/) && RLENGTH % 2 }
function scan(i, col, quotes, signs,   t, p, q, c, starts, lines) {
  t = line[i]
  p = col
  q = ""
  starts = 1
  lines = is_php || format == "shell"
  for (;;) {
    c = substr(t, p, 1)
    if (c == "") {
      if (q == "") break
      if (lines && i < n) { t = line[++i]; p = 1; continue }
      if (format != "mysql") doubtful = "a quote is not closed"
      break
    }
    if (c == "\\" && (format == "git" || is_ssh || (format == "mysql" && q != "") || (is_php && q == "\"") || (format == "shell" && q != "\047"))) {
      if (p == length(t) && format ~ /^(git|shell)$/) {
        if (i == n) { doubtful = "it ends with a backslash"; p++; break }
        t = line[++i]
        p = 1
        continue
      }
      p += 2
      starts = 0
      continue
    }
    if (format == "shell" && q != "\047" && (c == "\140" || (c == "$" && substr(t, p + 1, 1) == "("))) doubtful = "it runs a command"
    if (q != "") { if (c == q) q = ""; p++; continue }
    if (index(quotes, c)) { q = c; p++; starts = 0; continue }
    if (index(signs, c) && (starts || !(is_ssh || format == "shell"))) break
    starts = c ~ /[ \t]/
    if (format == "shell" && starts) break
    if (format == "shell" && index(";&|<>()", c)) {
      if (remainder == "") remainder = substr(t, p)
      doubtful = "more than a value stands on the line"
    }
    p++
  }
  if (format == "shell" && doubtful == "") {
    c = substr(t, p)
    if (c ~ /^[ \t]+#/) doubtful = "whether the comment belongs to the value depends on the program that reads the file"
    else if (c !~ /^[ \t]*$/) { remainder = c; doubtful = "more than a value stands on the line" }
  }
  to = i
  upto = p
}
function scan_toml(i, col,   t, p, q, c, deep, k) {
  t = line[i]
  p = col
  q = ""
  deep = 0
  for (;;) {
    c = substr(t, p, 1)
    if (c == "") {
      if (deep <= 0 && length(q) != 3) { if (q != "") doubtful = "a quote is not closed"; break }
      if (i == n) { doubtful = "it is not closed"; break }
      t = line[++i]
      p = 1
      continue
    }
    if (q != "") {
      if (c == "\\" && substr(q, 1, 1) == "\"") p += 2
      else if (substr(t, p, length(q)) == q) {
        p += length(q)
        for (k = 0; length(q) == 3 && k < 2 && substr(t, p, 1) == c; k++) p++
        q = ""
      } else p++
      continue
    }
    if (c == "\"" || c == "\047") { q = substr(t, p, 3) == c c c ? c c c : c; p += length(q); continue }
    if (c == "#") { if (deep <= 0) break; p = length(t) + 1; continue }
    deep += index("[{", c) ? 1 : index("]}", c) ? -1 : 0
    p++
  }
  to = i
  upto = p
}
# What else a line of a shell script may set.
function sets(i, t,   k) {
  while (match(t, /(^|[^A-Za-z0-9_$-])[A-Za-z_][A-Za-z0-9_]*=/)) {
    k = substr(t, RSTART, RLENGTH - 1)
    t = substr(t, RSTART + RLENGTH)
    sub(/^[^A-Za-z_]/, "", k)
    entry("item", i)
    name[m] = k
    unclear[m] = "the line sets more than one thing, or on a condition"
  }
}
# A line of a shell script that begins with no key: what opens and closes a condition.
function code(i, t) {
  sets(i, t)
  if (t ~ /^(if|for|while|until|case|\{|[A-Za-z_]+[ \t]*\(\))/) depth++
  if (t ~ /^(fi|done|esac|\})/ || t ~ /[; \t](fi|done|esac|\})[ \t;]*$/) depth--
  if (t ~ /<</ || t ~ /[^\\]\\$/) lost(i, "the file is a program, of which only plain lines are understood")
  return i + 1
}
