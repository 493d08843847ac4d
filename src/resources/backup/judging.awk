# Holds two lists of rsync against each other, that of the source and that of its newest copy: whether one may replace the other.
function owner(name, i) { for (i = 1; i <= n; i++) if (name == path[i] || index(name, path[i] "/") == 1) return i; return 0 }
function matches(name, glob) {
  while (glob != "") {
    if (substr(glob, 1, 1) == "*") {
      glob = substr(glob, 2)
      if (glob == "") return 1
      for (; name != ""; name = substr(name, 2)) if (matches(name, glob)) return 1
      return matches(name, glob)
    }
    if (name == "" || (substr(glob, 1, 1) != "?" && substr(glob, 1, 1) != substr(name, 1, 1))) return 0
    glob = substr(glob, 2); name = substr(name, 2)
  }
  return name == ""
}
function may_empty(name, i) { sub(".*/", "", name); for (i = 1; i <= m; i++) if (matches(name, may[i])) return 1; return 0 }
function refuse(kind, where, text) { gsub(/\t/, " ", text); print "refused\t" kind "\t" where "\t" text }
# The size that a dump usually has: that of its own copy, or the median of those whose names differ in numbers.
function usual(name, key, k, i, j, x, sizes) {
  if (name in was) return was[name]
  key = name; gsub(/[0-9]+/, "#", key)
  k = split(series[key], sizes, " ")
  if (k < 2) return 0
  for (i = 2; i <= k; i++) { x = sizes[i]; for (j = i - 1; j > 0 && sizes[j] + 0 > x + 0; j--) sizes[j + 1] = sizes[j]; sizes[j + 1] = x }
  return sizes[int((k + 1) / 2)] + 0
}
BEGIN { n = split(ENVIRON["OPS_PATHS"], path, "\n") - 1; m = split(ENVIRON["OPS_MAY"], may, "\n") }
/^#(source|copy)$/ { part = substr($0, 2); next }
/^#code / { code[part] = $2; next }
/^(rsync|rsync: .*|file has vanished|IO error|ERROR|WARNING).*:/ { if (said == "" && !/vanished/) said = $0; next }
!/^[<>ch.*][a-zA-Z].......... ?/ && !/^\*deleting/ { next }
{
  item = substr($0, 1, 11); rest = substr($0, 13); size = rest; sub(/ .*/, "", size)
  name = substr(rest, length(size) + 2); if (name !~ "^/") name = "/" name
  sub("/$", "", name); i = owner(name); type = substr(item, 2, 1)
  if (!i) next
}
item ~ /^\*deleting/ { gone++; next }
part == "source" {
  if (type == "f") {
    files[i]++; bytes[i] += size; now[name] = size + 0
    if (is_dump(name) && item ~ /^[<>]/ && size + 0 > 0 && size + 0 <= hollow_bytes + 0 && accept !~ /a/ && !may_empty(name)) print "#small\t" path[i] "\t" name
  }
  if (item ~ /^.fc\.+$/ && item !~ /\+/) { altered[i]++; if (!(i in one)) one[i] = name }
  if (item !~ /^[.h][a-zA-Z] *$/ && item !~ /^\.d\.\.t\.+$/) { moved++; if (item ~ /^[<>]f/) todo += size }
  next
}
type == "f" && is_dump(name) { was[name] = size + 0; key = name; gsub(/[0-9]+/, "#", key); series[key] = series[key] " " size }
type == "f" { files_before[i]++; bytes_before[i] += size; if (size > 0 && name in now && now[name] == 0 && !may_empty(name)) { emptied[i]++; if (!(i in hollow)) hollow[i] = name } }
END {
  if ((code["source"] && code["source"] != 24) || code["copy"]) refuse("unreadable", code["source"] || copy == "" ? path[1] : copy, said)
  for (i = 1; i <= n; i++) {
    if (altered[i]) refuse("altered", path[i], altered[i] " " one[i])
    if (accept ~ /a/ || !files_before[i]) continue
    dwindled = 0
    for (name in now) if (now[name] > 0 && is_dump(name) && owner(name) == i && !may_empty(name) && now[name] < usual(name) * (1 - shrink / 100)) {
      dwindled++
      if (dwindled == 1 || name < first) first = name
    }
    if (dwindled) refuse("dwindled", path[i], dwindled " " now[first] " " usual(first) " " first)
    earlier = files_before[i] " " (bytes_before[i] + 0); is = (files[i] + 0) " " (bytes[i] + 0); least = 1 - shrink / 100
    if (!files[i] || (bytes_before[i] && !bytes[i])) refuse("empty", path[i], earlier)
    else if (bytes[i] < bytes_before[i] * least || (files_before[i] > 3 && files[i] < files_before[i] * least)) refuse("shrunken", path[i], is " " earlier)
    else if (emptied[i]) refuse("emptied", path[i], emptied[i] " " hollow[i])
  }
  print "copy\t" (copy == "" ? "none" : moved || gone ? "outdated" : "current")
  print "#" (moved + 0) " " (gone + 0) " " (todo + 0)
}
