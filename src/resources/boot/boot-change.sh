# The change of what holds now and at boot.
# FILE LINE VALUE WAS SETTER...: what runs first, as that refuses what is no value for it: SETTER gets VALUE as its last word. Then the
# file; where that cannot be written, what runs gets back what it was: that is WAS behind a `=`, and there is none without one.
ops_boot_hold() {
  ops_boot_file=$1 ops_boot_line=$2 ops_boot_value=$3 ops_boot_was=$4
  shift 4
  [ "=$ops_boot_value" = "$ops_boot_was" ] || "$@" "$ops_boot_value" || return
  ops_write "$ops_boot_file" mode=0644 owner=root group=root -- printf '%s\n' "$ops_boot_line" && return
  ops_boot_code=$?
  [ "=$ops_boot_value" = "$ops_boot_was" ] || { [ -n "$ops_boot_was" ] && ("$@" "${ops_boot_was#=}") 2>/dev/null; } ||
    ops_fail "$ops_boot_file is as before, and what runs has '$ops_boot_value' all the same"
  return "$ops_boot_code"
}
# FILE NAME VALUE: writes a file of /proc or /sys and reads it back: not every value is taken, of several numbers some are, and a number may
# become another one. Then it gets back what it was. cat knows the reason where builtins say "I/O error".
ops_boot_set() {
  ops_boot_read "$1" 2>/dev/null || return
  ops_boot_before=$ops_boot_is
  ops_said=$({ printf '%s\n' "$3" | cat >"$1"; } 2>&1) || ops_boot_not_taken "$1" "does not take '$3' for $2 (${ops_said##*: })"
  ops_boot_read "$1" 2>/dev/null || return
  [ "$(ops_boot_plain "$ops_boot_is")" = "$(ops_boot_plain "$3")" ] || ops_boot_not_taken "$1" "makes '$ops_boot_is' of '$3' for $2"
}
ops_boot_plain() { printf '%s' "$1" | tr -s ' \t' '  ' | sed 's/^ //; s/ $//'; }
ops_boot_not_taken() {
  if ! ops_boot_was "$1"; then
    { printf '%s\n' "$ops_boot_before" | cat >"$1"; } 2>/dev/null
    ops_boot_was "$1" || ops_fail "the kernel $2; it was '$ops_boot_before' and is '$ops_boot_is' now"
  fi
  ops_fail "the kernel $2; nothing was changed"
}
ops_boot_was() { ops_boot_read "$1" 2>/dev/null && [ "$ops_boot_is" = "$ops_boot_before" ]; }
