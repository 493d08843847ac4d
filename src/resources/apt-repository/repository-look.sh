# The functions of `repository-look`, as look.ts describes them.
ops_repository_look() {
  command -v apt-get >/dev/null || { echo apt=no; return 0; }
  echo apt=yes
  ops_source_list=/etc/apt/sources.list.d/$1.sources ops_ring=/etc/apt/keyrings/$1.gpg ops_mine=$2
  shift 2
  ops_readable=yes
  for ops_repository_file in "$ops_source_list" "$ops_ring"; do
    [ -f "$ops_repository_file" ] || continue
    ops_repository_mode=$(stat -L -c %a -- "$ops_repository_file") || return 1
    case $ops_repository_mode in *[4567]) ;; *) ops_readable=no;; esac
  done
  echo "readable=$ops_readable"
  ops_ring_hash=absent ops_ring_keys=none
  if [ -f "$ops_ring" ]; then
    ops_ring_hash=$(sha256sum <"$ops_ring") || return 1
    ops_ring_keys=$(ops_pgp_keys "$ops_ring") || ops_ring_keys=none
  fi
  echo "ring=${ops_ring_hash%% *}"
  # shellcheck disable=SC2086 # many lines become one
  echo keys=$ops_ring_keys
  ops_list_hash=absent ops_lists_state=missing
  if [ -f "$ops_source_list" ]; then
    ops_list_hash=$(sha256sum <"$ops_source_list") || return 1
    if [ "${ops_list_hash%% *}" = "$ops_mine" ]; then
      ops_targets=$(ops_repository_apt indextargets --format '$(FILENAME)') || { echo "apt-get does not say which lists of $ops_source_list it has" >&2; return 1; }
      [ -z "$ops_targets" ] || ops_lists_state=fetched
    fi
  fi
  printf 'content=%s\nlists=%s\n' "${ops_list_hash%% *}" "$ops_lists_state"
  [ $# = 0 ] || ops_repository_twin "$@"
}
# WORD...: apt-get, which sees ops_source_list alone and leaves the lists of others.
ops_repository_apt() {
  apt-get -q -o "Dir::Etc::sourcelist=$ops_source_list" -o Dir::Etc::sourceparts=/dev/null -o APT::Get::List-Cleanup=0 "$@" </dev/null
}
# URL SUITE...: where another file names the same repository.
ops_repository_twin() {
  for ops_repository_file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ -f "$ops_repository_file" ] && [ "$ops_repository_file" != "$ops_source_list" ] || continue
    case $ops_repository_file in
      *.list) ops_twin_line=$(awk -v url="${1%/}" -v suites=" $* " '
        { sub(/#.*/, ""); sub(/\[[^]]*\]/, "") }
        ($1 == "deb" || $1 == "deb-src") && NF > 2 {
          sub(/\/+$/, "", $2)
          if ($2 == url && index(suites, " " $3 " ")) { print NR; exit }
        }' "$ops_repository_file") ;;
      *) ops_twin_line=$(awk -v url="${1%/}" -v suites=" $* " '
        function judge() {
          if (!off) for (each in urls) for (suite in found) if (each == url && index(suites, " " suite " ")) { print start; exit }
          split("", urls); split("", found); off = field = start = ""
        }
        /^#/ { next }
        /^[ \t]*$/ { judge(); next }
        !start { start = NR }
        /^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field); sub(/^[^:]*:/, "") }
        field == "enabled" && tolower($1) ~ /^(no|false|0|off|disable|without)$/ { off = 1 }
        field == "uris" { for (i = 1; i <= NF; i++) { sub(/\/+$/, "", $i); urls[$i] } }
        field == "suites" { for (i = 1; i <= NF; i++) found[$i] }
        END { judge() }' "$ops_repository_file") ;;
    esac
    [ -z "$ops_twin_line" ] || { printf 'twin=%s:%s\n' "$ops_repository_file" "${ops_twin_line%%"$ops_newline"*}"; return 0; }
  done
}
