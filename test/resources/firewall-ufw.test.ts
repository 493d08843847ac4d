import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { comesIn } from './firewall/comes-in.ts'

describeReal('a firewall by ufw', () => {
  comesIn('ufw', useHost({ withPackages: ['ufw', 'nftables'] }))
})
