# The functions of `locale-look`, as look.ts describes them.
# As `locale -a` spells a name: de_DE.UTF-8 is de_DE.utf8 there.
ops_locale_spelled() {
  case $1 in
    *.*) ops_a=${1#*.} ops_b=
      case $ops_a in *@*) ops_b=@${ops_a#*@} ops_a=${ops_a%%@*};; esac
      printf '%s.%s%s\n' "${1%%.*}" "$(printf %s "$ops_a" | tr -d '_-' | tr A-Z a-z)" "$ops_b";;
    *) printf '%s\n' "$1";;
  esac
}
ops_locale_look() {
  ops_a=none
  for ops_f in /etc/locale.conf /etc/default/locale; do
    [ ! -f "$ops_f" ] || ops_a=$(sed -n 's/^[[:blank:]]*\(export[[:blank:]]*\)\{0,1\}LANG=["'\'']\{0,1\}\([^"'\'' ]*\).*/\2/p' "$ops_f" | tail -n 1)
  done
  printf 'lang=%s\n' "${ops_a:-none}"
  ops_d=$(ops_locale_missing "$@") || return 1
  printf 'missing=%s\n' "${ops_d:-none}"
  if command -v locale-gen >/dev/null && [ -f /etc/locale.gen ]; then echo generator=yes; else echo generator=no; fi
}
# NAME...: those that the host has not, on one line.
ops_locale_missing() {
  ops_c=$ops_newline$(locale -a 2>/dev/null)$ops_newline
  ops_d=
  for ops_f; do
    case $ops_c in *"$ops_newline$(ops_locale_spelled "$ops_f")$ops_newline"*) ;; *) ops_d="$ops_d $ops_f";; esac
  done
  printf '%s' "${ops_d# }"
}
