# Alternatives of Debian: update-alternatives(1), whose links all lead through /etc/alternatives.
# NAME PATH (none: the best one): prints `known=` whether there is such a name; its `mode=`, what it leads `to=` and which is `best=`
# (`none`); whether PATH is `offered=`, of all `offers=`; and whether its `links=` are `whole`, `broken`, or the one that is no link.
ops_alternative_look() {
  update-alternatives --version >/dev/null || return
  # A name that is not there and any other failure have one code.
  if [ -e "/var/lib/dpkg/alternatives/$1" ] || [ -L "/var/lib/dpkg/alternatives/$1" ]; then
    ops_alternative_said=$(update-alternatives --query "$1") || return
    echo known=yes
    printf '%s\n' "$ops_alternative_said" | ops_alternative_tell "$1" "$2"
  else printf '%s\n' known=no mode=none to=none best=none offered=no offers= links=whole
  fi
}
# The same of what `--query` says of NAME, on stdin: first its links, then each choice with the files that go along with it.
ops_alternative_tell() {
  ops_alternative_best=none ops_alternative_offers='' ops_alternative_offered=no ops_alternative_slaves='' ops_alternative_files='
' ops_alternative_at=''
  while IFS= read -r ops_alternative_line; do
    ops_alternative_value=${ops_alternative_line#*: }
    case $ops_alternative_line in
      'Link: '*) ops_alternative_link=$ops_alternative_value;;
      'Status: '*) echo "mode=$ops_alternative_value";;
      'Best: '*) ops_alternative_best=$ops_alternative_value;;
      'Value: '*) ops_alternative_to=$ops_alternative_value;;
      'Alternative: '*)
        ops_alternative_at=$ops_alternative_value
        ops_alternative_offers="$ops_alternative_offers${ops_alternative_offers:+, }$ops_alternative_at"
        [ "$ops_alternative_at" != "${2:-$ops_alternative_best}" ] || ops_alternative_offered=yes;;
      # All indentation of this file is dropped, in texts as well: so lines are kept without their blank.
      ' '*) case $ops_alternative_at in
        '') ops_alternative_slaves="$ops_alternative_slaves${ops_alternative_line# }
";;
        "${2:-$ops_alternative_best}") ops_alternative_files="$ops_alternative_files${ops_alternative_line# }
";;
      esac;;
    esac
  done
  printf '%s\n' "to=$ops_alternative_to" "best=$ops_alternative_best" "offered=$ops_alternative_offered" "offers=$ops_alternative_offers"
  ops_alternative_links=whole ops_alternative_told=$ops_alternative_link
  ops_alternative_check "$ops_alternative_link" "$1" "${2:-$ops_alternative_best}" || return
  while [ -n "$ops_alternative_slaves" ]; do
    ops_alternative_line=${ops_alternative_slaves%%"
"*} ops_alternative_slaves=${ops_alternative_slaves#*"
"}
    ops_alternative_at=${ops_alternative_line%% *} ops_alternative_line=${ops_alternative_line#* }
    ops_alternative_told="$ops_alternative_told
$ops_alternative_line
/etc/alternatives/$ops_alternative_at"
    ops_alternative_value=${ops_alternative_files#*"
$ops_alternative_at "}
    [ "$ops_alternative_value" != "$ops_alternative_files" ] || ops_alternative_value=
    ops_alternative_check "$ops_alternative_line" "$ops_alternative_at" "${ops_alternative_value%%"
"*}" || return
  done
  # Where another one is chosen, its links are no fault.
  [ "$ops_alternative_links" != broken ] || [ "$ops_alternative_to" = "${2:-$ops_alternative_best}" ] || ops_alternative_links=whole
  printf 'links=%s\n' "$ops_alternative_links"
  ! ops_wants_detail || ops_detail 0 "$ops_alternative_told"
}
# LINK NAME FILE: LINK has to lead to /etc/alternatives/NAME, and that to FILE; where there is no FILE, neither may be there.
# What is wrong is put into ops_alternative_links.
ops_alternative_check() {
  for ops_alternative_each in "$1" "/etc/alternatives/$2"; do
    ops_alternative_want=/etc/alternatives/$2 ops_alternative_now=
    [ "$ops_alternative_each" = "$1" ] || ops_alternative_want=$3
    [ -e "$3" ] || ops_alternative_want=
    if [ -L "$ops_alternative_each" ]; then ops_alternative_now=$(readlink "$ops_alternative_each") || return
    # It replaces whatever is in its own folder, but no file in the place of a LINK.
    elif [ -e "$1" ] && [ "$ops_alternative_each" = "$1" ] && [ -n "$ops_alternative_want" ]; then ops_alternative_links=$ops_alternative_each
    fi
    [ "$ops_alternative_now" = "$ops_alternative_want" ] || [ "$ops_alternative_links" != whole ] || ops_alternative_links=broken
  done
}
