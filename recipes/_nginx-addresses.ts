/** Which addresses nginx may listen on and pass requests to. */
import { type Facts, inputError } from 'ops-recipes'

/**
 * An address to listen on must be the host's own, and none of the servers may be this very nginx: a request would go
 * round until nginx has no connections left. Facts are asked for only where it takes them.
 */
export function checkAddresses(
  listens: readonly string[],
  servers: readonly string[],
  facts: () => Facts,
  host: string,
): void {
  const isOwn = (address: string) =>
    isLoopback(address) || facts().addresses.some(each => each.address === address)
  const listening = listens.map(partsOf)
  const foreign = listening.find(({ address }) => !isEvery(address) && !isOwn(address))
  if (foreign) {
    throw inputError(`--listen ${foreign.address}:${foreign.port} is not an address of ${host}`, {
      detail: `It has ${facts()
        .addresses.map(({ address }) => address)
        .join(', ')}.`,
      next: `Take --listen ${foreign.port}: it listens on every address, also on one that comes and goes.`,
    })
  }
  const isThisNginx = ({ address, port }: Listen) =>
    listening.some(each => each.port === port && (each.address === address || isEvery(each.address))) &&
    (isOwn(address) || facts().hostname === address)
  const loop = servers.find(each => isThisNginx(partsOf(each)))
  if (loop === undefined) return
  throw inputError(`${loop} is this very nginx on ${host}: requests would go round in circles`, {
    next: 'Let the web server on this host listen on another port, and name that one.',
  })
}

interface Listen {
  /** Empty where there is a port alone. */
  readonly address: string
  readonly port: number
}

function partsOf(given: string): Listen {
  const port = given.replace(/.*:/, '')
  const address = given.slice(0, -port.length - 1).replace(/[[\]]/g, '')
  return { address, port: Number(port) }
}

const isEvery = (address: string): boolean => ['', '0.0.0.0', '::'].includes(address)
const isLoopback = (address: string): boolean =>
  address === '::1' || address === 'localhost' || address.startsWith('127.')
