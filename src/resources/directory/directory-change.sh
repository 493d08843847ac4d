# The functions of `directory-change`, as change.ts describes them.
ops_no() {
  printf 'ops: %s: %s\n' "$1" "$2" >&2
  case $2 in *'; nothing was changed') exit 98;; esac
  exit 1
}
ops_directory() {
  # Seen here, as each of them is made in a shell of its own.
  ops_mkdir_is_sure || :
  case ${ops_joined:+$ops_flush} in :|ops_directories_end)
    ops_flush=ops_directories_end
    ops_directory_held "$@" && return 0
    ops_directories_in_turn || return;;
  esac
  ops_directory_alone "$@"
}
# Whether it can wait to be made with others: nothing is there, on a way of ours alone, and it is to be root's or ours.
ops_directory_held() {
  case $3$4/$2 in /|/0???|/???) ;; *) return 1;; esac
  case $1 in *"$ops_newline"*) return 1;; esac
  [ ! -e "$1" ] && [ ! -L "$1" ] && ops_mkdir_is_sure && command -v perl >/dev/null || return 1
  ops_dir=${1%/*} ops_dir=${ops_dir:-/}
  cd -P -- "$ops_dir" 2>/dev/null && ops_here && [ "$PWD" = "$ops_dir" ] && [ ! -g . ] && ops_own_way || return 1
  ops_directories="${ops_directories:-}$ops_member $2 $1$ops_newline"
}
# Makes those that wait, in order, by one program. From the first that it cannot make on, each is made by itself.
ops_directories_end() {
  [ -n "${ops_directories:-}" ] || return 0
  set -- && ops_rest=$ops_directories
  while [ -n "$ops_rest" ]; do
    ops_directory_word=${ops_rest%%"$ops_newline"*} ops_rest=${ops_rest#*"$ops_newline"}
    set -- "$@" "${ops_directory_word%% *}" "${ops_directory_word#* }"
  done
  ops_directories_made=
  [ $# -lt 6 ] || ops_directories_made=$(perl -e '
    ($folder, @left) = @ARGV;
    while (($member, $wanted) = splice @left, 0, 2) {
      open R, ">", "$folder/reached" and syswrite R, "$member\n" and close R or exit 1;
      ($mode, $path) = $wanted =~ /^(\d*) (.*)/s or exit 1;
      umask($mode eq "" ? 022 : 0);
      mkdir $path, $mode eq "" ? 0777 : oct $mode or exit 1;
      # What is born below a default ACL has no more than that gives.
      $mode eq "" or chmod oct $mode, $path or exit 1;
      syswrite STDOUT, ".";
    }' "$OPS_DIR" "$@" 2>/dev/null) || :
  ops_directories=
  while [ $# != 0 ]; do
    if [ -n "$ops_directories_made" ]; then ops_directories_made=${ops_directories_made#?}
    else
      ops_member=$1
      ops_reached "$1"
      (ops_joined= && ops_do_member) || return
    fi
    shift 2
  done
}
# What is done by itself comes after all that waits. It may give a directory on a way to somebody: from here on each way is
# looked at anew.
ops_directories_in_turn() {
  [ -n "${ops_joined:-}" ] || return 0
  ops_turn_of=$ops_member
  ops_directories_end || return
  ops_member=$ops_turn_of ops_own_ways=$ops_newline ops_ways=$ops_newline
  ops_reached "$ops_member"
}
ops_directory_alone() (
  set +e
  umask 022
  ops_dressed=
  ops_go "$1"
  case $? in 0) ;; 2) ops_no "$1" "$ops_why; nothing was changed";; *)
    ops_parent=${1%/*} ops_name=${1##*/}
    ops_go_making "${ops_parent:-/}" && ops_may_make "$ops_name" || ops_no "$1" "$ops_why; nothing was changed"
    # A private one is private from its first moment. Where mkdir goes by the name twice, it gets its mode from inside.
    ops_sure=
    ! ops_mkdir_is_sure || ops_sure=1
    ops_said=$([ -n "$ops_sure" ] || [ -z "$2" ] || umask 077; mkdir ${2:+${ops_sure:+-m "$2"}} -- "./$ops_name" 2>&1) || ops_no "$1" "cannot be made (${ops_said##*: })"
    cd -P -- "./$ops_name" && ops_here && [ "$PWD" = "${ops_dir%/}/$ops_name" ] ||
      ops_no "$1" "somebody else moves it meanwhile"
    # It has its mode, unless a directory above gives setgid to those in it.
    [ -z "$ops_sure" ] || [ -u . ] || [ -g . ] || [ -n "$3$4" ] || ops_dressed=1;;
  esac
  # From inside: what is done to this directory is done to nothing that somebody puts in its place.
  if [ -n "$3$4" ]; then
    ops_said=$(chown -- "$3${4:+:$4}" . 2>&1) || ops_no "$1" "its owner cannot be set (${ops_said##*: })"
  fi
  [ -z "$2" ] || [ -n "$ops_dressed" ] || ops_said=$(ops_mode_of_directory "$2" 2>&1) || ops_no "$1" "its mode cannot be set (${ops_said##*: })"
)
# Of a directory, chmod keeps setuid and setgid that a number does not ask for (coreutils manual, 27.5), and one under a
# setgid parent is born with setgid.
ops_mode_of_directory() {
  if [ -u . ] || [ -g . ]; then
    case $1 in [01]???) chmod u-s,g-s .;; [23]???) chmod u-s .;; [45]???) chmod g-s .;; esac || return 1
  fi
  chmod -- "$1" .
}
ops_directory_absent() { ops_directories_in_turn && ops_directory_removed "$@"; }
ops_directory_removed() (
  set +e
  ops_untouched=
  [ ! -L "$1" ] || ops_no "$1" "is a symbolic link to a directory; \`file\` with \`state: 'absent'\` removes it; nothing was changed"
  ops_parent=${1%/*} ops_name=${1##*/}
  ops_go "${ops_parent:-/}" || case $? in
    1) exit 0;;
    *) ops_no "$1" "$ops_why; nothing was changed";;
  esac
  if [ "$2" = recursive ] && [ -d "./$ops_name" ]; then
    ops_real=${ops_dir%/}/$ops_name
    while read -r ops_skipped ops_skipped ops_skipped ops_skipped ops_mount_point ops_skipped; do
      ops_mount_point=$(printf '%b' "$ops_mount_point")
      case $ops_mount_point in "$ops_real"/*) ops_no "$1" "another file system is mounted at $ops_mount_point; nothing was changed";; esac
    done </proc/self/mountinfo
    ops_said=$(ops_empty "$ops_name" 2>&1)
  else ops_said=$(rmdir -- "./$ops_name" 2>&1) || ops_untouched='; nothing was changed'
  fi
  [ -d "./$ops_name" ] && [ ! -L "./$ops_name" ] || exit 0
  ops_no "$1" "cannot be removed (${ops_said##*: })$ops_untouched"
)
# NAME, here: removes it with all that is in it. The rm of GNU goes from directory to directory by descriptors and follows no
# link; any other is led: a directory belongs to us and is closed to everybody before a look into it counts.
ops_empty() {
  case $(rm --version 2>/dev/null) in *'GNU coreutils'*) rm -rf --one-file-system -- "./$1"; return;; esac
  (ops_empty_into "$1") && rmdir -- "./$1"
}
ops_empty_into() {
  [ ! -L "./$1" ] && cd -P -- "./$1" && ops_here && [ "$PWD" = "${ops_dir%/}/$1" ] || return 1
  ops_dir=$PWD
  [ "${ops_user:-$(id -u)}" != 0 ] || { chown 0 . && chmod 0700 .; } || return 1
  for ops_inside in ./* ./.[!.]* ./..?*; do
    if [ -d "$ops_inside" ] && [ ! -L "$ops_inside" ]; then (ops_empty_into "${ops_inside#./}") && rmdir -- "$ops_inside" || return 1
    elif [ -e "$ops_inside" ] || [ -L "$ops_inside" ]; then rm -f -- "$ops_inside" || return 1
    fi
  done
}
