# Part of the awk of options, as finding.ts describes it.
function find(section, key,   e, here, wanted, first) {
  hit = found = live = 0
  why = several = ""
  fatal = trouble
  wanted = key_name(key)
  here = flags ~ /s/ ? section_name(section) : format == "samba" ? "[global" : "-"
  home = flags ~ /s/ && format == "php" && here == "-" ? "-[" section : here
  if (format == "toml") {
    home = flags ~ /s/ ? here : ""
    wanted = home path_of(key)
    here = "-"
    tables(home, wanted)
  }
  for (e = 1; e <= m; e++) {
    if (what[e] == "header" && unclear[e] != "" && within[e] == here && fatal == "") fatal = unclear[e] " (line " top[e] ")"
    if (what[e] == "header" && form_unknown() && within[e] == here) {
      if (!first) first = e
      else if (written[e] != written[first] && fatal == "") fatal = "whether [" written[first] "] and [" written[e] "] are one section depends on the program that reads the file (line " top[e] ")"
    }
    if (what[e] != "item") continue
    if (perhaps[e] != "" && perhaps[e] == here && name[e] == wanted) doubt(e, "whether its section begins depends on the program that reads the file")
    if (within[e] == "*" && here == "-" && name[e] == wanted && format == "sshd" && fatal == "") fatal = "a Match block for everybody sets it as well (line " top[e] ")"
    if (within[e] != here) continue
    if (format == "samba" && (name[e] == "!" wanted || wanted == "!" name[e])) doubt(e, "a key says the same the other way round, and is the one to name")
    if (name[e] != wanted) continue
    all[++found] = e
    if (unclear[e] != "") { doubt(e, unclear[e]); continue }
    # In a unit, an empty value ends the list that stood before it.
    if (format == "systemd" && (text[e] == "" || (live == 1 && text[hit] == ""))) { live = 0; several = "" }
    live++
    several = several (several == "" ? "" : ", ") top[e]
    if (flags !~ /f/) { hit = e; if (flags !~ /a/) why = "" }
    else if (!hit) hit = e
  }
  if (hit && goes_on[hit] != "") why = "whether the value continues on the next line depends on the program that reads the file (line " top[hit] ")"
  if (format == "systemd" && flags !~ /a/ && hit && found > 1 && text[hit] == "") doubt(hit, "an empty value ends the list above it")
  if (fatal != "") why = fatal
  if (live < 2 || !each_counts(wanted)) several = ""
}
function doubt(e, reason) {
  if (why == "" && !(hit && flags ~ /f/ && flags !~ /a/)) why = reason " (line " top[e] ")"
}
# Keys of which each line adds to the others.
function each_counts(key) {
  if (format == "sshd") return key ~ /^(port|listenaddress|hostkey|hostcertificate|acceptenv|setenv|subsystem|(allow|deny)(users|groups)|include|permitlisten|permitopen)$/
  if (format == "ssh") return key ~ /^(identityfile|certificatefile|(local|remote|dynamic)forward|sendenv|setenv|include)$/
  if (is_php) return key ~ /\[|^(zend_)?extension$/
  if (format == "git") return key ~ /^(fetch|push|url|pushurl|(push)?insteadof|helper|path|directory|merge|excludes|alternaterefs|hiderefs|receivepack)$/
  return format == "systemd"
}
# A TOML key is a path: what stands in its way.
function tables(home, wanted,   e, path, l) {
  if (wanted == home || (flags ~ /s/ && home == "")) { fatal = "the name is written in a way that is not known here"; return }
  for (l in lists) if (fatal == "" && index(wanted "\001", l "\001") == 1) fatal = "it is one table of a list, which has no name of its own (line " lists[l] ")"
  for (e = 1; e <= m && fatal == ""; e++) {
    path = what[e] == "item" ? name[e] : place[e]
    if (path == wanted && what[e] == "item") continue
    if (path != "" && index(path "\001", wanted "\001") == 1) fatal = "the key is a table (line " top[e] ")"
    else if (what[e] == "item" && index(wanted "\001", path "\001") == 1) fatal = "the table is written as one value (line " top[e] ")"
  }
}
# Why a new key cannot be added where the option says.
function homeless(home, wanted,   e, opened) {
  if (format != "toml") return ""
  for (e = 1; e <= m; e++) if (what[e] == "header" && place[e] == home) opened = 1
  for (e = 1; e <= m; e++) {
    if (what[e] == "header" && length(place[e]) > length(home) && index(wanted "\001", place[e] "\001") == 1) return "a table of its own holds such keys, and is to be named as the section (line " top[e] ")"
    if (what[e] == "item" && home != "" && !opened && index(name[e] "\001", home "\001") == 1) return "the table is made by keys with dots, beside which it can have no header (line " top[e] ")"
  }
  return ""
}
