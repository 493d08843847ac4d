# The functions of `mysql-user-change`, as user-change.ts describes them.
ops_sql_change() {
  ops_sql_server || exit 1
  if [ "$ops_kind" = absent ]; then echo 'neither MySQL nor MariaDB is installed on this host' >&2; exit 1; fi
  if ! ops_sql_runs; then echo "$ops_unit does not run, so its accounts cannot be changed" >&2; exit 1; fi
  ops_sql_read none || exit 1
  ops_sql 'SELECT @@version;' || ops_sql_refused 'root cannot log in through the socket'
  case $ops_kind,$ops_out in mariadb,*) ops_identified_by=$3 ;; *,5.*) ops_identified_by=$4 ;; *) ops_identified_by=$5 ;; esac
  ops_statements=$6
  case $1 in ?*) ops_statements="$1 USER $2 $ops_identified_by;$6" ;; esac
  ops_sql "$ops_statements" || ops_sql_refused "the server refuses to change $2"
}
ops_sql_refused() { echo "$1: $ops_said" >&2; exit 1; }
