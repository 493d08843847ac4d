/** Shell that makes and removes directories. */
import { library } from '../../shell/library.ts'

/** `ops_directory PATH MODE OWNER GROUP` (empty: leave), `ops_directory_absent PATH [recursive]`. */
export const directoryLibrary = library('directory', 'apply')`
  ops_directory() (
    set +e
    umask 022
    ops_no() {
      printf 'ops: %s: %s\n' "$1" "$2" >&2
      exit 1
    }
    if [ ! -d "$1" ]; then
      ops_parent=\${1%/*}
      [ -d "\${ops_parent:-/}" ] || ops_said=$(mkdir -p -- "\${ops_parent:-/}" 2>&1) ||
        ops_no "$1" "its parent directory cannot be made (\${ops_said##*: })"
      # A private one is private from its first moment.
      ops_said=$(mkdir \${2:+-m "$2"} -- "$1" 2>&1) || ops_no "$1" "cannot be made (\${ops_said##*: })"
    fi
    if [ -n "$3$4" ]; then
      ops_said=$(chown -- "$3\${4:+:$4}" "$1" 2>&1) || ops_no "$1" "its owner cannot be set (\${ops_said##*: })"
    fi
    [ -z "$2" ] || ops_said=$(chmod -- "$2" "$1" 2>&1) || ops_no "$1" "its mode cannot be set (\${ops_said##*: })"
  )
  ops_directory_absent() (
    set +e
    if [ -L "$1" ]; then
      echo "ops: $1: is a symbolic link to a directory; \`file\` with \`state: 'absent'\` removes it" >&2
      exit 1
    elif [ "$2" = recursive ]; then
      ops_real=$(readlink -f -- "$1")
      while read -r ops_a ops_a ops_a ops_a ops_b ops_a; do
        ops_b=$(printf '%b' "$ops_b")
        case $ops_b in "$ops_real"/*)
          printf 'ops: %s: another file system is mounted at %s; nothing was changed\n' "$1" "$ops_b" >&2
          exit 1;;
        esac
      done </proc/self/mountinfo
      ops_said=$(rm -rf -- "$1" 2>&1)
    else ops_said=$(rmdir -- "$1" 2>&1)
    fi
    [ -d "$1" ] || exit 0
    printf 'ops: %s: cannot be removed (%s)\n' "$1" "\${ops_said##*: }" >&2
    exit 1
  )
`
