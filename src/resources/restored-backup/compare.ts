/** Shell that holds a tree of copies against what is in its place, folder by folder, and names what differs. */
import { library } from '../../shell/library.ts'

/**
 * `ops_rw_start GENERATION PATH INTO` holds the copy of PATH against what is at PATH, or in the folder INTO. Calls `ops_rw_do KIND
 * COPY-FOLDER FOLDER NAME ...` for what differs, standing in FOLDER (its real path; empty for the root):
 * - `missing`: nothing has that name there. Of a whole tree that is gone, its top alone.
 * - `newer`: a file or link with other content, changed after the copy was made; `changed`: the same, but not after it
 * - `attributes`: a file of that content with another mode or owner; `folder` (one name, empty): FOLDER itself with another one
 * - `other`: something of another kind, which is never replaced
 * What is there beside the copy is no difference. Names go through variables alone, so that any will do.
 */
export const compareLibrary = library('restore-compare')`
  ops_rw_start() {
    ops_gen=$1
    ops_c=$ops_top/$1\${2%/*} ops_base=\${2##*/} ops_where=\${3:-\${2%/*}} ops_chain= ops_said=
    ops_reach "\${ops_where:-/}/x" || return 1
    ops_d=$ops_where
    while [ -n "$ops_d" ] && [ ! -d "$ops_d" ]; do ops_chain=\${ops_d##*/}\${ops_chain:+/$ops_chain} ops_d=\${ops_d%/*}; done
    ops_go "\${ops_d:-/}" || { ops_rw_refuse "\${ops_why:-somebody else moves $ops_d meanwhile}"; return; }
    ops_t=\${ops_dir%/}
    if [ -n "$ops_chain" ]; then
      ops_n=\${ops_chain%%/*}
      if [ -e "./$ops_n" ] || [ -L "./$ops_n" ]; then ops_rw_do other "$ops_c" "$ops_t" "$ops_n"; return; fi
      ops_rw_do missing "$ops_c" "$ops_t/$ops_chain" "$ops_base"
      return
    fi
    ops_rw_top=$ops_t
    ops_rw_names "$ops_c" "$ops_t" "$ops_c/$ops_base" || return
    [ -L "$ops_c/$ops_base" ] || [ ! -d "$ops_c/$ops_base" ] || [ -L "$ops_rw_top/$ops_base" ] || [ ! -d "$ops_rw_top/$ops_base" ] ||
      ops_rw_folder "$ops_top/$1$2" "$ops_rw_top/$ops_base"
  }
  # FOLDER: goes there, by this very way.
  ops_rw_into() {
    ops_go "\${1:-/}" && [ "$ops_dir" = "\${1:-/}" ] || ops_rw_refuse "\${ops_why:-somebody else moves $1 meanwhile}"
  }
  ops_rw_folder() {
    ops_rw_into "$2" || return
    ops_said=$(stat -c '%a %u %g' -- . "$1") || return 1
    [ "\${ops_said%%"$ops_newline"*}" = "\${ops_said##*"$ops_newline"}" ] || ops_rw_do folder "$1" "$2" '' || return
    ops_rw_names "$1" "$2" "$1"/* "$1"/.[!.]* "$1"/..?* || return
    ops_rw_beside "$1" "$2"
    for ops_x in "$1"/* "$1"/.[!.]* "$1"/..?*; do
      [ ! -L "$ops_x" ] && [ -d "$ops_x" ] || continue
      ops_n=\${ops_x##*/}
      [ ! -L "$2/$ops_n" ] && [ -d "$2/$ops_n" ] || continue
      ops_rw_folder "$1/$ops_n" "$2/$ops_n" || return
    done
  }
  ops_rw_names() {
    ops_rw_into "$2" && ops_rw_both "$@" && ops_rw_missing "$@"
  }
  ops_rw_missing() {
    ops_c=$1 ops_t=$2 ops_begin=1
    shift 2
    for ops_x; do
      [ -z "$ops_begin" ] || { ops_begin=; set --; }
      [ -e "$ops_x" ] || [ -L "$ops_x" ] || continue
      ops_n=\${ops_x##*/}
      [ ! -e "./$ops_n" ] && [ ! -L "./$ops_n" ] || continue
      set -- "$@" "$ops_n"
      [ $# -lt 200 ] || { ops_rw_do missing "$ops_c" "$ops_t" "$@" || return; set --; }
    done
    [ $# = 0 ] || ops_rw_do missing "$ops_c" "$ops_t" "$@"
  }
  ops_rw_both() {
    ops_c=$1 ops_t=$2 ops_begin=1
    shift 2
    for ops_x; do
      [ -z "$ops_begin" ] || { ops_begin=; set --; }
      ops_n=\${ops_x##*/}
      [ -e "$ops_x" ] || [ -L "$ops_x" ] || continue
      [ -e "./$ops_n" ] || [ -L "./$ops_n" ] || continue
      if [ -L "$ops_x" ] && [ -L "./$ops_n" ]; then
        ops_a=$(readlink -n -- "$ops_x" && echo .) ops_b=$(readlink -n -- "./$ops_n" && echo .)
        [ "$ops_a" = "$ops_b" ] || {
          ops_ident=$ops_b ops_a=$(TZ=UTC0 stat -c %y -- "$ops_x" "./$ops_n") || return 1
          ops_rw_differs "\${ops_a%%"$ops_newline"*}" "\${ops_a##*"$ops_newline"}" || return
        }
      elif [ -L "$ops_x" ] || [ -L "./$ops_n" ]; then ops_rw_do other "$ops_c" "$ops_t" "$ops_n" || return
      elif [ -d "$ops_x" ]; then [ -d "./$ops_n" ] || ops_rw_do other "$ops_c" "$ops_t" "$ops_n" || return
      elif [ -f "$ops_x" ] && [ -f "./$ops_n" ]; then
        set -- "$@" "$ops_n"
        [ $# -lt 200 ] || { ops_rw_contents "$@" || return; set --; }
      elif [ -f "$ops_x" ] || [ -f "./$ops_n" ] || [ -d "./$ops_n" ]; then ops_rw_do other "$ops_c" "$ops_t" "$ops_n" || return
      fi
    done
    [ $# = 0 ] || ops_rw_contents "$@"
  }
  # NAME ...: hash, mode, owner and time of each, one line a file whatever its name.
  ops_rw_prints() {
    for ops_n; do shift; set -- "$@" "./$ops_n"; done
    ops_a=$(sha256sum -- "$@") && ops_b=$(stat -c '%a %u %g' -- "$@") && ops_d=$(TZ=UTC0 stat -c %y -- "$@") || return 1
    printf '%s\n' "$ops_a" | sed 's/^\\//; s/ .*//'
    printf '%s\n' "$ops_b" "$ops_d"
  }
  ops_rw_contents() {
    ops_a=$(cd -P -- "$ops_c" && ops_rw_prints "$@") && ops_b=$(ops_rw_prints "$@") || return 1
    # Whole lists first: nearly all are alike. Then line by line: hashes, modes and owners, times.
    [ "$(printf '%s\n' "$ops_a" | head -n $(($# * 2)))" != "$(printf '%s\n' "$ops_b" | head -n $(($# * 2)))" ] || return 0
    ops_at=0
    for ops_n; do
      ops_at=$((ops_at + 1))
      ops_x=$(printf '%s\n' "$ops_a" | sed -n "$ops_at{p;q;}") ops_ident=$(printf '%s\n' "$ops_b" | sed -n "$ops_at{p;q;}")
      if [ "$ops_x" != "$ops_ident" ]; then
        ops_rw_differs "$(printf '%s\n' "$ops_a" | sed -n "$((ops_at + 2 * $#))p")" "$(printf '%s\n' "$ops_b" | sed -n "$((ops_at + 2 * $#))p")" || return
      elif [ "$(printf '%s\n' "$ops_a" | sed -n "$((ops_at + $#))p")" != "$(printf '%s\n' "$ops_b" | sed -n "$((ops_at + $#))p")" ]; then
        ops_rw_do attributes "$ops_c" "$ops_t" "$ops_n" || return
      fi
    done
  }
  # TIME-OF-COPY TIME-IN-PLACE, of ops_n, here: as text in UTC, since an edit may come within the second of the copy.
  ops_rw_differs() {
    if LC_ALL=C expr "x$2" \> "x$1" >/dev/null; then ops_rw_do newer "$ops_c" "$ops_t" "$ops_n"; else ops_rw_do changed "$ops_c" "$ops_t" "$ops_n"; fi
  }
`

