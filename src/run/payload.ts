/** Files of this machine that a batch needs on the host's disk. */
import { createReadStream } from 'node:fs'
import { OpsError } from '../base/errors.ts'
import { stageScript } from '../shell/watchdog.ts'
import type { Become, Transport } from '../transport/transport.ts'
import type { Session } from './session.ts'

/** A local file that must be on the host's disk, as `$OPS_STAGE/SHA256`, before it is used. */
export interface Payload {
  readonly localPath: string
  readonly sha256: string
  readonly sizeBytes: number
}

/** Brings them into the folder that a batch knows as `$OPS_STAGE`. Throws OpsError `failed` where none can be made. */
export async function bring(
  payloads: readonly Payload[],
  session: Session,
  transport: Transport,
  become: Become | undefined,
): Promise<void> {
  let stage = ''
  await session.trip(stageScript, {
    heartbeat: true,
    silenceMs: 60_000,
    frame: frame => {
      if (frame.kind === 'stage') stage = frame.body.toString('utf8')
    },
  })
  if (!stage)
    throw new OpsError({
      code: 'failed',
      title: `${session.host}: no folder for uploads could be made`,
      host: session.host,
      changed: 'no',
      next: 'Make /var/lib/ops writable for root, or free some space.',
    })
  const { upload } = await import('../transport/upload.ts')
  for (const payload of new Map(payloads.map(each => [each.sha256, each])).values()) {
    await upload(transport, become, {
      path: `${stage}/${payload.sha256}`,
      source: createReadStream(payload.localPath),
      sizeBytes: payload.sizeBytes,
    })
  }
}
