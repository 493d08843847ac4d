# The functions of `postgres-settings-change`, as settings-change.ts describes them.
# SQL NAME RESTART SECONDS CHECK WRITES WORD...
ops_pg_settings() {
  ops_pg_settings_ask "$1" || return
  case $ops_pg_seen in server=present*) ;; *) ops_fail 'PostgreSQL does not answer any more; nothing was changed' ;; esac
  ops_pg_settings_folder && ops_pg_settings_unit || return
  ops_pg_file=$ops_pg_folder/$2.conf ops_pg_restart=$3 ops_seconds=$4 ops_pg_check=$5 ops_pg_writes=$6
  shift 6
  if [ -n "$ops_pg_writes" ]; then
    ops_write "$ops_pg_file" mode=0644 owner=postgres group=postgres -- ops_pg_settings_lines "$@" || exit
    # Before the server reads it for good.
    ops_pg "$ops_pg_check" || ops_out=$ops_said
    [ -z "$ops_out" ] || ops_pg_settings_back "$(printf '%s\n' "$ops_out" | head -n 1)"
  fi
  if [ -n "$ops_pg_restart" ]; then
    ops_unit=$ops_pg_unit ops_test= ops_listens= ops_proof='ops_pg "select 1;"'
    ops_unit_now || exit 1
    ops_was_up=yes ops_was_deaf= ops_on_change=restart
    ops_unit_load restart "$ops_pg_file" || ops_unit_take_back "$ops_pg_file"
  else ops_pg_reload || ops_pg_settings_back "$ops_said"
  fi
}
# WHY: the file as it was before.
ops_pg_settings_back() {
  ops_changed "$ops_pg_file" || { echo "$1" >&2; exit 1; }
  ops_restore "$ops_pg_file" || { echo "$1; and $ops_pg_file could not be put back" >&2; exit 96; }
  ops_pg_reload || { echo "$1; $ops_pg_file was put back, but $ops_said" >&2; exit 96; }
  echo "$1; $ops_pg_file was put back" >&2
  exit 97
}
# The server reads its files some time after it was told to. Leaves the reason in ops_said.
ops_pg_reload() {
  ops_pg 'select pg_conf_load_time();' || return
  ops_pg_loaded=$ops_out
  ops_pg 'select pg_reload_conf();' || return
  ops_ticks=0
  while [ "$ops_ticks" -lt $((ops_seconds * 10)) ]; do
    ops_pg 'select pg_conf_load_time();' || return
    [ "$ops_out" = "$ops_pg_loaded" ] || return 0
    ops_ticks=$((ops_ticks + 1))
    ops_nap
  done
  ops_said="PostgreSQL did not read its files again within $ops_seconds s"
  return 1
}
# KEY or KEY<TAB>LINE...: the file with these lines in the place of those for the keys.
ops_pg_settings_lines() {
  {
    [ $# = 0 ] || printf '%s\n' "$@"
    echo
    if [ -n "$ops_old" ]; then cat -- "$ops_old"; else echo '# What recipes of ops want; read after the other files of this folder.'; fi
  } | awk '
    !whole && $0 == "" { whole = 1; next }
    !whole {
      at = index($0, "\t"); key = at ? substr($0, 1, at - 1) : $0
      mine[key] = 1
      if (at) lines[++count] = substr($0, at + 1)
      next
    }
    { name = $0; sub(/^[ \t]+/, "", name); sub(/[ \t=].*$/, "", name) }
    tolower(name) in mine { next }
    { print }
    END { for (i = 1; i <= count; i++) print lines[i] }'
}
