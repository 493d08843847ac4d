# The change of what holds now and at boot.
# FILE LINE VALUE WAS SETTER...: what runs first, as that refuses what is no value for it: SETTER gets VALUE as its last word. Then the
# file; where that cannot be written, what runs gets back what it was.
ops_boot_hold() {
  ops_boot_file=$1 ops_boot_line=$2 ops_boot_value=$3 ops_boot_was=$4
  shift 4
  [ "$ops_boot_value" = "$ops_boot_was" ] || "$@" "$ops_boot_value" || return
  ops_write "$ops_boot_file" mode=0644 owner=root group=root -- printf '%s\n' "$ops_boot_line" && return
  ops_boot_code=$?
  [ "$ops_boot_value" = "$ops_boot_was" ] || ("$@" "$ops_boot_was") 2>/dev/null ||
    ops_fail "$ops_boot_file is as before, and what runs has '$ops_boot_value' all the same"
  return "$ops_boot_code"
}
