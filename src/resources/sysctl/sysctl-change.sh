# The functions of `sysctl-change`, as change.ts describes them. cat knows the reason where builtins say "I/O error".
ops_sysctl_set() {
  ops_said=$({ printf '%s\n' "$2" | cat >"/proc/sys/$1"; } 2>&1) ||
    ops_fail "the kernel does not take '$2' for $1 (${ops_said##*: }); nothing was changed"
}
# The kernel first, as it refuses what is no value for it; it gets back what it had where the file cannot be written.
ops_sysctl() {
  [ "$2" = "$3" ] || ops_sysctl_set "$1" "$2"
  ops_write "$4" mode=0644 owner=root group=root -- printf '%s\n' "$5" && return
  ops_a=$?
  [ "$2" = "$3" ] || (ops_sysctl_set "$1" "$3") 2>/dev/null || ops_fail "$4 is as before, and $1 runs with '$2' all the same"
  return "$ops_a"
}
