# The functions of `mysql-user-look`, as user-look.ts describes them.
# ACCOUNT-LOOK ACCOUNT DATABASE-PATTERN...: the account, its rights on the databases, and for people what else it has.
ops_sql_user() {
  ops_sql_asks=$1 ops_account=$2
  shift 2
  ops_sql_server || return 1
  if [ "$ops_kind" = absent ]; then printf 'account=absent\nserver=absent\n'; return 0; fi
  ops_sql_runs || { printf 'account=unknown\nstopped=%s\n' "$ops_unit"; return 0; }
  ops_sql_read none || return 1
  ops_sql_answered "$ops_sql_asks" || return 1
  ops_found=$(printf '%s\n' "$ops_out" | sed -n '/^\(plugin\|loaded\|tls\|head\|hash\)=/p')
  ops_stance=$(printf '%s\n' "$ops_out" | ops_sql_stance)
  ops_missing=$(printf '%s\n' "$ops_out" | sed -n 's/^database=//p')
  printf '%s\n' "$ops_out" | awk -F '\t' '
    $1 == "asked=tls" { asked = 1 } ($1 == "have_ssl" && $2 == "YES") || ($1 == "Ssl_server_not_after" && $2 != "") { offers = 1 }
    $1 == "caching_sha2_password_digest_rounds" { print "rounds=" $2 }
    $1 == "partial_revokes" && $2 == "ON" { print "names=literal" }
    $1 == "lower_case_table_names" && $2 != "0" { print "folds=yes" }
    ($1 == "super_read_only" && $2 == "ON") || ($1 == "read_only" && $2 ~ /NO_ADMIN/) { print "writes=" $1 "=" $2 }
    END { if (asked) print "encryption=" (offers ? "offered" : "none") }'
  if printf '%s\n' "$ops_out" | grep -q '^partial_revokes.ON$'; then
    # Such a server takes the name of a database letter by letter.
    ops_patterns_left=$#
    while [ "$ops_patterns_left" -gt 0 ]; do set -- "$@" "$(printf %s "$1" | tr -d '\134')"; shift; ops_patterns_left=$((ops_patterns_left - 1)); done
  fi
  if printf '%s\n' "$ops_out" | grep -q '^lower_case_table_names.[12]$'; then
    # Such a server has all names of databases in small letters.
    ops_patterns_left=$#
    while [ "$ops_patterns_left" -gt 0 ]; do set -- "$@" "$(printf %s "$1" | tr A-Z a-z)"; shift; ops_patterns_left=$((ops_patterns_left - 1)); done
    ops_missing=$(printf %s "$ops_missing" | tr A-Z a-z)
  fi
  case $ops_found in plugin=*) ;; *) echo account=absent; ! ops_wants_detail || { [ -z "$ops_stance" ] || echo "$ops_stance"; ops_sql_databases "$@"; } | ops_detail 0; return 0 ;; esac
  ops_sql "SHOW GRANTS FOR $ops_account;" || { echo "the rights of $ops_account cannot be read: $ops_said" >&2; return 1; }
  printf '%s\n' account=present "$ops_found"
  ops_sql_rights "$@" | sort || return
  ops_rights=$ops_out
  # MySQL 5.6 and MariaDB 10.1 do not know the statement, and no locks either.
  ops_logins=
  if ops_sql "SHOW CREATE USER $ops_account;"; then ops_logins=$(printf '%s\n' "$ops_out" | ops_sql_logs_in); fi
  [ -z "$ops_logins" ] || printf '%s\n' "$ops_logins"
  ops_sql_life
  [ $((ops_life > 0 && ops_age >= ops_life)) = 0 ] || echo expired=yes
  ops_second=
  if ops_wants_detail && ops_sql_second; then ops_second=yes; fi
  ops_out=$ops_rights
  ! ops_wants_detail || {
    [ -z "$ops_stance" ] || echo "$ops_stance"
    [ "$ops_life" = 0 ] || echo "lives $ops_life $ops_age $ops_life_of"
    [ -z "$ops_second" ] || echo 'second password'
    case ,${ops_logins##*methods=}, in *,unix_socket,*) echo 'keeps unix_socket' ;; esac
    ops_sql_databases "$@"; ops_sql_others "$@"
  } | ops_detail 0
}
# Sets ops_life to the days after which its password expires (0: never), ops_age to its own days, ops_life_of to own or default.
# MariaDB manual, "User Password Expiry" (10.4.3 and later); MySQL manual, "Password Management" (5.7.4 and later). Others have none.
ops_sql_life() {
  ops_life=0 ops_age=0 ops_life_of=
  ops_name_quoted=${ops_account%"'@'"*} ops_host_quoted=${ops_account##*"'@'"}
  ops_life_query="WHERE User=$ops_name_quoted' AND Host='$ops_host_quoted;"
  case $ops_kind in
    mariadb) ops_life_query="SELECT CONCAT(IF(IFNULL(JSON_VALUE(Priv,'$.password_lifetime'),-1)<0,CONCAT(@@global.default_password_lifetime,' default '),CONCAT(JSON_VALUE(Priv,'$.password_lifetime'),' own ')),FLOOR((UNIX_TIMESTAMP()-IFNULL(JSON_VALUE(Priv,'$.password_last_changed'),0))/86400)) FROM mysql.global_priv $ops_life_query" ;;
    *) ops_life_query="SELECT CONCAT(IF(password_lifetime IS NULL,CONCAT(@@global.default_password_lifetime,' default '),CONCAT(password_lifetime,' own ')),FLOOR(TIMESTAMPDIFF(SECOND,password_last_changed,NOW())/86400)) FROM mysql.user $ops_life_query" ;;
  esac
  ops_sql "$ops_life_query" || return 0
  case $ops_out in [0-9]*' own '[0-9]* | [0-9]*' default '[0-9]*) ;; *) return 0 ;; esac
  ops_life=${ops_out%% *} ops_age=${ops_out##* } ops_life_of=${ops_out#* } ops_life_of=${ops_life_of% *}
}
# MySQL manual, "Dual Password Support" (8.0.14 and later): a new primary password leaves the second one as it is.
ops_sql_second() {
  [ "$ops_kind" = mysql ] || return 1
  ops_name_quoted=${ops_account%"'@'"*} ops_host_quoted=${ops_account##*"'@'"}
  ops_sql "SELECT 'second' FROM mysql.user WHERE User=$ops_name_quoted' AND Host='$ops_host_quoted AND JSON_CONTAINS_PATH(User_attributes,'one','$.additional_password');" && [ "$ops_out" = second ]
}
# CREATE USER on stdin: whether it is locked or expired, and every way in which it may log in; no word of what is stored.
ops_sql_logs_in() {
  awk '{
    gsub(/\140[^\140]*\140/, "")
    if (/ ACCOUNT LOCK( |$)/) print "locked=yes"
    if (/ PASSWORD EXPIRE *($|ACCOUNT|PASSWORD (HISTORY|REUSE|REQUIRE))/) print "expired=yes"
    if (/ AND IDENTIFIED /) { print "methods=several factors"; next }
    if (!match($0, / IDENTIFIED VIA /)) next
    rest = substr($0, RSTART + RLENGTH)
    gsub(/\047[^\047]*\047/, "", rest)
    sub(/ +(REQUIRE|WITH|ACCOUNT|PASSWORD) .*$/, "", rest)
    gsub(/ OR /, ",", rest)
    gsub(/ +/, " ", rest)
    print "methods=" rest
  }'
}
ops_sql_rights() {
  printf '%s\n' "$ops_out" | while IFS= read -r ops_grant; do
    for ops_pattern; do
      case $ops_grant in 'GRANT '*" ON \`$ops_pattern\`.* TO "*)
        ops_grant=${ops_grant#GRANT }
        case $ops_grant in *' WITH GRANT OPTION') ops_grant_option=', GRANT OPTION' ;; *) ops_grant_option= ;; esac
        printf 'on.%s=%s%s\n' "$ops_pattern" "${ops_grant%%" ON \`"*}" "$ops_grant_option" ;;
      esac
    done
  done
}
# Rights elsewhere, without what identifies the account.
ops_sql_others() {
  printf '%s\n' "$ops_out" | while IFS= read -r ops_grant; do
    for ops_pattern; do case $ops_grant in *" ON \`$ops_pattern\`.* TO "*) continue 2 ;; esac; done
    case $ops_grant in
      'GRANT PROXY '*) ;;
      'GRANT USAGE ON '*' WITH GRANT OPTION'*) ops_grant=${ops_grant#GRANT USAGE}; printf 'also GRANT OPTION%s\n' "${ops_grant%% TO *}" ;;
      'GRANT USAGE ON '*) ;;
      'GRANT '*' ON '*' TO '*)
        case $ops_grant in *' WITH GRANT OPTION'*) ops_grant_option=' WITH GRANT OPTION' ;; *) ops_grant_option= ;; esac
        ops_grant=${ops_grant#GRANT }; printf 'also %s%s\n' "${ops_grant%% TO *}" "$ops_grant_option" ;;
      'GRANT '*' TO '*) ops_grant=${ops_grant#GRANT }; printf 'also the role %s\n' "${ops_grant%% TO *}" ;;
      'SET DEFAULT ROLE '*) ops_grant=${ops_grant#SET DEFAULT ROLE }; printf 'also the default role %s\n' "${ops_grant%% FOR *}" ;;
    esac
  done
}
ops_sql_databases() {
  for ops_pattern; do
    ops_database_name=$(printf %s "$ops_pattern" | tr -d '\134')
    printf '%s\n' "$ops_missing" | grep -qxF -e "$ops_database_name" || printf 'missing %s\n' "$ops_database_name"
  done
}
