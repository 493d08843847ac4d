# The functions of `last-copies`, as last-copies.ts describes them.
ops_last_keep() {
  ops_gen=$1 ops_spare=$ops_to/.incomplete-last-$1 ops_drop=
  rm -rf -- "$ops_spare" "$ops_to/$1.last" || return 1
  ops_last_newer "$1" && ops_last_walk . || return 1
  [ -d "$ops_spare" ] || return 0
  cp -p -- "$ops_to/$1/.ops-paths" "$ops_spare/" && { sync -f "$ops_spare" 2>/dev/null || sync; } &&
    mv -T -- "$ops_spare" "$ops_to/$1.last" && echo "kept last copies in $ops_to/$1.last"
}
ops_last_drop() {
  ops_gen=$1 ops_drop=1
  ops_last_newer "$1" && ops_last_walk . || return 1
  find "$ops_to/$1" -depth -type d -exec rmdir {} + 2>/dev/null
  [ "$(ls -A -- "$ops_to/$1" 2>/dev/null)" != .ops-paths ] || rm -rf -- "${ops_to:?}/$1"
}
# Sets ops_newer to the finished generations after this one, newest first, and ops_top to the real path of their folder.
ops_last_newer() {
  ops_newer= ops_is_newer=
  cd -P -- "$ops_to" && ops_here && ops_top=$PWD || return 1
  for ops_generation in "$ops_to"/[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z*; do
    case $ops_generation in *Z | *Z.last) ;; *) continue ;; esac
    if [ "${ops_generation##*/}" = "$1" ]; then ops_is_newer=1; continue; fi
    [ -n "$ops_is_newer" ] && [ ! -L "$ops_generation" ] && [ -f "$ops_generation/.ops-paths" ] || continue
    ops_newer="${ops_generation##*/} $ops_newer"
  done
}
# FOLDER, as ./srv/app: its files first, then the folders in it.
ops_last_walk() {
  ops_last_have "$1"
  for ops_last_source in "$ops_top/$ops_gen/$1"/* "$ops_top/$ops_gen/$1"/.[!.]* "$ops_top/$ops_gen/$1"/..?*; do
    ops_last_base=${ops_last_source##*/}
    [ "$1/$ops_last_base" != ./.ops-paths ] || continue
    if [ -L "$ops_last_source" ]; then ops_stands_for=ops_last_link
    elif [ -f "$ops_last_source" ] && [ -s "$ops_last_source" ]; then ops_stands_for=ops_last_file
    else continue
    fi
    if "$ops_stands_for" "$1" "$ops_last_base"; then [ -z "$ops_drop" ] || set -- "$@" "$1/$ops_last_base"
    else [ -n "$ops_drop" ] || set -- "$@" "$1/$ops_last_base"
    fi
    [ $# -lt 200 ] || { ops_last_take "$@" || return 1; set -- "$1"; }
  done
  [ $# = 1 ] || ops_last_take "$@" || return 1
  for ops_last_source in "$ops_top/$ops_gen/$1"/* "$ops_top/$ops_gen/$1"/.[!.]* "$ops_top/$ops_gen/$1"/..?*; do
    [ -L "$ops_last_source" ] || [ ! -d "$ops_last_source" ] || ops_last_walk "$1/${ops_last_source##*/}" || return 1
  done
}
# FOLDER FILE...
ops_last_take() (
  shift
  cd -P -- "$ops_top/$ops_gen" || exit 1
  if [ -n "$ops_drop" ]; then rm -f -- "$@"
  else { [ -d "$ops_spare" ] || mkdir -- "$ops_spare"; } && cp -a -l --parents -- "$@" "$ops_spare/"
  fi
)
# Which of the newer ones hold this folder, as one and not behind a symbolic link.
ops_last_have() {
  ops_have=
  for ops_newer_one in $ops_newer; do
    cd -P -- "$ops_top/$ops_newer_one/$1" 2>/dev/null && ops_here && [ "$PWD" = "$ops_top/$ops_newer_one${1#.}" ] || continue
    ops_have="$ops_have $ops_newer_one"
  done
}
# FOLDER NAME: whether a newer copy stands for it.
ops_last_link() {
  for ops_newer_one in $ops_have; do [ ! -L "$ops_top/$ops_newer_one/$1/$2" ] && [ ! -e "$ops_top/$ops_newer_one/$1/$2" ] || return 0; done
  return 1
}
ops_last_file() {
  ops_may_be=
  for ops_newer_one in $ops_have; do
    ops_last_other=$ops_top/$ops_newer_one/$1/$2
    [ ! -L "$ops_last_other" ] && [ -f "$ops_last_other" ] || continue
    # shellcheck disable=SC3013 # dash, bash and busybox have it
    [ ! "$ops_last_source" -ef "$ops_last_other" ] || return 0
    [ -n "$ops_may_be" ] || ops_may_be=$(ops_last_may "$2" && echo yes || echo no)
    [ "$ops_may_be" = no ] || return 0
    ! ops_last_as_good || return 0
  done
  # What holds nothing itself is no good copy.
  ops_last_dump "$2" && [ -n "$(ops_hollow "$ops_last_source")" ] && return 0
  ops_last_series "$1/$2"
}
ops_last_may() (
  IFS=$ops_newline
  set -f
  for ops_glob in $ops_may; do
    # shellcheck disable=SC2254
    case $1 in $ops_glob) exit 0 ;; esac
  done
  exit 1
)
# Whether ops_last_other stands for ops_last_source.
ops_last_as_good() {
  [ -s "$ops_last_other" ] || return 1
  ops_sizes=$(stat -c %s -- "$ops_last_source" "$ops_last_other") || return 1
  ops_size=${ops_sizes##*"$ops_newline"}
  [ $((ops_size * 100)) -ge $((${ops_sizes%%"$ops_newline"*} * (100 - ops_shrink))) ] || return 1
  [ "$ops_size" -gt "$ops_hollow_bytes" ] || ! ops_last_dump "${ops_last_other##*/}" || [ -z "$(ops_hollow "$ops_last_other")" ]
}
# By the name: what of a series may stand for one another.
ops_last_dump() {
  case $1 in
    *.sql | *.dump | *.dmp | *.tar | *.tgz | *.tb[z2]* | *.txz | *.zip | *.7z | *.bak | *.backup | *.rdb | *.ldif | *.gz | *.bz2 | *.xz | *.zst | *.lz4 | *.gpg | *.age) ;;
    *.sql.* | *.dump.* | *.tar.* | *.tgz.* | *.bak.* | *.backup.* | *.gz.* | *.log | *.log[.-]* | *[.-]log) ;;
    *) return 1 ;;
  esac
}
# FOLDER/NAME: one whose path differs in numbers alone.
ops_last_series() {
  case $1 in *"$ops_newline"*) return 1 ;; *[0-9]*) ops_last_dump "${1##*/}" || return 1 ;; *) return 1 ;; esac
  ops_key=$(ops_last_key "$1")
  ops_like=$(printf '%s\n' "${1#./}" | sed 's/[]!^\\[]/?/g; s/[^A-Za-z0-9/?]/[&]/g; s/[0-9][0-9]*/[0-9]*/g')
  ops_fields=$IFS
  for ops_newer_one in $ops_newer; do
    IFS=
    for ops_last_other in "$ops_top/$ops_newer_one/"$ops_like; do
      IFS=$ops_fields
      [ ! -L "$ops_last_other" ] && [ -f "$ops_last_other" ] && [ "$(ops_last_key "./${ops_last_other#"$ops_top/$ops_newer_one/"}")" = "$ops_key" ] || continue
      cd -P -- "${ops_last_other%/*}" && ops_here && [ "$PWD" = "${ops_last_other%/*}" ] || continue
      ! ops_last_as_good || return 0
    done
    IFS=$ops_fields
  done
  return 1
}
ops_last_key() { printf '%s\n' "$1" | sed 's/[0-9][0-9]*/#/g'; }
