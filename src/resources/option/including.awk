# Part of the awk of options, as including.ts describes it.
# Which includes decide about the key just found; for the last that wins, the last comes first.
function relevant(key,   k, all_count, out) {
  all_count = each_counts(key_name(key))
  out = ""
  if (flags ~ /f/) {
    for (k = 1; k <= includes; k++) if (!hit || all_count || include_at[k] < top[hit]) out = out include_in[k] "\t" include_at[k] "\t" include_of[k] "\n"
  } else
    for (k = includes; k >= 1; k--) if (!hit || all_count || include_at[k] > top[hit] || format == "supervisor") out = out include_in[k] "\t" include_at[k] "\t" include_of[k] "\n"
  return out
}
# Puts files on the stack, so that the first of the list is taken first.
function stack_up(list, by,   k, count, each, part, name, names, j, found_names) {
  count = split(list, each, "\n")
  for (k = count - 1; k >= 1; k--) {
    split(each[k], part, "\t")
    if (part[3] == "?") { stack[++height] = "?" by "\t" part[2]; continue }
    found_names = split(named(part[3], by), names, "\n")
    if (flags ~ /f/) for (j = found_names; j >= 1; j--) { if (names[j] != "") stack[++height] = "/" part[1] "\t" names[j] }
    else for (j = 1; j <= found_names; j++) if (names[j] != "") stack[++height] = "/" part[1] "\t" names[j]
  }
}
# The files that a pattern names: without a star, no program is started for it.
function named(pattern, by,   command, out, name) {
  if (pattern !~ /^\//) {
    if (format == "sshd" || (format == "ssh" && by ~ /^\/etc\//)) pattern = "/etc/ssh/" pattern
    else { sub(/[^\/]*$/, "", by); pattern = by pattern }
  }
  if (pattern !~ /[*?[]/) return pattern
  out = ""
  command = "printf \047%s\\n\047 " pattern
  while ((command | getline name) > 0) out = out name "\n"
  close(command)
  return out
}
function elsewhere(list, section, key, by,   turn, it, part, t, kept) {
  height = 0
  kept = flags
  stack_up(list, by)
  for (turn = 0; height > 0 && turn < 500; turn++) {
    it = stack[height--]
    split(substr(it, 2), part, "\t")
    if (it ~ /^\?/) return "elsewhere=" part[1] " (line " part[2] ")\nover=unclear"
    if (it ~ /^=/) return "elsewhere=" part[1] " (line " part[2] ")\nover=" substr(it, length(part[1]) + length(part[2]) + 4)
    n = 0
    while ((getline t < part[2]) > 0) take(t)
    close(part[2])
    if (n == 0) continue
    starts_in = part[1]
    read_all()
    starts_in = ""
    flags = kept
    find(section, key)
    if (why != "") return "elsewhere=" part[2] "\nover=unclear"
    if (hit) stack[++height] = "=" part[2] "\t" top[hit] "\t" (bare[hit] ? "bare" : many[hit] ? "unclear" : "value " text[hit])
    stack_up(relevant(key), part[2])
  }
  return ""
}
