# The functions of `mysql-change`, as change.ts describes them.
ops_sql_apply() {
  ops_name=$1 ops_over=$2 ops_verb=$3 ops_seconds=$4 ops_listens=$5 ops_words=$6 ops_count=$7
  shift 7
  ops_sql_server || exit 1
  [ "$ops_kind" != absent ] || ops_unit_fail 'neither MySQL nor MariaDB is installed on this host'
  ops_pairs_left=$ops_count
  set -- "$@" --
  while [ "$ops_pairs_left" -gt 0 ]; do set -- "$@" "$1"; shift; set -- "$@" "$1"; shift; ops_pairs_left=$((ops_pairs_left - 1)); done
  shift
  # shellcheck disable=SC2046 # one word for each name
  ops_sql_read "$ops_name" $(ops_sql_odd "$@") || exit 1
  ops_sql_check_ports
  # All of them before the first is written: what cannot be set leaves everything as it was.
  for ops_odd_key in $(ops_sql_odd "$@"); do ops_sql_place "$ops_odd_key"; done
  while [ "$ops_count" -gt 0 ]; do
    ops_sql_write "$1" "$2" || exit 1
    shift 2
    set -- "$@" "$ops_target"
    ops_count=$((ops_count - 1))
  done
  [ -n "$ops_verb" ] || return 0
  ops_unit_get NeedDaemonReload
  if [ "$ops_unit_value" = yes ]; then systemctl daemon-reload; ops_unit_now; fi
  ops_test= ops_was_up= ops_was_deaf= ops_on_change=restart
  if ops_unit_is_up; then ops_was_up=yes; else ops_verb=start; fi
  [ -z "$ops_was_up" ] || ops_sql_hears $ops_words || ops_was_deaf=yes
  ops_sql_load "$@" || ops_unit_take_back "$@"
}
# A restart for a port that somebody else has would only stop the server for a while.
ops_sql_check_ports() {
  [ -n "$ops_verb" ] || return 0
  ops_held_port=$(ops_sql_held $ops_words | head -n 1)
  [ -z "$ops_held_port" ] || ops_unit_fail "port ${ops_held_port%% *} is held by ${ops_held_port#* }: choose another, or free it first; nothing was changed" 98
}
# The keys of pairs: none of them holds blanks.
ops_sql_odd() {
  while [ $# -gt 1 ]; do printf '%s\n' "$1"; shift 2; done
}
# Sets ops_target to the file that KEY is to be set in, and ops_section to its group.
ops_sql_place() {
  ops_place_letter=T
  if printf '%s\n' "$ops_read" | grep -q "^L over\.$1="; then
    ops_winner=$(printf '%s\n' "$ops_read" | sed -n "s/^D over $1 //p")
    ops_winner="${ops_winner% *} sets $1, and wins over $(printf '%s\n' "$ops_read" | sed -n 's/^D drop //p')"
    case $ops_over,$ops_winner in refuse,* | *' command line '*) ops_unit_fail "$ops_winner; nothing was changed" 98 ;; esac
    ops_place_letter=W
  fi
  ops_target=$(printf '%s\n' "$ops_read" | sed -n "s/^$ops_place_letter $1 [^ ]* //p")
  ops_section=$(printf '%s\n' "$ops_read" | sed -n "s/^$ops_place_letter $1 \([^ ]*\) .*/\1/p")
}
ops_sql_write() {
  ops_sql_place "$1"
  case $ops_target in
    */"$ops_name.cnf")
      [ -e "$ops_target" ] || ops_write "$ops_target" new=0644 -- printf '%s\n' '# What recipes of ops want; read after the other files of this folder.' "[$ops_section]" || return 1 ;;
  esac
  ops_option 0644 sd "$ops_target" "$ops_section" "$1" = '' '#' mysql present ' = ' "$2"
}
ops_sql_load() {
  ops_unit_load "$ops_verb" "$@" || return 1
  ops_unit_now && ops_sql_hears $ops_words && return 0
  ops_said="$ops_unit runs, but does not listen on $ops_listens"
  return 1
}
