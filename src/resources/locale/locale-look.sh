# The functions of `locale-look`, as look.ts describes them.
# As `locale -a` spells a name: de_DE.UTF-8 is de_DE.utf8 there.
ops_locale_spelled() {
  case $1 in
    *.*) ops_a=${1#*.} ops_b=
      case $ops_a in *@*) ops_b=@${ops_a#*@} ops_a=${ops_a%%@*};; esac
      ops_a=$(printf %s "$ops_a" | sed 's/[_-]//g; y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/') || return
      printf '%s.%s%s\n' "${1%%.*}" "$ops_a" "$ops_b";;
    *) printf '%s\n' "$1";;
  esac
}
ops_locale_look() {
  ops_a=none
  for ops_f in /etc/locale.conf /etc/default/locale; do
    [ ! -f "$ops_f" ] || ops_a=$(sed -n -e '/^[[:blank:]]*\(export[[:blank:]]*\)\{0,1\}LANG=/{s/^[^=]*=["'\'']\{0,1\}\([^"'\'' ]*\).*/\1/;h;}' -e '${x;p;}' "$ops_f") || return
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
    ops_locale_name=$(ops_locale_spelled "$ops_f") || return
    case $ops_c in *"$ops_newline$ops_locale_name$ops_newline"*) ;; *) ops_d="$ops_d $ops_f";; esac
  done
  printf '%s' "${ops_d# }"
}
