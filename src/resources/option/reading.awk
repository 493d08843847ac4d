# Part of the awk of options, as reading.ts describes it.
function trim(t) { sub(/^[ \t]+/, "", t); sub(/[ \t]+$/, "", t); return t }
function manner(f, sep, word, signs, form) {
  flags = f; separator = sep; before = word; inline = signs; format = form
  is_ini = form == "" || form == "plain"
  is_python = form == "python" || form == "supervisor"
  is_php = form == "php" || form == "fpm"
  is_ssh = form == "sshd" || form == "ssh"
  leaders = is_ini ? "#;!" : form == "mysql" ? "#;!" : is_ssh || form ~ /^(postfix|desktop|toml|shell)$/ ? "#" : "#;"
  if (form == "samba" && !("public" in synonym)) same_in_samba()
  has_headers = !(is_ssh || form ~ /^(postfix|sysctl|shell)$/)
}
function key_name(t) {
  if (flags ~ /d/) { gsub(/_/, "-", t); if (format == "mysql") sub(/^loose-/, "", t) }
  if (flags ~ /c/) t = tolower(t)
  if (format == "samba") {
    gsub(/[ \t]/, "", t)
    if (t in synonym) t = synonym[t]
  }
  if (format == "sysctl") {
    sub(/^-[ \t]*/, "", t)
    if (match(t, /[.\/]/) && substr(t, RSTART, 1) == "/") { gsub(/\//, "\001", t); gsub(/\./, "/", t); gsub(/\001/, ".", t) }
  }
  return t
}
# From the table of parameters in Samba 4: the names that stand for another, and those that say the opposite.
function same_in_samba(   i, k, word, names) {
  k = split("allow hosts=hosts allow|auto services=preload|browsable=browseable|casesignames=case sensitive|create mode=create mask|debuglevel=log level|debug timestamp=timestamp logs|default=default service|deny hosts=hosts deny|directory=path|directory mode=directory mask|exec=preexec|group=force group|lock dir=lock directory|max protocol=server max protocol|protocol=server max protocol|min protocol=server min protocol|only guest=guest only|preferred master=preferred master|prefered master=preferred master|print ok=printable|printcap=printcap name|printer=printer name|private directory=private dir|public=guest ok|root=root directory|root dir=root directory|socket address=nbt client socket address|vfs object=vfs objects|writable=!read only|writeable=!read only|write ok=!read only|winbind gid=idmap gid|winbind uid=idmap uid", names, "|")
  for (i = 1; i <= k; i++) {
    gsub(/ /, "", names[i])
    split(names[i], word, "=")
    synonym[word[1]] = word[2]
  }
}
function section_name(t,   p) {
  if (format == "git") {
    if (!(p = index(t, "\""))) return "[" tolower(t)
    t = tolower(trim(substr(t, 1, p - 1))) "." substr(t, p + 1)
    sub(/"[ \t]*$/, "", t)
    gsub(/\\\\/, "\001", t); gsub(/\\/, "", t); gsub(/\001/, "\\", t)
    return "[" t
  }
  if (format == "mysql") return "[" tolower(t)
  if (format == "samba") {
    t = tolower(t)
    gsub(/[ \t]+/, " ", t)
    p = t
    gsub(/ /, "", p)
    return p == "global" || p == "globals" ? "[global" : "[" t
  }
  # In php.ini all sections are one, until one that is for a folder or a host; that lasts until the next of its kind.
  if (format == "php") {
    if (toupper(t) !~ /^(PATH|HOST)./) return "-"
    p = toupper(substr(t, 1, 4))
    t = substr(t, 5)
    gsub(/^[ \t=]+|[\/]+$/, "", t)
    return "[" p "=" t
  }
  if (format == "toml") return path_of(t)
  return "[" t
}
function path_of(t,   p, c, out) {
  for (out = "";; t = substr(t, 2)) {
    t = trim(t)
    c = substr(t, 1, 1)
    if (c == "\"" || c == "\047") {
      p = index(substr(t, 2), c)
      if (!p || (c == "\"" && substr(t, 2, p - 1) ~ /\\/)) return ""
      out = out "\001" substr(t, 2, p - 1)
      t = trim(substr(t, p + 2))
    } else {
      if (!match(t, /^[A-Za-z0-9_-]+/)) return ""
      out = out "\001" substr(t, 1, RLENGTH)
      t = trim(substr(t, RLENGTH + 1))
    }
    if (t == "") return out
    if (substr(t, 1, 1) != ".") return ""
  }
}
function read_all(   i) {
  m = over = open = base = held = depth = includes = 0
  trouble = quote = twin = ""
  split("", lists)
  special = "-"
  section = spot = format == "samba" ? "[global" : "-"
  if (starts_in != "" && format == "samba") section = spot = starts_in
  if (format == "toml") section = ""
  for (i = 1; i <= n; i++) owner[i] = 0
  for (i = 1; i <= n;) i = read_line(i)
}
function entry(kind, i) {
  what[++m] = kind; top[m] = end[m] = i; within[m] = section; place[m] = spot
  name[m] = text[m] = rest[m] = unclear[m] = goes_on[m] = ""
  perhaps[m] = twin
  from[m] = head[m] = bare[m] = many[m] = wide[m] = 0
  return m
}
function lost(i, why) { if (trouble == "") trouble = why " (line " i ")" }
function read_line(i,   t, at, c, p, e, why, above) {
  t = line[i]
  match(t, /^[ \t]*/)
  at = RLENGTH + 1
  c = substr(t, at, 1)
  if (c == "") { held = 0; return i + 1 }
  if (index(leaders, c)) {
    if (format == "mysql" && match(t, /^[ \t]*!includedir[ \t]+/)) includes_file(i, trim(substr(t, RLENGTH + 1)) "/*.cnf")
    else if (format == "mysql" && match(t, /^[ \t]*!include[ \t]+/)) includes_file(i, trim(substr(t, RLENGTH + 1)))
    return i + 1
  }
  limit = length(t) + 1
  if (is_python && inline != "") {
    for (p = at; p <= length(t); p++)
      if (index(inline, substr(t, p, 1)) && substr(t, p - 1, 1) ~ /[ \t]/) { limit = p; break }
  }
  if ((format == "postfix" && at > 1) || (is_python && open && at - 1 > level)) {
    if (open) more(i, trim(substr(t, at, limit - at)))
    return i + 1
  }
  why = ""
  if (form_unknown() && !over) {
    if (held || quote != "") why = "whether it belongs to the value above, which is not closed, depends on the program that reads the file"
    else if (base && at - 1 > level) why = "whether it belongs to the value above depends on the program that reads the file"
    held = t ~ /\\$/
    if (why != "") { end[base] = i; if (goes_on[base] == "") goes_on[base] = i }
    if (quote != "" && index(t, quote)) quote = ""
  }
  if (why == "") level = at - 1
  above = section
  if (c == "[" && has_headers && (p = header(i, at))) {
    # Where it may be no header, what follows may belong to the section above it.
    twin = why == "" ? "" : above
    unclear[m] = why
    perhaps[m] = twin
    if (why == "") {
      open = base = 0
      if (!trailing) return i + 1
      return item(i, p, 1, is_ini ? "whether a key counts on the line of its section depends on the program that reads the file" : "")
    }
  }
  return item(i, at, 0, why)
}
function form_unknown() { return format == "" }
function more(i, t,   j) {
  for (j = end[open] + 1; j < i; j++) if (trim(line[j]) == "") owner[j] = open
  owner[i] = open
  end[open] = i
  many[open] = 1
  text[open] = text[open] "\\n" t
  if (bare[open]) lost(i, "it goes on with a value that does not begin")
}
# Returns the column after the header, or 0 where there is none; trailing tells whether an item may follow on the line.
function header(i, at,   t, p, title, as_written, after, list, l) {
  t = substr(line[i], at, limit - at)
  trailing = 0
  if (format == "git") p = match(t, /^\[[A-Za-z0-9.-]+([ \t]+"([^"\\]|\\.)*")?\]/) ? RLENGTH : 0
  else if (format == "systemd") p = match(t, /\][ \t]*$/) ? RSTART : 0
  else if (is_python) p = match(t, /^\[.+\]/) ? RLENGTH : 0
  else if (is_ini) p = match(t, /^\[\[?[^]\[]+\]/) ? RLENGTH : 0
  else if (format == "toml") p = match(t, /^\[\[?[^]]+\]/) ? RLENGTH : 0
  else p = index(t, "]")
  if (!p) {
    if (is_ini || is_python) return 0
    lost(i, "it is not a section that is known to be read")
    return length(line[i]) + 1
  }
  title = substr(t, 2, p - 2)
  after = substr(t, p + 1)
  list = substr(title, 1, 1) == "[" && (is_ini || format == "toml")
  if (list && substr(after, 1, 1) == "]") { after = substr(after, 2); p++ }
  else if (list) { if (is_ini) return 0; lost(i, "it is not a table") }
  if (format == "mysql") sub(/[ \t]+$/, "", title)
  as_written = title
  if (is_ini || is_php) title = trim(title)
  if (is_ini && after !~ /^[ \t]*([#;].*)?$/) {
    if (after !~ /^[ \t]*[A-Za-z_][A-Za-z0-9_.-]*[ \t]*(=|$)/) return 0
    trailing = 1
  }
  if ((format == "desktop" && after !~ /^[ \t]*$/) || (format == "toml" && after !~ /^[ \t]*(#.*)?$/)) lost(i, "what stands after the section is not known to be read")
  if (format == "samba" && after ~ /\\[ \t]*$/) lost(i, "what stands after the section goes on in the next line")
  if (is_python && index(title, "]")) lost(i, "where the name of the section ends depends on the version of Python")
  if ((format == "git" && after !~ /^[ \t]*([#;].*)?$/) || (is_php && after !~ /^[ \t]*(;.*)?$/)) trailing = 1
  if (format == "toml") {
    section = path_of(substr(title, 1 + list))
    if (section == "") lost(i, "the name of the table is written in a way that is not known here")
    spot = section
    for (l in lists) if (l != section && index(section "\001", l "\001") == 1) spot = l "\001#" substr(section, length(l) + 1)
    if (list) { lists[section] = i; spot = section "\001#" }
    else if (section in lists) lost(i, "the table is a list as well")
    section = spot
  } else {
    section = spot = section_name(title)
    if (format == "php") {
      if (section == "-") { section = special; spot = section "[" title }
      else special = section
    }
  }
  entry("header", i)
  name[m] = title
  written[m] = as_written
  p += at
  match(substr(line[i], p), /^[ \t]*/)
  return p + RLENGTH
}
function item(i, at, headed, why,   t, p, k, col, e, word) {
  t = substr(line[i], at, limit - at)
  p = col = 0
  if (is_ssh) {
    # As strdelim() of OpenSSH: blanks, with one = among them, or a quoted keyword.
    p = match(t, /[ \t"=]/) ? RSTART : 0
    k = p ? substr(t, 1, p - 1) : t
    if (p && substr(t, p, 1) == "\"") {
      word = substr(t, p + 1)
      k = k substr(word, 1, index(word, "\"") - 1)
      if (!index(word, "\"")) lost(i, "a quote is not closed")
      p += index(word, "\"")
      match(substr(t, p + 1), /^[ \t]*/)
      col = p + 1 + RLENGTH
    } else if (p) {
      match(substr(t, p), /^([ \t]*=[ \t]*|[ \t]+)/)
      col = p + RLENGTH
    }
  } else if (flags ~ /w/) {
    p = match(t, /[ \t]/) ? RSTART : 0
    k = p ? substr(t, 1, p - 1) : t
    col = p + 1
  } else if (format == "shell") {
    if (!match(t, /^(export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*=/)) return code(i, t)
    p = RLENGTH
    k = substr(t, 1, p - 1)
    sub(/^export[ \t]+/, "", k)
    if (depth > 0 && why == "") why = "it counts on a condition only"
    col = p + 1
  } else {
    if (is_python) p = match(t, /[=:]/) ? RSTART : 0
    else if (format == "toml") p = outside(t, "=", "\"\047")
    else p = index(t, separator)
    k = format == "mysql" ? outside(t, "#", "\"\047") : is_php ? outside(t, ";", "") : 0
    if (k && k < p) p = 0
    k = trim(p ? substr(t, 1, p - 1) : k ? substr(t, 1, k - 1) : t)
    if (format == "git") {
      if (match(t, /^[A-Za-z][A-Za-z0-9-]*[ \t]*/)) word = substr(t, RLENGTH + 1, 1)
      else word = "?"
      if (word != "=") p = 0
      if (word !~ /^[=#;]?$/) lost(i, "it is not a key that git reads")
    }
    col = p + (is_python ? 1 : length(separator))
  }
  e = entry("item", i)
  unclear[e] = why
  owner[i] = open = e
  if (why == "") base = e
  if (headed) head[e] = at
  if (!p) {
    if (k == "") k = t
    k = trim(substr(k, 1, comment(k, inline) - 1))
    if (format == "git") sub(/[ \t]*[#;].*$/, "", k)
    bare[e] = 1
    from[e] = at + length(k)
    rest[e] = substr(line[i], from[e])
    if (format == "systemd" && t ~ /\\$/) lost(i, "its key goes on in the next line")
    if (format == "samba" && t ~ /\\[ \t]*$/) lost(i, "its key goes on in the next line")
  } else {
    match(substr(t, col), /^[ \t]*/)
    from[e] = at + col - 1 + (format == "shell" ? 0 : RLENGTH)
    wide[e] = substr(t, 1, p - 1) ~ /[ \t]$/
    sign[e] = substr(t, p, 1)
  }
  word = tolower(k)
  if (before != "" && !over && index("|" tolower(before) "|", "|" word "|")) {
    over = 1
    what[e] = "header"
    section = spot = "!"
  }
  if (over && is_ssh && index("|" tolower(before) "|", "|" word "|")) section = spot = trim(substr(line[i], from[e])) ~ /^("?all"?|\*)$/ ? "*" : "!"
  if (over) { within[e] = section; place[e] = spot; open = base = 0 }
  keyword[e] = k
  key_end[e] = at + (bare[e] ? length(k) : index(t, k) + length(k) - 1)
  name[e] = format == "toml" ? (path_of(k) == "" ? "" : section path_of(k)) : key_name(k)
  if (format == "toml") { within[e] = "-"; if (path_of(k) == "") lost(i, "its key is written in a way that is not known here") }
  if (format == "sysctl") {
    if (bare[e]) name[e] = ""
    if (k ~ /^-[ \t]/) unclear[e] = "a blank after the dash is read in two ways"
  }
  if (bare[e]) return i + 1
  i = value(e, i, from[e])
  note(e, top[e])
  if (format == "shell" && unclear[e] != "") sets(i - 1, remainder)
  return i
}
function value(e, i, col,   t, j, size) {
  t = line[i]
  to = i
  upto = limit
  doubtful = remainder = ""
  if (format == "toml") scan_toml(i, col)
  else if (format == "git") scan(i, col, "\"", "#;")
  else if (is_php) scan(i, col, "\"\047", ";")
  else if (format == "shell") scan(i, col, "\"\047", "#")
  else if (format == "mysql") scan(i, col, "\"\047", "#")
  else if (is_ssh) scan(i, col, "\"\047", "#")
  else if (format == "systemd" || format == "samba") continued(i)
  else if (is_ini) upto = col - 1 + comment(substr(t, col), inline)
  if (doubtful != "" && unclear[e] == "") unclear[e] = doubtful
  if (to == i) {
    t = substr(t, col, upto - col)
    # Blanks at the end of a line belong to the value for GLib, and for PHP but after double quotes.
    if (format != "desktop" && !(is_php && upto > length(line[i]) && t !~ /"[ \t]*$/)) sub(/[ \t\f]+$/, "", t)
    text[e] = t
    rest[e] = substr(line[i], col + length(t))
    if (form_unknown()) open_end(e, i, t)
    return i + 1
  }
  many[e] = 1
  text[e] = trim(substr(t, col))
  for (j = i + 1; j <= to; j++) {
    if (format == "systemd" && line[j] ~ /^[ \t]*[#;]/) continue
    owner[j] = e
    t = j == to ? substr(line[j], 1, upto - 1) : line[j]
    text[e] = text[e] "\\n" trim(t)
  }
  t = substr(line[to], 1, upto - 1)
  size = length(t)
  sub(/[ \t]+$/, "", t)
  rest[e] = substr(line[to], length(t) + 1)
  end[e] = to
  return to + 1
}
