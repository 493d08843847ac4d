/** Shell that lists generations of copies on a host, judges each by all of them, and chooses one. */
import { library } from '../../shell/library.ts'
import { dumpNames } from '../dumps/look.ts'

/**
 * `ops_generations_open FROM` sets `ops_top` to the real path of the folder of generations, or prints why not: `refused TEXT`.
 *
 * `ops_generations PATH` prints `generation NAME FILES BYTES SUSPICION` for each that holds PATH (empty: all of it), oldest first.
 * SUSPICION is empty, or says what is less there than usual: against the median of all generations, so that one bad copy makes no
 * other look bad. What is left of a generation (`NAME.last`) holds single files, and is measured only where PATH is one.
 */
export const generationsLibrary = library('generations')`
  ops_generations_open() {
    ops_top=
    if [ ! -d "$1" ]; then
      ops_reach "$1" || return 1
      printf 'refused\t%s is not there: is its disk mounted?\n' "$1"; return 0
    fi
    if ! ls -- "$1" >/dev/null 2>&1; then echo "ops: $1: not allowed to look into it" >&2; return 1; fi
    if ! ops_sure "$1"; then
      printf 'refused\t%s, and so could have put anything into %s: nothing is brought back from there\n' "\${ops_why:-somebody else moves it}" "$1"
      return 0
    fi
    cd -P -- "$1" && ops_here && ops_top=$PWD || return 1
    for ops_x in "$ops_top"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z; do
      [ ! -d "$ops_x" ] || return 0
    done
    printf 'refused\tthere are no generations in %s\n' "$1"
  }
  # GENERATION PATH: whether it holds that, as it is named and not behind a symbolic link of the copy.
  ops_generation_holds() {
    ops_d=$ops_top/$1\${2%/*}
    cd -P -- "$ops_d" 2>/dev/null && ops_here && [ "$PWD" = "$ops_d" ] || return 1
    [ -z "$2" ] || [ -e "./\${2##*/}" ] || [ -L "./\${2##*/}" ]
  }
  ops_generations() {
    for ops_x in "$ops_top"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z*; do
      case $ops_x in *Z | *Z.last) ;; *) continue ;; esac
      [ -d "$ops_x" ] && [ ! -L "$ops_x" ] && ops_generation_holds "\${ops_x##*/}" "$1" || continue
      case $ops_x in *.last) [ -n "$1" ] && [ -f "$ops_x$1" ] && [ ! -L "$ops_x$1" ] || continue ;; esac
      printf '#%s\n' "\${ops_x##*/}"
      (cd -P -- "$ops_x" && find ".$1" -type f ! -path ./.ops-paths -exec stat -c '%s %n' {} +)
    done | awk '
      function is_dump(name) { return ${dumpNames} }
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
      }'
  }
  # WANTED PATH, the list on stdin: the newest one that begins like this; where none is wanted, the newest good one.
  ops_generation_choose() {
    awk -F '\t' -v wanted="$1" -v folder="$2" '
      wanted != "" && index($2, wanted) == 1 { chosen = $2 }
      wanted == "newest" || (wanted == "" && $5 == "") { chosen = $2 }
      END { print chosen }'
  }
`
