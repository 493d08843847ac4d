# The functions of `mysql-user-change`, as user-change.ts describes them.
ops_sql_change() {
  ops_sql_server || exit 1
  [ "$ops_kind" != absent ] || ops_sql_left 'neither MySQL nor MariaDB is installed on this host'
  ops_sql_runs || ops_sql_left "$ops_unit does not run, so its accounts and databases cannot be changed"
  ops_sql_read none || exit 1
  ops_sql 'SELECT @@version;' || ops_sql_left "root cannot log in through the socket: $ops_said"
  case $ops_kind,$ops_out in mariadb,*) ops_identified_by=$3 ;; *,5.*) ops_identified_by=$4 ;; *) ops_identified_by=$5 ;; esac
  ops_statements=$6
  case $1 in ?*) ops_statements="$1 USER $2 $ops_identified_by;$6" ;; esac
  ops_sql "$ops_statements" && return 0
  # What is read-only refuses the first statement already.
  case $ops_said in 'ERROR 1290 '* | 'ERROR 1836 '*) ops_sql_left "the server refuses to change $2: $ops_said" ;; esac
  echo "the server refuses to change $2: $ops_said" >&2
  exit 1
}
ops_sql_left() { echo "$1; nothing was changed" >&2; exit 98; }
