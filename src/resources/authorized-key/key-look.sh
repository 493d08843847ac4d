# The functions of `key-look`, as look.ts describes them.
# USER: sets ops_home, ops_uid_of and ops_gid_of. 1: there is no such user, for which getent ends with 2.
ops_key_home() {
  ops_passwd_line=$(getent passwd "$1") || { [ $? != 2 ] || return 1; return 2; }
  ops_home=$(printf '%s\n' "$ops_passwd_line" | cut -d : -f 6)
  ops_uid_of=$(printf '%s\n' "$ops_passwd_line" | cut -d : -f 3) ops_gid_of=$(printf '%s\n' "$ops_passwd_line" | cut -d : -f 4)
  case $ops_home in /?*) ;; *) echo "ops: $1 has no home folder where keys could be" >&2; return 2;; esac
}
# look|edit KEY LINE exclusive|'' named|'', the file on standard input. A line is options, type, base64 and a comment; options hold blanks
# between double quotes only, where a backslash stands before a quote that is meant.
ops_key_lines() {
  # Of a pipe only the last end is heard: what the first says goes by the side.
  { ops_keys_unread=$({ { printf '%s\n' "$1" "$2" "$3" "${4:-}" "${5:-}"; cat || echo yes >&3; } | LC_ALL=C awk '
    function typed(word) { return word ~ /^(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+$/ }
    function split_line(text,   at, c, quoted) {
      sub(/\r$/, "", text); sub(/^[ \t]+/, "", text)
      options = ""; rest = text
      c = text; sub(/[ \t].*/, "", c)
      if (typed(c)) return
      quoted = 0
      for (at = 1; at <= length(text); at++) {
        c = substr(text, at, 1)
        if (c == "\\" && quoted && substr(text, at + 1, 1) == "\"") at++
        else if (c == "\"") quoted = !quoted
        else if (!quoted && (c == " " || c == "\t")) break
      }
      options = substr(text, 1, at - 1); rest = substr(text, at); sub(/^[ \t]+/, "", rest)
    }
    NR == 1 { what = $0; next }
    NR == 2 { key = $0; next }
    NR == 3 { line = $0; next }
    NR == 4 { exclusive = $0 == "exclusive"; next }
    NR == 5 { named = $0 == "named"; next }
    {
      split_line($0)
      type = rest; sub(/[ \t].*/, "", type)
      text = rest; sub(/^[^ \t]*[ \t]+/, "", text)
      comment = text; text = comment; sub(/[ \t].*/, "", text); sub(/^[^ \t]*[ \t]*/, "", comment)
      is_key = $0 !~ /^[ \t]*(#|$)/ && $0 !~ /^[ \t]*\r$/
      hit = is_key && type " " text == key
      if (what == "look") {
        if (hit) { hits++; found = options } else if (is_key) others++
        next
      }
      if (hit) {
        if (line != "" && !done) print line (named || comment == "" ? "" : " " comment)
        done = 1
      } else if (!is_key || !exclusive) print
    }
    END {
      if (what == "look") {
        print "state=" (hits == 1 ? "present" : hits ? "several" : "absent")
        if (hits) print "options=" found
        print "others=" others + 0
      } else if (line != "" && !done) print line
    }' >&4; } 3>&1); } 4>&1 || return
  [ -z "$ops_keys_unread" ]
}
# What sshd wants of the home, of .ssh and of the file: theirs or root's, and nobody else may write in them.
ops_key_strict() {
  for ops_login_path in "$ops_home" "$ops_home/.ssh" "$ops_home/.ssh/authorized_keys"; do
    [ -e "$ops_login_path" ] || continue
    ops_login_path_rights=$(stat -L -c %u:%a "$ops_login_path") || return 1
    case $ops_login_path_rights in 0:*|"$ops_uid_of":*) ;; *) echo "accepted=$ops_login_path belongs to another user"; return 0;; esac
    ops_login_path_rights=00${ops_login_path_rights#*:}
    case ${ops_login_path_rights#"${ops_login_path_rights%??}"} in [2367]?|?[2367]) echo "accepted=$ops_login_path may be written by others"; return 0;; esac
  done
  echo accepted=yes
}
# USER KEY: what sshd itself says of the keys of this user. Sets ops_keys_away to why it would not read them here or not take this one, and
# ops_keys_kept to what keeps the user out whatever the key; both are empty where that hangs on the place that somebody comes from. And
# ops_keys_paths to the files that it reads, as far as that can be told; ops_keys_more to what a login needs besides, and ops_keys_others
# to what lets in without a key of these files. ops_keys_sftp: sshd does sftp by itself, without a login shell; ops_keys_no_pam: it does not ask PAM.
ops_key_sshd() {
  ops_keys_paths=$ops_home/.ssh/authorized_keys2 ops_keys_away= ops_keys_kept= ops_keys_more= ops_keys_others= ops_keys_sftp= ops_keys_no_pam= ops_keys_revoked=none ops_sshd=$(command -v sshd || echo /usr/sbin/sshd)
  [ -x "$ops_sshd" ] && [ "$(id -u)" = 0 ] || return 0
  ! grep -qsiE '^[[:blank:]]*match[[:blank:]].*(address|host|port|rdomain|exec)' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf || return 0
  ops_sshd_said=$("$ops_sshd" -T -C "user=$1,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22" 2>/dev/null) || return 0
  if printf '%s\n' "$ops_sshd_said" | grep -qiE '^(forcecommand|subsystem sftp) internal-sftp'; then ops_keys_sftp=yes; fi
  case $ops_newline$ops_sshd_said in *"$ops_newline"'usepam no'*) ops_keys_no_pam=yes;; esac
  ops_sshd_said=$(printf '%s\n' "$ops_sshd_said" | awk -v user="$1" -v type="${2%% *}" -v home="$ops_home" -v uid="$ops_uid_of" -v groups="$(id -Gn -- "$1" 2>/dev/null)" -v password="$(getent shadow "$1" 2>/dev/null | cut -d : -f 2 | cut -c 1)" '
    function fits(names, pattern,   all, at, count) {
      gsub(/[^A-Za-z0-9_*?-]/, "[&]", pattern); gsub(/[*]/, ".*", pattern); gsub(/[?]/, ".", pattern)
      count = split(names, all, " ")
      for (at = 1; at <= count; at++) if (all[at] ~ ("^" pattern "$")) return 1
      return 0
    }
    function judged(setting, names, pattern) {
      # Which addresses a pattern means is not asked.
      if (pattern ~ /[@!]/) named[setting]
      else if (setting ~ /^Deny/) { if (fits(names, pattern)) kept = setting " " pattern }
      else { listing[setting]; if (fits(names, pattern)) named[setting] }
    }
    $1 == "pubkeyauthentication" && $2 == "no" { away = "sshd takes no keys (PubkeyAuthentication no)" }
    $1 == "permitrootlogin" && $2 == "no" && uid == 0 { kept = "PermitRootLogin no" }
    $1 == "usepam" { pam = $2 }
    $1 == "authorizedkeyscommand" && $2 != "none" { asks = 1; others = others ", what AuthorizedKeysCommand prints" }
    $1 == "trustedusercakeys" && $2 != "none" { others = others ", certificates signed by TrustedUserCAKeys" }
    $1 == "revokedkeys" { revoked = $2 }
    # Of an RSA key, the ways to sign with it are named.
    $1 == "pubkeyacceptedalgorithms" {
      taken = "," $2 ","
      if (!index(taken, "," type ",") && !(type == "ssh-rsa" && taken ~ /,rsa-sha2-(256|512),/)) away = "sshd takes no key of the type " type " (PubkeyAcceptedAlgorithms)"
    }
    $1 == "authenticationmethods" && $2 != "any" {
      for (word = 2; word <= NF; word++) {
        if ($word == "publickey") alone = 1
        else if (("," $word ",") ~ /,publickey,/) needs = $word
      }
      if (!alone && needs == "") away = "sshd takes no keys (AuthenticationMethods" substr($0, length($1) + 1) ")"
      else if (!alone) more = "sshd also asks for another proof than a key (AuthenticationMethods" substr($0, length($1) + 1) ")"
    }
    $1 == "authorizedkeysfile" {
      for (word = 2; word <= NF; word++) {
        path = $word; listed = listed " " path
        gsub(/%%/, "\001", path); gsub(/%h/, home, path); gsub(/%u/, user, path); gsub(/%U/, uid, path); gsub(/\001/, "%", path)
        paths = paths " " (path ~ /^\// ? path : home "/" path)
      }
    }
    $1 == "denyusers" { judged("DenyUsers", user, $2) }
    $1 == "allowusers" { judged("AllowUsers", user, $2) }
    $1 == "denygroups" { judged("DenyGroups", groups, $2) }
    $1 == "allowgroups" { judged("AllowGroups", groups, $2) }
    END {
      if (password == "!" && pam != "yes") kept = "UsePAM no, as the account is locked"
      for (setting in listing) if (!(setting in named)) kept = setting " names " (setting ~ /Users/ ? "others" : "other groups")
      print away; print kept; print more; print substr(others, 3); print revoked == "" ? "none" : revoked; print asks ? "" : listed; print paths
    }') || return 0
  ops_keys_away=${ops_sshd_said%%"$ops_newline"*} ops_sshd_said=${ops_sshd_said#*"$ops_newline"}
  ops_keys_kept=${ops_sshd_said%%"$ops_newline"*} ops_sshd_said=${ops_sshd_said#*"$ops_newline"}
  ops_keys_more=${ops_sshd_said%%"$ops_newline"*} ops_sshd_said=${ops_sshd_said#*"$ops_newline"}
  ops_keys_others=${ops_sshd_said%%"$ops_newline"*} ops_sshd_said=${ops_sshd_said#*"$ops_newline"}
  ops_keys_revoked=${ops_sshd_said%%"$ops_newline"*} ops_sshd_said=${ops_sshd_said#*"$ops_newline"}
  ops_keys_listed=${ops_sshd_said%%"$ops_newline"*} ops_keys_paths=${ops_sshd_said#*"$ops_newline"}
  ops_key_revoked "$2"
  [ -n "$ops_keys_listed" ] && [ -z "$ops_keys_away" ] || return 0
  # shellcheck disable=SC2086 # one word for each file
  for ops_keys_read in $ops_keys_paths; do
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef
    if [ "$ops_keys_read" = "$ops_keys_file" ] || [ "$ops_keys_read" -ef "$ops_keys_file" ]; then return 0; fi
  done
  ops_keys_away="sshd looks for their keys elsewhere (AuthorizedKeysFile$ops_keys_listed)"
}
# KEY: sets ops_keys_away where it stands in a list, a text or one of ssh-keygen, of keys that sshd takes none of.
ops_key_revoked() {
  [ "$ops_keys_revoked" != none ] || return 0
  if [ ! -r "$ops_keys_revoked" ]; then ops_keys_away="sshd takes no keys (RevokedKeys $ops_keys_revoked cannot be read)"
  elif grep -qF -- "$1" "$ops_keys_revoked" || printf '%s\n' "$1" | ssh-keygen -Q -f "$ops_keys_revoked" /dev/stdin 2>/dev/null | grep -q 'REVOKED$'; then
    ops_keys_away="sshd no longer takes this key (RevokedKeys $ops_keys_revoked)"
  fi
}
# KEY: prints `elsewhere=` and `also=`, which other file that sshd reads has this key, and which has any others.
ops_key_elsewhere() {
  ops_keys_elsewhere=none ops_keys_also=none
  # shellcheck disable=SC2086 # one word for each file
  for ops_keys_read in $ops_keys_paths; do
    # shellcheck disable=SC3013 # dash, bash and busybox know -ef
    [ -f "$ops_keys_read" ] && [ -r "$ops_keys_read" ] && ! [ "$ops_keys_read" -ef "$ops_keys_file" ] || continue
    ops_keys_told=$(ops_key_lines look "$1" '' <"$ops_keys_read") || return
    case $ops_keys_told in state=absent*) ;; *) ops_keys_elsewhere=$ops_keys_read;; esac
    case $ops_keys_told in *others=0) ;; *) ops_keys_also=$ops_keys_read;; esac
  done
  printf 'elsewhere=%s\nalso=%s\n' "$ops_keys_elsewhere" "$ops_keys_also"
}
# USER: adds to ops_keys_kept and ops_keys_more what the account itself says, which sshd does not tell.
ops_key_account() {
  ops_keys_expired=$(ops_account_expired "$1")
  ops_keys_shell=${ops_passwd_line##*:}
  if [ -n "$ops_keys_shell" ] && [ ! -x "$ops_keys_shell" ]; then ops_keys_kept="the login shell $ops_keys_shell is not there"; fi
  case $ops_keys_shell in */nologin|*/false|*/true)
    [ -n "$ops_keys_sftp" ] || ops_keys_more="${ops_keys_more:+$ops_keys_more; }the login shell $ops_keys_shell ends each login of $1 at once: a key is good for forwarding alone (\`ssh -N\`)";;
  esac
  if [ "$ops_keys_expired" = shadow ] && [ -z "$ops_keys_no_pam" ]; then
    ops_keys_kept="/etc/shadow has no line of $1 that can be read, and PAM asks for it (\`pwconv\` adds one)"
  fi
  if [ "$ops_keys_expired" = password ] && [ -x /usr/sbin/sshd ]; then
    ops_keys_more="${ops_keys_more:+$ops_keys_more; }the password of $1 has expired: at a login a new one is asked for, and commands without a terminal are refused (\`chage -l $1\` says when)"
  fi
}
ops_key_look() {
  ops_key_home "$1" || case $? in 1) echo user=absent; return 0;; *) return 1;; esac
  ops_keys_file=$ops_home/.ssh/authorized_keys
  ops_key_sshd "$1" "$2"
  ops_key_account "$1"
  if ops_wants_detail; then printf '%s\n' "$ops_home" "$ops_keys_kept" "$ops_keys_more" "$ops_keys_others" | ops_detail 0; fi
  ops_tread h "$ops_keys_file" || { printf 'state=refused\nwhy=%s\n' "$ops_why"; return 0; }
  if [ -f "$ops_keys_file" ]; then
    { ops_is_read "$ops_real" && ops_key_lines look "$2" ''; } <"$ops_keys_file" || return 1
  elif [ -e "$ops_keys_file" ]; then echo "ops: $ops_keys_file: is not a file" >&2; return 1
  else ops_key_lines look "$2" '' </dev/null || return 1
  fi
  ops_key_elsewhere "$2" || return 1
  if [ "$ops_keys_expired" = account ]; then echo 'accepted=the account has expired'
  elif [ -n "$ops_keys_away" ]; then printf 'accepted=%s\n' "$ops_keys_away"
  else ops_key_strict
  fi
}
