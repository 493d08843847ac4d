# How MySQL and MariaDB read their option files, as look.ts describes it.
function trim(t) { sub(/^[ \t]+/, "", t); sub(/[ \t]+$/, "", t); return t }
function quoted(t) { gsub(/\047/, "\047\\\047\047", t); return "\047" t "\047" }
function foreign(group,   command) {
  if (group !~ /-[0-9.]+$/) return 0
  if (version == "") {
    command = "{ mariadbd --version || mysqld --version; } 2>/dev/null"
    command | getline version
    close(command)
    sub(/^.* Ver /, "", version)
    match(version, /^[0-9]+\.[0-9]+/)
    version = RSTART ? substr(version, 1, RLENGTH) : "none"
  }
  sub(/^[a-z]+-/, "", group)
  return group != version
}
function note(key, value, file, number, group,   i, v) {
  for (i = 1; i <= keys; i++) {
    v = value
    if (key != wanted[i]) {
      if (value != "ON") continue
      if (key == "skip-" wanted[i] || key == "disable-" wanted[i]) v = "OFF"
      else if (key != "enable-" wanted[i]) continue
    }
    if (foreign(group)) return
    is[i] = v; place[i] = file; line[i] = number; section[i] = group; order[i] = ++clock
  }
}
function setting(t, file, number, group,   i, c, q, p, k) {
  for (i = 1; i <= length(t); i++) {
    c = substr(t, i, 1)
    if (q != "") { if (c == q) q = "" }
    else if (c == "\"" || c == "\047") q = c
    else if (c == "#") { t = substr(t, 1, i - 1); break }
  }
  p = index(t, "=")
  k = trim(p ? substr(t, 1, p - 1) : t)
  gsub(/_/, "-", k)
  sub(/^loose-/, "", k)
  t = p ? trim(substr(t, p + 1)) : "ON"
  c = substr(t, 1, 1)
  if (length(t) > 1 && (c == "\"" || c == "\047") && substr(t, length(t)) == c) t = substr(t, 2, length(t) - 2)
  note(k, t, file, number, group)
}
function load(file, depth,   t, n, group, folder) {
  if (depth > 9 || busy[file]) return
  busy[file] = 1
  while ((getline t < file) > 0) {
    n++
    sub(/\r$/, "", t)
    t = trim(t)
    if (t == "" || t ~ /^[#;]/) continue
    if (t ~ /^!includedir[ \t]/) {
      folder = trim(substr(t, 12))
      sub(/\/+$/, "", folder)
      if (system("[ -d " quoted(folder) " ]") == 0) list(folder, quoted(folder) "/*.cnf", depth + 1)
    } else if (t ~ /^!include[ \t]/) list("", quoted(trim(substr(t, 9))), depth + 1)
    else if (t ~ /^\[/) { group = substr(t, 2); sub(/\].*$/, "", group); group = trim(group) }
    else if (group in groups || (group ~ /-[0-9.]+$/ && group ~ versioned)) setting(t, file, n, group)
  }
  close(file)
  busy[file] = 0
  if (depth == 0 && !foldered) { drop = file; dropped = clock }
}
function list(folder, words, depth,   command, t, n, i, names, mine, done) {
  # The root is always there: nothing is said of it only where stat says nothing at all.
  command = "stat -L -c \047%A %n\047 -- / " words " 2>/dev/null"
  if ((command | getline t) <= 0) { print "stat does not say which option files there are" >"/dev/stderr"; exit 1 }
  while ((command | getline t) > 0) names[++n] = t
  close(command)
  mine = folder "/" name ".cnf"
  for (i = 1; i <= n; i++) {
    t = substr(names[i], 12)
    if (folder != "" && !done && t >= mine) { foldered = done = 1; drop = mine; dropped = clock }
    if (names[i] ~ /^-.......[^w]/) load(t, depth)
  }
  if (folder != "" && !done) { foldered = 1; drop = mine; dropped = clock }
}
{ t = substr($0, 3) }
/^d/ { name = t }
/^k/ { wanted[++keys] = t }
/^g/ { groups[t] = 1 }
/^f/ { files = files " " quoted(t) }
/^h/ { home = quoted(t) }
/^v/ { versioned = t }
/^o/ { origin = t }
/^a/ { argument[++arguments] = t; from[arguments] = origin; origin = "" }
END {
  for (i = 2; i <= arguments; i++) {
    t = argument[i]
    if (sub(/^--defaults-file=/, "", t)) { files = quoted(t); home = extra = "" }
    else if (sub(/^--defaults-extra-file=/, "", t)) extra = quoted(t)
    else if (t == "--no-defaults") files = home = extra = ""
  }
  list("", files " " extra " " home, 0)
  if (drop == "") drop = "/etc/my.cnf"
  print "D drop " drop
  for (a = 2; a <= arguments; a++) {
    t = argument[a]
    if (sub(/^--/, "", t) && t !~ /^defaults-/) setting(t, "its command line" (from[a] == "" ? "" : " in " from[a]), 0, "-")
  }
  for (i = 1; i <= keys; i++) {
    if (i in is) {
      print "L is." wanted[i] "=" is[i]
      print "W " wanted[i] " " section[i] " " place[i]
      at = place[i] (line[i] ? ":" line[i] : "")
      over = order[i] > dropped && place[i] != drop
      if (over) print "L over." wanted[i] "=" place[i]
      print "D " (over ? "over " : "is ") wanted[i] " " at " " is[i]
    }
    print "T " wanted[i] " " ((i in is) && place[i] == drop ? section[i] : "mysqld") " " drop
  }
}
