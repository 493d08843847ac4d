import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { comesIn } from './comes-in.ts'
import { putsBack } from './puts-back.ts'

describeReal('a firewall by ufw', () => {
  const host = useHost({ withPackages: ['ufw', 'nftables'] })
  comesIn('ufw', host)
  putsBack(host)
})
