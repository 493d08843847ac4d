/** The store in a folder when the system fails under it, or the process is killed: whole objects or none. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, expect, test } from 'vitest'
import { FolderStore } from '../../src/store/folder.ts'
import { finish } from '../hosts/command.ts'
import { describeWith } from '../needs.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { keysOf } from './conformance.ts'

const root = temporaryFolder()
const program = join(root, 'put-once.mjs')
const whole = Buffer.alloc(300_000, 'a/b')
const older = Buffer.alloc(300_000, 'a/b').fill('older')
let count = 0

interface Outcome {
  readonly code: number
  readonly told: Record<string, unknown>
  readonly folder: string
}

/** One thread does all work with files, as strace counts the calls of each thread apart. */
function underTrace(inject: string, folder: string, replace: string) {
  const calls = inject.split(':')[0] ?? ''
  const trace = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${inject}`]
  return finish(['env', 'UV_THREADPOOL_SIZE=1', ...trace, process.execPath, program, folder, 'a/b', replace])
}

/** Puts `a/b` in a process whose system calls meet this. */
async function putUnder(inject: string, replace = ''): Promise<Outcome> {
  const folder = join(root, `store-${count++}`)
  if (replace !== '') await new FolderStore(folder).put('a/b', await olderContent())
  const { code, stdout } = await underTrace(inject, folder, replace)
  return { code, told: stdout === '' ? {} : JSON.parse(stdout), folder }
}

async function olderContent() {
  const { contentOf } = await import('../../src/store/content.ts')
  return contentOf(older)
}

/** What a reader sees afterwards. */
function seen(folder: string): 'none' | 'whole' | 'older' | 'torn' {
  const path = join(folder, 'a/b')
  if (!existsSync(path)) return 'none'
  const bytes = readFileSync(path)
  return bytes.equals(whole) ? 'whole' : bytes.equals(older) ? 'older' : 'torn'
}

const partials = (folder: string): string[] =>
  existsSync(join(folder, 'a')) ? readdirSync(join(folder, 'a')).filter(name => name !== 'b') : []

describeWith('strace')('a store in a folder', () => {
  beforeAll(async () => {
    await build({
      entryPoints: [fileURLToPath(new URL('put-once.ts', import.meta.url))],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      loader: { '.sh': 'text', '.awk': 'text' },
      logLevel: 'warning',
    })
  })

  test.skipIf(process.getuid?.() !== 0)(
    'on a full disk stores nothing, says so, and leaves nothing half-written',
    async () => {
      const folder = join(root, `store-${count++}`)
      const script = `mkdir "$3" && mount -t tmpfs -o size=128k tmpfs "$3" && "$1" "$2" "$3" a/b && find "$3" -type f`
      const { code, stdout } = await finish([
        'unshare',
        '--mount',
        'sh',
        '-c',
        script,
        'sh',
        process.execPath,
        program,
        folder,
      ])
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({
        kind: 'failed',
        changed: 'no',
        next: expect.stringMatching(/room/),
      })
    },
  )

  test('on a disk that fails as it is synced stores nothing, says so, and leaves nothing half-written', async () => {
    const { told, folder } = await putUnder('fsync:error=EIO:when=3')
    expect(told).toMatchObject({ kind: 'failed', changed: 'no', detail: expect.stringMatching(/EIO/) })
    expect([seen(folder), partials(folder)]).toEqual(['none', []])
  })

  test('on a file system without hard links an object is stored, and never over another one', async () => {
    const { told, folder } = await putUnder('link,linkat:error=EPERM')
    expect([told, seen(folder), partials(folder)]).toEqual([{ outcome: 'stored' }, 'whole', []])
    const again = await underTrace('link,linkat:error=EPERM', folder, '')
    expect(JSON.parse(again.stdout)).toEqual({ outcome: 'was-there' })
  })

  test('whose folder cannot be synced after the object has its name tells that it may be there', async () => {
    // The first two are of the new folders, the third is of the file.
    const { told, folder } = await putUnder('fsync:error=EIO:when=4')
    expect(told).toMatchObject({ kind: 'failed', changed: 'unknown' })
    expect(seen(folder)).toBe('whole')
  })

  test.each([
    ['before the file is synced', 'fsync:signal=KILL:when=3', 'none'],
    ['before it gets its name', 'link,linkat:signal=KILL:when=1', 'none'],
    ['before its other name goes', 'unlink,unlinkat:signal=KILL:when=1', 'whole'],
    ['before the folder is synced', 'fsync:signal=KILL:when=4', 'whole'],
  ])(
    'that is killed %s holds the object whole or not at all, and the next run finishes',
    async (_, inject, state) => {
      const { code, folder } = await putUnder(inject)
      expect(code).toBeGreaterThanOrEqual(128)
      // The call that is made when the signal comes may still be done.
      expect(['none', 'whole']).toContain(seen(folder))
      if (state === 'whole') expect(seen(folder)).toBe('whole')
      const next = await finish([process.execPath, program, folder, 'a/b'])
      expect(JSON.parse(next.stdout)).toEqual({
        outcome: seen(folder) === 'none' ? 'stored' : expect.any(String),
      })
      expect(seen(folder)).toBe('whole')
      expect(await keysOf(new FolderStore(folder))).toEqual(['a/b'])
    },
  )

  test('that is killed as it replaces an object holds the older one or the newer one', async () => {
    const { code, folder } = await putUnder('rename,renameat,renameat2:signal=KILL:when=1', 'replace')
    expect(code).toBeGreaterThanOrEqual(128)
    expect(['older', 'whole']).toContain(seen(folder))
    const next = await finish([process.execPath, program, folder, 'a/b', 'replace'])
    expect([JSON.parse(next.stdout), seen(folder)]).toEqual([{ outcome: 'stored' }, 'whole'])
  })
})
