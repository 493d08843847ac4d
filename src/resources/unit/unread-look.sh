# The functions of `unread-look`, as unread-look.ts describes them.
ops_unit_places='/etc/systemd/system.control /run/systemd/system.control /run/systemd/transient /run/systemd/generator.early /etc/systemd/system /etc/systemd/system.attached /run/systemd/system /run/systemd/system.attached /run/systemd/generator /usr/local/lib/systemd/system /lib/systemd/system /usr/lib/systemd/system /run/systemd/generator.late'
ops_unit_unread() {
  ops_unread_fragment=${2:-/usr/lib/systemd/system/$1} ops_unread_paths=" $3 " ops_unread_type=${1##*.} ops_unread_stem=${1%.*}
  ! ops_unit_overtaken || return 0
  ops_unread_types=${4:+$ops_unread_type.d}
  set -- "$1.d"
  case $ops_unread_stem in *@?*) set -- "$@" "${ops_unread_stem%%@*}@.$ops_unread_type.d" ;; esac
  ops_unread_stem=${ops_unread_stem%%@*}
  while :; do
    case $ops_unread_stem in ?*-*) ops_unread_stem=${ops_unread_stem%-*} ;; *) break ;; esac
    set -- "$@" "$ops_unread_stem-.$ops_unread_type.d"
  done
  for ops_unread_folder in "$@" $ops_unread_types; do
    ! ops_unit_unread_in || return 0
  done
  return 1
}
# Whether a unit file lies above the one that systemd has taken, which is ops_unread_fragment.
ops_unit_overtaken() {
  case " $ops_unit_places " in *" ${ops_unread_fragment%/*} "*) ;; *) return 1 ;; esac
  for ops_unread_place in $ops_unit_places; do
    ops_unread_file=$ops_unread_place/${ops_unread_fragment##*/}
    # Which of /lib and /usr/lib systemd names is a matter of its build. Links and empty files are aliases and masks.
    case $ops_unread_file in "$ops_unread_fragment" | /lib/* | /usr/lib/*) return 1 ;; esac
    if [ -s "$ops_unread_file" ] && [ ! -L "$ops_unread_file" ]; then return 0; fi
  done
  return 1
}
# Whether a drop-in of ops_unread_folder that counts is not among ops_unread_paths, which systemctl quotes where they hold a backslash.
ops_unit_unread_in() {
  ops_unread_shown=$ops_unread_folder ops_unread_start=' ' ops_unread_end=' '
  case $ops_unread_folder in *\\*)
    ops_unread_shown= ops_unread_start='"' ops_unread_end='"' ops_unread_rest=$ops_unread_folder
    while :; do
      case $ops_unread_rest in *\\*) ;; *) break ;; esac
      ops_unread_shown=$ops_unread_shown${ops_unread_rest%%\\*}"\\\\" ops_unread_rest=${ops_unread_rest#*\\}
    done
    ops_unread_shown=$ops_unread_shown$ops_unread_rest ;;
  esac
  ops_unread_seen='|'
  for ops_unread_place in $ops_unit_places; do
    [ -d "$ops_unread_place/$ops_unread_folder" ] || continue
    for ops_unread_file in "$ops_unread_place/$ops_unread_folder"/*.conf; do
      ops_unread_name=${ops_unread_file##*/}
      # Others are quoted in more ways.
      case $ops_unread_name in *[!A-Za-z0-9:_.@+-]*) continue ;; esac
      case $ops_unread_seen in *"|$ops_unread_name|"*) continue ;; esac
      ops_unread_seen=$ops_unread_seen$ops_unread_name'|'
      [ -f "$ops_unread_file" ] || continue
      case $ops_unread_place,$ops_unread_paths in
        *"$ops_unread_start$ops_unread_place/$ops_unread_shown/$ops_unread_name$ops_unread_end"*) ;;
        /lib/*"/$ops_unread_shown/$ops_unread_name$ops_unread_end"* | /usr/lib/*"/$ops_unread_shown/$ops_unread_name$ops_unread_end"*) ;;
        *"/$ops_unread_shown/$ops_unread_name$ops_unread_end"*) return 0 ;;
        # One of that name in another folder may count instead.
        *"/$ops_unread_name "* | *"/$ops_unread_name\""*) ;;
        *) return 0 ;;
      esac
    done
  done
  return 1
}
