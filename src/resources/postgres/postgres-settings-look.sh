# The functions of `postgres-settings-look`, as settings-look.ts describes them.
# SQL: what the server says, in ops_pg_seen; and of that ops_pg_conf, ops_pg_pid, ops_pg_bin and ops_pg_data.
ops_pg_settings_ask() {
  ops_pg_seen=$(ops_pg_look server "$1") || return
  ops_pg_conf=$(ops_pg_column @conf) && ops_pg_pid=$(ops_pg_column @pid) && ops_pg_bin=$(ops_pg_column @bin) && ops_pg_data=$(ops_pg_column @data)
}
# WORD: what stands behind it.
ops_pg_column() { printf '%s\n' "$ops_pg_seen" | awk -F '\t' -v word="$1" '$1 == word { print $2 }'; }
# Sets ops_pg_folder and ops_pg_line to the folder that the main file includes, and where; the first is `none` where it does not.
ops_pg_settings_folder() {
  [ -r "$ops_pg_conf" ] || { echo "$ops_pg_conf, the file of the server's settings, cannot be read on this host" >&2; return 1; }
  ops_pg_folder=$(awk '
    { text = $0; sub(/^[ \t]+/, "", text) }
    tolower(text) !~ /^include_dir[ \t=]/ { next }
    {
      sub(/^[A-Za-z_]+[ \t]*=?[ \t]*/, "", text)
      if (substr(text, 1, 1) == "\047") { text = substr(text, 2); sub(/\047.*/, "", text) } else sub(/[ \t#].*/, "", text)
      sub(/^(\.\/+)+/, "", text); sub(/\/+$/, "", text)
      folder = text; line = NR
    }
    END { print line + 0 " " folder }' <"$ops_pg_conf") || return 1
  ops_pg_line=${ops_pg_folder%% *} ops_pg_folder=${ops_pg_folder#* }
  case $ops_pg_folder in '') ops_pg_folder=none; return 0 ;; /*) ;; *) ops_pg_folder=${ops_pg_conf%/*}/$ops_pg_folder ;; esac
  # By its words, as the server does: that names its files so.
  ops_pg_folder=$(printf '%s\n' "$ops_pg_folder" | awk -F / '
    {
      for (i = 2; i <= NF; i++)
        if ($i == "..") { if (count) count-- } else if ($i != "" && $i != ".") parts[++count] = $i
      for (i = 1; i <= count; i++) path = path "/" parts[i]
      print path
    }')
}
# Sets ops_pg_unit to what runs the server: `none` where systemd does not.
ops_pg_settings_unit() {
  ops_pg_unit=none
  [ -d /run/systemd/system ] || return 0
  ops_pg_group=$(awk -F / '!seen && sub(/\.service$/, "", $NF) { seen = 1; print $NF }' "/proc/$ops_pg_pid/cgroup") || return 1
  [ -n "$ops_pg_group" ] || return 0
  # Who starts it by hand from cron or a login leaves it in a group whose unit is another's.
  ops_pg_main=$(systemctl show --value -p MainPID -- "$ops_pg_group.service") || return 1
  [ "$ops_pg_main" != "$ops_pg_pid" ] || ops_pg_unit=$ops_pg_group
}
# What the server's program makes of these arguments, with the files as they are, in ops_out; it starts nothing.
ops_pg_server() {
  set -- "$ops_pg_bin/postgres" -D "$ops_pg_data" -c "config_file=$ops_pg_conf" -c lc_messages=C "$@"
  [ "$(id -un)" = postgres ] || set -- runuser -u postgres -- "$@"
  ops_pg_apart ops_pg_in_root "$@"
}
ops_pg_in_root() { cd / && "$@"; }
# KEY or KEY=VALUE...: `refusal=` what the server says of them, taken together; else what it makes of texts that it may spell in its own way.
ops_pg_settings_try() {
  ops_pg_words=$#
  for ops_pg_word; do case $ops_pg_word in *=*) set -- "$@" -c "$ops_pg_word" ;; esac; done
  shift "$ops_pg_words"
  [ $# -gt 0 ] || return 0
  ops_pg_server "$@" -C config_file || {
    printf 'refusal=%s\n' "$(printf '%s\n' "$ops_out" | ops_pg_settings_why)"
    return 0
  }
  ops_pg_tab=$(printf '\t')
  ops_pg_nl='
'
  for ops_pg_word; do
    ops_pg_key=${ops_pg_word%%=*} ops_pg_lines=$ops_pg_nl$ops_pg_seen$ops_pg_nl
    case $ops_pg_lines in *"${ops_pg_nl}type$ops_pg_tab$ops_pg_key${ops_pg_tab}string$ops_pg_tab"* | *"${ops_pg_nl}type$ops_pg_tab$ops_pg_key${ops_pg_tab}enum$ops_pg_tab"*) ;; *) continue ;; esac
    case $ops_pg_lines in *"${ops_pg_nl}now$ops_pg_tab$ops_pg_key$ops_pg_tab${ops_pg_word#*=}$ops_pg_nl"*) continue ;; esac
    ops_pg_server -c "$ops_pg_word" -C "$ops_pg_key" || {
      echo "the program of the server cannot say what it makes of $ops_pg_key: $(printf '%s\n' "$ops_out" | ops_pg_settings_why)" >&2
      return 1
    }
    printf 'made\t%s\t%s\n' "$ops_pg_key" "$ops_out"
  done
}
# The first thing that it says is wrong, and its hint.
ops_pg_settings_why() {
  awk '
    { last = $0; sub(/^.*(FATAL|ERROR|PANIC|LOG): +/, "") }
    /^[ \t]*$/ { next }
    last ~ /(FATAL|ERROR|PANIC): / && !why { why = $0 }
    last ~ /HINT: / && !hint { sub(/^.*HINT: +/, ""); hint = $0 }
    END { if (!why) why = last; print why (hint ? " (" hint ")" : "") }'
}
# SQL DETAIL NAME WORD...
ops_pg_settings_look() {
  ops_pg_settings_ask "$1" || return
  case $ops_pg_seen in server=present*) ;; *) printf '%s\n' "$ops_pg_seen"; return 0 ;; esac
  ops_pg_settings_folder && ops_pg_settings_unit || return
  printf '%s\n' "$ops_pg_seen" | awk '!/^@/' || return
  printf 'conf=%s\nunit=%s\nline=%s\n' "$ops_pg_conf" "$ops_pg_unit" "$ops_pg_line"
  if [ "$ops_pg_folder" = none ]; then echo kind=none
  elif [ ! -d "$ops_pg_folder" ]; then printf 'folder=%s\nkind=lost\n' "$ops_pg_folder"
  else
    printf 'file=%s\n' "$ops_pg_folder/$3.conf"
    ops_paths '' mog "$ops_pg_folder/$3.conf" || return
  fi
  ops_pg_told=$2
  shift 3
  ops_pg_settings_try "$@" || return
  ! ops_wants_detail || { ops_pg "$ops_pg_told" || return; printf '%s\n%s\n' "$ops_pg_seen" "$ops_out" | ops_detail 0; }
}
