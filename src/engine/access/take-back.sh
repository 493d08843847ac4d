# The host does not wait any longer, and takes back what was done.
ops_access_take_back() {
  rm -f "$ops_access/renewed"
  for ops_timer in $(systemctl list-units --plain --no-legend "ops-access-$OPS_NONCE-*.timer" | cut -d ' ' -f 1); do
    systemctl start --no-block "${ops_timer%.timer}.service"
  done
}
