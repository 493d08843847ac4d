# The functions of `mysql-database-look`, as database-look.ts describes them.
ops_sql_database() {
  ops_sql_server || return 1
  if [ "$ops_kind" = absent ] || ! ops_sql_runs; then echo database=unknown; return 0; fi
  ops_sql_read none || return 1
  ops_sql "SELECT CONCAT(DEFAULT_CHARACTER_SET_NAME,' ',DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME='$1';" || {
    echo "root cannot log in to the database server through its socket: $ops_said: put a user and password under [client] in /root/.my.cnf" >&2
    return 1
  }
  case $ops_out in
    *' '*) printf '%s\n' database=present "charset=${ops_out%% *}" "collation=${ops_out#* }";;
    *) echo database=absent;;
  esac
}
