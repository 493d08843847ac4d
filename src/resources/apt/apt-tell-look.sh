# The functions of `apt-tell-look`, as tell-look.ts describes them.
# INDEX VERB RECOMMENDS NAME...: what apt would do for this step alone.
ops_apt_tell() {
  ops_told_index=$1 ops_told_verb=$2 ops_told_recommends=$3
  shift 3
  {
    [ -z "$ops_later" ] || echo "lists: $ops_stale"
    ops_apt_unfinished
    [ $# = 0 ] || ops_apt_simulate "$ops_told_verb" "$ops_told_recommends" "$@" | grep -v "^'"
  } | ops_detail "$ops_told_index"
}
ops_apt_simulate() {
  ops_simulated_verb=$1 ops_simulated_words=$2
  shift 2
  apt-get -q --print-uris -o Dir::Cache::pkgcache= $ops_simulated_words "$ops_simulated_verb" "$@" 2>&1 </dev/null
}
ops_apt_unfinished() {
  [ -n "${ops_half_way:-}" ] || ops_half_way=$ops_nl$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^\(half-[a-z]*\|unpacked\|triggers-[a-z]*\) \(.*\)/unfinished: \2 (\1)/p')
  [ "$ops_half_way" = "$ops_nl" ] || printf '%s\n' "${ops_half_way#"$ops_nl"}"
}
# INDEX RECOMMENDS NAME...: the step is told of at the end, with others.
ops_apt_put_off() { ops_put_off="${ops_put_off:-}${2:-configured} $1${ops_bring_names}$ops_nl"; }
ops_apt_tell_put_off() {
  [ -n "$ops_put_off" ] || return 0
  ops_later=
  ops_suggests=false ops_configured=true ops_garbage=false ops_solver=
  eval "$(apt-config shell ops_suggests APT::Install-Suggests/b ops_configured APT::Install-Recommends/b ops_garbage APT::Get::AutomaticRemove/b ops_solver APT::Solver)"
  for ops_manner in configured --install-recommends --no-install-recommends; do
    ops_waiting=$(printf %s "$ops_put_off" | sed -n "s/^$ops_manner //p")
    case $ops_manner in
      configured) ops_manner= ops_brings_wishes=$ops_configured ;;
      --install-recommends) ops_brings_wishes=true ;;
      *) ops_brings_wishes=false ;;
    esac
    [ -z "$ops_waiting" ] || ops_apt_tell_all "$ops_waiting"
  done
}
# Whether what apt does for one step is part of what it does for many: nothing suggested comes, nothing that nobody needs goes.
ops_apt_is_plain() {
  case $ops_suggests,$ops_garbage,$ops_solver in false,false, | false,false,internal | false,false,3.0) ;; *) return 1 ;; esac
}
# LINES of INDEX NAME...: by one simulation, by one for each half where that will not do, and at last by one for each.
ops_apt_tell_all() {
  set -- "$1" "$(printf '%s\n' "$1" | grep -c .)"
  if [ "$2" -lt 4 ] || ! ops_apt_is_plain; then
    printf '%s\n' "$1" | while read -r ops_told_step ops_told_names; do
      ops_apt_tell "$ops_told_step" install "$ops_manner" $ops_told_names
    done
  elif ops_apt_judge "$1"; then
    printf '%s\n' "$ops_judged" | while IFS='|' read -r ops_told_step ops_told_names ops_told_new ops_told_fetch ops_told_disk; do
      if [ -z "$ops_told_new" ]; then ops_apt_tell "$ops_told_step" install "$ops_manner" $ops_told_names
      else ops_detail "$ops_told_step" "The following NEW packages will be installed:$ops_nl  $ops_told_new${ops_nl}Need to get $ops_told_fetch of archives.${ops_nl}After this operation, $ops_told_disk of additional disk space will be used."
      fi
    done
  else
    set -- "$(printf '%s\n' "$1" | sed "$(($2 / 2))q")" "$(printf '%s\n' "$1" | sed "1,$(($2 / 2))d")"
    ops_apt_tell_all "$1"
    ops_apt_tell_all "$2"
  fi
}
# What one simulation of all says of each, into ops_judged; fails where it does more than install what was not there.
ops_apt_judge() {
  ops_joint_names=$(printf '%s\n' "$1" | cut -d ' ' -f 2- | tr ' ' '\n' | sort -u)
  ops_joint=$(ops_apt_simulate install "$ops_manner" $ops_joint_names) || return 1
  case $ops_nl$ops_joint in *"${ops_nl}E: "* | *"${ops_nl}WARNING: "* | *"${ops_nl}The following held packages "*) return 1 ;; esac
  case $ops_nl$ops_joint in *"${ops_nl}0 upgraded, "[0-9]*" newly installed, 0 to remove and "*) ;; *) return 1 ;; esac
  ops_joint_new_names=$(printf '%s\n' "$ops_joint" | sed -n '/^The following NEW packages will be installed:/,/^[^ ]/s/^  //p')
  case $ops_joint_new_names in '' | *:*) return 1 ;; esac
  ops_judged=$({
    printf '%s\n' "$1" | sed 's/^/step /'
    printf '%s\n' "$ops_joint" | sed 's/^/said /'
    dpkg-query -W -f 'there ${db:Status-Status} ${Architecture} ${Package},${Provides}\n'
    apt-cache -o Dir::Cache::pkgcache= show --no-all-versions $ops_joint_new_names 2>/dev/null | sed 's/^/show /'
  } | awk -v wishes="$ops_brings_wishes" -v native="$ops_native" "$ops_apt_judging") && [ -n "$ops_judged" ]
}
