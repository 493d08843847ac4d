# Part of the awk of options, as including.ts describes it.
function includes_file(i, pattern, unknown) {
  include_at[++includes] = i
  include_in[includes] = section
  include_of[includes] = unknown || pattern ~ /[^A-Za-z0-9_.\/*?@+,:=-]/ ? "?" : pattern
}
function note(e, i,   t, k, count, word) {
  t = text[e]
  if (is_ssh && name[e] == "include" && (within[e] == "-" || within[e] == "*")) {
    count = split(t, word, /[ \t]+/)
    for (k = 1; k <= count; k++) {
      gsub(/^"|"$/, "", word[k])
      includes_file(i, word[k], within[e] == "*")
    }
  }
  if (format == "git" && name[e] == "path" && within[e] ~ /^\[include(if\.|$)/) { gsub(/^"|"$/, "", t); includes_file(i, t, within[e] != "[include") }
  if (format == "samba" && name[e] ~ /^(include|configfile|copy)$/) includes_file(i, t, name[e] != "include")
  if (format == "supervisor" && within[e] == "[include" && name[e] == "files") {
    gsub(/\\n/, " ", t)
    count = split(trim(t), word, /[ \t]+/)
    for (k = 1; k <= count; k++) { sub(/^%\(here\)s\//, "", word[k]); includes_file(i, word[k]) }
  }
}
