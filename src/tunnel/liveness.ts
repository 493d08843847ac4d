/** Asks the host again and again whether it is still there: how long an answer takes, and when there is none. */
import type { Transport } from '../transport/transport.ts'

export interface Liveness {
  /** Of the last answer. */
  readonly latencyMs: number | undefined
  /** Asks now, and is less patient than usual: this machine slept. */
  ask(): void
  stop(): void
}

export interface LivenessOptions {
  readonly transport: Transport
  readonly received: () => number
  readonly isCongested: () => boolean
  /** True while nobody uses the link: it is asked less often then. */
  readonly isIdle: () => boolean
  readonly onDead: (reason: string) => void
}

const tickMs = 1_000
const askEveryMs = 3_000
const askIdleEveryMs = 15_000
const patienceMs = 5_000
const patienceAfterSleepMs = 3_000

/** Starts to ask; where the transport cannot be asked, its own watch has to do. */
export function watchLiveness({
  transport,
  received,
  isCongested,
  isIdle,
  onDead,
}: LivenessOptions): Liveness {
  const { ping } = transport
  let latencyMs: number | undefined
  let askedAt: number | undefined
  let patientMs = patienceMs
  let lastSignAt = performance.now()
  let lastReceived = received()
  let answeredAt = Number.NEGATIVE_INFINITY

  const ask = (): void => {
    if (!ping) return
    const sentAt = performance.now()
    askedAt = sentAt
    lastSignAt = sentAt
    ping.call(transport).then(
      () => {
        answeredAt = performance.now()
        latencyMs = answeredAt - sentAt
        if (askedAt === sentAt) askedAt = undefined
        patientMs = patienceMs
      },
      () => undefined,
    )
  }

  const tick = (): void => {
    const now = performance.now()
    if (received() !== lastReceived) {
      lastReceived = received()
      lastSignAt = now
    }
    if (askedAt === undefined) {
      if (now - answeredAt >= (isIdle() ? askIdleEveryMs : askEveryMs)) ask()
      return
    }
    // An answer waits behind what is being sent: the transport's own, longer patience decides then.
    if (now - lastSignAt >= patientMs && !isCongested()) {
      onDead(`the host has not answered for ${Math.round((now - lastSignAt) / 1000)} s`)
    }
  }

  // Not at once: a host that has just let somebody in is busy with that, and its answer would tell little.
  const timer = setInterval(tick, tickMs)
  return {
    get latencyMs() {
      return latencyMs
    },
    ask: () => {
      patientMs = patienceAfterSleepMs
      ask()
    },
    stop: () => clearInterval(timer),
  }
}
