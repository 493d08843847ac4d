# The functions of `firewall-look`, as look.ts describes them.
# CLIENT (yes, or nothing): the ports that sshd listens on, and the connection that this runs in: from the nearest program above that sshd has told.
ops_firewall_ssh() {
  ops_pid=$$ ops_connection= ops_client=
  while [ "${ops_pid:-0}" -gt 1 ] && [ -z "$ops_connection" ]; do
    ops_connection=$({ tr '\000' '\n' <"/proc/$ops_pid/environ" | sed -n 's/^SSH_CONNECTION=//p'; } 2>/dev/null)
    ops_pid=$(sed 's/.*) . //; s/ .*//' "/proc/$ops_pid/stat" 2>/dev/null)
  done
  ops_client=${ops_connection%% *} ops_ports=${ops_connection##* }
  ops_sshd=$(command -v sshd || echo /usr/sbin/sshd)
  [ ! -x "$ops_sshd" ] || ops_ports="$ops_ports $("$ops_sshd" -T 2>/dev/null | sed -n 's/^port //p; s/^listenaddress .*:\([0-9]*\)$/\1/p')"
  for ops_socket in ssh.socket sshd.socket; do
    # One that is off still tells where it would listen.
    systemctl is-active -q "$ops_socket" 2>/dev/null || systemctl is-enabled -q "$ops_socket" 2>/dev/null || continue
    ops_ports="$ops_ports $(systemctl show -p Listen "$ops_socket" 2>/dev/null | sed -n 's/^Listen=.*:\([0-9]*\) (Stream)$/\1/p')"
  done
  # shellcheck disable=SC2086 # one word for each port
  ops_ports=$(printf '%s\n' $ops_ports | sort -un | tr '\n' ' ')
  [ "$1" = yes ] || ops_client=
  printf 'ports=%s\nclient=%s\n' "${ops_ports% }" "$ops_client"
}
# UNIT: enabled, disabled, masked, or none.
ops_firewall_unit() {
  ops_unit_file=$(systemctl is-enabled "$1" 2>/dev/null) || :
  echo "${ops_unit_file:-none}"
}
# KEY FILE: what follows `KEY=`, without quotes.
ops_firewall_value() { sed -n "s/^$1=//p" "$2" 2>/dev/null | tail -n 1 | tr -d '"'"'"; }
ops_firewall_look() {
  ops_has_ufw=no ops_has_nft=no
  ! command -v ufw >/dev/null || ops_has_ufw=yes
  ! command -v nft >/dev/null || ops_has_nft=yes
  ops_ufw_on=$(ops_firewall_value ENABLED /etc/ufw/ufw.conf) ops_nft_on=$(ops_firewall_unit nftables.service)
  case $ops_has_ufw$ops_has_nft,$ops_ufw_on,$ops_nft_on in
    yesyes,no,enabled) ops_by=nftables ;;
    yes*) ops_by=ufw ;;
    noyes*) ops_by=nftables ;;
    *) ops_by=none ;;
  esac
  case $1 in
    ufw) [ "$ops_has_ufw" = yes ] && ops_by=ufw || ops_by=none ;;
    nftables) [ "$ops_has_nft" = yes ] && ops_by=nftables || ops_by=none ;;
  esac
  [ "$(id -u)" = 0 ] && ops_root=yes || ops_root=no
  echo "root=$ops_root"
  echo "by=$ops_by"
  ops_firewall_ssh "$2"
  case $(ops_firewall_unit firewalld.service),$ops_by,$ops_ufw_on,$ops_nft_on in
    enabled,*) echo 'clash=firewalld is enabled' ;;
    *,nftables,yes,*) [ "$ops_has_ufw" = no ] || echo 'clash=ufw is enabled' ;;
    *,ufw,*,enabled) echo 'clash=nftables.service is enabled, and at boot would take away what ufw loads' ;;
  esac
  case $ops_by in ufw) ops_firewall_look_ufw || return ;; nftables) ops_firewall_look_nft || return ;; esac
  if ops_wants_detail && [ "$ops_root" = yes ]; then ops_firewall_beside | ops_detail 0; fi
}
# What else judges that comes in, a line each: rules in INPUT that are none of ufw, and chains of other tables of nftables.
ops_firewall_beside() {
  if [ "$ops_by" = ufw ]; then
    iptables -S INPUT 2>/dev/null | grep -v -e '^-P' -e ' -j ufw-' | sed 's/^-A/iptables -A/'
    [ "$ops_ipv6" != yes ] || ip6tables -S INPUT 2>/dev/null | grep -v -e '^-P' -e ' -j ufw6-' | sed 's/^-A/ip6tables -A/'
  fi
  [ "$ops_has_nft" = no ] || nft list chains 2>/dev/null | awk -v by="$ops_by" '
    $1 == "table" { table = $2 " " $3 }
    $1 == "chain" { chain = $2 }
    # What is dropped before it comes to the chains of input, by type filter: nat only leads elsewhere.
    /type filter hook (prerouting|ingress) / { print "nft table " table ", chain " chain (/policy drop/ ? ", policy drop" : "") }
    / hook input / {
      drops = /policy drop/
      if (table == "inet ops_firewall" || table ~ /^ip6? filter$/ && (by == "ufw" || !drops)) next
      print "nft table " table ", chain " chain (drops ? ", policy drop" : "")
    }'
}
ops_firewall_look_ufw() {
  ops_ipv6=none
  [ ! -e /proc/net/if_inet6 ] || ops_ipv6=$(ops_firewall_value IPV6 /etc/default/ufw)
  ops_policy=$(ops_firewall_value DEFAULT_INPUT_POLICY /etc/default/ufw)
  printf '%s\n' "enabled=${ops_ufw_on:-no}" "unit=$(ops_firewall_unit ufw.service)" "policy=$ops_policy" "ipv6=${ops_ipv6:-no}"
  for ops_family in 4 6; do
    ops_tuples=/etc/ufw/user${ops_family#4}.rules
    printf 'rules%s=%s\n' "$ops_family" "$([ ! -r "$ops_tuples" ] || sed -n 's/^### tuple ### //p' "$ops_tuples" | tr '\n' '\t')"
  done
  ops_loaded=$(ops_firewall_loaded '') ops_loaded6=
  [ "$ops_ipv6" != yes ] || ops_loaded6=$(ops_firewall_loaded 6)
  case $ops_loaded,$ops_loaded6 in
    *, | "$ops_loaded6,$ops_loaded") ;;
    *unknown*) ops_loaded=unknown ;;
    no,cut | cut,no) ops_loaded=cut ;;
    no,foreign | foreign,no | cut,foreign | foreign,cut) ops_loaded=foreign ;;
    *) ops_loaded=other ;;
  esac
  echo "loaded=$ops_loaded"
}
# RULES-OF-INPUT CHAIN-OF-UFW: whether the chain is there and INPUT does not lead to it, as after `iptables -F`.
ops_firewall_cut() { case $2,$1 in ,*|*,*"-A INPUT -j ufw"*"-before-input"*) return 1;; esac; }
# FAMILY (6, or nothing): whether the kernel has the rules that ufw keeps. How it would spell them it says itself, in an empty network.
ops_firewall_loaded() {
  ops_tables=ip$1tables ops_chain=ufw$1
  ops_input=$("$ops_tables" -S INPUT 2>/dev/null)
  ops_before=$("$ops_tables" -S "$ops_chain-before-input" 2>/dev/null)
  # What ufw leaves behind when it is disabled is empty.
  case $ops_input,$ops_before in
    *"-A INPUT -j $ops_chain-before-input"*,*"-j $ops_chain-user-input"*) ;;
    '-P INPUT ACCEPT'*) if ops_firewall_cut "$ops_input" "$ops_before"; then echo cut; else echo no; fi; return ;;
    ,*) echo other; return ;;
    # No rule of ufw is reached; but to disable ufw would open what somebody else has closed.
    *) echo foreign; return ;;
  esac
  case $ops_policy,$ops_input in ACCEPT,'-P INPUT ACCEPT'* | DROP,'-P INPUT DROP'* | REJECT,'-P INPUT DROP'*) ;; *) echo other; return ;; esac
  case $("$ops_tables" -S "$ops_chain-skip-to-policy-input" 2>/dev/null) in *"-j $ops_policy"*) ;; *) echo other; return ;; esac
  # shellcheck disable=SC2016 # for the shell within
  ops_kept=$(unshare -n sh -c '"$1-restore" -n <"$2" && "$1" -S "$3-user-input" && "$1" -S "$3-user-limit-accept"' sh \
    "$ops_tables" "/etc/ufw/user$1.rules" "$ops_chain" 2>/dev/null) || { echo unknown; return; }
  ops_running=$("$ops_tables" -S "$ops_chain-user-input" && "$ops_tables" -S "$ops_chain-user-limit-accept") 2>/dev/null
  if [ "$ops_kept" = "$ops_running" ]; then echo yes; else echo other; fi
}
ops_firewall_look_nft() {
  ops_lines=
  # Only root is told, and the plan says so.
  if [ "$ops_root" = yes ]; then
    ops_nft_tables=$(nft list tables) || return
    ! printf '%s\n' "$ops_nft_tables" | grep -qxF 'table inet ops_firewall' ||
      ops_lines=$(nft -s -p list chain inet ops_firewall incoming 2>/dev/null | sed -n 's/^		//p' | tr '\n' '\t')
  fi
  printf 'chain=%s\n' "$ops_lines"
  ops_sum=none
  [ ! -f "$ops_firewall_file" ] || ops_sum=$(sha256sum <"$ops_firewall_file")
  printf 'file=%s\nread=%s\nunit=%s\n' "${ops_sum%% *}" "$(ops_firewall_read)" "$ops_nft_on"
}
# Whether /etc/nftables.conf reads our file (all: as one of all in its folder), and flushes nothing afterwards.
ops_firewall_read() {
  [ -f /etc/nftables.conf ] || { echo no; return; }
  awk -v file="$ops_firewall_file" '
    { line = $0; sub(/^[ \t]+/, "", line); sub(/[ \t;]+$/, "", line) }
    line ~ /^flush[ \t]+ruleset/ { found = "" }
    line ~ /^include[ \t]+"\/etc\/nftables\.d\/\*(\.nft)?"$/ && !found { found = "all" }
    line == "include \"" file "\"" { found = "yes" }
    END { print found ? found : "no" }' /etc/nftables.conf
}
