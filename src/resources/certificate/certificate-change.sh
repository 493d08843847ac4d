# The functions of `certificate-change`, as change.ts describes them.
# NAME WAY WEBROOT WORD...: the words are those of certbot.
ops_cert_issue() (
  set +e
  ops_cert_name=$1 ops_cert_way=$2 ops_cert_root=$3
  shift 3
  command -v certbot >/dev/null || ops_fail 'certbot is not installed; nothing was changed'
  case $ops_cert_way in
    webroot) [ -d "$ops_cert_root" ] || ops_fail "$ops_cert_root, from which the answers are to be served, is not there; nothing was changed" ;;
    standalone)
      ops_cert_holder=$(awk '$4 == "0A" && $2 ~ /:0050$/ { print "yes"; exit }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
      [ -z "$ops_cert_holder" ] || ops_fail 'port 80 is in use, which certbot needs for itself with standalone: serve a webroot instead; nothing was changed' ;;
  esac
  ops_cert_owes issuing
  ops_cert_code=0
  ops_cert_said=$(certbot certonly --non-interactive --agree-tos --cert-name "$ops_cert_name" "$@" 2>&1) || ops_cert_code=$?
  ops_cert_hooks=$(printf '%s\n' "$ops_cert_said" | grep -i 'hook.* error code')
  if [ "$ops_cert_code$ops_cert_hooks" = 0 ]; then rm -f "/var/lib/ops/certificates/$ops_cert_name"; exit; fi
  printf '%s\n' "$ops_cert_said" | grep -v -e '^Saving debug log' -e '^Ask for help' -e '^[- ]*$' -e '^Some challenges have failed' >&2
  if [ "$ops_cert_code" = 0 ]; then
    ops_cert_owes issued
    ops_fail "the certificate for $ops_cert_name is there, but its hook failed: mend it, and run this again, which runs the hook"
  fi
  rm -f "/var/lib/ops/certificates/$ops_cert_name"
  ops_fail "certbot got no certificate for $ops_cert_name, and left what was there as it was; more is in /var/log/letsencrypt/letsencrypt.log"
)
# issuing|issued: writes down for which certificate the hook has not run: any but the one that is there now, or that one.
ops_cert_owes() {
  mkdir -p -m 0700 /var/lib/ops/certificates &&
    printf '%s %s\n' "$1" "$(sha256sum 2>/dev/null <"/etc/letsencrypt/live/$ops_cert_name/cert.pem")" >"/var/lib/ops/certificates/$ops_cert_name" ||
    ops_fail 'what is owed could not be written down in /var/lib/ops/certificates'
}
# NAME HOOK DOMAIN...: what certbot did not end well, with what certbot tells a hook.
ops_cert_run_hook() (
  ops_cert_name=$1 ops_cert_hook=$2
  shift 2
  ops_cert_said=$(RENEWED_LINEAGE=/etc/letsencrypt/live/$ops_cert_name RENEWED_DOMAINS="$*" sh -c "$ops_cert_hook" 2>&1 </dev/null) || {
    ops_cert_code=$?
    printf '%s\n' "$ops_cert_said" >&2
    ops_fail "the hook of the certificate for $ops_cert_name failed with exit code $ops_cert_code: mend it, and run this again"
  }
  rm -f "/var/lib/ops/certificates/$ops_cert_name"
)
# NAME HOOK (empty: none; quoted as configobj of Python does): what is run after each renewal.
ops_cert_hook() { ops_write "/etc/letsencrypt/renewal/$1.conf" -- ops_cert_hook_lines "$2"; }
ops_cert_hook_lines() {
  { printf '%s\n' "$1"; cat -- "$ops_old"; } | awk '
    NR == 1 { hook = $0; next }
    /^\[/ { section = $0; print; if (section == "[renewalparams]" && hook != "") print "renew_hook = " hook; next }
    section == "[renewalparams]" && /^[ \t]*renew_hook[ \t]*=/ { next }
    { print }'
}
ops_cert_timer() {
  for ops_cert_unit in certbot.timer snap.certbot.renew.timer; do
    [ "$(systemctl show -p LoadState --value "$ops_cert_unit")" = loaded ] || continue
    systemctl enable --now "$ops_cert_unit"
    return
  done
  ops_fail 'there is no timer that renews certificates'
}
# NAME
ops_cert_absent() {
  ops_cert_said=$(certbot delete --non-interactive --cert-name "$1" 2>&1) || { printf '%s\n' "$ops_cert_said" >&2; return 1; }
  rm -f "/var/lib/ops/certificates/$1"
}