/**
 * `ops_restore_look FROM PATH WANTED INTO` lists what there is and, where PATH is not empty, prints `chosen NAME`, how many of each
 * kind differ, and a hash of all that. Where something cannot be done: `refused TEXT`.
 */
export const restoreLookLibrary = library('restore-look')`
  ops_tab=$(printf '\t')
  ops_restore_look() {
    ops_said=$(ops_generations_open "$1") || return 1
    if [ -n "$ops_said" ]; then printf '%s\n' "$ops_said"; return 0; fi
    ops_generations_open "$1"
    { ops_list=$(ops_alive ops_generations "$2") || return 1; } 7>&2
    if [ -z "$2" ]; then
      ! ops_wants_detail || printf '%s\n' "$ops_list" | ops_detail 0
      echo listed
      return 0
    fi
    ops_gen=$(printf '%s\n' "$ops_list" | ops_generation_choose "$3")
    if [ -z "$ops_gen" ]; then
      if [ -z "$ops_list" ]; then printf 'refused\tno generation in %s holds %s\n' "$1" "$2"
      elif [ -n "$3" ]; then printf 'refused\tno generation that begins with %s holds %s: leave the path out to see all\n' "$3" "$2"
      else printf 'refused\tevery copy of %s is suspicious: choose one by its name, or say newest\n' "$2"
      fi
      ! ops_wants_detail || printf '%s\n' "$ops_list" | ops_detail 0
      return 0
    fi
    printf 'chosen\t%s\n' "$ops_gen"
    ops_a=$(ops_restore_unmounted "\${4:-\${2%/*}}/\${2##*/}") || return 1
    if [ -n "$ops_a" ]; then
      printf 'refused\t%s has a disk of its own in /etc/fstab, which is not mounted: mount it first, or choose another folder with --into\n' "$ops_a"
      return 0
    fi
    { ops_told=$(ops_alive ops_rw_start "$ops_gen" "$2" "$4") || return 1; } 7>&2
    printf '%s\n' "$ops_told" | grep "^refused$ops_tab"
    printf '%s\n' "$ops_told" | awk -F '\t' '$1 != "" && $1 != "beside" && $1 != "refused" { n[$1]++ } END { for (kind in n) print "count\t" kind "\t" n[kind] }' | sort
    printf '%s\n' "$ops_told" | grep -v "^beside$ops_tab" | sha256sum | sed 's/ .*//; s/^/hash	/'
    ! ops_wants_detail || {
      printf '%s\n' "chosen$ops_tab$ops_gen" "$ops_list"
      printf '%s\n' "$ops_told" | awk -F '\t' '$1 == "beside" { beside++; next } $1 != "" && $1 != "refused" && ++n[$1] <= 20 { print "entry\t" $1 "\t" $2 }
        END { for (kind in n) if (n[kind] > 20) print "more\t" kind "\t" n[kind] - 20; if (beside) print "beside\t" beside }'
    } | ops_detail 0
  }
  # PATH: the first file system of /etc/fstab at, above or below it that is not mounted: what is brought there would fill another disk.
  ops_restore_unmounted() {
    [ -r /etc/fstab ] || return 0
    OPS_A=$1 awk '
      BEGIN { path = ENVIRON["OPS_A"]; gsub(/\\/, "\\134", path); gsub(/ /, "\\040", path); path = path "/" }
      FILENAME == "/proc/self/mountinfo" { mounted[$5] = 1; next }
      /^[ \t]*#/ || $2 !~ "^/." || $3 == "swap" || $4 ~ /(^|,)noauto(,|$)/ || ($2 in mounted) { next }
      index(path, $2 "/") == 1 || index($2 "/", path) == 1 { print $2; exit }' /proc/self/mountinfo /etc/fstab
  }
  # In looks, what differs is told; in an apply it is done.
  ops_rw_do() { if [ -n "\${ops_bringing:-}" ]; then ops_bring_do "$@"; else ops_rw_tell "$@"; fi; }
  # Names only as far as they can be shown.
  ops_rw_tell() {
    ops_kind=$1 ops_u=$3
    case $1 in changed | newer) ops_w=$ops_ident ;; *) ops_w= ;; esac
    shift 3
    for ops_v; do
      ops_v=$ops_u\${ops_v:+/$ops_v}
      case $ops_v$ops_w in *[[:cntrl:]]*)
        ops_v=$(printf %s "$ops_v" | tr '\001-\037\177' '?') ops_w=$(printf %s "$ops_w" | tr '\001-\037\177' '?') ;;
      esac
      printf '%s\t%s\t%s\n' "$ops_kind" "$ops_v" "$ops_w"
    done
  }
  ops_rw_refuse() {
    [ -n "\${ops_bringing:-}" ] || { printf 'refused\t%s\n' "$1"; return 0; }
    printf 'ops: %s; nothing was changed\n' "$1" >&2
    return 98
  }
  ops_rw_beside() {
    [ -z "\${ops_bringing:-}" ] && ops_wants_detail || return 0
    for ops_x in ./* ./.[!.]* ./..?*; do
      [ -e "$1/$ops_x" ] || [ -L "$1/$ops_x" ] || { [ ! -e "$ops_x" ] && [ ! -L "$ops_x" ]; } || printf 'beside\t\n'
    done
  }
`
