# The functions of `swap-change`, as change.ts describes them.
# PATH BYTES PRIORITY LINE
ops_swap_present() (
  set +e
  ops_swap_sure "$1" || ops_fail "$1: $ops_why; nothing was changed"
  ops_swap_path=$1 ops_swap_new=$1.ops-swap ops_swap_was= ops_swap_had=
  [ ! -f "$1" ] || ops_swap_had=yes
  if [ -f "$1" ] && [ "$(stat -c %s -- "$1")" = "$2" ] && [ "$(ops_swap_space "$1")" = yes ]; then
    # In use, it can be neither linked nor renamed, as the functions that write files do.
    chown root:root -- "$1" && chmod 0600 -- "$1" || ops_fail "$1: its mode cannot be changed"
  else
    case $(ops_swap_space "$1" 2>/dev/null) in no) ops_fail "$1: is there and is no swap space: it would be overwritten; nothing was changed" ;; esac
    ops_swap_make "$1" "$2" || { rm -f -- "$ops_swap_new"; ops_fail "$1: $ops_swap_said; nothing was changed"; }
  fi
  if ops_swap_is_on "$1" && { [ -f "$ops_swap_new" ] || ! ops_swap_has_priority "$1" "$3"; }; then
    ops_swap_said=$(swapoff -- "$1" 2>&1) || {
      rm -f -- "$ops_swap_new"
      ops_fail "$1: what is in it does not find room in memory (${ops_swap_said##*: }); nothing was changed"
    }
    ops_swap_was=on
  fi
  if [ -f "$ops_swap_new" ]; then
    [ ! -f "$1" ] || mv -f -- "$1" "$1.ops-was" || ops_swap_back 'its file cannot be renamed'
    mv -f -- "$ops_swap_new" "$1" || ops_swap_back 'its file cannot be renamed'
  fi
  ops_swap_is_on "$1" || ops_swap_said=$(swapon ${3:+-p "$3"} -- "$1" 2>&1) || ops_swap_back "${ops_swap_said##*: }"
  ops_write /etc/fstab -- ops_swap_lines "$1" "$4" || ops_swap_back '/etc/fstab cannot be written'
  rm -f -- "$1.ops-was"
  ops_swap_told
)
# PATH BYTES: the whole file beside its place, without holes. Leaves the reason in ops_swap_said.
ops_swap_make() {
  rm -f -- "$ops_swap_new"
  ops_swap_free=$(stat -f -c '%a %S' -- "${1%/*}/.") || return 1
  [ $((${ops_swap_free% *} * ${ops_swap_free#* })) -gt "$2" ] || {
    ops_swap_said="there is no room for it: $((${ops_swap_free% *} * ${ops_swap_free#* } / 1048576)) MB are free, and the former file goes only when the new one works"
    return 1
  }
  (umask 077; set -C; : >"$ops_swap_new") 2>/dev/null || { ops_swap_said="$ops_swap_new cannot be made"; return 1; }
  case $(stat -f -c %T -- "${1%/*}/.") in
    ext2/ext3 | xfs) fallocate -l "$2" -- "$ops_swap_new" 2>/dev/null || ops_swap_fill "$2" || return ;;
    *) ops_swap_fill "$2" || return ;;
  esac
  ops_swap_said=$(mkswap -- "$ops_swap_new" 2>&1)
}
# BYTES: zeros, where the file system keeps no room that was not written.
ops_swap_fill() {
  ops_swap_said=$(dd if=/dev/zero bs=1048576 count=$(($1 / 1048576)) 2>&1 >"$ops_swap_new") || return
  [ $(($1 % 1048576)) = 0 ] || ops_swap_said=$(dd if=/dev/zero bs=1 count=$(($1 % 1048576)) 2>&1 >>"$ops_swap_new")
}
# WHY: all as it was.
ops_swap_back() {
  ops_swap_lost=
  rm -f -- "$ops_swap_new"
  if [ -f "$ops_swap_path.ops-was" ]; then
    swapoff -- "$ops_swap_path" 2>/dev/null
    mv -f -- "$ops_swap_path.ops-was" "$ops_swap_path" || ops_swap_lost=yes
  elif [ "$ops_swap_was" != on ]; then
    swapoff -- "$ops_swap_path" 2>/dev/null
    [ -n "$ops_swap_had" ] || rm -f -- "$ops_swap_path"
  fi
  [ "$ops_swap_was" != on ] || ops_swap_is_on "$ops_swap_path" || swapon -- "$ops_swap_path" || ops_swap_lost=yes
  [ -z "$ops_swap_lost" ] || { echo "ops: $ops_swap_path: $1; and what was there could not be put back" >&2; exit 96; }
  echo "ops: $ops_swap_path: $1; all is as it was" >&2
  exit 97
}
# PATH
ops_swap_absent() (
  set +e
  ops_swap_sure "$1" || ops_fail "$1: $ops_why; nothing was changed"
  case $(ops_swap_space "$1" 2>/dev/null) in no) ops_fail "$1: is no swap space, and is not removed; nothing was changed" ;; esac
  if ops_swap_is_on "$1"; then
    ops_swap_said=$(swapoff -- "$1" 2>&1) ||
      ops_fail "$1: what is in it does not find room in memory (${ops_swap_said##*: }); nothing was changed"
  fi
  ops_write /etc/fstab -- ops_swap_lines "$1" '' || exit
  rm -f -- "$1" "$1.ops-swap" "$1.ops-was" || exit
  ops_swap_told
)
# PATH
ops_swap_is_on() { ops_swap_escaped "$1" | awk 'NR == FNR { path = $0; next } $1 == path { found = 1 } END { exit !found }' - /proc/swaps; }
# PATH PRIORITY (empty: any)
ops_swap_has_priority() {
  [ -z "$2" ] || ops_swap_escaped "$1" | awk -v priority="$2" 'NR == FNR { path = $0; next } $1 == path && $5 == priority { found = 1 } END { exit !found }' - /proc/swaps
}
# systemd makes units of fstab.
ops_swap_told() { [ ! -d /run/systemd/system ] || systemctl daemon-reload; }
# PATH LINE: fstab with this line in the place of those for the file; all others stay as they are.
ops_swap_lines() {
  { ops_swap_escaped "$1"; printf '%s\n' "$2"; [ -z "$ops_old" ] || cat -- "$ops_old"; } | awk '
    NR == 1 { path = $0; next }
    NR == 2 { line = $0; next }
    !/^[ \t]*#/ && $1 == path { if (!done && line != "") print line; done = 1; next }
    { print }
    END { if (!done && line != "") print line }'
}
