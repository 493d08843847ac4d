# Tells what apt would do for each step alone, from what it would do for all of them, in lines of INDEX|NAMES|NEW|FETCH|DISK.
# Where that is not certain, NEW is empty; where nothing is, there are no lines. It is certain where all that a package needs and does
# not find on the host is named with no alternative: then apt has no choice, with or without the other steps. A wish for a version
# is left to apt, which may pass it over.
function sized(bytes, at) {
  for (at = 1; ; at++) {
    if (bytes < 100 && at > 1) return sprintf("%.1f %sB", bytes, substr(" kMGTPE", at, 1))
    if (bytes < 10000) return sprintf("%.0f %sB", bytes, at > 1 ? substr(" kMGTPE", at, 1) : "")
    bytes /= 1000
  }
}
function names_of(text, names, separator, count, at) {
  count = split(text, names, separator)
  for (at = 1; at <= count; at++) gsub(/\([^)]*\)|\[[^]]*\]|<[^>]*>|:[a-z0-9-]+|[ \t]/, "", names[at])
  return count
}
function keep_field(count, names, at) {
  if (field == "Package") { package = text; gsub(/ /, "", package); records[package]++ }
  if (field == "Depends" || field == "Pre-Depends") needed[package] = needed[package] "," text
  if (field == "Recommends") wished[package] = wished[package] "," text
  if (field == "Size") fetch[package] = text + 0
  if (field == "Installed-Size") disk[package] = text * 1024
  if (field == "Provides") {
    count = names_of(text, names, ",")
    for (at = 1; at <= count; at++) provided[names[at]] = provided[names[at]] " " package
  }
  field = text = ""
}
# Of what the package asks for: what comes by it for certain, into `brings`, and what may, into `may_bring`.
function weigh(package, asked, is_wish, groups, names, count, at, choices, choice, is_met, is_new) {
  count = split(asked, groups, ",")
  for (at = 1; at <= count; at++) {
    if (groups[at] ~ /^[ \t]*$/) continue
    choices = names_of(groups[at], names, "[|]")
    is_met = is_new = 0
    for (choice = 1; choice <= choices; choice++) {
      if (names[choice] in there) is_met = 1
      if (names[choice] in comes) { is_new = 1; may_bring[package] = may_bring[package] " " names[choice] }
      if (names[choice] in provided) { is_new = 1; may_bring[package] = may_bring[package] provided[names[choice]] }
    }
    if (is_wish && groups[at] ~ /[(]/) open[package] = 1
    else if (!is_new) { if (!is_met) open[package] = 1 }
    else if (choices > 1 || is_met || (names[1] in provided)) open[package] = 1
    else brings[package] = brings[package] " " names[1]
  }
}
$1 == "step" { steps[++step_count] = substr($0, 6); next }
$1 == "there" {
  if ($2 == "not-installed" || $2 == "config-files" || ($3 != "all" && $3 != native)) next
  sub(/^there [^ ]* [^ ]* /, "")
  name_count = names_of($0, there_names, ",")
  for (each = 1; each <= name_count; each++) if (there_names[each] != "") there[there_names[each]] = 1
  next
}
$1 == "said" {
  if ($0 ~ /^said   /) { if (in_new) for (each = 2; each <= NF; each++) { order[++new_count] = $each; comes[$each] = 1 } }
  else in_new = $0 ~ /^said The following NEW packages will be installed:/
  if (sub(/^said Need to get /, "")) { sub(/^.*\//, ""); sub(/ of archives\.$/, ""); said_fetch = $0 }
  else if (sub(/^said After this operation, /, "")) { sub(/ of additional disk space will be used\.$/, ""); said_disk = $0 }
  next
}
/^show [^ ]/ { keep_field(); field = $2; sub(/:$/, "", field); text = $0; sub(/^show [^ ]* */, "", text); next }
/^show  / { text = text " " substr($0, 6) }
END {
  keep_field()
  for (each = 1; each <= new_count; each++) {
    package = order[each]
    if (records[package] != 1) exit
    all_fetch += fetch[package]; all_disk += disk[package]
    weigh(package, needed[package], 0)
    if (wishes == "true") weigh(package, wished[package], 1)
  }
  if (sized(all_fetch) != said_fetch || sized(all_disk) != said_disk) exit
  for (at = 1; at <= step_count; at++) {
    queued = split(steps[at], queue, " ")
    split("", reached); is_open = 0
    for (each = 2; each <= queued; each++) {
      package = queue[each]
      if (package in reached) continue
      reached[package] = may_come[package] = 1
      if (!(package in comes) || (package in open)) is_open = 1
      more = split(brings[package], next_names, " ")
      for (one = 1; one <= more; one++) queue[++queued] = next_names[one]
    }
    own = ""; own_fetch = own_disk = 0
    for (each = 1; each <= new_count; each++) if (order[each] in reached) {
      own = own " " order[each]; own_fetch += fetch[order[each]]; own_disk += disk[order[each]]
    }
    index_of_step = names = steps[at]
    sub(/ .*/, "", index_of_step); sub(/^[^ ]* */, "", names)
    lines = lines index_of_step "|" names "|" (is_open ? "||" : substr(own, 2) "|" sized(own_fetch) "|" sized(own_disk)) "\n"
  }
  # What can come by none of them was not understood.
  queued = 0
  for (package in may_come) queue[++queued] = package
  for (each = 1; each <= queued; each++) {
    more = split(may_bring[queue[each]], next_names, " ")
    for (one = 1; one <= more; one++) if (!(next_names[one] in may_come)) { may_come[next_names[one]] = 1; queue[++queued] = next_names[one] }
  }
  for (each = 1; each <= new_count; each++) if (!(order[each] in may_come)) exit
  printf "%s", lines
}
