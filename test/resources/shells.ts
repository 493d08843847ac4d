/** Runs a resource's shell for real, as the engine would, in a throw-away directory on each shell there is. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resource, State } from '../../src/engine/resource.ts'
import { raw, type Shell, sh } from '../../src/shell/sh.ts'
import { folderOfRun } from '../hosts/once-a-run.ts'
import { lacking } from '../needs.ts'

/** The shells that hosts have, with the applets of their own where the shell brings some. */
export const shells = [
  { name: 'dash', argv: ['dash'] },
  { name: 'bash', argv: ['bash', '--posix'] },
  { name: 'busybox', argv: ['busybox', 'sh'] },
].flatMap(({ name, argv: [program = '', ...rest] }) => {
  if (lacking(program)) return []
  const folder = ['/usr/bin', '/bin'].find(each => existsSync(join(each, program)))
  return folder === undefined ? [] : [{ name, argv: [join(folder, program), ...rest] }]
})

/** A folder where busybox alone stands for every command; it is there for all files that this process runs. */
let applets: string | undefined
function appletFolder(): string {
  if (applets !== undefined) return applets
  const folder = folderOfRun()
  spawnSync('busybox', ['--install', '-s', folder])
  applets = folder
  return folder
}

export type TestShell = (typeof shells)[number]

export interface Output {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export const mark = '--mark--'
const deadlineMs = 60_000
/** The exit code of what did not end within a minute, and was killed. */
export const endedLate = 128

// biome-ignore lint/suspicious/noExplicitAny: params of all resources meet here.
type AnyResource = Resource<any, any>

/** A temporary directory with the places that the engine gives a run. */
export class Place {
  readonly root = mkdtempSync(join(tmpdir(), 'ops-place-'))
  readonly run = join(this.root, 'run')
  readonly stage = join(this.root, 'stage')
  readonly files = join(this.root, 'files')
  readonly shell: TestShell
  /** Variables for everything that is run here. */
  readonly environment: Record<string, string> = {}
  constructor(shell: TestShell) {
    this.shell = shell
    if (shell.name === 'busybox') this.environment.PATH = appletFolder()
    for (const folder of [this.run, this.stage, this.files]) mkdirSync(folder, { mode: 0o755 })
  }

  path(name: string): string {
    return join(this.files, name)
  }

  /** Runs shell text with the engine's variables; `details` asks for them on descriptor 3. */
  execute(
    text: Shell,
    { libraries = '', details = false, environment = {} as Record<string, string> } = {},
  ): Output {
    const wants = details ? 'true' : 'false'
    const script = [
      `umask 022; set -e; OPS_MARK=${mark}`,
      `ops_wants_detail() { ${wants}; }`,
      `ops_detail() { printf 'detail %s\\n' "$1"; if [ $# -gt 1 ]; then printf '%s\\n' "$2"; else cat; fi; } `,
      libraries,
      text.shell,
    ].join('\n')
    const [command = '', ...args] = this.shell.argv
    const file = join(this.root, 'script')
    writeFileSync(file, script)
    const done = spawnSync(command, [...args, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.root,
        LC_ALL: 'C',
        OPS_DIR: this.run,
        OPS_STAGE: this.stage,
        OPS_NONCE: 'c0ffee0123456789',
        OPS_STATE: join(this.root, 'state'),
        ...this.environment,
        ...environment,
      },
    })
    return { code: done.status ?? endedLate, stdout: done.stdout, stderr: done.stderr }
  }

  /** The observation of one, or an error with what it said. */
  look(resource: AnyResource, params: unknown): State {
    return resource.parse(this.observe(resource, params), params)
  }

  observe(resource: AnyResource, params: unknown): string {
    const done = this.execute(resource.probe(params), { libraries: librariesOf(resource) })
    if (done.code !== 0) throw new Error(`probe failed: ${done.stderr}`)
    return done.stdout
  }

  /** What the engine would do: look, diff, apply. Returns the keys that differed and what apply said. */
  apply(
    resource: AnyResource,
    params: unknown,
    environment: Record<string, string> = {},
  ): Output & { keys: string[] } {
    const actual = this.look(resource, params)
    const desired = resource.desired(params)
    const keys = difference(resource, actual, desired)
    if (keys.length === 0) return { code: 0, stdout: '', stderr: '', keys: [] }
    const change = {
      actual,
      desired,
      keys: keys.map(key => ({ key, from: actual[key], to: desired[key] ?? '' })),
    }
    const parts = resource.apply?.(change, params) ?? []
    const text = { shell: parts.map(part => part.shell).join('\n') }
    return { ...this.execute(text, { libraries: librariesOf(resource), environment }), keys }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Keys of the desired state whose actual value is another one. */
export function difference(resource: AnyResource, actual: State, desired: State): string[] {
  return Object.entries(desired).flatMap(([key, value]) => {
    const found = actual[key]
    const same = found !== undefined && (resource.same?.(key, found, value) ?? found === value)
    return same ? [] : [key]
  })
}

export function librariesOf(resource: AnyResource): string {
  return (resource.library ?? []).map(({ text }) => text).join('\n')
}

/** Validated params, as a recipe's step would carry them. */
export function parsed<Params, Input>(maker: { definition: Resource<Params, Input> }, input: Input): Params {
  return maker.definition.params.parse(input)
}

export const nothing: Shell = sh`:`
export const asIs = (text: string): Shell => raw('the test wrote it', text)
