/**
 * Hosts on which each sync takes so many milliseconds longer, for whichever program asks for it: a library that every program
 * loads (ld.so(8), /etc/ld.so.preload). This machine's own disk may sync in a tenth of a millisecond, others need twenty.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Host } from '../test/hosts/host.ts'
import { root } from './places.ts'

const onHost = '/usr/local/lib/slow-sync.so'

/** Builds the library into `folder`, and returns how a host is to see it; needs a C compiler. */
export function slowSyncBind(folder: string, syncMs: number): string {
  const library = join(folder, 'slow-sync.so')
  const words = ['-shared', '-fPIC', '-O1', `-DSYNC_MS=${syncMs}`, '-o', library]
  execFileSync('cc', [...words, join(root, 'bench/slow-sync.c'), '-ldl'])
  return `${library}:${onHost}`
}

/** From here on, for all programs that the host starts; its boot was not slowed down. @throws where a sync is not slower. */
export async function slowDown(host: Host, syncMs: number): Promise<void> {
  const measured =
    'read a _ </proc/uptime; for i in 1 2 3 4 5 6 7 8 9 10; do sync /etc/passwd; done; read b _ </proc/uptime'
  const { stdout } = await host.exec(`echo ${onHost} >/etc/ld.so.preload; sh -c '${measured}; echo "$a $b"'`)
  const [before = 0, after = 0] = stdout.trim().split(' ').map(Number)
  if ((after - before) * 100 < syncMs * 0.9) throw new Error(`ten syncs took ${after - before} s`)
}
