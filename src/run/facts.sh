# The facts of a host, as facts-probe.ts reads them.
ops_value() { printf '%s=%s\n' "$1" "$2"; }
[ ! -r /etc/os-release ] || sed -n 's/^\(ID\|ID_LIKE\|VERSION_ID\|VERSION_CODENAME\|PRETTY_NAME\)=/os.&/p' /etc/os-release
ops_value architecture "$(uname -m)"
ops_value kernel "$(uname -r)"
ops_value hostname "$(uname -n)"
ops_value cpus "$(nproc 2>/dev/null || grep -c ^processor /proc/cpuinfo)"
while read -r ops_key ops_amount ops_unit; do [ "$ops_key" = MemTotal: ] && ops_value memoryKib "$ops_amount"; done </proc/meminfo
if [ -d /run/systemd/system ]; then ops_value init systemd; else ops_value init none; fi
ops_value loginUser "${SUDO_USER:-$(id -un)}"
ops_value bootId "$(cat /proc/sys/kernel/random/boot_id)"
ops_value machineId "$(cat /etc/machine-id 2>/dev/null)"
ip -o addr show up 2>/dev/null | sed -e 's/^[0-9]*: */address=/' -e 's/\\.*//'
true
