# The functions of `mount-change`, as change.ts describes them.
# DEVICE PATH FLAGS REST: what is to follow the path in its line of fstab.
ops_mount() (
  set +e
  ops_was_mounted=
  ops_mount_sure "$2" || ops_fail "$2: $ops_why; nothing was changed"
  (ops_go_making "$2") || ops_fail "$2: cannot be made; nothing was changed"
  ops_at=$2
  if ops_mount_find "$2"; then
    ops_mount_same "$1" "$2" "$3" "${4%% *}" || ops_fail "$ops_at: $ops_source ($ops_type) is mounted there; nothing was changed"
    ops_was_mounted=yes
  fi
  ops_write /etc/fstab -- ops_mount_lines "$2" "$(ops_mount_word "$1") $(ops_mount_word "$2") $4" || exit
  if [ -z "$ops_was_mounted" ]; then
    # With nofail a device that is not there is no failure.
    ops_said=$(mount "$ops_at" 2>&1) && { ops_mount_find "$2" || { ops_said="$1 is not there"; false; }; }
  else ops_said=$(mount -o "remount,$3$(ops_mount_plain_memory "$3")" "$ops_at" 2>&1 && ops_mount_dress "$2" "$3" 2>&1)
  fi || {
    ops_restore /etc/fstab || { echo "ops: $ops_at: $ops_said; and /etc/fstab could not be put back" >&2; exit 96; }
    ops_mount_told
    echo "ops: $ops_at: it cannot be mounted, and /etc/fstab was put back: ${ops_said##*"$ops_newline"}" >&2
    exit 97
  }
  ops_mount_told
)
# FLAGS: what a tmpfs has without them; it keeps what it had otherwise.
ops_mount_plain_memory() {
  [ "$ops_type" = tmpfs ] && ops_mount_pages=$(stat -f -c '%S' -- "$ops_at") || return 0
  for ops_mount_flag in size nr_inodes; do
    ops_mount_value "$ops_mount_flag" "$1" || ! ops_mount_default "$ops_mount_flag" || printf ',%s=%s' "$ops_mount_flag" "$ops_mount_asked"
  done
}
# PATH FLAGS: a tmpfs is not told anew whose its folder is, nor its mode.
ops_mount_dress() {
  [ "$ops_type" = tmpfs ] || return 0
  if ops_mount_value uid "$2"; then chown -- "$ops_mount_asked" "$1" || return; fi
  if ops_mount_value gid "$2"; then chgrp -- "$ops_mount_asked" "$1" || return; fi
  if ops_mount_value mode "$2"; then chmod -- "$ops_mount_asked" "$1" || return; fi
}
# PATH
ops_mount_absent() (
  set +e
  ops_mount_sure "$1" || ops_fail "$1: $ops_why; nothing was changed"
  ops_at=$1
  if ops_mount_find "$1"; then
    ops_said=$(umount "$ops_at" 2>&1) ||
      ops_fail "$ops_at: cannot be unmounted, and is never forced (${ops_said##*: }); nothing was changed"
  fi
  ops_write /etc/fstab -- ops_mount_lines "$1" '' || exit
  ops_mount_told
)
# systemd makes units of fstab.
ops_mount_told() { [ ! -d /run/systemd/system ] || systemctl daemon-reload; }
# PATH LINE: fstab with this line in the place of those for the path, which may be written with a slash at its end; all others stay.
ops_mount_lines() {
  { ops_mount_word "$1"; printf '%s\n' "$2"; [ -z "$ops_old" ] || cat -- "$ops_old"; } | awk '
    function plain(place) { gsub(/\/\/+/, "/", place); if (place != "/") sub(/\/$/, "", place); return place }
    NR == 1 { path = $0; next }
    NR == 2 { line = $0; next }
    !/^[ \t]*#/ && plain($2) == path { if (!done && line != "") print line; done = 1; next }
    { print }
    END { if (!done && line != "") print line }'
}
