/** What a tunnel tells, as data: how it stands, who it is, and how to use it. */
import type { ErrorData } from '../base/errors.ts'

/** What the connection is doing. Times are of `Date.now()`. */
export type LinkState =
  | { readonly state: 'connecting'; readonly attempt: number }
  | { readonly state: 'up'; readonly since: number }
  | {
      readonly state: 'waiting'
      readonly error: ErrorData
      readonly retryAt: number
      readonly attempt: number
    }
  | { readonly state: 'stopped'; readonly error?: ErrorData }

/** How things stand: plain data, for the live line and for `status`. */
export interface TunnelFigures {
  readonly link: LinkState
  readonly latencyMs?: number
  readonly clients: number
  readonly streams: number
  readonly opened: number
  readonly bytesUp: number
  readonly bytesDown: number
  /** Connections to the host after the first. */
  readonly reconnects: number
}

/** What a tunnel says of itself once and for all. */
export interface TunnelCard {
  readonly pid: number
  /** Tells the process from a later one with the same number. */
  readonly started: string
  readonly host: string
  /** `address:port`. */
  readonly proxy: string
  readonly port: number
  readonly background: boolean
  /** Milliseconds since 1970. */
  readonly since: number
  /** Tells tunnels apart that lead to hosts of the same name. */
  readonly route: string
  /** Set when it ended by itself: what is left of a tunnel in the background until somebody takes note. */
  readonly ended?: { readonly at: number; readonly error: ErrorData }
}

/** A card whose process is there. */
export interface RunningTunnel extends TunnelCard {
  /** Undefined when the process does not answer. */
  readonly figures?: TunnelFigures
}

/** One program or desktop: how to set it, and how to take that back where it lasts. */
export interface Direction {
  readonly title: string
  readonly set: readonly string[]
  readonly unset?: readonly string[]
}
