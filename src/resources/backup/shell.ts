/** Shell that compares sources with their newest copy, and makes the next generation of copies. */
import { library } from '../../shell/library.ts'
import { dumpNames, hollowBytes } from '../dumps/look.ts'

/**
 * `ops_backup_look TO KEEP SHRINK MAY-EMPTY FLAGS COUNT RSYNC-OPTION ... PATH ...` prints
 * - `generations COUNT NEWEST`, `surplus COUNT` and `leftovers COUNT`: of those that were made of just these paths
 * - `copy current|outdated|none|unknown`
 * - `refused KIND PATH TEXT`, for each reason why the source must not replace its newest copy
 *
 * MAY-EMPTY holds globs of names, one a line; FLAGS holds `a` to accept what shrank, `m` to want a mount at TO, and ends with
 * `f` and the days after which last copies may go. A generation is a directory named by its time; anything that is not finished
 * begins with a dot, and what is left of one that was taken away ends with `.last`.
 */
export const backupLookLibrary = library('backup-look')`
  # [RSYNC-OPTION...] PATH...: what lies below TO. Backups of other paths may share it: each keeps its own, which have the
  # list of these very paths in them.
  ops_backup_generations() {
    shift "$ops_count"
    ops_list=$(printf '%s\n' "$@" | sort)
    ops_newest= ops_total=0 ops_others=0 ops_own= ops_left=0 ops_lasts= ops_stale=0
    for ops_a in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z; do
      [ -d "$ops_a" ] && [ ! -L "$ops_a" ] || continue
      if [ "$(cat -- "$ops_a/.ops-paths" 2>/dev/null)" != "$ops_list" ]; then ops_others=$((ops_others + 1)); continue; fi
      ops_newest=\${ops_a##*/} ops_own="$ops_own \${ops_a##*/}" ops_total=$((ops_total + 1))
    done
    for ops_a in "$ops_to"/.incomplete-*; do [ ! -d "$ops_a" ] || ops_left=$((ops_left + 1)); done
    case $ops_flags in *f*) ops_before=$(date -u -d "-\${ops_flags##*f} days" +%Y-%m-%dT%H%M%SZ) || return 1 ;; *) ops_before= ;; esac
    for ops_a in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z.last; do
      [ -d "$ops_a" ] && [ ! -L "$ops_a" ] && [ "$(cat -- "$ops_a/.ops-paths" 2>/dev/null)" = "$ops_list" ] || continue
      ops_lasts="$ops_lasts \${ops_a##*/}"
      [ -z "$ops_before" ] || ! expr "x\${ops_a##*/}" '<' "x$ops_before" >/dev/null || ops_stale=$((ops_stale + 1))
    done
  }
  ops_backup_look() {
    ops_to=$1 ops_keep=$2 ops_shrink=$3 ops_may=$4 ops_flags=$5 ops_count=$6
    shift 6
    if [ ! -d "$ops_to" ] && { [ -e "$ops_to" ] || [ -L "$ops_to" ]; }; then
      printf 'generations\t0\tnone\nsurplus\t0\nleftovers\t0\nstale\t0\ncopy\tnone\nrefused\toccupied\t%s\t\n' "$ops_to"
      return 0
    fi
    [ -d "$ops_to" ] || ops_reach "$ops_to" || return 1
    if [ -d "$ops_to" ] && ! ls -- "$ops_to" >/dev/null 2>&1; then echo "ops: $ops_to: not allowed to look into it" >&2; return 1; fi
    ops_said=$(ops_sure "$ops_to" || echo "\${ops_why:-it cannot be looked at}")
    [ -z "$ops_said" ] || printf 'refused\ttheirs\t%s\t%s\n' "$ops_to" "$ops_said"
    ops_backup_generations "$@" || return 1
    ops_surplus=$((ops_total - ops_keep))
    [ "$ops_surplus" -gt 0 ] || ops_surplus=0
    printf 'generations\t%s\t%s\nsurplus\t%s\nleftovers\t%s\nstale\t%s\n' "$ops_total" "\${ops_newest:-none}" "$ops_surplus" "$ops_left" "$ops_stale"
    case $ops_flags in *m*) ops_backup_mounted "$ops_to";; esac
    command -v rsync >/dev/null || { printf 'copy\tunknown\n'; return 0; }
    if [ -n "$OPS_DIR" ] && [ -n "$ops_newest" ] && [ -e "$OPS_DIR/backup-$ops_newest" ]; then
      # Made and compared by this very run: what has changed since belongs to the next generation.
      printf 'copy\tcurrent\n'
      return 0
    fi
    ops_backup_judge "\${ops_newest:+$ops_to/$ops_newest}" "$@"
  }
  # PATH: sets ops_holder to the newest generation that holds all of it, by whichever backup it was made.
  ops_backup_holder() {
    ops_holder=
    for ops_b in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z; do
      [ ! -L "$ops_b" ] && [ -f "$ops_b/.ops-paths" ] && [ -e "$ops_b$1" ] || continue
      while IFS= read -r ops_c; do
        case $1/ in "$ops_c"/*) ops_holder=$ops_b ;; esac
      done <"$ops_b/.ops-paths"
    done
    [ -n "$ops_holder" ]
  }
  ops_backup_mounted() {
    ops_a=$1
    while [ ! -d "$ops_a" ]; do ops_a=\${ops_a%/*}; ops_a=\${ops_a:-/}; done
    [ "$(stat -c %d -- "$ops_a")" != "$(stat -c %d /)" ] || printf 'refused\tunmounted\t%s\t\n' "$1"
  }
  # Source against a copy (empty: none): both lists, with sizes, then the verdict.
  ops_backup_judge() {
    ops_copy=$1 ops_tab=$(printf '\t')
    shift
    ops_n=$ops_count ops_paths= ops_bad=
    for ops_a; do
      if [ "$ops_n" -gt 0 ]; then ops_n=$((ops_n - 1)); continue; fi
      if [ -L "$ops_a" ]; then printf 'refused\tlink\t%s\t%s\n' "$ops_a" "$(readlink -- "$ops_a")"; ops_bad=1
      elif ops_said=$(ops_tread h "$ops_a" || printf %s "$ops_why") && [ -n "$ops_said" ]; then printf 'refused\tled\t%s\t%s\n' "$ops_a" "$ops_said"; ops_bad=1
      elif [ ! -e "$ops_a" ]; then printf 'refused\tmissing\t%s\t\n' "$ops_a"; ops_bad=1
      else
        case $(readlink -f -- "$ops_to")/ in "$(readlink -f -- "$ops_a")"/*) printf 'refused\tinside\t%s\t\n' "$ops_a"; ops_bad=1;; esac
      fi
      ops_paths="$ops_paths$ops_a$ops_newline"
    done
    if [ -n "$ops_bad" ]; then printf 'copy\t%s\n' "$([ -n "$ops_copy" ] && echo outdated || echo none)"; return 0; fi
    {
      echo '#source'
      ops_alive rsync -n -ii -O --delete -8 --out-format='%i %l %n' "$@" "\${ops_copy:-/.ops-nothing}/" 7>&2 2>&1 || echo "#code $?"
      echo '#copy'
      ops_n=$ops_count
      for ops_a; do
        shift
        if [ "$ops_n" -gt 0 ]; then ops_n=$((ops_n - 1)); set -- "$@" "$ops_a"
        elif ops_backup_holder "$ops_a"; then set -- "$@" "$ops_holder/.$ops_a"; ops_n=-1
        fi
      done
      [ "$ops_n" != -1 ] || ops_alive rsync -n -ii -O -8 --out-format='%i %l %n' "$@" /.ops-nothing/ 7>&2 2>&1 || echo "#code $?"
    } </dev/null | OPS_PATHS=$ops_paths OPS_MAY=$ops_may awk -v shrink="$ops_shrink" -v accept="$ops_flags" -v copy="$ops_copy" '
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
      function is_dump(name) { return ${dumpNames} }
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
          if (is_dump(name) && item ~ /^[<>]/ && size + 0 > 0 && size + 0 <= ${String(hollowBytes)} && accept !~ /a/ && !may_empty(name)) print "#small\t" path[i] "\t" name
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
      }' | { ops_detail_line= ; while IFS= read -r ops_a; do
        case $ops_a in
        '#small'*)
          ops_b=\${ops_a#*"$ops_tab"} ops_c=$(ops_hollow "\${ops_a##*"$ops_tab"}")
          [ -z "$ops_c" ] || printf 'refused\thollow\t%s\t%s\n' "\${ops_b%%"$ops_tab"*}" "\${ops_a##*"$ops_tab"}: $ops_c" ;;
        '#'*) ops_detail_line=\${ops_a#?};; *) printf '%s\n' "$ops_a";; esac
      done; if ops_wants_detail; then set -- $ops_lasts; printf '%s\n' "$ops_detail_line $ops_others $#" | ops_detail 0; fi; }
  }
`

