# The functions of `access`, as common-shell.ts describes them.
ops_newline='
' ops_tab='	'
ops_access_get() { sed -n "s/^$1=//p" "$2" 2>/dev/null | head -n 1; }
# Ends the timers, and the units on disk that make them outlive a boot. Never itself: it may be what runs.
ops_access_disarm() {
  rm -f /etc/systemd/system/timers.target.wants/ops-access.timer /etc/systemd/system/ops-access.timer /etc/systemd/system/ops-access.service
  rmdir /etc/systemd/system/timers.target.wants 2>/dev/null
  sync /etc/systemd/system 2>/dev/null
  systemctl stop 'ops-access*.timer' 2>/dev/null
  # A boot or a daemon-reload has read them.
  [ -z "$(systemctl list-units --all --plain --no-legend ops-access.service ops-access.timer 2>/dev/null)" ] || systemctl daemon-reload
  rm -f "$ops_access"/new.* "$ops_access/renewed" "$ops_access/why"
}
# VERDICT FILE [LINE...]: keeps it, with what FILE says of the run, and the lines (details, and what stays).
ops_access_verdict() {
  {
    echo "verdict=$1"
    echo "at=$(date -u +%Y-%m-%dT%H:%M:%SZ)"
    sed -n '/^run=/p;/^who=/p;/^steps=/p;/^areas=/p' "$2"
    [ ! -e "$ops_access/why" ] || sed 's/^/why=/' "$ops_access/why"
    shift 2
    for ops_verdict_line; do printf '%s\n' "$ops_verdict_line"; done
  } >"$ops_access/new.verdict"
  sync "$ops_access/new.verdict" 2>/dev/null
  rm -f "$ops_access/told"
  mv -f "$ops_access/new.verdict" "$ops_access/verdict"
  sync "$ops_access" 2>/dev/null
}
# Why sshd would not start again; nothing where it would, and where it did not before this run either.
ops_access_sshd() {
  [ -e saved/sshd-sound ] || return 0
  ops_sshd_says=$(sshd -t 2>&1) || printf '%s\n' "$ops_sshd_says" | head -n 1
}
# Units that matter to an area.
ops_access_units() {
  case $1 in
    ssh) echo ssh.service sshd.service ssh.socket sshd.socket ;;
    firewall) echo nftables.service ufw.service firewalld.service iptables.service ip6tables.service netfilter-persistent.service ;;
    network) echo networking.service systemd-networkd.service NetworkManager.service systemd-resolved.service ;;
  esac
}
# UNIT: its state in two words, nothing where there is none.
ops_access_unit() {
  ops_unit_says=$(systemctl show -p LoadState -p ActiveState -p UnitFileState -- "$1" 2>/dev/null) || return 0
  case $ops_unit_says in *LoadState=not-found*) return 0 ;; esac
  ops_unit_is=${ops_unit_says##*ActiveState=} ops_unit_is=${ops_unit_is%%"$ops_newline"*}
  ops_unit_file=${ops_unit_says##*UnitFileState=} ops_unit_file=${ops_unit_file%%"$ops_newline"*}
  case $ops_unit_is in active | reloading | refreshing) ops_unit_is=active ;; *) ops_unit_is=inactive ;; esac
  echo "$ops_unit_is ${ops_unit_file:-none}"
}
# FILE FILE: both names of a file with the same bytes and attributes.
ops_access_like() {
  cmp -s -- "$1" "$2" && [ "$(stat -c '%a %u %g' -- "$1")" = "$(stat -c '%a %u %g' -- "$2")" ] || return 1
  command -v getfacl >/dev/null || return 0
  [ "$(getfacl -cpn -- "$1" 2>/dev/null)" = "$(getfacl -cpn -- "$2" 2>/dev/null)" ]
}
# The lines of one user: of passwd, of shadow, and the groups that it is in.
ops_access_account() {
  for ops_account_file in passwd shadow; do
    [ ! -r "/etc/$ops_account_file" ] || awk -F : -v n="$1" -v f="$ops_account_file" '$1 == n { print f "\t" $0 }' "/etc/$ops_account_file"
  done
  for ops_account_file in group gshadow; do
    [ ! -r "/etc/$ops_account_file" ] || awk -F : -v n="$1" -v f="$ops_account_file" '$1 == n || index("," $4 ",", "," n ",") { print f "\t" $0 }' "/etc/$ops_account_file"
  done
}
ops_access_group() {
  for ops_group_file in group gshadow; do
    [ ! -r "/etc/$ops_group_file" ] || awk -F : -v n="$1" -v f="$ops_group_file" '$1 == n { print f "\t" $0 }' "/etc/$ops_group_file"
  done
}
# FILE of links with their addresses: which of these links are up.
ops_access_up() {
  cut -d ' ' -f 1 "$1" | sort -u | while read -r ops_link_name; do
    [ -z "$(ip -o link show dev "$ops_link_name" up 2>/dev/null)" ] || echo "$ops_link_name"
  done
}
# What there is to look at rules with: nft and iptables see parts that the other does not, and legacy tables have a program of their own.
ops_access_rules_by() {
  ops_rules_by=
  for ops_rules_program in nft iptables-save iptables-legacy-save; do
    ! command -v "$ops_rules_program" >/dev/null || ops_rules_by="$ops_rules_by $ops_rules_program"
  done
  echo "$ops_rules_by "
}
# PROGRAMS: what the kernel filters with, as these show it, without counters; what came meanwhile is looked at with programs that came meanwhile too. Lines that change nothing begin with `idle`.
ops_access_rules() {
  for ops_rules_program in $1; do command -v "$ops_rules_program" >/dev/null || echo "unreadable $ops_rules_program"; done
  if command -v nft >/dev/null; then
    case $1 in *' nft '*) ops_rules_part=all ;; *' iptables-save '*) ops_rules_part=native ;; *) ops_rules_part=all ;; esac
    if ops_rules_text=$(nft -s list ruleset 2>/dev/null); then
      printf '%s\n' "$ops_rules_text" | sed 's/ expires [0-9a-z]*//g' | ops_access_blocks "$ops_rules_part"
    else echo 'unreadable nft'
    fi
  fi
  # What iptables makes by nft is among what nft shows.
  case $1 in
    *' iptables-save '*) ops_rules_part=seen ;;
    *' nft '*) ops_rules_part= ;;
    *) ops_rules_part=seen ;;
  esac
  [ -z "$ops_rules_part" ] || { ops_access_tables iptables v4; ops_access_tables ip6tables v6; }
  ops_access_tables iptables-legacy legacy4
  ops_access_tables ip6tables-legacy legacy6
}
# PROGRAM PART: is there such a part of the kernel, and the program for it?
ops_access_has_tables() {
  command -v "$1-save" >/dev/null || return 1
  case $2 in
    v4) ;;
    v6) [ -e /proc/net/if_inet6 ] ;;
    legacy4) grep -q . /proc/net/ip_tables_names 2>/dev/null ;;
    legacy6) grep -q . /proc/net/ip6_tables_names 2>/dev/null ;;
  esac
}
# PROGRAM PART: the rules of each chain in their order.
ops_access_tables() {
  ops_access_has_tables "$1" "$2" || return 0
  ops_rules_text=$("$1-save" 2>&1) || echo "unreadable $1-save"
  printf '%s\n' "$ops_rules_text" | awk -v part="$2" '
    /^# Table .* incompatible/ { print part, $0 }
    /^[*]/ { table = $0 }
    /^:/ { print ($2 == "ACCEPT" || $2 == "-" ? "idle " : "") part, table, $1, $2 }
    /^-A/ { printf "%s %s %s %05d %s\n", part, table, $2, number[table, $2]++, $0 }' | LC_ALL=C sort
}
# PART: the chains and sets of tables in one order, each whole: restored they may stand in another one. What packets put into a set is no rule.
ops_access_blocks() {
  awk -v part="$1" '
    function give(  i) {
      for (i = 0; i < number; i++) printf "%s%s %s %05d %s\n", (isIdle ? "idle " : ""), table, block, i, line[i]
      number = 0
    }
    /^#/ { next }
    /^table / {
      give(); table = $0; block = ""; isIdle = 1; isDynamic = 0
      isLeftOut = part == "native" && $2 ~ /^ip6?$/ && $3 ~ /^(filter|nat|mangle|raw|security)$/
    }
    isLeftOut { next }
    /^\t[^\t].*[{]$/ { give(); block = $0; isDynamic = 0; isIdle = ($0 ~ /^\tchain /) }
    /^\t\tflags .*dynamic/ { isDynamic = 1 }
    isDynamic && /^\t\telements = / { isElement = 1 }
    !isElement && NF && $0 != "}" {
      if ($0 !~ /^table / && $0 !~ /^\tchain .*[{]$/ && $0 !~ /^\t[}]$/ && $0 !~ /^\t\ttype .* policy accept;$/) isIdle = 0
      line[number++] = $0
    }
    /[}]$/ { isElement = 0 }
    END { give() }' | LC_ALL=C sort
}
