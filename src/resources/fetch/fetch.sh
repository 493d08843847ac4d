# The functions of `fetch`, as fetch.ts describes them.
ops_fetch() {
  ops_by= ops_said=
  if command -v curl >/dev/null; then
    ops_by=curl
    # The URL as it is, braces and brackets too. Settings of the host stand: its way through a proxy may be one of them.
    ops_said=$(curl -g -fsSL --retry 2 --connect-timeout 20 -o "$2" --url "$1" 2>&1 </dev/null) && return 0
  elif command -v wget >/dev/null; then
    ops_by=wget ops_wget_quiet=-q
    case $(wget --version 2>&1) in *GNU*) ops_wget_quiet=-nv;; esac
    ops_said=$(wget $ops_wget_quiet -T 20 -O "$2" "$1" 2>&1 </dev/null) && return 0
  elif [ -x /usr/lib/apt/apt-helper ]; then
    ops_by=apt-helper
    # It gives what it fetches to a user of its own.
    ops_said=$(/usr/lib/apt/apt-helper -q -o APT::Sandbox::User=root download-file "$1" "$2" 2>&1 </dev/null) && [ -f "$2" ] && return 0
  else
    ops_by='nothing here' ops_said='neither curl nor wget is installed: a step before this one brings it, apt curl'
    return 1
  fi
  ops_said=$(printf '%s\n' "$ops_said" | sed '/^[[:blank:]]*$/d' | tail -n 1)
  ops_said=${ops_said:-it did not say why}
  return 1
}
# Sets ops_place to an empty private folder on a disk, which goes with this subshell; what a killed run left goes first.
ops_fetch_place() {
  ops_kept_root
  if [ -n "$ops_kept" ]; then ops_place=${ops_kept%/kept}/fetched; else ops_place=${OPS_DIR:-$(mktemp -d)}/fetched; fi
  rm -rf -- "$ops_place" && (umask 077; mkdir -- "$ops_place") || return 1
  trap 'rm -rf -- "$ops_place"' EXIT
}
# URL SHA256 NAME: fetched into ops_place/NAME, and proved.
ops_fetch_proved() {
  ops_fetch "$1" "$ops_place/$3" || ops_fail "$1 could not be fetched: $ops_by says: $ops_said; nothing was changed"
  ops_sum=$(sha256sum <"$ops_place/$3")
  [ "${ops_sum%% *}" = "$2" ] ||
    ops_fail "what $1 serves has the sha256 ${ops_sum%% *}, and not $2; nothing was changed"
}
