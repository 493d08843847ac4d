# Alternatives of Debian: update-alternatives(1), whose links all lead through /etc/alternatives.
# NAME PATH (none: the best one): prints `known=` whether there is such a name; its `mode=`, what it leads `to=` and which is `best=`
# (`none`); whether PATH is `offered=`, of all `offers=`; and whether its `links=` are `whole`, `broken`, or the one that is no link.
ops_alternative_look() {
  update-alternatives --version >/dev/null || return
  ops_alternative_known=no ops_alternative_mode=none ops_alternative_to=none ops_alternative_best=none ops_alternative_said=
  ops_alternative_offered=no ops_alternative_offers='' ops_alternative_links=whole ops_alternative_slaves='
' ops_alternative_at=
  # A name that is not there and any other failure have one code.
  if [ -e "/var/lib/dpkg/alternatives/$1" ] || [ -L "/var/lib/dpkg/alternatives/$1" ]; then
    ops_alternative_known=yes
    ops_alternative_said=$(update-alternatives --query "$1") || return
  fi
  while IFS= read -r ops_alternative_line; do
    ops_alternative_value=${ops_alternative_line#*: }
    case $ops_alternative_line in
      'Link: '*) ops_alternative_link=$ops_alternative_value;;
      'Status: '*) ops_alternative_mode=$ops_alternative_value;;
      'Best: '*) ops_alternative_best=$ops_alternative_value;;
      'Value: '*) ops_alternative_to=$ops_alternative_value;;
      'Alternative: '*)
        ops_alternative_at=$ops_alternative_value
        ops_alternative_offers="$ops_alternative_offers${ops_alternative_offers:+, }$ops_alternative_at"
        [ "$ops_alternative_at" = "${2:-$ops_alternative_best}" ] || continue
        ops_alternative_offered=yes
        ops_alternative_check "$ops_alternative_link" "$1" "$ops_alternative_at" || return;;
      ' '*)
        ops_alternative_line=${ops_alternative_line# }
        if [ -z "$ops_alternative_at" ]; then
          ops_alternative_slaves="$ops_alternative_slaves$ops_alternative_line
"
        elif [ "$ops_alternative_at" = "${2:-$ops_alternative_best}" ]; then
          ops_alternative_slave "${ops_alternative_line%% *}" "${ops_alternative_line#* }" || return
        fi;;
    esac
  done <<END
$ops_alternative_said
END
  # Where another one is chosen, its links are no fault.
  [ "$ops_alternative_links" != broken ] || [ "$ops_alternative_to" = "${2:-$ops_alternative_best}" ] || ops_alternative_links=whole
  printf 'known=%s\nmode=%s\nto=%s\nbest=%s\n' "$ops_alternative_known" "$ops_alternative_mode" "$ops_alternative_to" "$ops_alternative_best"
  printf 'offered=%s\noffers=%s\nlinks=%s\n' "$ops_alternative_offered" "$ops_alternative_offers" "$ops_alternative_links"
  [ "$ops_alternative_known" = yes ] && ops_wants_detail || return 0
  { printf '%s\n' "$ops_alternative_link"
    printf %s "${ops_alternative_slaves#?}" | while read -r ops_alternative_at ops_alternative_line; do
      printf '%s\n/etc/alternatives/%s\n' "$ops_alternative_line" "$ops_alternative_at"
    done
  } | ops_detail 0
}
# NAME FILE: what goes along with the choice, such as its page of the manual; update-alternatives skips what is not there.
ops_alternative_slave() {
  [ -e "$2" ] || return 0
  ops_alternative_rest=${ops_alternative_slaves#*"
$1 "}
  ops_alternative_check "${ops_alternative_rest%%"
"*}" "$1" "$2"
}
# LINK NAME FILE: LINK has to lead to /etc/alternatives/NAME, and that to FILE.
ops_alternative_check() {
  for ops_alternative_each in "$1" "/etc/alternatives/$2"; do
    ops_alternative_value=/etc/alternatives/$2
    [ "$ops_alternative_each" = "$1" ] || ops_alternative_value=$3
    if [ -L "$ops_alternative_each" ]; then
      ops_alternative_now=$(readlink "$ops_alternative_each") || return
      [ "$ops_alternative_now" = "$ops_alternative_value" ] && continue
    elif [ -e "$ops_alternative_each" ]; then ops_alternative_links=$ops_alternative_each
    fi
    [ "$ops_alternative_links" != whole ] || ops_alternative_links=broken
  done
}
