# The functions of `access-network`, as network-shell.ts describes them.
ops_back_rules() {
  if [ ! -e "$ops_copy.nft" ] && [ ! -e "$ops_copy.v4" ]; then
    # There was nothing to filter with.
    ! command -v nft >/dev/null || nft flush ruleset
    for ops_filter_program in iptables ip6tables; do
      command -v "$ops_filter_program-save" >/dev/null || continue
      "$ops_filter_program-save" | awk '/^[*]/ || /^COMMIT/ { print } /^:/ && $2 != "-" { print $1, "ACCEPT", "[0:0]" }' | "$ops_filter_program-restore"
    done
    return
  fi
  if [ -e "$ops_copy.nft" ] && { echo 'flush ruleset'; cat "$ops_copy.nft"; } | nft -f -; then return 0; fi
  # Rules of iptables can hold what nft prints but does not read.
  ops_bad_rules=0
  [ ! -e "$ops_copy.v4" ] || iptables-restore <"$ops_copy.v4" || ops_bad_rules=1
  [ ! -e "$ops_copy.v6" ] || ip6tables-restore <"$ops_copy.v6" || ops_bad_rules=1
  [ ! -e "$ops_copy.nft" ] || ops_back_native | nft -f - || ops_bad_rules=1
  [ -e "$ops_copy.v4" ] && return $ops_bad_rules
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
