# The function of `expired-look`, as expired-look.ts describes it.
# USER: prints `account` where it has expired, `password` where sshd wants a new one before anything else, if we may read that: days
# since 1970, and how many a password lasts (shadow(5), pam_unix(8)). `shadow` where /etc/passwd sends PAM there and no line of them can be read.
ops_account_expired() {
  ops_shadow_line=$(getent shadow "$1" 2>/dev/null) || {
    [ ! -r /etc/shadow ] || awk -F : -v name="$1" '$1 == name && $2 == "x" { print "shadow"; exit }' /etc/passwd 2>/dev/null
    return 0
  }
  printf '%s\n' "$ops_shadow_line" | awk -F : -v today="$(($(date +%s) / 86400))" '
    $8 ~ /^[0-9]+$/ && today >= $8 { print "account"; exit }
    $3 == 0 && $3 != "" { print "password"; exit }
    $3 ~ /^[0-9]+$/ && $5 ~ /^[0-9]+$/ && today > $3 + $5 { print $7 ~ /^[0-9]+$/ && today > $3 + $5 + $7 ? "account" : "password" }'
}
