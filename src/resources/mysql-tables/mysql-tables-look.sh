# The functions of `mysql-tables-look`, as look.ts describes them.
ops_mysql_tables() {
  for ops_checker in mariadb-check mysqlcheck ''; do
    if [ -z "$ops_checker" ] || command -v "$ops_checker" >/dev/null; then break; fi
  done
  [ -n "$ops_checker" ] || { printf 'missing\n'; return 0; }
  if [ $# = 0 ]; then set -- --all-databases; else set -- --databases -- "$@"; fi
  { ops_told=$(ops_alive "$ops_checker" --protocol=socket --check "$@" </dev/null 2>&1) || :; } 7>&2
  printf '%s\n' "$ops_told" | awk '
    { gsub(/\t/, " ") }
    /^[^ ]+ +OK$/ || /^$/ { table = ""; next }
    /^([Ee]rror|[Ww]arning|[Nn]ote|[Ss]tatus|[Ii]nfo) *: / {
      text = $0; sub(/^[A-Za-z]+ *: /, "", text)
      if (table == "") next
      if (/^[Ww]arning/ && !(table in hint)) hint[table] = text
      if (/^[Ee]rror/ && !(table in said)) { said[table] = table in hint ? hint[table] : text; list[++n] = table }
      next
    }
    # The program warns of its own files and name, and checks all the same.
    /^(mysqlcheck|mariadb-check): (\[Warning\]|Deprecated program name)/ { next }
    /: Got error: / || /^(mysqlcheck|mariadb-check): / { sub(/^[a-z-]+: /, ""); print "silent\t" $0; next }
    { table = $1 }
    END { for (i = 1; i <= n; i++) print "table\t" list[i] "\t" said[list[i]] }'
  return 0
}
