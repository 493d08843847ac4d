/** Ends a tunnel of another process: the very one that its card names. */
import type { TunnelCard } from '../run/tunnel-state.ts'
import { isRunning } from './registry.ts'

const patienceMs = 5_000
const pollMs = 25

/** `ended` when asked to, `killed` when it did not listen, `gone` when it was not there any more. */
export type Stopped = 'ended' | 'killed' | 'gone' | 'not allowed'

export async function stopTunnel(card: TunnelCard): Promise<Stopped> {
  if (!(await isRunning(card))) return 'gone'
  if (!signal(card.pid, 'SIGTERM')) return 'not allowed'
  if (await hasEnded(card)) return 'ended'
  signal(card.pid, 'SIGKILL')
  await hasEnded(card)
  return 'killed'
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function hasEnded(card: TunnelCard): Promise<boolean> {
  const deadline = performance.now() + patienceMs
  while (await isRunning(card)) {
    if (performance.now() > deadline) return false
    await new Promise(resolve => setTimeout(resolve, pollMs))
  }
  return true
}
