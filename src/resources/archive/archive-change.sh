# The functions of `archive-change`, as change.ts describes them.
ops_archive() (
  set +e
  ops_asked=$3
  ops_fetch_place || ops_fail "$3: there is no place to fetch it to; nothing was changed"
  ops_file=$ops_place/archive
  case $1 in
    /*)
      # A copy of our own: what is compared is what is unpacked.
      [ -f "$1" ] && cat -- "$1" >"$ops_file" || ops_fail "$3: there is no file $1 that could be read; nothing was changed"
      if [ -n "$2" ]; then
        ops_sum=$(sha256sum <"$ops_file")
        [ "${ops_sum%% *}" = "$2" ] || ops_fail "$1 has the sha256 ${ops_sum%% *}, and not $2; nothing was changed"
      fi;;
    *) ops_fetch_proved "$1" "$2" archive;;
  esac
  ops_archive_kind
  (ops_archive_make "$@")
  exit
)
ops_archive_make() {
  ops_archive_parent=${3%/*}
  ops_go_making "${ops_archive_parent:-/}" || ops_fail "$3: $ops_why; nothing was changed"
  ops_name=${3##*/} ops_path=$3
  ops_enter
  ops_regard ..
  case $ops_kind in ''|4) ;; *) ops_moved;; esac
  umask 022
  # What is in there is looked at before any of it is moved up.
  mkdir ./.unpacked && mkdir ./.unpacked/all && ops_left=1 || ops_fail "$3: nothing can be made beside it; nothing was changed"
  trap 'rm -rf ./.unpacked; ops_left=1; ops_leave' EXIT
  ops_archive_names
  ops_archive_unpack
  (ops_archive_judge) || exit
  mv ./.unpacked/all "./$ops_name" || ops_fail "$3: cannot be made; nothing was changed"
  ops_strips_left=$4
  while [ "$ops_strips_left" -gt 0 ]; do
    ops_archive_strip
    ops_strips_left=$((ops_strips_left - 1))
  done
  [ -e "./$ops_name/$5" ] || [ -L "./$ops_name/$5" ] ||
    ops_fail "$3: there is no $5 in the archive; at its top: $(ls -A "./$ops_name" | head -n 5 | tr '\n' ' '); nothing was changed"
  if [ -n "$6$7" ]; then
    chown -hR -- "$6${7:+:$7}" "./$ops_name" || ops_fail "$3: its owner cannot be set; nothing was changed"
  fi
  rm -rf ./.unpacked
  sync 2>/dev/null
  ops_rename
  ops_written
}
# What the file is, by its first bytes: ops_open_with is what unpacks its outer layer.
ops_archive_kind() {
  case $(head -c 6 -- "$ops_file" | od -An -v -tx1 | tr -d ' \n') in
    1f8b*) ops_open_with=gzip;;
    fd377a585a00) ops_open_with=xz;;
    28b52ffd*) ops_open_with=zstd;;
    425a68*) ops_open_with=bzip2;;
    504b0304*) ops_open_with=unzip;;
    *) ops_open_with=cat
      [ "$(tail -c +258 -- "$ops_file" | head -c 5)" = ustar ] ||
        ops_fail "$ops_asked: what was given is no archive that is known here (tar, as it is or in gzip, xz, zstd or bzip2; zip); nothing was changed";;
  esac
  for ops_unpacker in $ops_open_with tar; do
    [ "$ops_open_with/$ops_unpacker" = unzip/tar ] || command -v "$ops_unpacker" >/dev/null ||
      ops_fail "$ops_asked: $ops_unpacker is not installed, and the archive wants it: a step before this one brings it; nothing was changed"
  done
}
# The tar in it, on standard output. A cut one is told by what unpacks it, whose exit code a pipe would lose.
ops_archive_open() {
  case $ops_open_with in
    cat) cat -- "$ops_file";;
    *) "$ops_open_with" -dc <"$ops_file" || true >./.unpacked/cut;;
  esac
}
# No name in it may lead out.
ops_archive_names() {
  case $ops_open_with in
    unzip) unzip -Z1 "$ops_file" >./.unpacked/names 2>./.unpacked/said;;
    *) ops_archive_open 2>./.unpacked/said | tar -tf - >./.unpacked/names 2>>./.unpacked/said;;
  esac || ops_archive_bad
  [ ! -e ./.unpacked/cut ] || ops_archive_bad
  ops_leading_out=$(grep -E '^/|^[.][.]$|^[.][.]/|/[.][.]/|/[.][.]$' ./.unpacked/names | head -n 1)
  # The tar of busybox lists them without what it takes away.
  [ -n "$ops_leading_out" ] || ops_leading_out=$(grep -i 'removing leading .* from member names' ./.unpacked/said | head -n 1)
  [ -z "$ops_leading_out" ] || ops_fail "$ops_asked: a name in the archive leads out of it: $ops_leading_out; nothing was changed"
}
ops_archive_bad() {
  ops_cut_said=$(tail -n 1 ./.unpacked/said)
  ops_fail "$ops_asked: the archive is damaged or was cut (${ops_cut_said:-it did not say where}); nothing was changed"
}
ops_archive_unpack() {
  case $ops_open_with in
    unzip) unzip -q "$ops_file" -d ./.unpacked/all >./.unpacked/said 2>&1 </dev/null;;
    *) ops_archive_open 2>./.unpacked/said | (cd ./.unpacked/all && tar -xof - 2>>../said);;
  esac || ops_archive_bad
  [ ! -e ./.unpacked/cut ] || ops_archive_bad
}
# Only files, folders, and links that stay inside; nobody's rights but those of who runs it.
ops_archive_judge() {
  cd ./.unpacked/all || exit 1
  ops_special_file=$(find . ! -type f ! -type d ! -type l | head -n 1)
  [ -z "$ops_special_file" ] || ops_fail "$ops_asked: $ops_special_file in the archive is a device, pipe or socket; nothing was changed"
  ops_leading_out=$(find . -type l | while IFS= read -r ops_inner_link; do
    ops_inner_target=$(readlink -n -- "$ops_inner_link" && echo .) && ops_archive_inside "$ops_inner_link" "${ops_inner_target%.}" || { printf '%s -> %s\n' "$ops_inner_link" "${ops_inner_target%.}"; break; }
  done)
  [ -z "$ops_leading_out" ] || ops_fail "$ops_asked: a link in the archive leads out of it: $ops_leading_out; nothing was changed"
  # A file with another name that is not in here is somebody else's.
  ops_linked_outside=$(find . -type f -links +1 -exec stat -c '%i %h' {} + | sort | uniq -c | awk '$1 != $3')
  [ -z "$ops_linked_outside" ] || ops_fail "$ops_asked: a hard link in the archive leads out of it; nothing was changed"
  find . -type f -exec chmod u-s,g-s {} +
}
# ./LINK TARGET: whether it leads to nothing above the top, with `..` taken as text and no link on the way but in the archive.
ops_archive_inside() {
  case $2 in /*) return 1;; esac
  ops_inner_way=$1
  ops_depth=-2
  while [ -n "$ops_inner_way" ]; do
    ops_depth=$((ops_depth + 1))
    case $ops_inner_way in */*) ops_inner_way=${ops_inner_way#*/};; *) ops_inner_way=;; esac
  done
  ops_inner_way=$2 ops_at=${1%/*}
  while [ -n "$ops_inner_way" ]; do
    case ${ops_inner_way%%/*} in
      ''|.) ;;
      ..) ops_depth=$((ops_depth - 1)) ops_at=$ops_at/..
        [ $ops_depth -ge 0 ] || return 1;;
      *) ops_depth=$((ops_depth + 1)) ops_at=$ops_at/${ops_inner_way%%/*}
        # Behind another link, `..` is not the folder that the text names.
        case $ops_inner_way in */*..*) [ ! -L "$ops_at" ] || return 1;; esac;;
    esac
    case $ops_inner_way in */*) ops_inner_way=${ops_inner_way#*/};; *) ops_inner_way=;; esac
  done
}
# The one folder at the top gives way to what is in it.
ops_archive_strip() {
  ops_top_folder=$(ls -A "./$ops_name")
  case $ops_top_folder in
    ''|*"$ops_newline"*) ops_fail "$ops_asked: the archive has not one folder at its top that \`strip\` could leave out: $(printf '%s\n' "$ops_top_folder" | head -n 5 | tr '\n' ' '); nothing was changed";;
  esac
  [ -d "./$ops_name/$ops_top_folder" ] && [ ! -L "./$ops_name/$ops_top_folder" ] ||
    ops_fail "$ops_asked: at the top of the archive is $ops_top_folder, no folder that \`strip\` could leave out; nothing was changed"
  mv "./$ops_name/$ops_top_folder" ./.unpacked/inner && rmdir "./$ops_name" && mv ./.unpacked/inner "./$ops_name" ||
    ops_fail "$ops_asked: cannot be made; nothing was changed"
}
