# Part of the awk of options, as look.ts describes it.
function finish(   i, read) {
  if (n == 0) return
  read = ""
  for (i = 0; i < options; i++) {
    if (field[i, 1] != file) continue
    flags = field[i, 0]
    gsub(/[avs]/, "", flags)
    if (read != flags "\n" field[i, 4] "\n" field[i, 5] "\n" field[i, 6] "\n" field[i, 7] "\n") {
      read = flags "\n" field[i, 4] "\n" field[i, 5] "\n" field[i, 6] "\n" field[i, 7] "\n"
      manner(flags, field[i, 4], field[i, 5], field[i, 6], field[i, 7])
      read_all()
    }
    flags = field[i, 0]
    find(field[i, 2], field[i, 3])
    reason[i] = why != "" ? why : several
    state[i] = why != "" ? "unclear" : several != "" ? "several" : !hit ? "absent" : bare[hit] ? "bare" : many[hit] ? "continued" : "present"
    shown[i] = hit ? text[hit] : ""
    list[i] = reason[i] == "" && flags !~ /a/ ? relevant(field[i, 3]) : ""
  }
  for (i = 0; i < options; i++) {
    if (field[i, 1] != file || list[i] == "") continue
    manner(field[i, 0], field[i, 4], field[i, 5], field[i, 6], field[i, 7])
    over_it[i] = elsewhere(list[i], field[i, 2], field[i, 3], file)
    if (field[i, 0] ~ /v/) sub(/\nover=value.*/, "\nover=unclear", over_it[i])
  }
  n = 0
}
NR == 1 { mark = $0; next }
NR == 2 { fields = $0 + 0; options = fields / 8; next }
NR <= fields + 2 { i = NR - 3; field[int(i / 8), i % 8] = $0; next }
FNR == 1 { finish(); file = FILENAME }
{ take($0) }
END {
  finish()
  for (i = 0; i < options; i++) {
    if (state[i] == "") state[i] = "absent"
    print "state=" state[i]
    if (reason[i] != "") print "why=" reason[i]
    else if (state[i] ~ /present|continued/) print (field[i, 0] ~ /v/ ? "secret=" : "value=") shown[i]
    if (over_it[i] != "") print over_it[i]
    if (mark != "") print mark
  }
}
