# The functions of `certificate-look`, as look.ts describes them.
# NAME
ops_cert_look() {
  if command -v certbot >/dev/null; then echo program=yes; else echo program=no; fi
  ops_cert_folder=/etc/letsencrypt/live/$1 ops_cert_conf=/etc/letsencrypt/renewal/$1.conf
  if [ -f "$ops_cert_conf" ]; then
    if ! command -v openssl >/dev/null; then echo 'openssl, which tells what a certificate is, is not installed' >&2; return 1; fi
    ops_cert_text=$(openssl x509 -in "$ops_cert_folder/cert.pem" -noout -text 2>/dev/null) || ops_cert_text=
    if [ -z "$ops_cert_text" ]; then echo certificate=broken
    else
      echo certificate=present
      ops_cert_told && ops_cert_hooked "$1" || return
    fi
  elif [ -e "$ops_cert_folder" ] || [ -n "$(ls -A "/etc/letsencrypt/archive/$1" 2>/dev/null)" ]; then echo certificate=unknown
  else echo certificate=absent
  fi
  ops_cert_renewal=none
  if [ -d /run/systemd/system ]; then
    ops_cert_unit=$(systemctl show -p LoadState,UnitFileState,ActiveState certbot.timer snap.certbot.renew.timer) || return 1
    ops_cert_renewal=$(printf '%s\n\n' "$ops_cert_unit" | awk '
      /^LoadState=loaded/ { there = 1 } /^UnitFileState=enabled/ { on = 1 } /^ActiveState=active/ { up = 1 }
      /^$/ { if (there && on && up) yes = 1; if (there) any = 1; there = on = up = 0 }
      END { print yes ? "yes" : any ? "no" : "none" }') || return 1
  fi
  printf 'renewal=%s\n' "$ops_cert_renewal"
}
# Whether the hook of the certificate that is there has run, as `ops_cert_owes` wrote it down.
ops_cert_hooked() {
  ops_cert_debt= ops_cert_sum=
  [ ! -f "/var/lib/ops/certificates/$1" ] || read -r ops_cert_debt ops_cert_sum <"/var/lib/ops/certificates/$1"
  ops_cert_now=$(sha256sum <"$ops_cert_folder/cert.pem") || return 1
  case $ops_cert_debt in
    issuing) if [ "${ops_cert_sum%% *}" = "${ops_cert_now%% *}" ]; then echo hookRun=done; else echo hookRun=owed; fi ;;
    issued) if [ "${ops_cert_sum%% *}" = "${ops_cert_now%% *}" ]; then echo hookRun=owed; else echo hookRun=done; fi ;;
    *) echo hookRun=done ;;
  esac
}
# What the certificate and its file of renewal say.
ops_cert_told() {
  printf '%s\n' "$ops_cert_text" | awk '
    /Public Key Algorithm:/ { kind = $0 ~ /rsaEncryption/ ? "rsa" : $0 ~ /id-ecPublicKey/ ? "ecdsa" : $NF }
    wanted { gsub(/[ \t]|DNS:/, ""); names = $0; wanted = 0 }
    /X509v3 Subject Alternative Name/ { wanted = 1 }
    /^ *Not After/ { sub(/^ *Not After *: */, ""); until = $0 }
    /^ *Issuer:/ { sub(/^ *Issuer: */, ""); issuer = $0 }
    END { print "names=" names; print "keyType=" kind; print "until=" until; print "issuer=" issuer }' || return
  ops_cert_public=$(openssl x509 -in "$ops_cert_folder/cert.pem" -noout -pubkey) || return 1
  if [ "$(openssl pkey -in "$ops_cert_folder/privkey.pem" -pubout 2>/dev/null)" = "$ops_cert_public" ]; then echo key=yes; else echo key=no; fi
  ops_cert_sixth=$(printf '%s\n' "$ops_cert_text" | awk '
    function seconds(month, day, clock, year, parts) {
      month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", month) + 2) / 3
      if (month < 3) { month += 12; year-- }
      split(clock, parts, ":")
      return ((365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * month - 457) / 5) + day) * 24 + parts[1]) * 3600 + parts[2] * 60 + parts[3]
    }
    /^ *Not (Before|After) *:/ { sub(/^ *Not (Before|After) *: */, ""); last = seconds($1, $2, $3, $4); if (first == "") first = last }
    END { printf "%d\n", (last - first) / 6 }') || return 1
  if ! openssl x509 -in "$ops_cert_folder/cert.pem" -noout -checkend 0 >/dev/null; then echo valid=no
  elif ! openssl x509 -in "$ops_cert_folder/cert.pem" -noout -checkend "$ops_cert_sixth" >/dev/null; then echo valid=soon
  else echo valid=yes
  fi
  # The quotes are those that configobj of Python puts around a value.
  awk '
    function bare(value) {
      gsub(/^[ \t]+|[ \t]+$/, "", value)
      if (value ~ /^"""/ || value ~ /^\047\047\047/) return substr(value, 4, length(value) - 6)
      if (value ~ /^["\047]/) return substr(value, 2, length(value) - 2)
      return value == "None" ? "" : value
    }
    /^[ \t]*\[/ { section = $0; gsub(/[ \t]/, "", section); next }
    { at = index($0, "="); key = bare(substr($0, 1, at - 1)); value = bare(substr($0, at + 1)) }
    section == "[renewalparams]" { found[key] = value }
    section == "[[webroot_map]]" && at { maps[value] = 1 }
    END {
      root = found["webroot_path"]
      sub(/,$/, "", root)
      for (other in maps) if (other != root) root = root "," other
      print "server=" found["server"]; print "way=" found["authenticator"]; print "webroot=" root
      print "hook=" found["renew_hook"]
    }' <"$ops_cert_conf"
}
