# The locales of a host: locale(5), and as Debian and its relatives have it /etc/locale.gen, locale-gen and /etc/default/locale.
# As `locale -a` spells a name: de_DE.UTF-8 is de_DE.utf8 there.
ops_locale_spelled() {
  case $1 in
    *.*) ops_charset=${1#*.} ops_modifier=
      case $ops_charset in *@*) ops_modifier=@${ops_charset#*@} ops_charset=${ops_charset%%@*};; esac
      ops_charset=$(printf %s "$ops_charset" | sed 's/[_-]//g; y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/') || return
      printf '%s.%s%s\n' "${1%%.*}" "$ops_charset" "$ops_modifier";;
    *) printf '%s\n' "$1";;
  esac
}
# NAME...: prints `lang=` what new logins get and `services=` what services get (`none`), `missing=` those names that are not generated (`none`), and whether there is a
# `generator=yes|no`.
ops_locale_look() {
  ops_lang_now=$(ops_locale_in /etc/default/locale) || return
  printf 'lang=%s\n' "${ops_lang_now:-none}"
  if ops_wants_detail; then
    for ops_locale_file in /etc/environment /etc/default/locale; do
      [ ! -f "$ops_locale_file" ] || sed -n "s|^[[:blank:]]*\(export[[:blank:]]*\)\{0,1\}\(LC_ALL=[^[:blank:]#]*\).*|$ops_locale_file \2|p" "$ops_locale_file" | tail -n 1
    done | ops_detail 0
  fi
  ! ops_locale_apart || ops_lang_now=$(ops_locale_in /etc/locale.conf) || return
  case $ops_locale_reader in 0|1|2) ;; *) echo 'nobody can tell which file systemd reads' >&2; return 1;; esac
  printf 'services=%s\n' "${ops_lang_now:-none}"
  ops_locales_lacking=$(ops_locale_missing "$@") || return 1
  printf 'missing=%s\n' "${ops_locales_lacking:-none}"
  if command -v locale-gen >/dev/null && [ -f /etc/locale.gen ]; then echo generator=yes; else echo generator=no; fi
}
# FILE: the LANG in it; nothing where there is none.
ops_locale_in() {
  [ ! -f "$1" ] || sed -n -e '/^[[:blank:]]*\(export[[:blank:]]*\)\{0,1\}LANG=/{s/^[^=]*=["'\'']\{0,1\}\([^"'\'' ]*\).*/\1/;h;}' -e '${x;p;}' "$1"
}
# Whether services go by a file of their own: systemd reads /etc/locale.conf, and up to Debian 12 the file of the logins
# too. Sets ops_locale_reader.
ops_locale_apart() {
  ops_locale_reader=0
  # shellcheck disable=SC3013 # dash, bash and busybox know -ef
  [ -d /run/systemd/system ] && ! [ /etc/locale.conf -ef /etc/default/locale ] || return
  [ ! -e /etc/locale.conf ] || return 0
  grep -qs /etc/default/locale /usr/lib/*/systemd/libsystemd-shared-*.so /lib/systemd/libsystemd-shared-*.so /lib/systemd/systemd /usr/lib/systemd/systemd || ops_locale_reader=$?
  [ "$ops_locale_reader" != 0 ]
}
# NAME...: those that the host has not, on one line.
ops_locale_missing() {
  ops_locales_made=$ops_newline$(locale -a 2>/dev/null)$ops_newline
  ops_locales_lacking=
  for ops_locale_wanted; do
    ops_locale_name=$(ops_locale_spelled "$ops_locale_wanted") || return
    case $ops_locales_made in *"$ops_newline$ops_locale_name$ops_newline"*) ;; *) ops_locales_lacking="$ops_locales_lacking $ops_locale_wanted";; esac
  done
  printf '%s' "${ops_locales_lacking# }"
}
# LANG NAME...: all of them generated, and LANG what new logins and services get.
ops_locale() (
  set +e
  ops_lang=$1
  ops_lines= ops_first_part=
  for ops_locale_name in $(ops_locale_missing "$@"); do
    # With its character set, as locale.gen(5) wants it.
    ops_supported_line=$(awk -v name="$ops_locale_name" '$1 == name { print $1, $2; exit }' /usr/share/i18n/SUPPORTED 2>/dev/null)
    [ -n "$ops_supported_line" ] || ops_fail "$ops_locale_name: this host knows no such locale (/usr/share/i18n/SUPPORTED lists them); nothing was changed"
    ops_lines="$ops_lines$ops_supported_line$ops_newline"
  done
  if [ -n "$ops_lines" ]; then
    ops_write /etc/locale.gen -- ops_locale_asked "$ops_lines" || exit
    ops_said=$(locale-gen 2>&1) || ops_fail "locale-gen failed: ${ops_said##*"$ops_newline"}"
    ops_first_part=ops_then
  fi
  ops_lang_file=/etc/default/locale
  # Debian 13 brings it as a link to a file that is still to be made.
  if [ -L "$ops_lang_file" ] && [ ! -e "$ops_lang_file" ]; then
    case $(readlink "$ops_lang_file") in ../locale.conf | /etc/locale.conf) ops_lang_file=/etc/locale.conf;; esac
  fi
  $ops_first_part ops_write "$ops_lang_file" -- ops_locale_lang "$ops_lang" || exit
  ! ops_locale_apart || ops_then ops_write /etc/locale.conf -- ops_locale_lang "$ops_lang"
)
# LINES: /etc/locale.gen with them, each where it stands as a comment, else at the end.
ops_locale_asked() {
  { printf '%s\n' "$1"; cat -- "$ops_old"; } | awk '
    !listed && /^$/ { listed = 1; next }
    !listed { wanted[$0]; order[++count] = $0; next }
    {
      bare = $0; sub(/^[# \t]+/, "", bare); sub(/[ \t]+$/, "", bare)
      if (bare in wanted) { if (!(bare in done)) print bare; done[bare]; next }
      print
    }
    END { for (i = 1; i <= count; i++) if (!(order[i] in done)) print order[i] }'
}
# NAME: the file of settings with LANG= of that name; other settings stay.
ops_locale_lang() {
  { printf 'LANG=%s\n' "$1"; [ -z "$ops_old" ] || cat -- "$ops_old"; } | awk '
    NR == 1 { line = $0; next }
    /^[ \t]*(export[ \t]+)?LANG=/ { if (!done) print line; done = 1; next }
    { print }
    END { if (!done) print line }'
}
