/** Reads `hive://[USER@]HOST:PORT[?via=SSHHOST]`: which server answers, and the way to it. */

import { inputError } from '../../base/errors.ts'
import { percentDecoded } from '../../base/percent-decoded.ts'

export interface HiveAddress {
  readonly user: string
  readonly host: string
  readonly port: number
  /** The SSH host from which the server is reached; undefined for one of this machine. */
  readonly via: string | undefined
}

const usualPort = 10_000
const loopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/**
 * The protocol has no encryption of its own: what is not on this machine is reached through SSH, by the host itself
 * unless `via` names another.
 * @throws OpsError `input`
 */
export function hiveAddress(text: string): HiveAddress {
  const wrong = (detail: string) =>
    inputError(`--engine ${text}: ${detail}`, {
      next: 'Write hive://HOST:10000, HOST being reached by SSH, or hive://SERVER:10000?via=SSHHOST.',
    })
  const match = /^hive:\/\/(?:([^@/?#:]+)@)?(\[[^\]]+\]|[^/?#:@]+)(?::(\d+))?\/?(?:\?via=([^&#]+))?$/.exec(
    text,
  )
  if (!match) throw wrong('not an address of a Hive server')
  const [, user = 'ops', written = '', port, via] = match
  const host = written.replace(/^\[|\]$/g, '')
  const number = port === undefined ? usualPort : Number(port)
  if (number < 1 || number > 65_535) throw wrong(`${port} is not a port`)
  const word = via === undefined ? undefined : percentDecoded(via)
  if (via !== undefined && word === undefined)
    throw wrong('a % in it has no two hexadecimal digits behind it')
  if (word !== undefined) return { user, host, port: number, via: word }
  if (loopback.test(host)) return { user, host, port: number, via: undefined }
  return { user, host: '127.0.0.1', port: number, via: host }
}
