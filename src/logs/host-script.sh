# Log files of a host, as host-script.ts describes it.
ops_logs_home() { cd "${HOME:-/}" 2>/dev/null || cd /; }
# `ops_logs_tell FILE...`: a record of each that is there.
ops_logs_tell() {
  for ops_file in "$@"; do
    [ -f "$ops_file" ] || continue
    printf 'file\0%s\0%s\0' "$(stat -L -c '%Y %s %d:%i' -- "$ops_file")" "$ops_file"
  done
}
# A shell would end where `exec` alone finds no such file; behind `command` it goes on.
# `ops_logs_read FILE DEVICE:INODE CODE` prints the file that had this inode, also where it has another name by now; ends with CODE where it is gone.
ops_logs_is_it() { [ "$(stat -L -c %d:%i /proc/self/fd/3)" = "$1" ]; }
ops_logs_read() {
  ops_file=$1
  if ! { command exec 3<"$ops_file" && ops_logs_is_it "$2"; } 2>/dev/null; then
    case $ops_file in */*) ops_folder=${ops_file%/*}/ ;; *) ops_folder=./ ;; esac
    ops_file=$(find "$ops_folder" -maxdepth 1 -inum "${2#*:}" 2>/dev/null | head -n 1)
    [ -n "$ops_file" ] && command exec 3<"$ops_file" && ops_logs_is_it "$2" || exit "$3"
  fi
  exec cat <&3
}
