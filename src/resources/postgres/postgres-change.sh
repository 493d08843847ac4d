# The functions of `postgres-change`, as change.ts describes them.
# NAME SQL...: one statement after the other, each whole or not at all.
ops_pg_change() {
  ops_name=$1
  shift
  command -v psql >/dev/null || { echo 'PostgreSQL is not installed on this host' >&2; return 1; }
  for ops_pg_statement; do
    ops_pg "$ops_pg_statement" || { echo "PostgreSQL refuses to change $ops_name: $ops_said" >&2; return 1; }
  done
}
