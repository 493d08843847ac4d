# The functions of `unit-change`, as change.ts describes them.
ops_unit_file() (
  set +e
  ops_write "/etc/systemd/system/$1" mode=0644 'check=ops_unit_verify "$1"' -- printf %s "$2" || exit
  systemctl daemon-reload || ops_fail "$1 is written, but systemd does not load it"
)
ops_unit_file_absent() (
  set +e
  ops_remove "/etc/systemd/system/$1" || exit
  systemctl daemon-reload || ops_fail "$1 is removed, but systemd does not load that"
)
# FILE: says what systemd finds wrong with it. Older ones warn, and exit with 0 all the same.
ops_unit_verify() {
  command -v systemd-analyze >/dev/null || return 0
  ops_recursive_errors=--recursive-errors=no
  systemd-analyze --help | grep -q -e --recursive-errors || ops_recursive_errors=
  # shellcheck disable=SC2086 # one option or none
  ops_said=$(systemd-analyze verify --man=no $ops_recursive_errors "$1" 2>&1) && ops_verify_code=0 || ops_verify_code=$?
  printf '%s\n' "$ops_said"
  case $ops_said in *"$1:"*) return 1;; esac
  return "$ops_verify_code"
}
