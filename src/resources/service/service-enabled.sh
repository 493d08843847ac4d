# The functions of `service-enabled`, as enabled.ts describes them.
ops_unit_folders='/etc/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system'
ops_unit_enabled() {
  ops_wants= ops_aliases= ops_also= ops_odd=
  ops_unit_get UnitFileState; ops_state=$ops_v
  ops_unit_get FragmentPath; ops_fragment=$ops_v
  ops_unit_get NeedDaemonReload
  case $ops_v,$ops_state in yes,?*) ops_state=$(systemctl is-enabled -- "$ops_unit_id" 2>/dev/null) || : ;; esac
  ops_unit_linked /etc
  case $ops_state in
    masked | transient) return 0 ;;
    masked-runtime) [ -z "$ops_linked" ] || ops_state='mask over links'; return 0 ;;
    generated) ops_unit_generated; return 0 ;;
    '') ops_state=none; return 0 ;;
  esac
  [ ! -f "$ops_fragment" ] || ops_unit_install "$ops_fragment" || return 1
  ops_unit_get DropInPaths
  for ops_w in $ops_v; do [ ! -f "$ops_w" ] || ops_unit_install "$ops_w" || return 1; done
  case $ops_state in
    enabled-runtime) [ -z "$ops_linked" ] || ops_unit_compare ;;
    enabled | disabled | linked | linked-runtime | alias)
      if [ -n "$ops_linked" ]; then ops_unit_compare
      elif [ -z "$ops_wants" ] && [ "$ops_state" = enabled ]; then ops_state=yes; ops_unit_compare
      else ops_state=no
      fi ;;
    indirect)
      ops_state=no
      [ -z "$ops_linked" ] || ops_state=yes
      for ops_w in $ops_also; do
        ops_unit_linked /etc "$ops_w"
        [ -z "$ops_linked" ] || ops_state=indirect
      done ;;
    *) ops_unit_pulled ;;
  esac
}
# FOLDER [NAME]: puts the folders in FOLDER that want the unit, by a link in TARGET.wants and the like, into ops_linked.
ops_unit_linked() {
  ops_linked= ops_c=$1/systemd/system ops_d=${2:-$ops_unit_id}
  for ops_p in "$ops_c"/*.wants/"$ops_d" "$ops_c"/*.requires/"$ops_d" "$ops_c"/*.upholds/"$ops_d"; do
    [ -L "$ops_p" ] || continue
    ops_p=${ops_p%/*}
    ops_linked="$ops_linked ${ops_p##*/}"
  done
}
ops_unit_generated() {
  ops_unit_get SourcePath
  case $ops_v in
    /etc/init.d/*)
      ops_state=no
      for ops_p in /etc/rc[S5].d/S??"${ops_v##*/}"; do [ ! -e "$ops_p" ] || ops_state=yes; done
      [ -d /etc/rc5.d ] || ops_state=$(systemctl is-enabled -- "$ops_unit_id" 2>/dev/null) || :
      case $ops_state in enabled) ops_state=yes ;; disabled) ops_state=no ;; esac ;;
    *) ops_unit_pulled ;;
  esac
}
# Of what cannot be enabled: whether anything that systemd knows would start it.
ops_unit_pulled() {
  case $ops_unit_id in *.slice | *.scope | *.device) return 0 ;; esac
  for ops_w in WantedBy RequiredBy UpheldBy BoundBy TriggeredBy BusName; do
    ops_unit_get "$ops_w"
    [ -z "$ops_v" ] || return 0
  done
  ops_state=none
}
# The links against [Install], in ops_state: words that cannot be read here are left to systemd.
ops_unit_compare() {
  ops_missing= ops_stale=
  for ops_w in $ops_wants $ops_aliases; do
    case $ops_w in *.wants | *.requires | *.upholds) ops_b=$ops_w/$ops_unit_id ;; *) ops_b=$ops_w ;; esac
    ops_c=
    for ops_p in $ops_unit_folders; do [ ! -L "$ops_p/$ops_b" ] && [ ! -e "$ops_p/$ops_b" ] || { ops_c=yes; break; }; done
    [ -n "$ops_c" ] || ops_missing="$ops_missing $ops_w"
  done
  if [ -n "$ops_wants" ] && [ -z "$ops_odd" ]; then
    for ops_w in $ops_linked; do case " $ops_wants " in *" $ops_w "*) ;; *) ops_stale="$ops_stale $ops_w" ;; esac; done
  fi
  ops_state=${ops_missing:+missing$ops_missing}${ops_stale:+${ops_missing:+, }stale$ops_stale}
  ops_state=${ops_state:-yes}
}
# Adds what the [Install] section of FILE says; an empty value forgets what came before.
ops_unit_install() {
  ops_section= ops_whole=
  while IFS= read -r ops_line || [ -n "$ops_line" ]; do
    ops_line=${ops_line#"${ops_line%%[![:blank:]]*}"}
    case $ops_line in '#'* | ';'*) continue ;; esac
    ops_whole=$ops_whole$ops_line
    case $ops_whole in *\\) ops_whole="${ops_whole%?} "; continue ;; esac
    ops_line=$ops_whole ops_whole=
    case $ops_line in
      '['*) ops_section=$ops_line; continue ;;
      *=*) case $ops_section in '[Install]'*) ;; *) continue ;; esac ;;
      *) continue ;;
    esac
    ops_b=${ops_line%%=*} ops_line=${ops_line#*=}
    ops_b=${ops_b%"${ops_b##*[![:blank:]]}"}
    set -f
    case $ops_b in
      WantedBy) ops_unit_words wants .wants $ops_line ;;
      RequiredBy) ops_unit_words wants .requires $ops_line ;;
      UpheldBy) ops_unit_words wants .upholds $ops_line ;;
      Alias) ops_unit_words aliases '' $ops_line ;;
      Also) ops_unit_words also '' $ops_line ;;
    esac
    set +f
  done <"$1"
}
# LIST ENDING WORD...: adds the words, with what their specifiers stand for (systemd.unit(5)).
ops_unit_words() {
  ops_b=$1 ops_suffix=$2
  shift 2
  if [ $# = 0 ]; then
    case $ops_b in wants) ops_wants= ;; aliases) ops_aliases= ;; also) ops_also= ;; esac
    return 0
  fi
  for ops_c; do
    ops_unit_specify || { ops_odd=yes; continue; }
    case $ops_b,$ops_c in
      *[!A-Za-z0-9:_.,@-]*) ops_odd=yes ;;
      wants,?*.?*) ops_wants="$ops_wants $ops_c$ops_suffix" ;;
      also,?*.?*) ops_also="$ops_also $ops_c" ;;
      aliases,*@* | aliases,"$ops_unit_id") ;;
      aliases,?*."${ops_unit_id##*.}") ops_aliases="$ops_aliases $ops_c" ;;
    esac
  done
}
# Puts into ops_c what its specifiers stand for.
ops_unit_specify() {
  ops_d= ops_prefix=${ops_unit_id%.*}
  while :; do
    case $ops_c in *%*) ;; *) ops_c=$ops_d$ops_c; return 0 ;; esac
    ops_d=$ops_d${ops_c%%\%*} ops_c=${ops_c#*\%}
    case $ops_c in
      n*) ops_d=$ops_d$ops_unit_id ;;
      N*) ops_d=$ops_d$ops_prefix ;;
      p*) ops_d=$ops_d${ops_prefix%%@*} ;;
      i*) case $ops_prefix in *@*) ops_d=$ops_d${ops_prefix#*@} ;; esac ;;
      %*) ops_d=$ops_d% ;;
      *) return 1 ;;
    esac
    ops_c=${ops_c#?}
  done
}
