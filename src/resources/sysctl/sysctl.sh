# MODULE, or nothing: a setting that comes with it is set at boot only where it is loaded before systemd-sysctl runs (sysctl.d(5)).
ops_sysctl_module() {
  [ -n "$1" ] && ops_wants_detail || return 0
  ops_sysctl_names=$(printf '%s' "$1" | sed 's/_/[_-]/g')
  ops_sysctl_lines=$(ops_boot_lines modules-load.d '' "^[ 	]*${ops_sysctl_names}[ 	]*\$") || return
  [ "$ops_sysctl_lines" = lines= ] || return 0
  ! grep -qs "/${ops_sysctl_names}[.]ko" "/lib/modules/$(uname -r)/modules.builtin" || return 0
  ! grep -qs "^[[:blank:]]*$ops_sysctl_names\\b" /etc/initramfs-tools/modules || return 0
  ops_boot_note "at boot it is set only where the module $1 is loaded by then, and no file of modules-load.d names it: a line \`$1\` in a file of /etc/modules-load.d loads it"
}
