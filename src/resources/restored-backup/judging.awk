# Holds each generation against what is usual in all of them: `#NAME`, then SIZE and name of each file; out comes a line for each.
function lower(name) { return name ~ /\.(log|lock|pid)$/ }
# The middle of the numbers in a list; of two the larger.
function median(text, k, i, j, x, list) {
  k = split(text, list, " ")
  for (i = 2; i <= k; i++) { x = list[i]; for (j = i - 1; j > 0 && list[j] + 0 > x + 0; j--) list[j + 1] = list[j]; list[j + 1] = x }
  return list[int(k / 2) + 1] + 0
}
function add(text) { why[g] = why[g] (why[g] == "" ? "" : ", ") text }
/^#[0-9][0-9][0-9][0-9]-/ { name[++n] = substr($0, 2); files[n] = bytes[n] = 0; next }
!/^[0-9]+ \./ { next }
{
  size = $1 + 0; file = substr($0, length($1) + 2)
  files[n]++; bytes[n] += size
  if (size == 0) zero[++z] = n SUBSEP file
  else { full[file]++; if (is_dump(file)) { sizes[file] = sizes[file] " " $1; dump[++d] = n SUBSEP file SUBSEP size } }
}
END {
  for (g = 1; g <= n; g++) { allfiles = allfiles " " files[g]; allbytes = allbytes " " sprintf("%.0f", bytes[g]) }
  usualfiles = median(allfiles); usualbytes = median(allbytes)
  for (i = 1; i <= z; i++) {
    split(zero[i], part, SUBSEP)
    if (full[part[2]] && !lower(part[2])) { if (!empty[part[1]]++) first[part[1]] = part[2] }
  }
  for (i = 1; i <= d; i++) {
    split(dump[i], part, SUBSEP)
    if (part[3] * 2 < median(sizes[part[2]]) && !small[part[1]]++) least[part[1]] = part[2]
  }
  for (g = 1; g <= n; g++) {
    if (files[g] * 2 < usualfiles) add("files: " files[g] " where " usualfiles " are usual")
    if (bytes[g] * 2 < usualbytes) add(sprintf("bytes: %.0f where %.0f are usual", bytes[g], usualbytes))
    if (empty[g]) add("empty files that usually are not: " empty[g] ", first " substr(first[g], 2))
    if (small[g]) add("dumps far smaller than usual: " small[g] ", first " substr(least[g], 2))
    gsub(/[\t\001-\037]/, " ", why[g])
    printf "generation\t%s\t%d\t%.0f\t%s\n", name[g], files[g], bytes[g], why[g]
  }
}
