# The functions of `hostname-look`, as look.ts describes them.
# What the line is to be.
ops_hostname_words() {
  case $1 in *.*) printf '127.0.1.1\t%s %s\n' "$1" "${1%%.*}";; *) printf '127.0.1.1\t%s\n' "$1";; esac
}
ops_hostname_look() {
  printf 'now=%s\n' "$(uname -n)"
  ops_name_kept=
  [ ! -f /etc/hostname ] || ops_name_kept=$(sed -e 's/[[:blank:]]*#.*//' -e '/^[[:blank:]]*$/d' /etc/hostname | head -n 1)
  printf 'static=%s\n' "${ops_name_kept:-none}"
  ops_name_kept=none
  if [ -f /etc/hosts ]; then
    ops_name_kept=$(ops_hostname_words "$1" | cat - /etc/hosts | awk '
      { sub(/#.*/, "") }
      NR == 1 { for (n = 2; n <= NF; n++) wanted[$n]; next }
      $1 == "127.0.1.1" { seen = 1; for (n = 2; n <= NF; n++) delete wanted[$n] }
      END { for (each in wanted) missing = 1; print (!seen ? "none" : missing ? "other" : "named") }') || return 1
  fi
  echo "address=$ops_name_kept"
}
