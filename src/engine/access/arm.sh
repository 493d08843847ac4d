# The functions of `access-arm`, as arm-shell.ts describes them.
ops_arm_no() { echo "ops: the host could not prepare to take the change back: $1; nothing was changed" >&2; exit 1; }
# KIND NAME: it is saved already, by itself or with a folder that it lies in.
ops_arm_has() {
  [ -s list ] && ops_has_kind=$1 ops_has_name=$2 awk -F '\t' '
    BEGIN { k = ENVIRON["ops_has_kind"]; n = ENVIRON["ops_has_name"] }
    $4 == n && ($2 == k || k == "path" && $2 != "unit" && $2 != "user" && $2 != "group") { found = 1 }
    $2 == "tree" && (k == "path" || k == "tree") && index(n "/", $4 "/") == 1 { found = 1 }
    END { exit !found }' list && return 0
  [ "$1" = path ] && [ -s list ] || return 1
  while IFS=$ops_tab read -r ops_has_area ops_has_kind ops_has_name ops_has_named; do
    case $ops_has_kind,$2 in grown,"$ops_has_named"/*) [ -e "saved/$ops_has_name${2#"$ops_has_named"}" ] || [ -L "saved/$ops_has_name${2#"$ops_has_named"}" ] || continue; return 0 ;; esac
  done <list
  return 1
}
ops_arm_add() { printf '%s\t%s\t%s\t%s\n' "$ops_area" "$1" "$ops_number" "$2" >>list; }
ops_arm_next() { ops_number=$(($(wc -l <list) + 1)); ops_copy=saved/$ops_number; }
ops_arm_path() {
  ops_arm_has path "$1" && return 0
  ops_arm_next
  if [ -L "$1" ]; then
    readlink -- "$1" >"$ops_copy" || return 1
    ops_arm_add link "$1"
    ops_led_to=$(readlink -f -- "$1") || return 0
    ops_arm_path "$ops_led_to"
  elif [ -d "$1" ]; then stat -c '%a %u %g' -- "$1" >"$ops_copy" && ops_arm_add dir "$1"
  elif [ -f "$1" ]; then { cp --preserve=all -- "$1" "$ops_copy" 2>/dev/null || cp -p -- "$1" "$ops_copy"; } && ops_arm_add file "$1"
  elif [ -e "$1" ]; then echo "$1 is a device, pipe or socket" >&2; return 1
  else ops_arm_add absent "$1"
  fi
}
ops_arm_tree() {
  ops_tree=${1%/}
  ops_arm_has tree "$ops_tree" && return 0
  [ -d "$ops_tree" ] && [ ! -L "$ops_tree" ] || { ops_arm_path "$ops_tree"; return; }
  ops_tree_size=$(du -sk -- "$ops_tree") && [ "${ops_tree_size%%[!0-9]*}" -le 65536 ] || { echo "$ops_tree holds more than 64 MiB" >&2; return 1; }
  ops_arm_next
  cp -a -- "$ops_tree" "$ops_copy" && ops_arm_before "$ops_tree" "$ops_copy" && ops_arm_add tree "$ops_tree"
}
# What a package may add to later: that stays with it, and what is there now is put back.
ops_arm_grown() {
  ops_grown=${1%/}
  if [ -d "$ops_grown" ] && [ ! -L "$ops_grown" ]; then
    ops_arm_has tree "$ops_grown" || ops_arm_has grown "$ops_grown" && return 0
    ops_arm_next
    cp -a -- "$ops_grown" "$ops_copy" && ops_arm_before "$ops_grown" "$ops_copy" && ops_arm_add grown "$ops_grown"
  elif [ -e "$ops_grown" ] || [ -L "$ops_grown" ]; then ops_arm_path "$ops_grown"
  fi
}
# FOLDER COPY: what this run has changed in it already goes into the copy as it was before.
ops_arm_before() {
  while IFS=$ops_tab read -r ops_saved_area ops_saved_kind ops_saved_number ops_saved_name; do
    case $ops_saved_name in "$1") ops_saved_into=$2 ;; "$1"/*) ops_saved_into=$2${ops_saved_name#"$1"} ;; *) continue ;; esac
    case $ops_saved_kind in
      absent) rm -rf -- "$ops_saved_into" ;;
      link) rm -rf -- "$ops_saved_into"; ln -s -- "$(cat "saved/$ops_saved_number")" "$ops_saved_into" ;;
      file) rm -rf -- "$ops_saved_into"; mkdir -p -- "${ops_saved_into%/*}" && cp --preserve=all -- "saved/$ops_saved_number" "$ops_saved_into" ;;
      grown) cp -a -- "saved/$ops_saved_number/." "$ops_saved_into/" ;;
      dir) read -r ops_saved_mode ops_saved_owner ops_saved_group <"saved/$ops_saved_number"; mkdir -p -- "$ops_saved_into" && chown "$ops_saved_owner:$ops_saved_group" -- "$ops_saved_into" && chmod "$ops_saved_mode" -- "$ops_saved_into" ;;
    esac || return 1
  done <list
}
ops_arm_unit() {
  ops_arm_has unit "$1" && return 0
  ops_arm_next
  ops_access_unit "$1" >"$ops_copy" && ops_arm_add unit "$1"
}
ops_arm_user() {
  ops_arm_has user "$1" && return 0
  ops_arm_next
  ops_access_account "$1" >"$ops_copy" && ops_arm_add user "$1" || return 1
  ops_user_home=$(getent passwd "$1" | cut -d : -f 6)
  [ -n "$ops_user_home" ] && [ -d "$ops_user_home" ] || return 0
  ops_arm_path "$ops_user_home" && ops_arm_tree "$ops_user_home/.ssh/"
}
ops_arm_group() {
  ops_arm_has group "$1" && return 0
  ops_arm_next
  ops_access_group "$1" >"$ops_copy" && ops_arm_add group "$1"
}
ops_arm_tables() { ! ops_access_has_tables "$1" "$2" || "$1-save" >"$ops_copy.$2"; }
ops_arm_undo() { ops_arm_next; printf '%s\n' "$1" >"$ops_copy" && ops_arm_add undo "the undo command $ops_number"; }
# What else matters to an area: its units, and what the kernel has loaded.
ops_arm_area() {
  for ops_unit in $(ops_access_units "$ops_area"); do
    [ "$(systemctl show -p Id -- "$ops_unit" 2>/dev/null)" != "Id=$ops_unit" ] || [ -z "$(ops_access_unit "$ops_unit")" ] || ops_arm_unit "$ops_unit" || return 1
  done
  case $ops_area in
    ssh) [ -e saved/sshd-sound ] || ! sshd -t 2>/dev/null || true >saved/sshd-sound ;;
    firewall)
      ops_arm_has rules 'the rules of the firewall' && return 0
      ops_arm_next
      ops_access_rules_by >"$ops_copy.by" && ops_access_rules "$(cat "$ops_copy.by")" >"$ops_copy.same" || return 1
      ! grep '^unreadable ' "$ops_copy.same" || return 1
      ! command -v nft >/dev/null || nft list ruleset >"$ops_copy.nft" || return 1
      ops_arm_tables iptables v4 && ops_arm_tables ip6tables v6 && ops_arm_tables iptables-legacy legacy4 && ops_arm_tables ip6tables-legacy legacy6 || return 1
      ops_arm_add rules 'the rules of the firewall' ;;
    network)
      ops_arm_has addresses 'the addresses of the network' && return 0
      ops_arm_next
      ip -o addr show scope global | awk '$3 == "inet" || $3 == "inet6" && !/temporary|dynamic/ { sub(/@.*/, "", $2); print $2, $4 }' >"$ops_copy"
      ip route show default >"$ops_copy.routes"
      ops_access_up "$ops_copy" >"$ops_copy.up"
      ops_arm_add addresses 'the addresses of the network' ;;
  esac
}
ops_arm_boot() {
  umask 022
  printf '%s\n' '[Unit]' 'Description=Puts back what cut the access of ops, unless a fresh login confirms' \
    "ConditionPathExists=|$ops_access/armed" "ConditionPathExists=|$ops_access/restoring" 'RequiresMountsFor=/var/lib/ops' \
    '[Service]' 'Type=oneshot' 'Slice=-.slice' "ExecStart=$ops_shell $ops_access/restore" >/etc/systemd/system/ops-access.service &&
    printf '%s\n' '[Unit]' 'Description=The time in which a fresh login of ops must confirm' \
      '[Timer]' "OnActiveSec=$1" 'AccuracySec=1s' >/etc/systemd/system/ops-access.timer &&
    mkdir -p /etc/systemd/system/timers.target.wants &&
    ln -sfn ../ops-access.timer /etc/systemd/system/timers.target.wants/ops-access.timer &&
    sync /etc/systemd/system/ops-access.service /etc/systemd/system/ops-access.timer /etc/systemd/system /etc/systemd/system/timers.target.wants
}
ops_arm() {
  set +e
  umask 077
  ops_index=$1 ops_areas=$2 ops_patient=$3 ops_boot=$4 ops_who=$5 ops_step_name=$6
  shift 6
  [ -d /run/systemd/system ] && command -v systemd-run >/dev/null || ops_arm_no 'systemd does not run on this host'
  mkdir -p "$ops_access" && [ ! -L "$ops_access" ] && [ -O "$ops_access" ] && cd "$ops_access" || ops_arm_no "$ops_access cannot be used"
  [ ! -e restoring ] || ops_arm_no 'the host is just taking something back'
  if [ "$(cat run 2>/dev/null)" != "$OPS_NONCE" ]; then
    rm -rf saved list restore sh why && mkdir saved && true >list && ops_arm_packages && echo "$OPS_NONCE" >run || ops_arm_no "nothing can be written in $ops_access"
  fi
  [ "$ops_areas" != any ] || [ -s list ] || exit 0
  printf %s "$ops_restore" >restore || ops_arm_no "nothing can be written in $ops_access"
  # What the step touches may be /bin/sh itself.
  [ -e sh ] || { cp "/proc/$$/exe" sh && chmod 0700 sh; } 2>/dev/null
  if ./sh -c : 2>/dev/null; then ops_shell=$ops_access/sh; else ops_shell=$(readlink -f /bin/sh); rm -f sh; fi
  for ops_entry; do
    ops_area=${ops_entry%%:*} ops_entry=${ops_entry#*:}
    ops_said=$(ops_arm_"${ops_entry%%:*}" "${ops_entry#*:}" 2>&1) || ops_arm_no "${ops_said##*: }"
  done
  for ops_area in $ops_areas; do
    ops_said=$(ops_arm_area 2>&1) || ops_arm_no "${ops_said##*: }"
  done
  # What is armed already stays in danger: its countdown is this one's now.
  for ops_armed_area in $(ops_access_get areas armed); do
    case " $ops_areas " in *" $ops_armed_area "*) ;; *) ops_areas="$ops_areas $ops_armed_area" ;; esac
  done
  ops_armed_steps=$(ops_access_get steps armed)
  ops_armed_indexes=$(ops_access_get indexes armed)
  read -r ops_up ops_idle </proc/uptime
  printf '%s\n' "run=$OPS_NONCE" "who=$ops_who" "steps=${ops_armed_steps:+$ops_armed_steps, }$ops_step_name" "indexes=${ops_armed_indexes:+$ops_armed_indexes }$ops_index" "record=$ops_record_name" "areas=$ops_areas" "patient=$ops_patient" \
    "dir=$OPS_DIR" "shell=$$" "since=$(sed 's/.*) //' "/proc/$$/stat" | cut -d ' ' -f 20)" \
    "boot=$(cat /proc/sys/kernel/random/boot_id)" "until=$((${ops_up%.*} + ops_armed_seconds))" >new.armed ||
    ops_arm_no "nothing can be written in $ops_access"
  sync new.armed restore list saved saved/* 2>/dev/null
  ops_said=$(ops_arm_boot "$ops_boot" 2>&1) || ops_arm_no "no unit can be written (${ops_said##*: })"
  # What an earlier step did stays watched, whatever becomes of this one's preparation.
  [ ! -e armed ] || cp -p armed new.before || ops_arm_no "nothing can be written in $ops_access"
  mv -f new.armed armed && sync . || ops_arm_no "nothing can be written in $ops_access"
  # The new one first: there is no moment without.
  ops_earlier_timers=$(systemctl list-units --plain --no-legend 'ops-access-*.timer' 2>/dev/null | cut -d ' ' -f 1)
  ops_said=$(systemd-run --quiet --collect --unit="ops-access-$OPS_NONCE-$ops_index-$ops_up" --on-active="$ops_armed_seconds" --timer-property=AccuracySec=1s --slice=-.slice \
    "$ops_shell" "$ops_access/restore" 2>&1) || {
    if [ ! -e new.before ]; then rm -f armed; ops_access_disarm; elif [ -e armed ]; then mv -f new.before armed; fi
    ops_arm_no "no timer can be started (${ops_said##*: })"
  }
  # shellcheck disable=SC2086 # names of units
  [ -z "$ops_earlier_timers" ] || systemctl stop $ops_earlier_timers
  [ -e armed ] || ops_arm_no 'the host is just taking something back'
  true >"$OPS_DIR/armed"
}
