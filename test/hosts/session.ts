/** The one network that this process has at a time, and the promise that nothing of it outlives its hosts. */
import { closeNetwork, endHost, type Network, openNetwork } from './network.ts'

let opening: Promise<Network> | undefined
let opened: Network | undefined
let lastIndex = 0
const live = new Set<number>()

/** A place on the network of this process. */
export interface Place {
  readonly network: Network
  /** No other host of that network has or had it. */
  readonly index: number
}

/** Takes places for hosts, and opens the network for the first of them. */
export async function takePlaces(count: number): Promise<readonly Place[]> {
  const indexes = Array.from({ length: count }, (_, position) => lastIndex + 1 + position)
  lastIndex += count
  for (const index of indexes) live.add(index)
  opening ??= openNetwork().then(network => {
    stopAtExit()
    opened = network
    return network
  })
  try {
    const network = await opening
    return indexes.map(index => ({ network, index }))
  } catch (error) {
    opening = undefined
    for (const index of indexes) live.delete(index)
    throw error
  }
}

/** Ends the host at that place, if there is one; the network goes with the last. */
export function leavePlace({ network, index }: Place): void {
  if (!live.delete(index)) return
  if (live.size === 0) stopAll()
  else endHost(network.number, index)
}

/** Ends everything that this process started. Blocks, so that it can run while the process ends. */
export function stopAll(): void {
  if (opened === undefined) return
  const closing = opened
  opened = undefined
  opening = undefined
  lastIndex = 0
  live.clear()
  closeNetwork(closing)
}

let isWatching = false

/** However this process ends, its hosts end with it; what SIGKILL leaves, the next run sweeps. */
function stopAtExit(): void {
  if (isWatching) return
  isWatching = true
  process.on('exit', stopAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stopAll()
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}
