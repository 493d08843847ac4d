# The functions of `at-once`, as at-once.ts describes them.
# MEMBER STAGED PATH SEEN BEFORE, of each: prints `+` where the journal tells of it, `.` where it has its name, `o` where it has it and
# what gave way is not what was seen. The identities are those of `ops_identity` and of `ops_alike`.
ops_names_by_perl() {
  perl -e '
    open F, "<", "/proc/self/exe" or exit 1;
    read F, $_, 20;
    ($rename, $statx) = @{{62, [316, 332], 183, [276, 291], 243, [276, 291], 3, [353, 383], 40, [382, 397]}->{unpack "x18v", $_} || exit 1};
    sub at {
      my @at = gmtime $_[0];
      sprintf "%04d-%02d-%02d %02d:%02d:%02d.%09d +0000", $at[5] + 1900, $at[4] + 1, @at[3, 2, 1, 0], $_[1];
    }
    sub seen {
      my $is = "\0" x 256;
      syscall($statx, -100, $_[0], 0x100, 0x7ff, $is) == 0 or return ("", "");
      my ($names, $uid, $gid, $mode, $inode, $size, $changed, $changed_ns, $written, $written_ns, $major, $minor) =
        unpack "x16 L3 S x2 Q2 x48 q L x4 q L x4 x8 L2", $is;
      my $device = ($major & ~0xfff) << 32 | ($major & 0xfff) << 8 | ($minor & ~0xff) << 12 | $minor & 0xff;
      my $file = "$device:$inode:$size:" . at($written, $written_ns);
      (sprintf("%d %d %o %d %x %s@%s", $uid, $gid, $mode & 07777, $names, $mode, $file, at($changed, $changed_ns)),
        sprintf("%d %d %o %x %s", $uid, $gid, $mode & 07777, $mode, $file));
    }
    sub note { open my $to, $_[0], $_[1] or return; length $_[2] == syswrite $to, $_[2] }
    ($folder, $history, @left) = @ARGV;
    while (@left) {
      ($member, $new, $path, $seen, $before) = splice @left, 0, 5;
      note(">", "$folder/reached", "$member\n") or exit 1;
      ($is, $like) = seen($path);
      $is eq $seen or exit 1;
      if ($before ne "") {
        note(">>", "$folder/journal", "$before\t$path\n") or exit 1;
        note(">>", "$folder/kept", "$member-\t$path\n") if $before =~ /^\//;
        note(">>", $history, "was\t$before\t$path\n") if $history ne "";
        syswrite STDOUT, "+";
      }
      $did = ".";
      syscall($rename, -100, $new, -100, $path, $seen eq "" ? 1 : 2) == 0 or exit 1;
      if ($seen ne "" and $like ne (seen($new))[1]) {
        exit 1 if syscall($rename, -100, $new, -100, $path, 2) == 0;
        $did = "o";
      }
      syswrite STDOUT, $did;
    }' "$OPS_DIR" "${ops_history:-}" "$@" 2>/dev/null
}
ops_named_at_once() {
  [ -n "$ops_at_once" ] || return 0
  set -- && ops_held_at=$ops_first_left
  while [ "$ops_held_at" -le "$ops_all_held" ]; do
    ops_take dir name whose seen check before
    [ -z "$ops_check" ] || break
    [ -z "$ops_seen" ] || ops_swapped=1
    set -- "$@" "${ops_whose%% *}" "$ops_new" "$ops_path" "$ops_seen" "$ops_before"
    ops_held_at=$((ops_held_at + 1))
  done
  # Of one or two it would not be quicker.
  [ $# -gt 10 ] && command -v perl >/dev/null || return 0
  ops_did_at_once=$(ops_names_by_perl "$@") || ops_at_once=$?
  while [ -n "$ops_did_at_once" ]; do
    ops_held_at=$ops_first_left
    case $ops_did_at_once in
      +*) eval "ops_before_$ops_held_at=" ;;
      o*) ops_take dir name && ops_asked=$ops_path && ops_overwrote "$ops_new"; ops_first_left=$((ops_first_left + 1)) ;;
      *) ops_first_left=$((ops_first_left + 1)) ;;
    esac
    ops_did_at_once=${ops_did_at_once#?}
  done
  case $ops_at_once/$ops_first_left in
    yes/*) return 0 ;;
    1[2-9]?/"$((ops_all_held + 1))") ;;
    1[2-9]?/*) ops_cut_short ;;
  esac
  ops_at_once=
}
# It was killed, maybe between a rename and the word of it.
ops_cut_short() {
  ops_held_at=$ops_first_left && ops_take dir name seen
  if [ -z "$ops_seen" ]; then [ ! -e "$ops_new" ] || return 0
  else
    ops_is "$ops_seen"
    ops_alike "$ops_new" || {
      # Where it is neither, what lies in the stage may be somebody else's.
      ops_alike "$ops_path" || { ops_asked=$ops_path && ops_overwrote "$ops_new"; }
      return 0
    }
  fi
  ops_first_left=$((ops_first_left + 1))
}
