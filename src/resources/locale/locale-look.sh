# The functions of `locale-look`, as look.ts describes them.
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
ops_locale_look() {
  ops_lang_now=none
  for ops_lang_file in /etc/locale.conf /etc/default/locale; do
    [ ! -f "$ops_lang_file" ] || ops_lang_now=$(sed -n -e '/^[[:blank:]]*\(export[[:blank:]]*\)\{0,1\}LANG=/{s/^[^=]*=["'\'']\{0,1\}\([^"'\'' ]*\).*/\1/;h;}' -e '${x;p;}' "$ops_lang_file") || return
  done
  printf 'lang=%s\n' "${ops_lang_now:-none}"
  ops_locales_lacking=$(ops_locale_missing "$@") || return 1
  printf 'missing=%s\n' "${ops_locales_lacking:-none}"
  if command -v locale-gen >/dev/null && [ -f /etc/locale.gen ]; then echo generator=yes; else echo generator=no; fi
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
