import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { cutsOff } from './cuts-off.ts'

describeReal('a firewall by ufw', () => {
  cutsOff('ufw', useHost({ withPackages: ['ufw', 'nftables'] }))
})
