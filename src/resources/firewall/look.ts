/** Shell that looks at the firewall of a host, ufw or nftables. */
import { libraryOf } from '../../shell/library.ts'
import firewallLookText from './firewall-look.sh'

/** The file of our table, read by /etc/nftables.conf. */
export const tableFile = '/etc/nftables.d/ops-firewall.nft'

/**
 * `ops_firewall_look BY CLIENT` (`ufw`, `nftables`, or empty: as the host has it) prints `root=yes|no`, `by=ufw|nftables|none`, `ports=` of sshd and of
 * the connection that this runs in, `client=` where that comes from (only if CLIENT is `yes`), `clash=` another firewall that would get in its way. Of ufw: `enabled=yes|no`, `unit=`
 * what systemd says of its unit, `policy=`, `ipv6=yes|no|none`, `rules4=` and `rules6=` as ufw keeps them, parted by tabs, and whether the kernel has them
 * `loaded=yes|no|foreign|other|unknown`; `foreign` is `no` where others let nothing in by default. Of nftables: `chain=` the lines of our chain, parted by tabs, `file=` the sha256 of its file, `read=yes|all|no` by /etc/nftables.conf, `unit=`.
 */
export const firewallLookLibrary = libraryOf(
  'firewall-look',
  `ops_firewall_file=${tableFile}\n${firewallLookText}`,
)
