/** Runs the built program as a person would: a child process with its own folder, home and environment. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderOfRun } from '../hosts/once-a-run.ts'
import { Answering } from './answering.ts'

export const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

const environment = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  XDG_CACHE_HOME: cache,
})

/** Shared by the folders of all test files that this process runs. */
export const cache = folderOfRun()
mkdirSync(join(cache, 'ops'), { mode: 0o700 })
for (const name of ['code', 'checked'] as const) symlinkSync(folderOfBuild(name), join(cache, 'ops', name))

/**
 * What V8 makes of this build is the same for all test files, which would compile each verb anew, and so is which recipes its
 * types allow. That of other builds goes.
 */
function folderOfBuild(name: 'code' | 'checked'): string {
  const [all, built] = [join(program, '../../node_modules/.cache/ops-test'), dirname(program)]
  const bundle = existsSync(built) ? readdirSync(built).find(name => /^ops-\w+\.cjs$/.test(name)) : undefined
  const folder = join(all, bundle ?? 'none')
  mkdirSync(join(folder, name), { recursive: true, mode: 0o700 })
  for (const name of readdirSync(all)) {
    if (join(all, name) !== folder) removed(join(all, name))
  }
  return join(folder, name)
}

/** Other test files remove it at the same moment, or a run of the former build still writes there. */
function removed(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {}
}

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Folder {
  readonly path: string
  /** Runs `ops ARGV` in the folder; standard input is empty unless given. `before` is put before the command line. */
  ops(
    argv: readonly string[],
    options?: { env?: Record<string, string>; input?: string; before?: readonly string[] },
  ): Promise<Outcome>
  /**
   * The same without a start of Node for each, which is most of what a run costs: the program answers one command line after the
   * other in a process of its own, or in several where several are awaited at once. `db check`, whose time counts from the start
   * of its process, is for `ops`, and so is how the program itself begins and ends.
   */
  answer(argv: readonly string[], options?: { env?: Record<string, string> }): Promise<Outcome>
  remove(): void
}

/** A throw-away folder with these files, which is also the home. */
export function folderWith(files: Readonly<Record<string, string>>): Folder {
  if (!existsSync(program)) throw new Error('dist/cli.js is not there: run `npm run build` first')
  const path = mkdtempSync(join(tmpdir(), 'ops-cli-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const answering = new Answering(path, environment(path))
  return {
    path,
    ops: (argv, { env = {}, input = '', before = [] } = {}) =>
      new Promise((resolve, reject) => {
        const [first = '', ...rest] = [...before, process.execPath, program, ...argv]
        const child = execFile(
          first,
          rest,
          {
            cwd: path,
            env: { ...environment(path), ...env },
            maxBuffer: 1 << 26,
          },
          (error, stdout, stderr) => {
            const code = error === null ? 0 : error.code
            if (typeof code === 'number') resolve({ code, stdout, stderr })
            else reject(error ?? new Error('no exit code'))
          },
        )
        // A program that ends without reading its input is fine.
        child.stdin?.on('error', () => {})
        child.stdin?.end(input)
      }),
    answer: (argv, { env } = {}) => answering.answer(argv, env),
    remove() {
      answering.end()
      rmSync(path, { recursive: true })
    },
  }
}
