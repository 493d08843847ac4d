# WAY KEY: prints `now=` of the running kernel, its lines parted by tabs, and `cannot=` why it cannot be set.
ops_sysctl_now() {
  ops_sysctl_value= ops_sysctl_cannot=
  if [ ! -f "/proc/sys/$1" ]; then ops_sysctl_cannot="the kernel knows no $2 now: is the name right, and its module loaded?"
  elif ! ops_sysctl_value=$({ cat "/proc/sys/$1"; } 2>/dev/null); then
    ops_sysctl_cannot="$2 cannot be read, so nobody could tell whether it is set"
  elif [ ! -w "/proc/sys/$1" ]; then
    ops_sysctl_cannot="$2 cannot be written here: it is read-only, or belongs to the host of this container"
  fi
  ops_sysctl_value=$(printf '%s' "$ops_sysctl_value" | tr '\n' '\t') || return
  printf 'cannot=%s\nnow=%s\n' "$ops_sysctl_cannot" "$ops_sysctl_value"
}
# WAY VALUE. cat knows the reason where builtins say "I/O error".
ops_sysctl_set() {
  ops_said=$({ printf '%s\n' "$2" | cat >"/proc/sys/$1"; } 2>&1) ||
    ops_fail "the kernel does not take '$2' for $1 (${ops_said##*: }); nothing was changed"
}
