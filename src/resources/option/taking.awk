# Part of the awk of options, as look.ts describes it.
function take(t) {
  if (n == 0) {
    bom = substr(t, 1, 3) == "\357\273\277" ? substr(t, 1, 3) : ""
    t = substr(t, length(bom) + 1)
  }
  cr[++n] = sub(/\r$/, "", t) ? "\r" : ""
  if (cr[n] != "") end_of_line = cr[n]
  line[n] = t
}
