/** Work beside programs that do nothing but compute: a machine on which a run is not alone. */
import { spawn } from 'node:child_process'

/** They end with the work, or with this process. */
export async function besideLoad<Result>(loops: number, work: () => Promise<Result>): Promise<Result> {
  const busy = Array.from({ length: loops }, () =>
    spawn(
      'sh',
      [
        '-c',
        'while kill -0 "$PPID" 2>/dev/null; do i=0; while [ "$i" -lt 100000 ]; do i=$((i + 1)); done; done',
      ],
      {
        stdio: 'ignore',
      },
    ),
  )
  try {
    return await work()
  } finally {
    for (const each of busy) each.kill('SIGKILL')
  }
}
