# The functions of `unit-look`, as look.ts describes them.
ops_unit_file_look() {
  if [ -d /run/systemd/system ]; then echo systemd=yes; else echo systemd=no; return 0; fi
  [ -f "/etc/systemd/system/$1" ] || [ -L "/etc/systemd/system/$1" ] || return 0
  ops_unit_is_old=no ops_unit_runs=inactive
  # Of a template nothing is loaded but its instances.
  case $1 in *@.*) ;; *)
    ops_unit_shown=$(systemctl show -p NeedDaemonReload -p ActiveState -- "$1") || return 1
    case $ops_unit_shown in *NeedDaemonReload=yes*) ops_unit_is_old=yes;; esac
    case $ops_unit_shown in *ActiveState=inactive*|*ActiveState=failed*) ops_unit_runs=no;; *) ops_unit_runs=yes;; esac;;
  esac
  case $ops_unit_is_old in yes) echo loaded=no;; *) echo loaded=yes;; esac
  case $ops_unit_runs in yes) echo runs=yes;; *) echo runs=no;; esac
}
