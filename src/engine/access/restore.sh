# The functions of `access-restore`, as restore-shell.ts describes them.
ops_back_bad() { printf '%s\n' "$1" >>"$ops_access/new.bad"; }
# FILE NAME: gives the lines of one account back to /etc/FILE; lines of others stay as they are now.
ops_back_lines() {
  [ -r "/etc/$1" ] || return 0
  awk -F '\t' -v f="$1" '$1 == f { sub(/^[^\t]*\t/, ""); print }' "$ops_copy" >"$ops_access/new.lines"
  awk -F : -v OFS=: -v n="$2" -v f="$1" -v kind="$3" '
    FILENAME == ARGV[1] { saved[$1] = $0; order[++count] = $1; next }
    f == "passwd" || f == "shadow" || kind == "group" {
      if ($1 == n) { if ($1 in saved) { print saved[$1]; done[$1] = 1 } else if (kind == "user") print; next }
      print; next
    }
    {
      done[$1] = 1
      if ($1 == n && ($1 in saved)) { print saved[$1]; next }
      m = split($4, list, ","); out = ""; is = 0
      for (i = 1; i <= m; i++) { if (list[i] == n) is = 1; else if (list[i] != "") out = out (out == "" ? "" : ",") list[i] }
      wanted = 0
      if ($1 in saved) { split(saved[$1], old, ":"); wanted = index("," old[4] ",", "," n ",") > 0 }
      if (is == wanted) { print; next }
      if (wanted) out = out (out == "" ? "" : ",") n
      $4 = out; print
    }
    END { for (i = 1; i <= count; i++) if (!(order[i] in done)) print saved[order[i]] }
  ' "$ops_access/new.lines" "/etc/$1" >"$ops_access/new.file" || return 1
  cmp -s "$ops_access/new.file" "/etc/$1" || ( ops_write "/etc/$1" -- cat "$ops_access/new.file" )
}
# Is what was saved under this line there now?
ops_back_same() {
  case $ops_kind in
    absent) { [ ! -e "$ops_named" ] && [ ! -L "$ops_named" ]; } || { [ -e new.shipped ] && ops_back_owned "$ops_named"; } ;;
    link) [ -L "$ops_named" ] && [ "$(readlink -- "$ops_named")" = "$(cat "$ops_copy")" ] ;;
    file) [ ! -L "$ops_named" ] && [ -f "$ops_named" ] && ops_access_like "$ops_copy" "$ops_named" ;;
    dir) [ -d "$ops_named" ] && [ "$(stat -c '%a %u %g' -- "$ops_named")" = "$(cat "$ops_copy")" ] ;;
    tree) ops_back_tree_same "$ops_copy" "$ops_named" ;;
    grown) ops_back_grown_same "$ops_copy" "$ops_named" ;;
    user) [ "$(ops_access_account "$ops_named")" = "$(cat "$ops_copy")" ] ;;
    group) [ "$(ops_access_group "$ops_named")" = "$(cat "$ops_copy")" ] ;;
    unit)
      ops_unit_stands=$(ops_access_unit "$ops_named")
      # One that did not run goes with its file.
      case $ops_unit_stands,$(cat "$ops_copy") in
        ,inactive* | 'inactive none,inactive'*) ;;
        *,) [ "${ops_unit_stands%% *}" != active ] ;;
        *) [ "$ops_unit_stands" = "$(cat "$ops_copy")" ] ;;
      esac ;;
    rules) ops_back_rules_same ;;
    addresses) ops_back_addresses_same ;;
    *) : ;;
  esac
}
ops_back_one() {
  case $ops_kind in
    absent) if [ -d "$ops_named" ] && [ ! -L "$ops_named" ]; then ops_back_aside "$ops_named"; else ops_remove "$ops_named"; fi ;;
    link) [ -L "$ops_named" ] || rm -f -- "$ops_named"; ops_symlink "$ops_named" "$(cat "$ops_copy")" ;;
    file) [ ! -L "$ops_named" ] || rm -f -- "$ops_named"; ops_back_file "$ops_copy" "$ops_named" ;;
    dir)
      read -r ops_saved_mode ops_saved_owner ops_saved_group <"$ops_copy"
      ( ops_go_making "$ops_named" && chown "$ops_saved_owner:$ops_saved_group" . && chmod "$ops_saved_mode" . ) ;;
    tree | grown) ops_back_tree "$ops_copy" "$ops_named" ;;
    user) for ops_account_file in passwd shadow group gshadow; do ops_back_lines "$ops_account_file" "$ops_named" user; done ;;
    group) for ops_account_file in group gshadow; do ops_back_lines "$ops_account_file" "$ops_named" group; done ;;
    unit)
      read -r ops_unit_was ops_unit_was_enabled <"$ops_copy" || {
        case $ops_named in
          *.mount)
            ops_mounted_on=$(systemctl show -p Where --value "$ops_named")
            systemctl disable "$ops_named"
            ! findmnt "$ops_mounted_on" >/dev/null || systemctl stop "$ops_named" || umount -l "$ops_mounted_on" ;;
          *) systemctl disable --now "$ops_named" ;;
        esac
        return
      }
      ops_unit_stands=$(ops_access_unit "$ops_named")
      case ${ops_unit_stands#* },$ops_unit_was_enabled in
        masked*,masked*) ;;
        masked*,*) systemctl unmask "$ops_named" ;;
      esac
      case $ops_unit_was_enabled in enabled) systemctl enable "$ops_named" ;; disabled) systemctl disable "$ops_named" ;; masked) systemctl mask "$ops_named" ;; esac
      case $ops_unit_was,$ops_named in
        active,*) ops_back_start="$ops_back_start $ops_named" ;;
        *.mount) systemctl stop "$ops_named" || umount -l "$(systemctl show -p Where --value "$ops_named")" ;;
        *) systemctl stop "$ops_named" ;;
      esac ;;
    rules) ops_back_rules ;;
    addresses) ops_back_addresses ;;
  esac 2>&1
}
ops_back_each() {
  while IFS=$ops_tab read -r ops_area ops_kind ops_number ops_named; do
    case " $ops_areas " in *" $ops_area "* | *' any '*) ;; *) continue ;; esac
    ops_copy=$ops_access/saved/$ops_number
    "$1" </dev/null
  done <"$ops_access/list"
}
ops_back_files() { case $ops_kind in unit | rules | addresses | undo) ;; *) ops_back_same || ops_back_one ;; esac; }
ops_back_units() { [ "$ops_kind" != unit ] || ops_back_same || ops_back_one; }
ops_back_loaded() { case $ops_kind in rules) ops_back_same || ops_back_one ;; addresses) ops_back_one ;; esac; }
ops_back_undo() { [ "$ops_kind" != undo ] || ( eval "$(cat "$ops_copy")" ) </dev/null || ops_back_bad 'the undo command failed'; }
ops_back_look() {
  ops_back_same && return
  case $ops_kind in rules | addresses) ops_back_bad "$ops_named are not as they were" ;; *) ops_back_bad "$ops_named is not as it was" ;; esac
}
ops_back_has() { case " $ops_areas " in *" $1 "* | *' any '*) return 0 ;; esac; return 1; }
# Files are back: what reads them is started afresh. Logins that are open live through a restart of sshd.
ops_back_daemons() {
  # shellcheck disable=SC2086 # names of units
  [ -z "$ops_back_start" ] || { systemctl reset-failed $ops_back_start; systemctl start $ops_back_start; }
  if ops_back_has network; then
    if [ -d /etc/netplan ] && command -v netplan >/dev/null; then netplan apply; fi
    for ops_network_daemon in systemd-networkd NetworkManager networking systemd-resolved; do
      ! systemctl -q is-active "$ops_network_daemon" || systemctl restart "$ops_network_daemon"
    done
  fi
  if ops_back_has ssh; then
    for ops_ssh_unit in ssh sshd; do
      if systemctl -q is-active "$ops_ssh_unit.socket"; then systemctl stop "$ops_ssh_unit.service"; systemctl restart "$ops_ssh_unit.socket"
      elif systemctl -q is-active "$ops_ssh_unit.service"; then systemctl restart "$ops_ssh_unit.service"
      fi
    done
  fi
}
# Ends the batch whose step is still running, and the shell that holds the host's lock.
ops_back_halt() {
  ops_batch_folder=$(ops_access_get dir "$1")
  if [ -n "$ops_batch_folder" ] && [ -d "$ops_batch_folder" ]; then
    echo restore >"$ops_batch_folder/stop"
    true >"$ops_batch_folder/kill"
    ops_naps=0
    while [ -d "$ops_batch_folder" ] && [ -e "$ops_batch_folder/kill" ] && [ "$ops_naps" -lt 60 ]; do ops_naps=$((ops_naps + 1)); sleep 0.1; done
    # It is to say how it ended, and to leave nothing that looks like a run that died.
    ops_naps=0
    while [ -d "$ops_batch_folder" ] && [ "$ops_naps" -lt 20 ]; do ops_naps=$((ops_naps + 1)); sleep 0.1; done
  fi
  ops_batch_shell=$(ops_access_get shell "$1")
  ops_batch_shell_since=$(ops_access_get since "$1")
  [ -n "$ops_batch_shell" ] && [ "$ops_batch_shell_since" = "$(sed 's/.*) //' "/proc/$ops_batch_shell/stat" 2>/dev/null | cut -d ' ' -f 20)" ] || return 0
  kill -KILL "$ops_batch_shell"
  case $ops_batch_folder in /run/ops/run.*) rm -rf -- "$ops_batch_folder" ;; esac
}
# The countdown that this is the end of. A login that confirms ends it, and a step that is prepared anew begins another.
ops_back_is_mine() { [ "$(cat armed 2>/dev/null)" = "$ops_mine" ]; }
# A login of the run that came while the step was running has put it off.
ops_back_put_off() {
  ops_back_is_mine && [ "$(ops_access_get run renewed)" = "$(ops_access_get run armed)" ] &&
    [ "$(ops_access_get boot renewed)" = "$(cat /proc/sys/kernel/random/boot_id)" ] || return 1
  read -r ops_uptime ops_idle_time </proc/uptime
  [ "${ops_uptime%.*}" -lt "$(ops_access_get until renewed)" ]
}
# dpkg is not ended half-way: its end is awaited, and after it there is time to confirm.
ops_back_wait() {
  while ops_back_put_off; do sleep 1; done
  [ "$(ops_access_get patient armed)" = yes ] || return 0
  ops_batch_folder=$(ops_access_get dir armed)
  while ops_back_is_mine && [ -d "$ops_batch_folder" ] && [ "$(cat "$ops_batch_folder/now" 2>/dev/null)" != '- 0' ]; do ops_waited=yes; sleep 1; done
  [ -n "${ops_waited:-}" ] || return 0
  ops_naps=0
  while ops_back_is_mine && [ "$ops_naps" -lt 40 ]; do ops_naps=$((ops_naps + 1)); sleep 1; done
  while ops_back_put_off; do sleep 1; done
}
# VERDICT: the record of the run says so too.
ops_back_record() {
  ops_back_name=$(ops_access_get record restoring)
  case $ops_back_name in '' | */*) return 0 ;; esac
  [ -f "/var/lib/ops/runs/$ops_back_name" ] && [ ! -L "/var/lib/ops/runs/$ops_back_name" ] || return 0
  echo "back $1 $(ops_access_get indexes restoring)" >>"/var/lib/ops/runs/$ops_back_name"
} 2>/dev/null
ops_back() {
  cd "$ops_access" || exit 1
  ops_mine=$(cat armed 2>/dev/null)
  ops_back_wait
  [ ! -e armed ] || ops_back_is_mine || exit 0
  # Whoever renames it first has decided: a login that confirms, or this.
  mv armed restoring 2>/dev/null || [ -e restoring ] || exit 0
  sync . 2>/dev/null
  rm -f new.*
  ops_areas=$(ops_access_get areas restoring) ops_back_start=
  ops_back_halt restoring
  ops_back_packages
  ops_back_each ops_back_files
  systemctl daemon-reload
  ops_back_each ops_back_units
  ops_back_daemons
  ops_back_new_daemons
  ops_back_each ops_back_loaded
  ops_back_each ops_back_undo
  ops_restore_looks=0
  while :; do
    rm -f new.bad
    ops_back_each ops_back_look
    [ -s new.bad ] && [ "$ops_restore_looks" -lt 20 ] || break
    ops_restore_looks=$((ops_restore_looks + 1))
    # What was loaded may have been moved once more, by an undo command too.
    [ "$ops_restore_looks" != 2 ] || ops_back_each ops_back_loaded
    sleep 0.5
  done
  ops_back_stays >new.stays
  set --
  while IFS= read -r ops_stays_line; do set -- "$@" "stays=$ops_stays_line"; done <new.stays
  if [ ! -s new.bad ]; then
    ops_access_verdict restored restoring "$@"
    ops_back_record restored
    rm -rf saved list restore sh run
  else
    while IFS= read -r ops_bad_line; do set -- "$@" "detail=$ops_bad_line"; done <new.bad
    ops_access_verdict restore-failed restoring "$@"
    ops_back_record restore-failed
    mkdir -p -m 0700 /var/lib/ops/kept
    mv saved "/var/lib/ops/kept/$(date -u +%Y%m%dT%H%M%SZ)-access"
    rm -f list restore sh run
  fi
  rm -f restoring
  ops_access_disarm
}
