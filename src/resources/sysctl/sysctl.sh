# A setting of the kernel, as it runs and as the files of sysctl.d(5) set it at boot.
# WAY: prints `now=` of the running kernel, its lines parted by tabs, and `known=yes|no|unreadable|locked`.
ops_sysctl_now() {
  ops_sysctl_value= ops_sysctl_known=yes
  if [ ! -f "/proc/sys/$1" ]; then ops_sysctl_known=no
  elif ! ops_sysctl_value=$({ cat "/proc/sys/$1"; } 2>/dev/null); then ops_sysctl_known=unreadable
  elif [ ! -w "/proc/sys/$1" ]; then ops_sysctl_known=locked
  fi
  ops_sysctl_value=$(printf '%s' "$ops_sysctl_value" | tr '\n' '\t') || return
  printf 'known=%s\nnow=%s\n' "$ops_sysctl_known" "$ops_sysctl_value"
}
# WAY VALUE. cat knows the reason where builtins say "I/O error".
ops_sysctl_set() {
  ops_said=$({ printf '%s\n' "$2" | cat >"/proc/sys/$1"; } 2>&1) ||
    ops_fail "the kernel does not take '$2' for $1 (${ops_said##*: }); nothing was changed"
}
# WAY VALUE WAS FILE LINE. The kernel first, as it refuses what is no value for it; it gets back what it had where the file cannot be written.
ops_sysctl() {
  [ "$2" = "$3" ] || ops_sysctl_set "$1" "$2"
  ops_write "$4" mode=0644 owner=root group=root -- printf '%s\n' "$5" && return
  ops_write_code=$?
  [ "$2" = "$3" ] || (ops_sysctl_set "$1" "$3") 2>/dev/null || ops_fail "$4 is as before, and $1 runs with '$2' all the same"
  return "$ops_write_code"
}
