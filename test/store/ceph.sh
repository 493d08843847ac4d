# Starts Ceph's object gateway on one disk in memory: a monitor, a storage daemon and the gateway at port 8000.
set -eu
mkdir -p /etc/ceph /srv/mon /srv/osd /srv/log /run/ceph
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >/etc/ceph/ceph.conf <<CONF
[global]
fsid = $fsid
mon_initial_members = a
mon_host = v1:127.0.0.1:6789
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_bind_msgr2 = false
mon_data = /srv/mon
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
paxos_propose_interval = 0.05
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
osd_data = /srv/osd
osd_objectstore = memstore
memstore_device_bytes = 8589934592
log_file = /srv/log/\$name.log
[client.rgw]
rgw_frontends = beast endpoint=0.0.0.0:8000
rgw_thread_pool_size = 32
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = archive-key=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo= other-key=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopo=
CONF
# A client that has not yet been told the cluster's id is refused ("wrong fsid") or falls: then it is begun again.
again() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 50 ] || return 1
    sleep 0.1
  done
}
make_user() {
  radosgw-admin user info --uid=ops >/dev/null 2>&1 ||
    radosgw-admin user create --uid=ops --display-name=ops --access-key="$1" --secret-key="$2" >/dev/null
}
start_gateway() {
  radosgw -n client.rgw || return 1
  while pgrep -x radosgw >/dev/null; do
    ! grep -q 'starting handler: beast' /srv/log/client.rgw.log || return 0
    sleep 0.05
  done
  return 1
}
monmaptool --create --clobber --fsid "$fsid" --addv a '[v1:127.0.0.1:6789]' /srv/monmap >/dev/null
ceph-mon --mkfs -i a --monmap /srv/monmap
ceph-mon -i a
ceph-osd --mkfs -i 0 --osd-uuid "$(cat /proc/sys/kernel/random/uuid)" --no-mon-config
again ceph osd new "$(cat /srv/osd/fsid)" 0
again ceph-osd -i 0
again ceph osd crush add osd.0 1 root=default host=h1
again make_user "$1" "$2"
again start_gateway
