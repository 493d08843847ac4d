# The functions of `repair-look`, as look.ts describes them.
ops_repair_look() {
  [ "$(id -u)" = 0 ] || { echo "ops: $1: only root can read disks" >&2; return 1; }
  ops_mounts_seen=$(ops_all_mounts) ops_named=1 ops_type= ops_as= ops_verdict=
  ops_structure "$1"
  printf 'type\t%s\nmounted\t%s\nsaid\t%s\n' "$ops_type" "$ops_as" "$ops_said"
  if [ -n "$ops_verdict" ] && ops_wants_detail; then printf '%s\n' "$ops_type" | ops_detail 0; fi
}
