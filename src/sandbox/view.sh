# Turns fresh namespaces into a throw-away view of this machine, as view.ts describes it.
set -eu
umask 022
work=$1 kind=$2 net=$3
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C
# Nobody sees that this script ended, as others hold its output too: so it says so.
trap 'echo fail' EXIT
fail() { trap - EXIT; echo "fail $*"; exit 1; }
layers=$work/layers
root=$layers/root
count=0
# overlay LOWER TARGET: a writable view whose changes lie in memory.
overlay() {
  count=$((count + 1))
  mkdir -p "$layers/$count/upper" "$layers/$count/work"
  options=lowerdir=$1,upperdir=$layers/$count/upper,workdir=$layers/$count/work
  # A fresh upper folder is 0755 of root; the top of the view must look like its lower one.
  chmod --reference="$1" "$layers/$count/upper" 2>/dev/null || :
  if [ "$kind" = fuse ]; then
    # Files of the machine's root are nobody's in a user namespace; the two change places in this view.
    swap=0:65534:1:1:1:65533:65534:0:1
    fuse-overlayfs -o "$options,uidmapping=$swap,gidmapping=$swap" "$2" >/dev/null
  else
    chown --reference="$1" "$layers/$count/upper" 2>/dev/null || :
    mount -t overlay -o "nodev,$options" overlay "$2"
  fi
}

if [ "$kind" = fuse ] && [ -z "${view_stage-}" ]; then
  mount -t tmpfs -o mode=0755,nodev tmpfs "$layers"
  mkdir "$root" "$layers/lower" "$layers/1" "$layers/1/upper"
  # What this user may not read cannot be copied up, so dpkg could not replace it: it is empty in the view.
  find /etc /var /root /usr/bin /usr/sbin /usr/libexec -xdev ! -type l ! -readable -prune 2>/dev/null | while IFS= read -r path; do
    mkdir -p "$layers/1/upper${path%/*}"
    if [ -d "$path" ] && [ ! -L "$path" ]; then
      mkdir "$layers/1/upper$path"
      true >"$layers/1/upper$path/.wh..wh..opq"
    else
      true >"$layers/1/upper$path"
    fi
    chmod --reference="$path" "$layers/1/upper$path"
  done
  for path in shadow gshadow; do
    [ -f "$layers/1/upper/etc/$path" ] || continue
    while IFS=: read -r name rest; do
      if [ "$path" = shadow ]; then echo "$name:*:19000:0:99999:7:::"; else echo "$name:*::"; fi
    done <"/etc/$( [ "$path" = shadow ] && echo passwd || echo group)" >"$layers/1/upper/etc/$path"
  done
  chown -R 65534:65534 "$layers/1/upper"
  # Through / itself the file system in user space would look into its own mount, and wait for itself.
  mount --rbind / "$layers/lower"
  overlay "$layers/lower" "$root" || fail "fuse-overlayfs cannot mount an overlay of /"
  # For the same reason it must not be moved by the pivot_root below: that happens in a copy of the mounts.
  view_stage=2 exec unshare --mount /bin/sh "$0" "$@"
fi
[ "$net" = shared ] || ip link set lo up
# /proc is still that of the machine, so this is our number as seen from outside.
read -r pid rest </proc/self/stat
echo "pid $pid"
if [ "$kind" = kernel ]; then
  mount -t tmpfs -o mode=0755,nodev tmpfs "$layers"
  mkdir "$root"
  overlay / "$root" || fail "an overlay of / cannot be mounted"
fi

