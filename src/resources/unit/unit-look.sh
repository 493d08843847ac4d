# The functions of `unit-look`, as look.ts describes them.
ops_nl='
'
ops_unit_file_look() {
  if [ -d /run/systemd/system ]; then echo systemd=yes; else echo systemd=no; return 0; fi
  ops_looked_unit=$1
  shift
  [ $# = 0 ] || ops_unit_times_look "$@"
  [ -f "/etc/systemd/system/$ops_looked_unit" ] || [ -L "/etc/systemd/system/$ops_looked_unit" ] || return 0
  ops_unit_is_old=no ops_unit_runs=inactive ops_unit_beside=
  # Of a template nothing is loaded but its instances.
  case $ops_looked_unit in *@.*) ;; *)
    ops_unit_shown=$(systemctl -p LoadState -p FragmentPath -p NeedDaemonReload -p ActiveState -p CanFreeze -p DropInPaths -- show "$ops_looked_unit") || return 1
    case $ops_unit_shown in
      *NeedDaemonReload=yes*) ops_unit_is_old=yes;;
      *LoadState=loaded*)
        ops_unit_shown_as FragmentPath; ops_unit_fragment=$ops_unit_value
        ops_unit_shown_as CanFreeze; ops_unit_knows_types=$ops_unit_value
        ops_unit_shown_as DropInPaths
        ! ops_unit_unread "$ops_looked_unit" "$ops_unit_fragment" "$ops_unit_value" "$ops_unit_knows_types" || ops_unit_is_old=yes;;
    esac
    case $ops_unit_shown in *ActiveState=inactive*|*ActiveState=failed*) ops_unit_runs=no;; *) ops_unit_runs=yes;; esac
    ops_unit_drop_ins "${ops_unit_shown#*DropInPaths=}" || return 1;;
  esac
  case $ops_unit_is_old in yes) echo loaded=no;; *) echo loaded=yes;; esac
  case $ops_unit_runs in yes) echo runs=yes;; *) echo runs=no;; esac
}
# PROPERTY: sets ops_unit_value to what ops_unit_shown says of it.
ops_unit_shown_as() {
  ops_unit_value=
  case $ops_nl$ops_unit_shown in *"$ops_nl$1="*) ops_unit_value=$ops_nl$ops_unit_shown ops_unit_value=${ops_unit_value#*"$ops_nl$1="} ops_unit_value=${ops_unit_value%%"$ops_nl"*};; esac
}
# TEXT: the paths that it begins with, unless they are gone, which systemd has yet to learn; those for all units of a type are nobody's
# word on this one, unless they say when it runs, or what.
ops_unit_drop_ins() {
  set -f
  for ops_unit_drop_in in $1; do
    case $ops_unit_drop_in in
      */"${ops_looked_unit##*.}".d/*) ! ops_unit_decides "$ops_unit_drop_in" || ops_unit_beside="$ops_unit_beside $ops_unit_drop_in";;
      /*) [ ! -f "$ops_unit_drop_in" ] || ops_unit_beside="$ops_unit_beside $ops_unit_drop_in";;
      *) break;;
    esac
  done
  set +f
  [ -n "$ops_unit_beside" ] || return 0
  echo "dropIns=${ops_unit_beside# }"
  case $ops_looked_unit in *.timer) ;; *) return 0;; esac
  # shellcheck disable=SC2086 # several paths
  ops_unit_beside=$(awk '/^[ \t]*(On(Active|Boot|Startup|UnitActive|UnitInactive)Sec|OnCalendar|OnClockChange|OnTimezoneChange|Unit)[ \t]*=/ && !told[FILENAME]++ { printf " %s", FILENAME }' $ops_unit_beside) || return 1
  [ -z "$ops_unit_beside" ] || echo "times=${ops_unit_beside# }"
}
# FILE
ops_unit_decides() {
  case $ops_looked_unit in
    *.timer) grep -qsE '^[[:blank:]]*(On(Active|Boot|Startup|UnitActive|UnitInactive)Sec|OnCalendar|OnClockChange|OnTimezoneChange|Unit)[[:blank:]]*=' "$1" ;;
    *.service) grep -qsE '^[[:blank:]]*Exec(Start|Condition)[[:blank:]]*=' "$1" ;;
    *) return 1 ;;
  esac
}
# TIME...: those that systemd does not know; what stands in the file already it has taken.
ops_unit_times_look() {
  command -v systemd-analyze >/dev/null || return 0
  ops_unit_known='|'
  if [ -f "/etc/systemd/system/$ops_looked_unit" ]; then
    while IFS= read -r ops_unit_line; do ops_unit_known="$ops_unit_known$ops_unit_line|"; done <"/etc/systemd/system/$ops_looked_unit"
  fi
  for ops_unit_time; do
    case $ops_unit_known in *"|OnCalendar=$ops_unit_time|"*) continue;; esac
    systemd-analyze calendar -- "$ops_unit_time" >/dev/null 2>&1 || { printf 'calendar=%s\n' "$ops_unit_time"; return 0; }
  done
}
