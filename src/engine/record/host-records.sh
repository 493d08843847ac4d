# The records that runs have left on a host, as host-records.ts reads them.
ops_places
ops_records=$ops_lasting/runs
ops_told=0
if [ -d "$ops_records" ] && [ ! -L "$ops_records" ] && [ -O "$ops_records" ] && cd "$ops_records"; then
  set --
  for ops_run in *Z-"$ops_wanted"*; do [ ! -f "$ops_run" ] || set -- "$ops_run" "$@"; done
  ops_frame count
  echo "$#"
  for ops_run; do
    [ "$ops_told" -lt "$ops_most" ] || break
    ops_told=$((ops_told + 1))
    ops_frame record "$ops_run"
    if [ -n "$ops_wanted$ops_whole" ]; then cat "$ops_run"; else grep -e '^{' -e '^run ' -e '^done ' -e '^end ' -e '^back ' "$ops_run"; fi
  done
fi
