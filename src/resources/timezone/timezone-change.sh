# The functions of `timezone-change`, as change.ts describes them.
ops_timezone() {
  [ -L /etc/localtime ] || ops_remove /etc/localtime || return
  ops_symlink /etc/localtime "/usr/share/zoneinfo/$1" || return
  [ ! -f /etc/timezone ] || ops_write /etc/timezone -- printf '%s\n' "$1"
}
