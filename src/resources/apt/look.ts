/** The shell that looks at packages: one dpkg-query for all steps, apt's lists only where something is absent. */
import { library } from '../../shell/library.ts'

/**
 * `ops_apt_read NAME...` asks dpkg once; `ops_apt_look INDEX MODE RECOMMENDS COMPONENTS SPEC...` prints one step's state from it.
 * A spec is a name or `a | b`; MODE is present, absent or purge. Statuses are dpkg's own words (dpkg-query(1)),
 * with `installed` told as present. apt-cache reads its binary cache but is kept from writing a new one.
 * Lists count as fresh when there are any, no source is newer, and they were refreshed within a day: apt-get sets the
 * times of the files in there to the mirror's, so only the folder's own time tells.
 */
export const aptLook = library('apt-look')`
  ops_nl='
'
  ops_apt_read() {
    ops_apt_names=$* ops_policy=
    command -v dpkg-query >/dev/null || { echo 'this host has no dpkg: packages of apt cannot be managed here' >&2; return 1; }
    ops_pkgs=$(dpkg-query -W -f '\${Package} \${Architecture} \${db:Status-Want} \${db:Status-Status}\n' dpkg "$@" 2>/dev/null) || [ $? = 1 ] || { dpkg-query -W dpkg >/dev/null; return 1; }
    ops_pkgs=$ops_nl$ops_pkgs$ops_nl
    ops_native=\${ops_pkgs#*"$ops_nl"dpkg } ops_native=\${ops_native%% *}
    ops_run=complete
    for ops_f in /var/lib/dpkg/updates/[0-9]*; do
      [ ! -e "$ops_f" ] || ops_apt_holder >/dev/null || ops_run=interrupted
    done
  }
  ops_apt_status() {
    ops_s=absent ops_want=
    case $1 in *:*) ops_arch=\${1#*:} ;; *) ops_arch="$ops_native all" ;; esac
    for ops_a in $ops_arch; do
      case $ops_pkgs in *"$ops_nl\${1%%:*} $ops_a "*) ops_s=\${ops_pkgs#*"$ops_nl\${1%%:*} $ops_a "} ;; *) continue ;; esac
      ops_s=\${ops_s%%"$ops_nl"*} ops_want=\${ops_s% *} ops_s=\${ops_s#* }
      case $ops_s in installed) ops_s=present; return ;; not-installed) ops_s=absent ;; config-files) [ "$ops_mode" = purge ] || ops_s=absent ;; esac
      [ "$ops_s" = absent ] || return 0
    done
  }
  ops_apt_holder() {
    for ops_f in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
      ops_inode=$(stat -c %i "$ops_f" 2>/dev/null) || continue
      while read -r ops_a ops_b ops_c ops_d ops_pid ops_e ops_rest; do
        case $ops_b,$ops_e in POSIX,*:"$ops_inode") ;; *) continue ;; esac
        ops_a=$(tr '\000' ' ' <"/proc/$ops_pid/cmdline" 2>/dev/null) || continue
        echo "process $ops_pid (\${ops_a% })"; return 0
      done </proc/locks
    done
    return 1
  }
  ops_apt_fresh() {
    ops_stale=
    [ -z "$ops_lacks" ] || ops_stale="without$ops_lacks"
    set -- /var/lib/apt/lists/*Packages*
    if [ -n "$ops_stale" ]; then :
    elif [ ! -e "$1" ]; then ops_stale=empty
    elif [ -n "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer /var/lib/apt/lists 2>/dev/null)" ]; then ops_stale='older than the sources'
    elif [ -z "$(find /var/lib/apt/lists /var/lib/apt/periodic/update-success-stamp -maxdepth 0 -mmin -1440 2>/dev/null)" ]; then ops_stale='older than a day'
    fi
    [ -z "$ops_stale" ]
  }
  # Which of these components the sources offer, and which they lack.
  ops_apt_components() {
    ops_lacks= ops_offered=
    [ $# -gt 0 ] || return 0
    ops_a=$ops_nl$(apt-get indextargets --format '$(COMPONENT)' 'Created-By: Packages')$ops_nl || return 1
    for ops_b; do
      case $ops_a in *"$ops_nl$ops_b$ops_nl"*) ops_offered="$ops_offered $ops_b" ;; *) ops_lacks="$ops_lacks $ops_b" ;; esac
    done
  }
  ops_apt_choose() {
    ops_chosen=
    if [ -z "$ops_policy" ]; then
      set -f; ops_policy=$ops_nl$(apt-cache -q -o Dir::Cache::pkgcache= policy $ops_apt_names 2>/dev/null)$ops_nl; set +f
    fi
    for ops_p in $1; do
      case $ops_policy in *"$ops_nl$ops_p:$ops_nl"*) ops_a=\${ops_policy#*"$ops_nl$ops_p:$ops_nl"} ;; *) continue ;; esac
      ops_a=\${ops_a#*Candidate: }
      case $ops_a in '(none)'*) ;; *) ops_chosen=$ops_p; return 0 ;; esac
    done
    return 1
  }
  # The word for a name that no source has: virtual with its providers, unknown with what is spelled like it.
  ops_apt_unknown() {
    for ops_p in $1; do
      [ "$ops_p" != '|' ] || continue
      ops_a=$(apt-cache -o Dir::Cache::pkgcache= showpkg "$ops_p" 2>/dev/null |
        awk 'on && !seen[$1]++ { printf " %s", $1 } /^Reverse Provides:/ { on = 1 }')
      [ -z "$ops_a" ] || { echo "virtual$ops_a"; return; }
    done
    ops_apt_fresh || { echo absent; return; }
    echo "unknown$(apt-cache -o Dir::Cache::pkgcache= pkgnames | awk -v wanted="\${1%% *}" '
      function distance(a, b, i, j, best, corner, row) {
        for (j = 0; j <= length(b); j++) row[j] = j
        for (i = 1; i <= length(a); i++) {
          corner = row[0]; row[0] = i
          for (j = 1; j <= length(b); j++) {
            best = corner + (substr(a, i, 1) != substr(b, j, 1)); corner = row[j]
            if (row[j] + 1 < best) best = row[j] + 1
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1
            row[j] = best
          }
        }
        return row[length(b)]
      }
      { longer = length($1) - length(wanted) }
      longer >= -2 && longer <= 2 && substr($1, 1, 1) == substr(wanted, 1, 1) && distance($1, wanted) <= 2 { print distance($1, wanted), $1 }' |
      sort | awk 'NR < 4 { printf " %s", $2 }')"
  }
  ops_apt_look() {
    ops_index=$1 ops_mode=$2 ops_recommends=$3
    ops_apt_components $4 || return 1
    shift 4
    ops_bring= ops_later=
    echo "dpkg run=$ops_run"
    for ops_a in $ops_offered; do echo "component $ops_a=present"; done
    for ops_a in $ops_lacks; do echo "component $ops_a=absent"; done
    for ops_spec; do
      ops_best=absent
      for ops_p in $ops_spec; do
        ops_apt_status "$ops_p"
        [ "$ops_s" = absent ] || ops_best=$ops_s
        [ "$ops_best" != present ] || break
      done
      case $ops_mode,$ops_best in
        present,absent)
          if ops_apt_choose "$ops_spec"; then ops_bring="$ops_bring $ops_chosen"
          else ops_best=$(ops_apt_unknown "$ops_spec") ops_later=later
          fi ;;
        present,* | *,absent) ;;
        *,present)
          ops_bring="$ops_bring $ops_p"
          [ "$ops_want" != hold ] || ops_best=held ;;
        *) ops_bring="$ops_bring $ops_p" ;;
      esac
      printf '%s=%s\n' "$ops_spec" "$ops_best"
    done
    case $ops_bring$ops_later,$ops_run in ,complete) return 0 ;; esac
    ops_wants_detail || return 0
    case $ops_mode in
      present) ops_a=install; [ -z "$ops_bring$ops_later" ] || ops_apt_fresh || ops_later=later ;;
      absent) ops_a=remove ;;
      *) ops_a=purge ;;
    esac
    {
      [ -z "$ops_later" ] || echo "lists: $ops_stale"
      dpkg-query -W -f '\${db:Status-Status} \${Package}\n' | sed -n 's/^\(half-[a-z]*\|unpacked\|triggers-[a-z]*\) \(.*\)/unfinished: \2 (\1)/p'
      [ -z "$ops_bring" ] ||
        apt-get -q --print-uris -o Dir::Cache::pkgcache= $ops_recommends $ops_a $ops_bring 2>&1 </dev/null | grep -v "^'"
    } | ops_detail "$ops_index"
  }
`
