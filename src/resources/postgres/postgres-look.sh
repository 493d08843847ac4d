# The functions of `postgres-look`, as look.ts describes them.
# SQL by a builtin's pipe: what is asked stands in no argument list.
ops_pg() {
  if [ "$(id -un)" = postgres ]; then ops_out=$(printf '%s\n' "$1" | psql -XAtq -v ON_ERROR_STOP=1 -d postgres 2>&1)
  else ops_out=$(cd / && printf '%s\n' "$1" | runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres 2>&1)
  fi && return 0
  ops_said=$(printf '%s\n' "$ops_out" | sed -n 's/^.*\(ERROR\|FATAL\|error\): *//p' | head -n 1)
  ops_said=${ops_said:-$(printf '%s\n' "$ops_out" | tail -n 1)}
  return 1
}
# WORD SQL: its lines; of a server that does not answer, WORD=unknown and why.
ops_pg_look() {
  command -v psql >/dev/null || { printf '%s=absent\nserver=absent\n' "$1"; return 0; }
  # 2: there is no such user.
  getent passwd postgres >/dev/null || { [ $? = 2 ] || { echo "getent cannot say whether there is a user postgres" >&2; return 1; }; printf '%s=absent\nserver=absent\n' "$1"; return 0; }
  ops_pg "$2" || {
    case $ops_out in *'No such file or directory'*|*'Connection refused'*) printf '%s=unknown\nsilent=%s\n' "$1" "$ops_said"; return 0;; esac
    echo "PostgreSQL cannot be asked as its user postgres: $ops_said" >&2
    return 1
  }
  if [ -n "$ops_out" ]; then printf '%s=present\n%s\n' "$1" "$ops_out"; else echo "$1=absent"; fi
}
