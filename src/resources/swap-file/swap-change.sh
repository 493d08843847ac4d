# The functions of `swap-change`, as change.ts describes them.
# PATH BYTES PRIORITY LINE (empty: that in fstab stays)
ops_swap_present() (
  set +e
  ops_swap_sure "$1" || ops_fail "$1: $ops_why; nothing was changed"
  ops_swap_path=$1 ops_swap_new=$1.ops-swap ops_swap_had= ops_swap_moved= ops_swap_ours=
  # As it was: the priority that it is used with (empty: it is not), mode and owner, and fstab.
  ops_swap_was=$(ops_swap_priority "$1") ops_swap_table=$(cksum /etc/fstab 2>/dev/null)
  [ ! -f "$1" ] || ops_swap_had=$(stat -c '%a %u:%g' -- "$1") || ops_fail "$1: cannot be looked at; nothing was changed"
  if [ -f "$1" ] && [ "$(stat -c %s -- "$1")" = "$2" ] && [ "$(ops_swap_space "$1")" = yes ]; then
    # In use, it can be neither linked nor renamed, as the functions that write files do.
    chown root:root -- "$1" && chmod 0600 -- "$1" || ops_swap_back 'its mode cannot be changed'
  else
    case $(ops_swap_space "$1" 2>/dev/null) in no) ops_fail "$1: is there and is no swap space: it would be overwritten; nothing was changed" ;; esac
    # What a killed run let go, before it took that away.
    [ ! -f "$1" ] || rm -f -- "$1.ops-was"
    ops_swap_make "$1" "$2" || { rm -f -- "$ops_swap_new"; ops_fail "$1: $ops_swap_said; nothing was changed"; }
  fi
  if ops_swap_is_on "$1" && { [ -f "$ops_swap_new" ] || ! ops_swap_has_priority "$1" "$3"; }; then
    ops_swap_said=$(swapoff -- "$1" 2>&1) || ops_swap_back "what is in it does not find room in memory (${ops_swap_said##*: })"
  fi
  if [ -f "$ops_swap_new" ]; then
    [ ! -f "$1" ] || { mv -f -- "$1" "$1.ops-was" && ops_swap_moved=yes; } || ops_swap_back 'its file cannot be renamed'
    mv -f -- "$ops_swap_new" "$1" || ops_swap_back 'its file cannot be renamed'
  fi
  ops_swap_is_on "$1" || { ops_swap_said=$(swapon ${3:+-p "$3"} -- "$1" 2>&1) && ops_swap_ours=yes; } || ops_swap_back "${ops_swap_said##*: }"
  [ -z "$4" ] || ops_write /etc/fstab -- ops_swap_lines "$1" "$4" || ops_swap_back '/etc/fstab cannot be written' $?
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
  (umask 077; set -C; true >"$ops_swap_new") 2>/dev/null || { ops_swap_said="$ops_swap_new cannot be made"; return 1; }
  case $(stat -f -c %T -- "${1%/*}/.") in
    # xfs takes no allocated file as swap before Linux 4.18.
    ext2/ext3) fallocate -l "$2" -- "$ops_swap_new" 2>/dev/null || ops_swap_fill "$2" || return ;;
    *) ops_swap_fill "$2" || return ;;
  esac
  ops_swap_said=$(mkswap -- "$ops_swap_new" 2>&1)
}
# BYTES: zeros, where the file system keeps no room that was not written.
ops_swap_fill() {
  ops_swap_said=$(dd if=/dev/zero bs=1048576 count=$(($1 / 1048576)) 2>&1 >"$ops_swap_new") || return
  [ $(($1 % 1048576)) = 0 ] || ops_swap_said=$(dd if=/dev/zero bs=1 count=$(($1 % 1048576)) 2>&1 >>"$ops_swap_new")
}
# WHY CODE (that of a write of fstab): all as it was, by what this run alone has done.
ops_swap_back() {
  ops_swap_lost=
  rm -f -- "$ops_swap_new"
  if [ -n "$ops_swap_ours" ] && ! swapoff -- "$ops_swap_path" 2>/dev/null; then ops_swap_lost=yes
  elif [ -n "$ops_swap_moved" ]; then mv -f -- "$ops_swap_path.ops-was" "$ops_swap_path" || ops_swap_lost=yes
  elif [ -z "$ops_swap_had" ]; then rm -f -- "$ops_swap_path" || ops_swap_lost=yes
  elif [ "$(stat -c '%a %u:%g' -- "$ops_swap_path")" != "$ops_swap_had" ]; then
    chown "${ops_swap_had#* }" -- "$ops_swap_path" && chmod "${ops_swap_had% *}" -- "$ops_swap_path" || ops_swap_lost=yes
  fi
  if [ -n "$ops_swap_was" ] && ! ops_swap_is_on "$ops_swap_path"; then
    # What is below 0 is the kernel's own choice, and nobody can ask for it.
    case $ops_swap_was in -*) swapon -- "$ops_swap_path" ;; *) swapon -p "$ops_swap_was" -- "$ops_swap_path" ;; esac || ops_swap_lost=yes
  fi
  case ${2:-98} in
    95 | 98) ;;
    *) [ "$(cksum /etc/fstab 2>/dev/null)" = "$ops_swap_table" ] || ops_swap_lost=yes ;;
  esac
  [ -z "$ops_swap_lost" ] || { echo "ops: $ops_swap_path: $1; and what was there could not be put back" >&2; exit 96; }
  echo "ops: $ops_swap_path: $1; all is as it was" >&2
  exit 97
}
# PATH
ops_swap_absent() (
  set +e
  ops_swap_sure "$1" || ops_fail "$1: $ops_why; nothing was changed"
  case $(ops_swap_space "$1" 2>/dev/null) in no) ops_fail "$1: is no swap space, and is not removed; nothing was changed" ;; esac
  ops_first_part=
  if ops_swap_is_on "$1"; then
    ops_swap_said=$(swapoff -- "$1" 2>&1) ||
      ops_fail "$1: what is in it does not find room in memory (${ops_swap_said##*: }); nothing was changed"
    ops_first_part=ops_then
  fi
  $ops_first_part ops_write /etc/fstab -- ops_swap_lines "$1" '' || exit
  rm -f -- "$1" "$1.ops-swap" "$1.ops-was" || exit
  ops_swap_told
)
# PATH: that which it is used with; nothing where it is not.
ops_swap_priority() { ops_swap_escaped "$1" | awk 'NR == FNR { path = $0; next } $1 == path { print $5 }' - /proc/swaps; }
# PATH
ops_swap_is_on() { [ -n "$(ops_swap_priority "$1")" ]; }
# PATH PRIORITY (empty: any)
ops_swap_has_priority() { [ -z "$2" ] || [ "$(ops_swap_priority "$1")" = "$2" ]; }
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
