# Which mount each place is in, by the tree of proc_pid_mountinfo(5): one that lies under another of the same place is not seen.
function enter(path) { while ((at SUBSEP path) in inside) at = inside[at, path] }
function encoded(path) { gsub(/\\/, "\\134", path); gsub(/ /, "\\040", path); return path }
# The mount that a folder is in.
function mountOf(folder,  parts, count, part, path) {
  if (folder in found) return found[folder]
  at = "?"
  enter("/")
  count = split(folder, parts, "/")
  path = ""
  for (part = 2; part <= count; part++) {
    if (parts[part] == "") continue
    path = path "/" parts[part]
    enter(path)
  }
  return found[folder] = at
}
function begin(  number) {
  hasBegun = 1
  for (number = 1; number <= mounts; number++) {
    if (!(parent[number] in known) || parent[number] == id[number]) parent[number] = "?"
    inside[parent[number], place[number]] = id[number]
  }
}
section == "mounts" {
  mounts++
  id[mounts] = $1; parent[mounts] = $2; place[mounts] = $5; known[$1] = 1; nameOf[$1] = $5
  if ($6 ~ /(^|,)ro(,|$)/ || $NF ~ /(^|,)ro(,|$)/) readOnly[$1] = 1
  next
}
{
  if (!hasBegun) begin()
  split($0, field, "\t")
  path = field[3]
  if (field[1] == "P") { count++; index_[count] = field[2]; kind[count] = field[3]; folder[count] = field[4]; whole[count] = field[5] }
  if (field[1] == "F") flags[path] = field[2]
  if (field[1] == "N") { names[field[2]] = substr($0, length(field[1] field[2]) + 3) }
}
END {
  for (number = 1; number <= count; number++) {
    path = whole[number]
    head = index_[number] "\t" kind[number] "\t" path "\t"
    outer = mountOf(encoded(folder[number]))
    at = outer
    if (kind[number] !~ /^(absent|far)$/) enter(encoded(path))
    if (outer in readOnly) print head "folder-read-only\t" nameOf[outer]
    if (at != outer) {
      print head "mount"
      if (at in readOnly) print head "read-only\t" nameOf[at]
    }
    if (folder[number] in flags) print head "folder-flags\t" flags[folder[number]] "\t" folder[number]
    if (path in flags) print head "flags\t" flags[path]
    if (kind[number] == "folder") {
      below = encoded(path) "/"
      for (mount = 1; mount <= mounts; mount++) if (index(place[mount], below) == 1) { print head "mount-inside\t" place[mount]; break }
    }
    if (path in names) print head "names\t" names[path]
  }
}
