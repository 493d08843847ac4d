/** Storing a file and proving it, by ops and by rclone, on one real S3 server in one run: rate and memory. */
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../test/hosts/command.ts'
import { startHost } from '../test/hosts/start.ts'
import { type Ceph, cephPackages, login, startCeph } from '../test/store/ceph-server.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

/** One size through both: medians. */
export interface StoreRow {
  readonly sizeMib: number
  readonly opsSeconds: number
  readonly opsPeakMib: number
  readonly rcloneSeconds?: number
  readonly rclonePeakMib?: number
  /** Above 1: ops is that many times quicker. */
  readonly ratio?: number
}

const sizesMib = [16, 256, 1024]
const rcloneProgram = '/usr/bin/rclone'
const mib = 1024 * 1024

/** Measures; needs root. rclone (Debian package `rclone`) is left out where it is not installed. */
export async function benchStore(
  tell: (text: string) => void = () => undefined,
  rounds = 3,
): Promise<readonly StoreRow[]> {
  const host = await startHost({ withPackages: cephPackages })
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-store-'))
  try {
    const ceph = await startCeph(host, readFileSync(join(root, 'test/store/ceph.sh'), 'utf8'))
    await ceph.configure('PUT', 'bench', '')
    const program = join(folder, 'store-once.mjs')
    const esbuild = join(root, 'node_modules/.bin/esbuild')
    const entry = join(root, 'bench/store-once.ts')
    await run([
      esbuild,
      entry,
      '--bundle',
      '--platform=node',
      '--format=esm',
      `--outfile=${program}`,
      '--log-level=warning',
    ])
    const rows: StoreRow[] = []
    for (const sizeMib of sizesMib) {
      const file = fileOf(folder, sizeMib)
      const row = await compare(ceph, { program, file, sizeMib, rounds })
      rmSync(file)
      tell(rowText(row))
      rows.push(row)
    }
    return rows
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Job {
  readonly program: string
  readonly file: string
  readonly sizeMib: number
  readonly rounds: number
}

async function compare(ceph: Ceph, { program, file, sizeMib, rounds }: Job): Promise<StoreRow> {
  const endpoint = `http://${ceph.address}:${ceph.port}`
  const { accessKeyId, secretAccessKey } = await login()
  const keys = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey.reveal(),
    // rclone does not begin where a machine has set one.
    AWS_CA_BUNDLE: '',
  }
  const remote = `:s3,provider=Ceph,env_auth=true,endpoint="${endpoint}":bench`
  // rclone compares what it has stored by reading it whole, as ops does.
  const script = `set -e
"$1" --config /dev/null copyto "$2" "$3/$4"
"$1" --config /dev/null check --download --one-way "\${2%/*}" "$3" --include "/$4"`
  const ops: { seconds: number; peakBytes: number }[] = []
  const rclone: { seconds: number; peakBytes: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const key = `${sizeMib}-${round}`
    ops.push(
      await measure({
        argv: [process.execPath, program, 's3://bench/ops', key, file, endpoint],
        cwd: root,
        env: keys,
      }),
    )
    if (existsSync(rcloneProgram))
      rclone.push(
        await measure({
          argv: [
            'sh',
            '-c',
            script,
            'sh',
            rcloneProgram,
            file,
            `${remote}/rclone-${key}`,
            file.replace(/.*\//, ''),
          ],
          cwd: root,
          env: keys,
        }),
      )
    await ceph.empty('bench')
  }
  const seconds = (runs: readonly { seconds: number }[]) => median(runs.map(run => run.seconds))
  const peak = (runs: readonly { peakBytes: number }[]) => median(runs.map(run => run.peakBytes)) / mib
  return {
    sizeMib,
    opsSeconds: seconds(ops),
    opsPeakMib: peak(ops),
    ...(rclone.length === 0
      ? {}
      : {
          rcloneSeconds: seconds(rclone),
          rclonePeakMib: peak(rclone),
          ratio: seconds(rclone) / seconds(ops),
        }),
  }
}

/** A file that no compression shortens. */
function fileOf(folder: string, sizeMib: number): string {
  const own = join(folder, String(sizeMib))
  const path = join(own, 'rows.bin')
  rmSync(own, { recursive: true, force: true })
  mkdirSync(own)
  writeFileSync(path, '')
  for (let done = 0; done < sizeMib; done++) appendFileSync(path, randomBytes(mib))
  return path
}

/** One row as a line of text. */
export function rowText(row: StoreRow): string {
  const rate = (seconds: number) => `${(row.sizeMib / seconds).toFixed(0)} MiB/s`.padStart(10)
  const peer =
    row.rcloneSeconds === undefined
      ? 'rclone is not installed'
      : `rclone ${rate(row.rcloneSeconds)} in ${row.rclonePeakMib?.toFixed(0)} MiB   ratio ${row.ratio?.toFixed(2)}`
  return `${String(row.sizeMib).padStart(5)} MiB stored, read back and hashed   ops ${rate(row.opsSeconds)} in ${row.opsPeakMib.toFixed(0)} MiB   ${peer}`
}
