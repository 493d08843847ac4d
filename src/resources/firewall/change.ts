/** Shell that sets the firewall of a host, ufw or nftables. */
import { libraryOf } from '../../shell/library.ts'
import firewallChangeText from './firewall-change.sh'

/**
 * `ops_firewall_ufw POLICY COUNT WORDS... COUNT WORDS...` tells ufw each group of words, then enables it. `ops_firewall_ufw_absent` disables it.
 * `ops_firewall_nft TEXT` writes and loads our table, now and for each boot; `ops_firewall_nft_absent` takes it away.
 */
export const firewallChangeLibrary = libraryOf('firewall-change', firewallChangeText, 'apply')