/**
 * `ops_backup` takes what `ops_backup_look` takes. The copy grows under a name with a dot, is judged and compared once more,
 * reaches the disk, and only then gets the name of a generation.
 */
export const backupLibrary = library('backup', 'apply')`
  ops_backup() (
    set +e
    ops_to=$1 ops_keep=$2 ops_shrink=$3 ops_may=$4 ops_flags=$5 ops_count=$6
    shift 6
    umask 077
    ops_said=$(ops_sure "$ops_to" || echo "\${ops_why:-it cannot be looked at}")
    [ -z "$ops_said" ] || ops_backup_fail "$ops_said"
    mkdir -p -- "$ops_to" || ops_backup_fail "$ops_to cannot be made"
    ops_backup_generations "$@"
    ops_begun=$(date +%s)
    ops_known=$(ops_wants_detail() { false; }; ops_backup_judge "\${ops_newest:+$ops_to/$ops_newest}" "$@")
    case $ops_known in
      *refused"$ops_tab"*) ops_backup_fail "the source has changed since it was looked at; run the same command again: $ops_known";;
      *copy"$ops_tab"current*) ;;
      *copy"$ops_tab"*) ops_backup_copy "$@" || exit 1;;
      *) ops_backup_fail "the source could not be judged, so nothing was copied: $ops_known";;
    esac
    ops_backup_prune "$@"
  )
  ops_backup_copy() {
    ops_work=$ops_to/.incomplete-$OPS_NONCE
    mkdir -- "$ops_work" || ops_backup_fail "$ops_work cannot be made"
    ops_backup_links "$@"
    # What a run that was cut off has copied already is linked, not copied again.
    for ops_a in "$ops_to"/.incomplete-*; do
      [ "$ops_a" = "$ops_work" ] || [ ! -d "$ops_a" ] || set -- "--link-dest=$ops_a" "$@"
    done
    for ops_a in $ops_linked; do set -- "--link-dest=$ops_to/$ops_a" "$@"; done
    ops_code=0
    ops_told=$(rsync "$@" "$ops_work/" 2>&1) || ops_code=$?
    while case $1 in --link-dest=*) true;; *) false;; esac; do shift; done
    case $ops_code in 0|24) ;; *) ops_backup_undo "rsync ended with exit code $ops_code: $(printf '%s\n' "$ops_told" | sed -n '/^rsync: /{p;q;}')";; esac
    if [ -n "$ops_linked" ]; then
      # The copy is judged like a source: it may have been emptied while it was read.
      ops_known=$(ops_wants_detail() { false; }; ops_backup_judge "\${ops_newest:+$ops_to/$ops_newest}" "$@")
      case $ops_known in
        *refused"$ops_tab"*) ops_backup_undo "the source has changed while it was copied: $ops_known";;
        *copy"$ops_tab"*) ;;
        *) ops_backup_undo "the source could not be judged: $ops_known";;
      esac
    fi
    ops_backup_compare "$@"
    printf '%s\n' "$ops_list" >"$ops_work/.ops-paths" || ops_backup_undo "the list of its paths cannot be written"
    sync -f "$ops_work" 2>/dev/null || sync
    ops_name=$(date -u +%Y-%m-%dT%H%M%SZ)
    if [ -e "$ops_to/$ops_name" ]; then sleep 1; ops_name=$(date -u +%Y-%m-%dT%H%M%SZ); fi
    case $(printf '%s\n' "$ops_name" "$ops_newest" | sort | tail -n 1) in "$ops_newest") ops_backup_undo "the clock of this host ($ops_name) stands before the newest copy ($ops_newest): set it right";; esac
    mv -T -- "$ops_work" "$ops_to/$ops_name" || ops_backup_undo "the copy cannot be named $ops_name"
    sync -f "$ops_to" 2>/dev/null || sync
    [ -z "$OPS_DIR" ] || : >"$OPS_DIR/backup-$ops_name"
    echo "made $ops_to/$ops_name"
  }
  # Generations whose files are linked where they are the same: the newest of this backup last, as rsync is told it first.
  ops_backup_links() {
    shift "$ops_count"
    ops_linked=
    for ops_a; do
      ops_backup_holder "$ops_a" && [ "\${ops_holder##*/}" != "$ops_newest" ] || continue
      case " $ops_linked " in *" \${ops_holder##*/} "*) ;; *) ops_linked="$ops_linked \${ops_holder##*/}" ;; esac
    done
    # rsync takes at most 20.
    set -- $ops_linked
    while [ $# -gt 8 ]; do shift; done
    ops_linked="$*\${ops_newest:+ $ops_newest}"
  }
  # Whatever differs from the source now must have changed since the copy was begun.
  ops_backup_compare() {
    ops_told=$(rsync -n -i -O -8 --out-format='%i %n' "$@" "$ops_work/" 2>&1) || [ $? = 24 ] || ops_backup_undo "the copy cannot be compared with its source: $(printf '%s\n' "$ops_told" | sed -n '/^rsync: /{p;q;}')"
    ops_moved=$(printf '%s\n' "$ops_told" | sed -n 's/^[<>]f[^ ]* //p' | while IFS= read -r ops_a; do
      ops_b=$(stat -c %Z -- "$ops_a" 2>/dev/null) || continue
      [ "$ops_b" -ge "$ops_begun" ] || { printf '%s\n' "$ops_a"; break; }
    done)
    [ -z "$ops_moved" ] || ops_backup_undo "the copy differs from its source, which has not changed meanwhile: $ops_moved"
  }
  ops_backup_prune() {
    ops_backup_generations "$@"
    for ops_a in $ops_own; do
      [ "$ops_total" -gt "$ops_keep" ] || break
      ops_last_keep "$ops_a" || ops_backup_fail "what only $ops_a holds cannot be kept, so it stays whole"
      ops_a=$ops_to/$ops_a
      # One that is deleted half-way must not look like a whole one.
      mv -T -- "$ops_a" "$ops_to/.incomplete-old-\${ops_a##*/}" || ops_backup_fail "$ops_a cannot be taken away"
      ops_total=$((ops_total - 1))
      echo "took away $ops_a"
    done
    ops_backup_generations "$@"
    for ops_a in $ops_lasts; do
      if [ -n "$ops_before" ] && expr "x$ops_a" '<' "x$ops_before" >/dev/null; then
        mv -T -- "$ops_to/$ops_a" "$ops_to/.incomplete-old-$ops_a" || ops_backup_fail "$ops_to/$ops_a cannot be taken away"
        echo "took away $ops_to/$ops_a"
      else ops_last_drop "$ops_a" || ops_backup_fail "$ops_to/$ops_a cannot be looked through"
      fi
    done
    for ops_a in "$ops_to"/.incomplete-*; do
      [ ! -d "$ops_a" ] || rm -rf -- "$ops_a" || ops_backup_fail "$ops_a cannot be removed"
    done
  }
  ops_backup_undo() { rm -rf -- "$ops_work"; ops_backup_fail "$1"; }
  ops_backup_fail() {
    echo "ops: $ops_to: $1; the copies that were there are as they were" >&2
    exit 1
  }
`
