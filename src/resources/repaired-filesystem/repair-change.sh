# The functions of `repair-change`, as change.ts describes them.
ops_repair() {
  case $(ops_name=$(readlink -f -- "$1") && ops_name=${ops_name##*/} && ops_superblock "$1" && echo "$ops_type") in
    ext[234])
      mkdir -p /var/lib/ops/kept && chmod 0700 /var/lib/ops /var/lib/ops/kept
      # What one run mends can bring to light what the next one has to: until nothing is left.
      for ops_round in 1 2 3 4; do
        ops_undo=/var/lib/ops/kept/${1##*/}-$OPS_NONCE.$ops_round.e2undo
        ops_code=0
        e2fsck -f -y -z "$ops_undo" "$1" || ops_code=$?
        # Over a damaged beginning nothing can be kept for e2undo: once more without it.
        if [ "$ops_code" -gt 2 ]; then ops_code=0; e2fsck -f -y "$1" || ops_code=$?; fi
        [ ! -s "$ops_undo" ] || echo "what was overwritten is kept: e2undo $ops_undo $1 takes it back, the last one first"
        ! e2fsck -f -n "$1" >/dev/null 2>&1 || return 0
      done
      echo "e2fsck gave up with exit code $ops_code: what it overwrote is kept in /var/lib/ops/kept for e2undo" >&2
      return 1
      ;;
    xfs) xfs_repair "$1" || { echo "xfs_repair gave up: copy the device before anything else is tried" >&2; return 1; };;
    *) echo "$1 holds nothing that can be repaired" >&2; return 1;;
  esac
}
