/** Opens the way to a Hive server: directly on this machine, else through SSH. */
import { createConnection } from 'node:net'
import type { Duplex } from 'node:stream'
import { OpsError } from '../../base/errors.ts'
import type { HiveAddress } from '../../logs/hive/address.ts'
import type { CommonSettings } from '../flags.ts'
import type { ReportSession } from '../report-session.ts'
import { chooseReachable, connectTargets } from '../targets.ts'

/** @throws OpsError `input` where the SSH host is none, `unreachable` where nothing answers. */
export async function hiveStream(
  { host, port, via }: HiveAddress,
  settings: CommonSettings,
  session: ReportSession,
): Promise<Duplex> {
  if (via === undefined) return direct(host, port)
  const chosen = await chooseReachable([via], settings)
  const [target] = [...(await connectTargets(chosen, settings, session)).values()]
  const { connect } = await import('../../transport/connect.ts')
  if (!target) throw unreachable(host, port, `${via} is not a host`)
  const transport = await connect(target)
  session.atEnd.push(() => transport.close())
  try {
    return await transport.forward(host, port)
  } catch (error) {
    throw unreachable(host, port, `${via} says: ${(error as Error).message}`)
  }
}

function direct(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port, noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', error => reject(unreachable(host, port, error.message)))
  })
}

function unreachable(host: string, port: number, why: string): OpsError {
  return new OpsError({
    code: 'unreachable',
    title: `no Hive server answers on ${host}:${port}: ${why}`,
    changed: 'no',
    next: "Start it (on Spark: start-thriftserver.sh), or correct --engine; the port is the server's hive.server2.thrift.port.",
  })
}
