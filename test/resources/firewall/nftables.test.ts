import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { comesIn } from './comes-in.ts'

describeReal('a firewall by nftables', () => {
  comesIn('nftables', useHost({ withPackages: ['nftables'] }))
})
