# The functions of `access-network`, as network-shell.ts describes them.
# Empty chains and tables may have come, for they change nothing; none of what was there may be gone.
ops_back_rules_same() {
  ops_access_rules "$(cat "$ops_copy.by")" >"$ops_access/new.rules"
  grep -v '^idle ' "$ops_copy.same" >"$ops_access/new.rules-were"
  grep -v '^idle ' "$ops_access/new.rules" | cmp -s - "$ops_access/new.rules-were" &&
    awk 'FILENAME == ARGV[1] { now[$0]; next } /^idle / && !($0 in now) { isGone = 1 } END { exit isGone }' "$ops_access/new.rules" "$ops_copy.same"
}
ops_back_rules() {
  ops_back_tables iptables-legacy legacy4
  ops_back_tables ip6tables-legacy legacy6
  if [ -e "$ops_copy.nft" ]; then
    { echo 'flush ruleset'; cat "$ops_copy.nft"; } | nft -f -
    ops_back_rules_same && return
    [ -e "$ops_copy.v4" ] || return
  fi
  # Rules of iptables can hold what nft prints but does not read, or not whole.
  ops_back_all_tables
  ops_back_rules_same && return
  # Tables that iptables cannot read are in its way, and there was no nft to have made others.
  command -v nft >/dev/null || return
  nft flush ruleset
  ops_back_all_tables
}
ops_back_all_tables() {
  ops_back_tables iptables v4
  ops_back_tables ip6tables v6
  [ ! -e "$ops_copy.nft" ] || ops_back_native | nft -f -
}
# PROGRAM PART: the tables that were saved, and those that came meanwhile without a rule.
ops_back_tables() {
  ops_tables_copy=$ops_copy.$2
  if [ ! -e "$ops_tables_copy" ]; then
    ops_access_has_tables "$1" "$2" || return 0
    ops_tables_copy=/dev/null
  fi
  {
    cat "$ops_tables_copy"
    "$1-save" | awk '
      FILENAME == ARGV[1] { if (/^[*]/) was[$1]; next }
      /^[*]/ { isNew = !($1 in was) }
      isNew && (/^[*]/ || /^COMMIT/) { print }
      isNew && /^:/ && $2 != "-" { print $1, "ACCEPT", "[0:0]" }' "$ops_tables_copy" -
  } | "$1-restore"
}
ops_back_addresses_same() {
  ops_addresses_now=$(ip -o addr show scope global 2>/dev/null)
  while read -r ops_saved_device ops_saved_address; do
    case $ops_addresses_now in *" $ops_saved_device "*" $ops_saved_address "*) ;; *) return 1 ;; esac
  done <"$ops_copy"
  while read -r ops_saved_device; do
    [ -n "$(ip -o link show dev "$ops_saved_device" up 2>/dev/null)" ] || return 1
  done <"$ops_copy.up"
  # A lease may give other words after the gateway and the link.
  ops_routes_now=$ops_newline$(ip route show default 2>/dev/null)' '
  while read -r ops_saved_route; do
    case $ops_saved_route in 'default '*) ;; *) continue ;; esac
    case $ops_saved_route in *' dev '*) ops_route_device=${ops_saved_route#* dev } ops_saved_route="${ops_saved_route%% dev *} dev ${ops_route_device%% *}" ;; esac
    case $ops_routes_now in *"$ops_newline$ops_saved_route "*) ;; *) return 1 ;; esac
  done <"$ops_copy.routes"
}
# The daemons have been restarted with the old files; what they do not bring back by themselves is set by hand.
ops_back_addresses() {
  ops_naps=0
  until ops_back_addresses_same || [ "$ops_naps" -ge 50 ]; do ops_naps=$((ops_naps + 1)); sleep 0.1; done
  while read -r ops_saved_device; do ip link set dev "$ops_saved_device" up; done <"$ops_copy.up"
  while read -r ops_saved_device ops_saved_address; do ip addr add "$ops_saved_address" dev "$ops_saved_device" 2>/dev/null; done <"$ops_copy"
  while read -r ops_saved_route; do
    # shellcheck disable=SC2086 # words of `ip route`
    ip route replace $ops_saved_route 2>/dev/null
  done <"$ops_copy.routes"
  :
}
# The tables that are not those of iptables: the ones of now go, and the ones that were saved come.
ops_back_native() {
  ops_native='!($2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/)'
  nft list tables | awk "/^table / && $ops_native { print \"delete\", \$0 }"
  awk "/^table / { isNative = $ops_native } isNative" "$ops_copy.nft"
}
