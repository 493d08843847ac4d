# The functions of `mysql-database-look`, as database-look.ts describes them.
ops_sql_database() {
  ops_sql_server || return 1
  if [ "$ops_kind" = absent ]; then printf 'database=absent\nserver=absent\n'; return 0; fi
  ops_sql_runs || { printf 'database=unknown\nstopped=%s\n' "$ops_unit"; return 0; }
  ops_sql_read none || return 1
  ops_sql_answered "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('super_read_only', 'read_only'); SELECT CONCAT('found ',DEFAULT_CHARACTER_SET_NAME,' ',DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME='$1';" || return 1
  printf '%s\n' "$ops_out" | awk -F '[ \t]' '
    $1 == "found" { found = 1; print "database=present"; print "charset=" $2; print "collation=" $3 }
    ($1 == "super_read_only" && $2 == "ON") || ($1 == "read_only" && $2 ~ /NO_ADMIN/) { writes = $1 "=" $2 }
    END { if (!found) print "database=absent"; if (writes != "") print "writes=" writes }'
  ! ops_wants_detail || printf '%s\n' "$ops_out" | ops_sql_stance | ops_detail 0
}
