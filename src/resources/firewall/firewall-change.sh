# The functions of `firewall-change`, as change.ts describes them.
# POLICY COUNT WORDS...: each group of words is one call of ufw.
ops_firewall_ufw() {
  ops_wanted_policy=$1
  shift
  ops_ipv6=$(ops_firewall_value IPV6 /etc/default/ufw)
  if [ "$ops_ipv6" != yes ] && [ -e /proc/net/if_inet6 ]; then
    ops_write /etc/default/ufw -- ops_firewall_with_ipv6 || return
  fi
  ops_firewall_told default "$ops_wanted_policy" incoming || return
  while [ "$#" -gt 0 ]; do
    ops_count=$1
    shift
    ops_firewall_some "$ops_count" "$@" || return
    shift "$ops_count"
  done
  [ "$(ops_firewall_unit ufw.service)" = enabled ] || systemctl enable -q ufw.service || return
  for ops_family in '' 6; do
    ops_firewall_rejoin "ip${ops_family}tables" "ufw$ops_family" || ops_fail "ufw's chains, which INPUT no longer leads to, cannot be taken away: ${ops_said##*"$ops_newline"}. Which rules still lead to them: ip${ops_family}tables -S | grep ufw"
  done
  if [ "$(ops_firewall_value ENABLED /etc/ufw/ufw.conf)" = yes ]; then ops_firewall_told reload; else ops_firewall_told --force enable; fi
}
# TABLES UFW: ufw leads INPUT to its chains only when it makes them, so those that were cut off (by `iptables -F`) go before. Docker's
# chain may lead to one of them (by ufw-docker, whose own chains stay: ufw fills them anew).
ops_firewall_rejoin() {
  ops_firewall_cut "$("$1" -S INPUT 2>/dev/null)" "$("$1" -S "$2-before-input" 2>/dev/null)" || return 0
  ops_chains=$("$1" -S) || return 1
  ops_cut_rules=$(printf '%s\n' "$ops_chains" | sed -n "/^-A $2-/d; /^-N $2-docker-/d; s/^-A \([A-Za-z0-9_-]* -j $2-[a-z-]*\)\$/-D \1/p; s/^-N \($2-[a-z-]*\)\$/-F \1/p") || return 1
  ops_cut_rules="$ops_cut_rules$ops_newline$(printf '%s\n' "$ops_chains" | sed -n "/^-N $2-docker-/d; s/^-N \($2-[a-z-]*\)\$/-X \1/p")" || return 1
  ops_said=$(printf '*filter\n%s\nCOMMIT\n' "$ops_cut_rules" | "$1-restore" -n 2>&1)
}
ops_firewall_with_ipv6() { { grep -v '^IPV6=' "$ops_old" || :; } && echo IPV6=yes; }
# COUNT WORDS...: the first COUNT of them are for ufw.
ops_firewall_some() {
  ops_left=$1 ops_told=
  shift
  for ops_word; do
    [ "$ops_left" -gt 0 ] || break
    ops_left=$((ops_left - 1))
    ops_told="$ops_told $(ops_firewall_quoted "$ops_word")"
  done
  eval "ops_firewall_told $ops_told"
}
ops_firewall_quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }
# What ufw says is told where it fails.
ops_firewall_told() {
  ops_said=$(ufw "$@" 2>&1) || ops_fail "ufw $*: ${ops_said##*"$ops_newline"}"
}
ops_firewall_ufw_absent() { ops_firewall_told disable; }
# TEXT
ops_firewall_nft() {
  (ops_go_making /etc/nftables.d) || ops_fail '/etc/nftables.d cannot be made; nothing was changed'
  # shellcheck disable=SC2016 # for the write
  ops_write "$ops_firewall_file" mode=0644 owner=root group=root check='nft -c -f "$1"' -- printf '%s' "$1" || return
  if [ "$(ops_firewall_read)" = no ]; then
    ops_write /etc/nftables.conf new=0755 -- ops_firewall_conf yes || {
      ops_write_code=$?
      ops_restore "$ops_firewall_file" || { echo "ops: $ops_firewall_file could not be put back" >&2; exit 96; }
      exit $ops_write_code
    }
  fi
  ops_said=$(nft -c -f /etc/nftables.conf 2>&1) || {
    ops_restore /etc/nftables.conf && ops_restore "$ops_firewall_file" || { echo 'ops: /etc/nftables.conf could not be put back' >&2; exit 96; }
    echo "ops: nftables.service could not load /etc/nftables.conf, and what was written was put back: ${ops_said%%"$ops_newline"*}" >&2
    exit 97
  }
  ops_said=$(nft -f "$ops_firewall_file" 2>&1) || ops_fail "nft does not load $ops_firewall_file: ${ops_said%%"$ops_newline"*}"
  # Only for the boot: to start it now would flush the tables of others.
  [ "$(ops_firewall_unit nftables.service)" = enabled ] || systemctl enable -q nftables.service
}
# YES (or nothing): /etc/nftables.conf with our line at its end, or without it.
ops_firewall_conf() {
  [ -n "$ops_old" ] && [ -s "$ops_old" ] || echo '#!/usr/sbin/nft -f'
  [ -z "$ops_old" ] || grep -vxF "include \"$ops_firewall_file\"" "$ops_old" || :
  [ -z "$1" ] || printf 'include "%s"\n' "$ops_firewall_file"
}
ops_firewall_nft_absent() {
  if [ -f /etc/nftables.conf ] && grep -qxF "include \"$ops_firewall_file\"" /etc/nftables.conf; then
    ops_write /etc/nftables.conf -- ops_firewall_conf '' || return
    ops_first_part=ops_then
  else ops_first_part=
  fi
  $ops_first_part ops_remove "$ops_firewall_file" || return
  ! nft list table inet ops_firewall >/dev/null 2>&1 || nft delete table inet ops_firewall
}
