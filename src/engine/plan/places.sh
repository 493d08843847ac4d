# The question of `places`, as places.ts describes it.
# HOW:PATH ..., HOW is follow, name, or way: of that only the way to it is asked, as a look at what lies there may hang.
ops_odd_places() {
  ops_place_end='
' ops_place_tab='	' ops_place_index=-1 ops_place_records= ops_place_files=
  ops_place_flagged=$ops_place_end
  for ops_place_word; do
    ops_place_index=$((ops_place_index + 1)) ops_place=${ops_place_word#*:} ops_place_is=absent ops_place_led=
    case $ops_place_word in way:*) ops_place_is=way;; esac
    if [ $ops_place_is = absent ] && [ -L "$ops_place" ]; then
      case $ops_place_word in
        name:*) ops_place_is=link;;
        *) ops_place=$(readlink -f -- "$ops_place" 2>/dev/null) || continue
          ops_place_led=led;;
      esac
    fi
    if [ $ops_place_is != absent ]; then :
    elif [ -f "$ops_place" ]; then ops_place_is=file
    elif [ -d "$ops_place" ]; then ops_place_is=folder
    elif [ -e "$ops_place" ]; then continue
    fi
    ops_place_folder=${ops_place%/*}
    while [ -n "$ops_place_folder" ] && [ ! -d "$ops_place_folder" ]; do ops_place_folder=${ops_place_folder%/*} ops_place_is=far; done
    ops_place_name=${ops_place#"$ops_place_folder"/}
    # Where the kernel says that it is, without a program.
    cd -P -- "${ops_place_folder:-/}" 2>/dev/null || continue
    ops_place_folder=${PWD%/} ops_place=${PWD%/}/$ops_place_name
    case $ops_place in *"$ops_place_end"*|*"$ops_place_tab"*) continue;; esac
    [ "$ops_place" = "${ops_place_word#*:}" ] || printf '%s\t%s\t%s\treally\t%s\n' "$ops_place_index" "$ops_place_is" "$ops_place" "$ops_place_led"
    case $ops_place_word in way:*) continue;; esac
    ops_place_records=${ops_place_records}P$ops_place_tab$ops_place_index$ops_place_tab$ops_place_is$ops_place_tab${ops_place_folder:-/}$ops_place_tab$ops_place$ops_place_end
    case $ops_place_flagged in *"$ops_place_end${ops_place_folder:-/}$ops_place_end"*) ;; *) ops_place_flagged=$ops_place_flagged${ops_place_folder:-/}$ops_place_end;; esac
    case $ops_place_is in
      file) ops_place_files=$ops_place_files$ops_place$ops_place_end ops_place_flagged=$ops_place_flagged$ops_place$ops_place_end;;
      folder) ops_place_flagged=$ops_place_flagged$ops_place$ops_place_end;;
    esac
  done
  [ -n "$ops_place_records" ] || return 0
  set -f
  IFS=$ops_place_end
  set -- $ops_place_flagged
  ops_place_flags=$(lsattr -d -- "$@" 2>/dev/null)
  for ops_place_line in $ops_place_flags; do
    case ${ops_place_line%% *} in *i*|*a*)
      ops_place_records=${ops_place_records}F$ops_place_tab${ops_place_line%% *}$ops_place_tab${ops_place_line#* }$ops_place_end;;
    esac
  done
  set -- $ops_place_files
  [ $# = 0 ] || ops_place_files=$(stat -c '%h %a %n' -- "$@" 2>/dev/null)
  for ops_place_line in $ops_place_files; do
    case $ops_place_line in
      1\ *) ;;
      *) ops_place_records=${ops_place_records}N$ops_place_tab$(ops_place_names "$ops_place_line")$ops_place_end;;
    esac
  done
  ops_place_mounts=/proc/self/mountinfo
  [ -r "$ops_place_mounts" ] || ops_place_mounts=/dev/null
  printf %s "$ops_place_records" | LC_ALL=C awk "$ops_place_reading" section=mounts "$ops_place_mounts" section=places -
}
# `COUNT MODE PATH`: the same with tabs, and up to four other names of it in its folder, as far as these are found within a second.
ops_place_names() {
  ops_place=${1#* } ops_place_mode=${ops_place%% *} ops_place=${ops_place#* }
  printf '%s\t%s\t%s' "$ops_place" "${1%% *}" "$ops_place_mode"
  ops_place_same=$(timeout 1 find "${ops_place%/*}/" -maxdepth 1 -xdev -samefile "$ops_place" -print0 2>/dev/null | tr '\001-\037\177' '?' | tr '\000' '\n' | head -n 5)
  ops_place_told=0
  for ops_place_line in $ops_place_same; do
    [ "$ops_place_line" != "$ops_place" ] && [ "$ops_place_told" -lt 4 ] || continue
    ops_place_told=$((ops_place_told + 1))
    printf '\t%s' "$ops_place_line"
  done
}
