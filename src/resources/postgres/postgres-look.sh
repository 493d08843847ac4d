# The functions of `postgres-look`, as look.ts describes them.
# COMMAND...: its answer in ops_out; where it fails, what it says on stderr. A program that warns there answers all the same.
ops_pg_apart() {
  ops_pg_mark=$(printf '\n\036\n.')
  ops_pg_mark=${ops_pg_mark%.} ops_pg_code=0
  ops_out=$(
    { ops_out=$("$@" 2>&3 3>&-) || ops_pg_code=$?; } 3>&1
    printf '%s%s.' "$ops_pg_mark" "$ops_out"
    exit "$ops_pg_code"
  ) || ops_pg_code=$?
  if [ "$ops_pg_code" = 0 ]; then ops_out=${ops_out#*"$ops_pg_mark"} ops_out=${ops_out%.}; return 0; fi
  ops_out=${ops_out%%"$ops_pg_mark"*}
  ops_out=${ops_out:-it ended with code $ops_pg_code}
  return "$ops_pg_code"
}
# SQL by a builtin's pipe: what is asked stands in no argument list. Without a name of its own that psql would give the session.
ops_pg_psql() {
  if [ "$(id -un)" = postgres ]; then printf '%s\n' "$1" | PGAPPNAME='' psql -XAtq -v ON_ERROR_STOP=1 -d postgres
  else cd / && printf '%s\n' "$1" | PGAPPNAME='' runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres
  fi
}
ops_pg() {
  ops_pg_apart ops_pg_psql "$1" && return 0
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
