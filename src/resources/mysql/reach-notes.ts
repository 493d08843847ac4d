/** Who can reach a server that listens as it is to, and what stands before it. */
import { everyAddress, isOpenToOthers } from './address.ts'
import { builtIn } from './setting-value.ts'
import type { SettingsParams } from './settings-params.ts'
import type { ToldLines } from './told-lines.ts'

/** Empty where only this host can. */
export function reachNotes(given: SettingsParams, after: ToldLines): string[] {
  const { listens } = given
  const open = listens.filter(({ address }) => isOpenToOthers(address))
  const own = after('address ')
  if (open.length === 0) return []
  const notes = open.flatMap(({ address }) =>
    own.length > 0 && !isEvery(address) && !own.includes(address)
      ? [`${address} is not an address of this host now: nobody reaches the server there`]
      : [],
  )
  const [wall] = after('wall ')
  const tls = after('tls ')
  const required = tls.includes('require_secure_transport ON')
  const offered = required || tls.some(line => /^(have_ssl YES|Ssl_server_not_after .)/.test(line))
  if (leavesLocalClients(given, after)) {
    notes.push(
      'it stops listening on 127.0.0.1: programs on this host that connect there are refused from then on, those that use its socket are not',
    )
  }
  const everywhere = open.some(({ address }) => isEvery(address))
  if (everywhere && wall === undefined && !required) {
    notes.push(
      `warning: it listens on every address, no firewall was found, and TLS is ${offered ? 'offered, not required' : 'off'}: anybody who reaches this host can try passwords${offered ? '' : ', and reads what is sent'}`,
    )
  } else if (tls.length > 0 && !offered) {
    notes.push('the server offers no TLS: what clients send and get can be read on the way')
  }
  if (wall !== undefined) {
    notes.push(
      `${wall} filters what comes in: it must let clients in to port ${[...new Set(open.map(({ port }) => port))].join(', ')}`,
    )
  }
  return notes
}

/** Whether its files say that it listens on 127.0.0.1 now, and will not. */
function leavesLocalClients({ listens, settings }: SettingsParams, after: ToldLines): boolean {
  if (settings['bind-address'] === undefined) return false
  if (listens.some(({ address }) => isEvery(address) || address === '127.0.0.1')) return false
  const set = [...after('over bind-address '), ...after('is bind-address ')].map(line =>
    line.replace(/.* /, ''),
  )
  const now = (set[0] ?? builtIn['bind-address'] ?? '').split(',')
  return now.some(address => isEvery(address) || address === '127.0.0.1' || address === 'localhost')
}

const isEvery = (address: string): boolean => everyAddress.some(every => every === address)
