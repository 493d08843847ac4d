# The functions of `access-back-packages`, as packages-shell.ts describes them.
# HASH and FILE: the file has that hash.
ops_back_is_text() { [ ! -L "$2" ] && [ -f "$2" ] && [ "$(md5sum <"$2")" = "$1  -" ]; }
ops_back_owned() { dpkg-query -S "$1" >/dev/null 2>&1; }
# What packages that came meanwhile have brought is what there is to go back to.
ops_back_packages() {
  [ -s saved/packages ] && command -v dpkg-query >/dev/null || return 0
  ops_access_packages >new.packages
  ! cmp -s saved/packages new.packages || return 0
  ops_access_shipped >new.shipped
  while IFS=$ops_tab read -r ops_area ops_kind ops_number ops_named; do
    ops_copy=$ops_access/saved/$ops_number
    case $ops_kind in
      absent) ;;
      file) ops_back_shipped "$ops_copy" "$ops_named" ;;
      tree | grown)
        ( cd -- "$ops_named" 2>/dev/null && find . -type f -o -type l ) | while IFS= read -r ops_tree_entry; do
          ops_tree_entry=${ops_tree_entry#./}
          if [ -e "$ops_copy/$ops_tree_entry" ] || [ -L "$ops_copy/$ops_tree_entry" ]; then ops_back_shipped "$ops_copy/$ops_tree_entry" "$ops_named/$ops_tree_entry"
          elif ops_back_owned "$ops_named/$ops_tree_entry"; then
            mkdir -p -- "$(dirname -- "$ops_copy/$ops_tree_entry")" && cp -a -- "$ops_named/$ops_tree_entry" "$ops_copy/$ops_tree_entry"
          fi
        done ;;
    esac
  done <list
}
# COPY FILE: both are as packages brought them, the copy the former one and the file the one of now.
ops_back_shipped() {
  ! cmp -s -- "$1" "$2" || return 0
  ops_shipped_hash=$(grep -F -- "  $2" saved/shipped | awk -v f="$2" '$2 == f { print $1; exit }')
  ops_new_shipped_hash=$(grep -F -- "  $2" new.shipped | awk -v f="$2" '$2 == f { print $1; exit }')
  [ -n "$ops_shipped_hash" ] && [ -n "$ops_new_shipped_hash" ] && ops_back_is_text "$ops_shipped_hash" "$1" && ops_back_is_text "$ops_new_shipped_hash" "$2" || return 0
  cp --preserve=all -- "$2" "$1" 2>/dev/null || cp -p -- "$2" "$1"
}
# Daemons that such a package has started: what they have loaded goes, and a boot does not bring it back.
ops_back_new_daemons() {
  for ops_area in firewall network; do
    ops_back_has "$ops_area" || continue
    for ops_unit in $(ops_access_units "$ops_area"); do
      ! awk -F '\t' -v n="$ops_unit" '$2 == "unit" && $4 == n { found = 1 } END { exit !found }' list || continue
      ops_daemon_state=$(systemctl show -p MainPID -p ActiveState -- "$ops_unit" 2>/dev/null)
      case $ops_daemon_state in *MainPID=0* | '') continue ;; esac
      case $ops_daemon_state in *ActiveState=active*) systemctl disable --now "$ops_unit" ;; esac
    done
  done
}
# What is not as before and stays: a line for each package.
ops_back_stays() {
  [ -s saved/packages ] && command -v dpkg-query >/dev/null || return 0
  ops_access_packages >new.packages
  awk 'NR == FNR { was[$1] = $2; next } !($1 in was) { print $1, $2 } ($1 in was) && was[$1] != $2 { print $1, $2, "instead of", was[$1] } { is[$1] = 1 }
    END { for (each in was) if (!(each in is)) print each, "is gone" }' saved/packages new.packages | head -n 200
}
