# The functions of `mysql-look`, as look.ts describes them.
ops_sql_server() {
  ops_kind=absent ops_read= ops_out= ops_said= ops_sql_asked= ops_sql_defaults=
  if command -v mariadbd >/dev/null; then ops_kind=mariadb
  elif command -v mysqld >/dev/null; then
    case $(mysqld --version 2>/dev/null) in *MariaDB*) ops_kind=mariadb ;; *) ops_kind=mysql ;; esac
  else return 0
  fi
  [ -d /run/systemd/system ] && command -v systemctl >/dev/null || {
    echo 'systemd does not run on this host (a container?), so the database server cannot be looked at' >&2
    return 1
  }
  [ "$(id -u)" = 0 ] || { echo 'only root can see what the database server listens on and runs with' >&2; return 1; }
  # One of them is the unit, the others its aliases.
  ops_unit_show mariadb mysql mysqld || return 1
  ops_rest=
  while [ -n "$ops_show" ]; do
    ops_unit_next
    [ "$ops_load" = loaded ] || continue
    case $ops_active in active | reloading | refreshing | activating) ops_rest=$ops_unit_id; break ;; esac
    ops_rest=${ops_rest:-$ops_unit_id}
  done
  [ -n "$ops_rest" ] || { echo "$ops_kind is installed, but there is no unit mariadb, mysql or mysqld" >&2; return 1; }
  ops_unit=${ops_rest%.service}
  ops_unit_show "$ops_unit" && ops_unit_next
}
ops_sql_runs() {
  case $ops_active in active | reloading | refreshing) [ "$ops_pid" != 0 ] ;; *) return 1 ;; esac
}
# On stdin what a server says of read_only: a line of detail where it shuts out all but root.
ops_sql_stance() { awk '$1 == "super_read_only" && $2 == "ON" { no = 1 } $1 == "read_only" && ($2 == "ON" || $2 == "NO_LOCK") { set = $2 } END { if (set && !no) print "read-only read_only=" set }'; }
# NAME-OF-DROP-IN KEY...: what the files say, in ops_read.
ops_sql_read() {
  ops_option_files=$(my_print_defaults --help 2>/dev/null | sed -n '/^Default options are read/{n;p;}')
  ops_server_home=$(ops_sql_home)
  ops_args=$(ops_sql_arguments) || { echo "nobody can tell what $ops_unit was started with" >&2; return 1; }
  ops_read=$(
    printf 'd %s\n' "$1"
    shift
    printf 'k %s\n' socket "$@"
    case $ops_kind in
      mariadb) printf '%s\n' 'v ^(mysqld|mariadb|mariadbd)-' 'g mysqld' 'g server' 'g mariadb' 'g mariadbd' 'g client-server' 'g galera' ;;
      *) printf '%s\n' 'v ^mysqld-' 'g mysqld' 'g server' ;;
    esac
    for ops_option_files in ${ops_option_files:-/etc/my.cnf /etc/mysql/my.cnf}; do
      case $ops_option_files in '~'*) ;; *) printf 'f %s\n' "$ops_option_files" ;; esac
    done
    printf 'h %s\n' "${ops_server_home:-/nonexistent}/.my.cnf"
    [ -z "$ops_args" ] || printf '%s\n' "$ops_args"
  ) || return 1
  ops_read=$(printf '%s\n' "$ops_read" | LC_ALL=C awk "$ops_sql_reading") || return 1
}
# The arguments of the next start, each after the place that it comes from. The running server may have others: its
# unit was changed since, or a wrapper made them from the option files.
ops_sql_arguments() {
  if ops_sql_runs; then tr '\000' '\n' <"/proc/$ops_pid/cmdline"
  else systemctl show --value -p ExecStart "$ops_unit" | sed -n 's/.*argv\[\]=\([^;]*\) ;.*/\1/p' | tr ' ' '\n'
  fi | {
    if IFS= read -r ops_argument; then printf 'a %s\n' "$ops_argument"; elif ops_sql_runs; then exit 1; fi
    ops_places=
    while IFS= read -r ops_argument; do
      case $ops_argument in --[a-z]*) ;; *) continue ;; esac
      [ -n "$ops_places" ] || ops_places=$(systemctl show --value -p FragmentPath -p SourcePath -p DropInPaths -p EnvironmentFiles "$ops_unit" | tr ' ' '\n' | grep '^/')
      ops_argument_name=$(printf %s "${ops_argument%%=*}" | sed 's/[^A-Za-z0-9]/[-_]/g; s/^\(\[-_]\)*//')
      ops_argument_place=$(IFS=$ops_nl; set -f; grep -lE -e "--$ops_argument_name([= \"']|\$)" $ops_places /dev/null 2>/dev/null | tail -n 1)
      if [ -z "$ops_argument_place" ] && systemctl show-environment | grep -qE -e "--$ops_argument_name([= \"']|\$)"; then ops_argument_place="systemd's own environment (systemctl show-environment)"; fi
      case $ops_argument_place,$ops_argument in ,--defaults* | ,--no-defaults) ;; ,*) continue ;; *) printf 'o %s\n' "$ops_argument_place" ;; esac
      printf 'a %s\n' "$ops_argument"
    done
    :
  }
}
# Of the user that the unit runs as.
ops_sql_home() {
  ops_unit_user=$(systemctl show --value -p User "$ops_unit" 2>/dev/null)
  getent passwd "${ops_unit_user:-mysql}" | cut -d: -f6
}
# What the server says to SQL, as root through its socket; 1 with the reason in ops_said.
ops_sql() {
  ops_client=$(command -v mariadb || command -v mysql) || { ops_said='there is no client program mariadb or mysql'; return 1; }
  ops_socket=$(printf '%s\n' "$ops_read" | sed -n 's/^L is\.socket=//p')
  set -- "$1" --host=localhost --protocol=socket --connect-timeout=10 --batch --skip-column-names --raw --silent
  [ -z "$ops_socket" ] || set -- "$@" "--socket=$ops_socket"
  ops_sql_once "$@" && return 0
  [ -z "$ops_sql_asked" ] && [ -s /etc/mysql/debian.cnf ] || return 1
  ops_said_first=$ops_said ops_sql_defaults=--defaults-file=/etc/mysql/debian.cnf
  ops_sql_once "$@" && return 0
  ops_said=$ops_said_first ops_sql_defaults=
  return 1
}
# The same where nothing comes without an answer: tells why there is none.
ops_sql_answered() {
  ops_sql "$1" && return
  echo "root cannot log in to the database server through its socket: $ops_said: put a user and password under [client] in /root/.my.cnf" >&2
  return 1
}
# Sets ops_out, or ops_said where it is refused. A builtin's pipe: what is asked stands in no argument list. Names are quoted in one way, whatever the server was told.
# A client may warn on stderr and answer all the same; lines of the answer go with a dot before them, its verdict last.
ops_sql_once() {
  ops_sql_text=$1
  shift
  ops_out=$(
    {
      printf "SET sql_mode='',sql_quote_show_create=1;%s\n" "$ops_sql_text" |
        { "$ops_client" ${ops_sql_defaults:+"$ops_sql_defaults"} "$@" 2>&3 && echo yes || echo no; } | sed 's/^/./'
    } 3>&1
  )
  ops_said=$(printf '%s\n' "$ops_out" | sed -n '/^\./!{/./p;}' | tail -n 1)
  ops_out=$(printf '%s\n' "$ops_out" | sed -n 's/^\.//p')
  case $ops_out in
    yes) ops_out= ;;
    *"$ops_nl"yes) ops_out=${ops_out%"$ops_nl"yes} ;;
    *) return 1 ;;
  esac
  ops_sql_asked=yes
}
# ADDRESS:PORT as in /proc/net/tcp, alternatives parted by a bar: the server itself listens on each.
ops_sql_hears() {
  ops_sql_runs || return 1
  # shellcheck disable=SC2046 # one word for each file
  ls -l "/proc/$ops_pid/fd" 2>/dev/null | awk -v want="$*" '
    FNR == NR { if (match($0, /socket:\[[0-9]+\]/)) own[substr($0, RSTART + 8, RLENGTH - 9)] = 1; next }
    $4 == "0A" && ($10 in own) { open[$2] = 1 }
    END {
      n = split(want, wants, " ")
      for (i = 1; i <= n; i++) {
        m = split(wants[i], others, "|")
        for (good = 0; m; m--) if (others[m] in open) good = 1
        if (!good) exit 1
      }
    }' - $(ls "/proc/$ops_pid/net/tcp" "/proc/$ops_pid/net/tcp6" 2>/dev/null)
}
# ADDRESS:PORT as above: prints PORT NAME (pid N) for each that somebody else listens on.
ops_sql_held() {
  for ops_listen; do
    ops_listen=${ops_listen%%|*}
    ops_listen_port=$(printf %d "0x${ops_listen##*:}")
    ops_port_holder=$(ops_port_holder "$ops_unit_id" "$ops_listen_port" "${ops_listen%:*}")
    [ -z "$ops_port_holder" ] || echo "$ops_listen_port $ops_port_holder"
  done
}
# NAME LISTENING KEY...: what is set and what runs, as key=value lines.
ops_sql_settings() {
  ops_name=$1 ops_words=$2
  shift 2
  ops_sql_server || return 1
  echo "server=$ops_kind"
  [ "$ops_kind" != absent ] || return 0
  ops_sql_read "$ops_name" "$@" || return 1
  ops_variables=
  for ops_setting; do ops_variable=$(printf %s "$ops_setting" | tr - _) || return 1; ops_variables=$ops_variables,\'$ops_variable\'; done
  ops_login=no
  if ops_sql_runs && ops_sql "SHOW GLOBAL VARIABLES WHERE Variable_name IN (''$ops_variables); SELECT 'and', ''; SHOW GLOBAL VARIABLES WHERE Variable_name IN ('have_ssl', 'require_secure_transport'); SHOW GLOBAL STATUS LIKE 'Ssl_server_not_after';"; then ops_login=yes; fi
  ops_unit_running
  echo "running=$ops_is_running"
  if [ -n "$ops_words" ]; then if ops_sql_hears $ops_words; then echo heard=yes; else echo heard=no; fi; fi
  printf '%s\n' "$ops_read" | sed -n '/^L is\.socket=/d; /^L over\.socket=/d; s/^L //p'
  if ops_sql_runs; then
    echo "login=$ops_login"
    if [ $ops_login = yes ]; then
      printf '%s\n' "$ops_out" | awk -F '\t' '$1 == "and" { exit } NF == 2 { gsub(/_/, "-", $1); print "now." $1 "=" $2 }' | sort || return
      ops_told=$ops_out
      ops_sql_origins "$ops_variables" | sort || return
      ops_sql_persisted "$@" || return
      ops_out=$ops_told
      ops_loaded=
      for ops_setting; do ! ops_sql_started_with "$ops_setting" || { echo "loaded.$ops_setting=yes"; ops_loaded="$ops_loaded $ops_setting "; }; done
    fi
  fi
  ! ops_wants_detail || ops_sql_detail | ops_detail 0
}
# ,'VARIABLE'...: where each value came from, in the server's own words; nothing where it keeps no account of that.
ops_sql_origins() {
  case $ops_kind in
    mariadb) ops_origin_column="GLOBAL_VALUE_ORIGIN) FROM information_schema.SYSTEM_VARIABLES" ;;
    *) ops_origin_column="VARIABLE_SOURCE) FROM performance_schema.variables_info" ;;
  esac
  ! ops_sql "SELECT CONCAT('origin.',REPLACE(LOWER(VARIABLE_NAME),'_','-'),'=',$ops_origin_column WHERE VARIABLE_NAME IN (''$1);" || printf '%s\n' "$ops_out"
}
# KEY...: what SET PERSIST (MySQL 8.0) has written into the folder of the data, where the server stands; read after all other files.
ops_sql_persisted() {
  ops_persisted_file=/proc/$ops_pid/cwd/mysqld-auto.cnf
  [ "$ops_kind" = mysql ] && [ -s "$ops_persisted_file" ] && ops_sql 'SELECT @@persisted_globals_load;' && [ "$ops_out" = 1 ] || return 0
  for ops_persisted_key; do
    ops_persisted_value=$(sed -n "s/.*\"$(printf %s "$ops_persisted_key" | tr - _)\" *: *{ *\"Value\" *: *\"\([^\"]*\)\".*/\1/p" "$ops_persisted_file") || return
    [ -z "$ops_persisted_value" ] || printf 'persisted.%s=%s\n' "$ops_persisted_key" "$ops_persisted_value"
  done
}
# KEY: the file that sets it has not changed since the server was started (proc(5), stat: field 22, in 1/100 s since boot).
ops_sql_started_with() {
  ops_target=$(printf '%s\n' "$ops_read" | sed -n "s/^W $1 [^ ]* //p")
  [ -f "$ops_target" ] || return 1
  ops_process_stat=$(cat "/proc/$ops_pid/stat" 2>/dev/null) || return 1
  set -- ${ops_process_stat##*) }
  ops_now_seconds=$(date +%s.%N) || return 1
  stat -c '%.3Y %.3Z' "$ops_target" | awk -v now="$ops_now_seconds" -v ticks="${20}" '
    { changed = $1 > $2 ? $1 : $2; getline up <"/proc/uptime"; split(up, u, " "); exit !(now - changed > u[1] - ticks / 100) }'
}
ops_sql_detail() {
  printf '%s\n' "$ops_read" | sed -n 's/^D //p'
  if [ "$ops_login" = yes ]; then
    printf '%s\n' "$ops_out" | awk -F '\t' -v loaded="$ops_loaded" '
      tls { print "tls " $1 " " $2 }
      $1 == "and" { tls = 1 }
      !tls { gsub(/_/, "-", $1); if (index(loaded, " " $1 " ")) print "shown " $1 " " $2 }'
  elif ops_sql_runs; then echo "login $ops_said"
  fi
  ops_sql_held $ops_words | sed 's/^/held /'
  ops_unit_get UnitFileState
  [ "$ops_unit_value" != disabled ] || echo "boot $ops_unit"
  ops_sql_wall
  ip -o addr 2>/dev/null | awk '{ sub(/\/.*/, "", $4); print "address " $4 }'
}
# What stands before the ports of this host, as far as rules can be read.
ops_sql_wall() {
  if command -v ufw >/dev/null && ufw status 2>/dev/null | grep -q '^Status: active'; then echo 'wall ufw'
  elif nft list ruleset 2>/dev/null | awk '/hook input/ { input = 1 } /policy drop/ && /hook input/ { hit = 1 } /(^|[ \t])(drop|reject)/ { rule = 1 } END { exit !(hit || (input && rule)) }'; then echo 'wall nftables'
  elif iptables -S INPUT 2>/dev/null | grep -q -e '^-P INPUT DROP' -e '-j DROP' -e '-j REJECT'; then echo 'wall iptables'
  fi
}