# What lies on other file systems is overlaid too; where that cannot be, it is shown read-only.
[ "$kind" = fuse ] || while read -r _ _ _ _ point _ rest; do
  type=${rest#*- }
  type=${type%% *}
  case $point in
  / | /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /run | /run/* | /tmp | /tmp/* | "$work"*) continue ;;
  *\\* | *[:,]*) echo "note $point is left out: its name has characters that mount options cannot hold"; continue ;;
  esac
  case $type in
  autofs | binfmt_misc | bpf | cgroup* | configfs | debugfs | devpts | devtmpfs | efivarfs | fusectl | hugetlbfs) continue ;;
  mqueue | nsfs | proc | pstore | rpc_pipefs | securityfs | selinuxfs | sysfs | tracefs) continue ;;
  esac
  if [ -f "$point" ]; then
    # One file mounted over another, as containers have it: a copy is a view as well.
    [ -r "$point" ] && [ -f "$root$point" ] && cp -p "$point" "$root$point" 2>/dev/null || :
  elif [ -d "$root$point" ]; then
    overlay "$point" "$root$point" 2>/dev/null && continue
    if mount --bind "$point" "$root$point" 2>/dev/null; then
      mount -o remount,bind,ro,nodev "$root$point" 2>/dev/null || umount "$root$point" 2>/dev/null || :
      echo "note $point is read-only in the sandbox"
    else
      echo "note $point is empty in the sandbox"
    fi
  fi
done </proc/self/mountinfo

cd "$root"
mount -t tmpfs -o mode=0755,nosuid tmpfs dev
for name in null zero full random urandom tty; do
  true >"dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec devpts dev/pts 2>/dev/null ||
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,nosuid,noexec devpts dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr

mount -t proc -o nosuid,nodev,noexec proc proc || fail "a /proc of its own cannot be mounted (a container with masked paths?)"
for name in sys sysrq-trigger irq bus fs acpi scsi; do
  [ -e "proc/$name" ] || continue
  mount --bind "proc/$name" "proc/$name"
  mount -o remount,bind,ro,nosuid,nodev,noexec "proc/$name"
done
for name in kcore keys timer_list sched_debug; do
  [ ! -e "proc/$name" ] || mount --bind /dev/null "proc/$name"
done
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys 2>/dev/null || mount -t tmpfs -o ro,size=4k tmpfs sys
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs run
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs tmp
mkdir run/sshd run/ops-sandbox run/before run/user
mkdir -m 1777 run/lock

# A resolv.conf that points into /run would dangle there now.
if [ -L /etc/resolv.conf ] && [ -r /etc/resolv.conf ]; then
  cat /etc/resolv.conf >"$layers/resolv.conf"
  rm -f etc/resolv.conf
  cp "$layers/resolv.conf" etc/resolv.conf
fi
cp "$work/host_key" run/ops-sandbox/host_key
cp "$work/user_key.pub" run/ops-sandbox/authorized_keys
cp "$work/sshd_config" run/ops-sandbox/sshd_config
[ ! -e "$work/apt.conf" ] || [ ! -d etc/apt/apt.conf.d ] || cp "$work/apt.conf" etc/apt/apt.conf.d/99ops-sandbox
chmod 0600 run/ops-sandbox/host_key
chmod 0644 run/ops-sandbox/authorized_keys

hostname sandbox 2>/dev/null || :
pivot_root . run/before
cd /
umount -l /run/before
rmdir /run/before

printf '127.0.1.1 sandbox\n' >>/etc/hosts
# Packages must not start daemons here: there is no init, and nobody to stop them in order.
rm -f /usr/sbin/policy-rc.d
printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
chmod 0755 /usr/sbin/policy-rc.d
# A lock of the machine's own apt is no lock here, and files that we may not read would stop apt.
for file in /var/lib/dpkg/lock /var/lib/dpkg/lock-frontend /var/lib/dpkg/triggers/Lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock; do
  [ ! -e "$file" ] || rm -f "$file"
done
# What the machine's own apt may replace meanwhile would change under the view: opening it for writing copies it up.
for file in /var/lib/dpkg/status /var/lib/dpkg/diversions /var/lib/dpkg/statoverride /var/lib/dpkg/triggers/File /var/lib/apt/extended_states /etc/passwd /etc/group /etc/shadow /etc/gshadow /etc/ld.so.cache; do
  [ ! -f "$file" ] || true >>"$file"
done
# sshd without PAM refuses an account whose password is locked by "!"; "*" is no password either.
if grep -q '^root:!' /etc/shadow 2>/dev/null; then sed -i 's/^root:![^:]*:/root:*:/' /etc/shadow; fi
# The start-up files of root's own shell are meant for people at the machine: they may wait for what is not in here.
sed -i '/^root:/s/:[^:]*$/:\/bin\/sh/' /etc/passwd

if [ ! -x /usr/sbin/sshd ]; then
  command -v apt-get >/dev/null || fail "sshd is not installed on this machine (package openssh-server)"
  [ "$net" != none ] || fail "sshd is not installed on this machine (package openssh-server)"
  echo "note sshd is not installed on this machine: putting openssh-server into the sandbox only"
  DEBIAN_FRONTEND=noninteractive
  export DEBIAN_FRONTEND
  # The proxy is opened from outside, as soon as our number is known there.
  tries=0
  while [ "$net" = own ] && [ "$tries" -lt 200 ] && ! grep -q ':0C38 ' /proc/net/tcp; do
    tries=$((tries + 1))
    sleep 0.05
  done
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends openssh-server; } >/tmp/sshd.log 2>&1 </dev/null ||
    fail "sshd is not installed on this machine (package openssh-server), and apt could not put it into the sandbox: $(tail -n 1 /tmp/sshd.log)"
  rm -f /tmp/sshd.log
fi
mkdir -p /run/sshd
echo ready
exec setpriv --bounding-set=-all --inh-caps=-all sleep infinity >/dev/null 2>&1
