# The functions of `unit-look`, as look.ts describes them.
ops_unit_file_look() {
  if [ -d /run/systemd/system ]; then echo systemd=yes; else echo systemd=no; return 0; fi
  [ -f "/etc/systemd/system/$1" ] || [ -L "/etc/systemd/system/$1" ] || return 0
  ops_a=no ops_b=inactive
  # Of a template nothing is loaded but its instances.
  case $1 in *@.*) ;; *)
    ops_b=$(systemctl show -p NeedDaemonReload -p ActiveState -- "$1") || return 1
    case $ops_b in *NeedDaemonReload=yes*) ops_a=yes;; esac
    case $ops_b in *ActiveState=inactive*|*ActiveState=failed*) ops_b=no;; *) ops_b=yes;; esac;;
  esac
  case $ops_a in yes) echo loaded=no;; *) echo loaded=yes;; esac
  case $ops_b in yes) echo runs=yes;; *) echo runs=no;; esac
}
