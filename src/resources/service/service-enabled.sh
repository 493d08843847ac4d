# The functions of `service-enabled`, as enabled.ts describes them.
ops_unit_folders='/etc/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system'
ops_unit_enabled() {
  ops_wants= ops_aliases= ops_also= ops_odd=
  ops_unit_get UnitFileState; ops_state=$ops_unit_value
  ops_unit_get FragmentPath; ops_fragment=$ops_unit_value
  ops_unit_get NeedDaemonReload
  # Of a file that was empty for a moment systemd keeps "masked" while the unit is loaded.
  case $ops_unit_value,$ops_load,$ops_state in yes,*,?* | no,loaded,masked*) ops_state=$(systemctl is-enabled -- "$ops_unit_id" 2>/dev/null) || : ;; esac
  ops_unit_linked /etc
  case $ops_state in
    masked | transient) return 0 ;;
    masked-runtime) [ -z "$ops_linked" ] || ops_state='mask over links'; return 0 ;;
    generated) ops_unit_generated; return 0 ;;
    '') ops_state=none; return 0 ;;
  esac
  [ ! -f "$ops_fragment" ] || ops_unit_install "$ops_fragment" || return 1
  ops_unit_get DropInPaths
  for ops_drop_in in $ops_unit_value; do [ ! -f "$ops_drop_in" ] || ops_unit_install "$ops_drop_in" || return 1; done
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
      for ops_also_unit in $ops_also; do
        ops_unit_linked /etc "$ops_also_unit"
        [ -z "$ops_linked" ] || ops_state=indirect
      done ;;
    *) ops_unit_pulled ;;
  esac
}
# FOLDER [NAME]: puts the folders in FOLDER that want the unit, by a link in TARGET.wants and the like, into ops_linked.
ops_unit_linked() {
  ops_linked= ops_link_folder=$1/systemd/system ops_link_unit=${2:-$ops_unit_id}
  for ops_unit_link in "$ops_link_folder"/*.wants/"$ops_link_unit" "$ops_link_folder"/*.requires/"$ops_link_unit" "$ops_link_folder"/*.upholds/"$ops_link_unit"; do
    [ -L "$ops_unit_link" ] || continue
    ops_unit_link=${ops_unit_link%/*}
    ops_linked="$ops_linked ${ops_unit_link##*/}"
  done
}
ops_unit_generated() {
  ops_unit_get SourcePath
  case $ops_unit_value in
    /etc/init.d/*)
      ops_state=no
      for ops_rc_link in /etc/rc[S5].d/S??"${ops_unit_value##*/}"; do [ ! -e "$ops_rc_link" ] || ops_state=yes; done
      [ -d /etc/rc5.d ] || ops_state=$(systemctl is-enabled -- "$ops_unit_id" 2>/dev/null) || :
      case $ops_state in enabled) ops_state=yes ;; disabled) ops_state=no ;; esac ;;
    *) ops_unit_pulled ;;
  esac
}
# Of what cannot be enabled: whether anything that systemd knows would start it.
ops_unit_pulled() {
  case $ops_unit_id in *.slice | *.scope | *.device) return 0 ;; esac
  for ops_pulled_by in WantedBy RequiredBy UpheldBy BoundBy TriggeredBy BusName; do
    ops_unit_get "$ops_pulled_by"
    [ -z "$ops_unit_value" ] || return 0
  done
  ops_state=none
}
# The links against [Install], in ops_state: words that cannot be read here are left to systemd.
ops_unit_compare() {
  ops_missing= ops_stale=
  for ops_wanted_link in $ops_wants $ops_aliases; do
    case $ops_wanted_link in *.wants | *.requires | *.upholds) ops_wanted_path=$ops_wanted_link/$ops_unit_id ;; *) ops_wanted_path=$ops_wanted_link ;; esac
    ops_link_is_there=
    for ops_unit_folder in $ops_unit_folders; do [ ! -L "$ops_unit_folder/$ops_wanted_path" ] && [ ! -e "$ops_unit_folder/$ops_wanted_path" ] || { ops_link_is_there=yes; break; }; done
    [ -n "$ops_link_is_there" ] || ops_missing="$ops_missing $ops_wanted_link"
  done
  if [ -n "$ops_wants" ] && [ -z "$ops_odd" ]; then
    for ops_made_link in $ops_linked; do case " $ops_wants " in *" $ops_made_link "*) ;; *) ops_stale="$ops_stale $ops_made_link" ;; esac; done
  fi
  ops_state=${ops_missing:+missing$ops_missing}${ops_stale:+${ops_missing:+, }stale$ops_stale}
  ops_state=${ops_state:-yes}
}
# The [Install] sections of all units of ops_show, by one program: a shell reads a file byte by byte.
ops_unit_read_all() {
  ops_ifs_before=$IFS IFS=$ops_nl
  set -f
  set --
  for ops_property in $ops_show; do
    case $ops_property in
      FragmentPath=?*) set -- "$@" "${ops_property#*=}" ;;
      DropInPaths=?*) IFS=' '; set -- "$@" ${ops_property#*=} ;;
    esac
  done
  set +f
  IFS=$ops_ifs_before
  for ops_unit_file; do
    shift
    [ ! -f "$ops_unit_file" ] || set -- "$@" "$ops_unit_file"
  done
  # Where one of them cannot be read, each unit that asks for its own reads that by itself.
  [ $# = 0 ] || ops_unit_read "$@" 2>/dev/null || :
}
# FILE...: adds what is set in their [Install] sections to ops_installs, a line each, below a line with the name of the file.
ops_unit_read() {
  ops_install_text=$(LC_ALL=C awk '
    FNR == 1 { print "[" FILENAME; whole = section = "" }
    { sub(/^[ \t]+/, "") }
    /^[#;]/ { next }
    { whole = whole $0 }
    whole ~ /\\$/ { whole = substr(whole, 1, length(whole) - 1) " "; next }
    whole ~ /^\[/ { section = whole }
    whole ~ /^[^[].*=/ && index(section, "[Install]") == 1 { print whole }
    { whole = "" }' "$@") || return 1
  ops_installs=$ops_installs$ops_install_text$ops_nl
}
# Adds what the [Install] section of FILE says to ops_wants, ops_aliases and ops_also; an empty value forgets what came before.
ops_unit_install() {
  case $ops_installs in *"${ops_nl}[$1$ops_nl"*) ;; *) ops_unit_read "$1" || return 1 ;; esac
  # Of an empty file there is nothing.
  case $ops_installs in *"${ops_nl}[$1$ops_nl"*) ;; *) return 0 ;; esac
  ops_install_lines=$ops_nl${ops_installs#*"${ops_nl}[$1$ops_nl"}
  ops_install_lines=${ops_install_lines%%"${ops_nl}["*}$ops_nl
  while [ -n "$ops_install_lines" ]; do
    ops_line=${ops_install_lines%%"$ops_nl"*} ops_install_lines=${ops_install_lines#*"$ops_nl"}
    ops_install_key=${ops_line%%=*} ops_install_words=${ops_line#*=}
    ops_install_key=${ops_install_key%"${ops_install_key##*[![:blank:]]}"}
    set -f
    case $ops_install_key in
      WantedBy) ops_unit_words wants .wants $ops_install_words ;;
      RequiredBy) ops_unit_words wants .requires $ops_install_words ;;
      UpheldBy) ops_unit_words wants .upholds $ops_install_words ;;
      Alias) ops_unit_words aliases '' $ops_install_words ;;
      Also) ops_unit_words also '' $ops_install_words ;;
    esac
    set +f
  done
}
# LIST ENDING WORD...: adds the words, with what their specifiers stand for (systemd.unit(5)).
ops_unit_words() {
  ops_word_list=$1 ops_suffix=$2
  shift 2
  if [ $# = 0 ]; then
    case $ops_word_list in wants) ops_wants= ;; aliases) ops_aliases= ;; also) ops_also= ;; esac
    return 0
  fi
  for ops_install_word; do
    ops_unit_specify || { ops_odd=yes; continue; }
    case $ops_word_list,$ops_install_word in
      *[!A-Za-z0-9:_.,@-]*) ops_odd=yes ;;
      wants,?*.?*) ops_wants="$ops_wants $ops_install_word$ops_suffix" ;;
      also,?*.?*) ops_also="$ops_also $ops_install_word" ;;
      aliases,*@* | aliases,"$ops_unit_id") ;;
      aliases,?*."${ops_unit_id##*.}") ops_aliases="$ops_aliases $ops_install_word" ;;
    esac
  done
}
# Puts into ops_install_word what its specifiers stand for.
ops_unit_specify() {
  ops_specified= ops_prefix=${ops_unit_id%.*}
  while :; do
    case $ops_install_word in *%*) ;; *) ops_install_word=$ops_specified$ops_install_word; return 0 ;; esac
    ops_specified=$ops_specified${ops_install_word%%\%*} ops_install_word=${ops_install_word#*\%}
    case $ops_install_word in
      n*) ops_specified=$ops_specified$ops_unit_id ;;
      N*) ops_specified=$ops_specified$ops_prefix ;;
      p*) ops_specified=$ops_specified${ops_prefix%%@*} ;;
      i*) case $ops_prefix in *@*) ops_specified=$ops_specified${ops_prefix#*@} ;; esac ;;
      %*) ops_specified=$ops_specified% ;;
      *) return 1 ;;
    esac
    ops_install_word=${ops_install_word#?}
  done
}
