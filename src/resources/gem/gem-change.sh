# The functions of `gem-change`, as change.ts describes them.
ops_gem_install() {
  ops_name=$1 ops_file=$2
  shift 2
  command -v gem >/dev/null || { echo "there is no \`gem\` on this host: install ruby first (\`apt\` with ruby-full)" >&2; return 1; }
  if [ -n "$ops_file" ]; then
    ops_gem_named=$(gem specification "$ops_file" name 2>/dev/null | sed -n 's/^--- *["'\'']\{0,1\}\([^"'\'']*\).*/\1/p')
    [ "$ops_gem_named" = "$ops_name" ] || { echo "in $ops_file is ${ops_gem_named:-no gem that can be read}, and not $ops_name" >&2; return 1; }
  fi
  ops_uid=$(id -u) || return 1
  [ "$ops_uid" = 0 ] || set -- --user-install "$@"
  ops_out=${OPS_DIR:-$(mktemp -d)}/gem-output
  if gem install --no-document "$@" "${ops_file:-$ops_name}" >"$ops_out" 2>&1 </dev/null; then cat "$ops_out"; return 0; fi
  cat "$ops_out"
  # The compiler's own words are in logs beside the gem.
  ops_log=$(sed -n 's/.*Results logged to //p; s/.*see the mkmf.log.*: *//p' "$ops_out" | tail -n 1)
  for ops_log_file in "$ops_log" "$(dirname "$ops_log" 2>/dev/null)/mkmf.log"; do
    [ ! -f "$ops_log_file" ] || { echo "--- $ops_log_file"; tail -n 30 "$ops_log_file"; cat "$ops_log_file" >>"$ops_out"; }
  done
  ops_reason=$(awk '/fatal error:|[a-z0-9]: error:|: not found$|command not found|No such file or directory/ && !a { a = $0 }
    /can.t find header files|is missing\. |[Uu]nable to (resolve|download)|SocketError|Net::OpenTimeout|requires Ruby version/ && !b { b = $0 }
    /^ERROR: / && !c { c = $0 } NF { d = $0 } END { a = b ? b : a ? a : c ? c : d; sub(/^[ \t]+/, "", a); print a }' "$ops_out")
  echo "gem install $ops_name failed: $ops_reason" >&2
  return 1
}
