/** Strings that try to become code, and recorders that stand for every command, so that nothing real can run. */

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestShell } from '../resources/shells.ts'

/** Each would make the canary, by builtins alone, if any shell read it as code. `X` becomes the canary's path. */
export const attacks = [
  '$(:>X)',
  '`:>X`',
  ';:>X;',
  "';:>X;'",
  '";:>X;"',
  "\\';:>X;\\'",
  "$'\\';:>X;#'",
  '|:>X',
  '&:>X&',
  '#\n:>X',
  '\n:>X\n',
  '\r:>X\r',
  '>X',
  '<(:>X)',
  '${X:-$(:>X)}',
  '\'"$(:>X)"\'',
  '"\'`:>X`\'"',
  '$((a[$(:>X)]))',
  '*?[a-z]~{a,b}!!',
  '-n --help -rf',
  '%s%n\\n\\0',
  '\\',
  "'",
  '\u2028:>X\u0085',
] as const

/** A list of random strings made of what shells find special; the same for the same seed. */
export function fuzz(count: number, seed: number): string[] {
  const pieces = [
    ...`'"\`$(){}[]<>|&;#*?!~\\ \t=%-`,
    '$(:>X)',
    '`:>X`',
    ':>X',
    "'\\''",
    '\n',
    '\r',
    'é',
    '\u{1f600}',
    'a',
    '0',
    'eval ',
    'EOF',
  ]
  let state = seed
  const next = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(12) }, () => pieces[next(pieces.length)] ?? '').join(''),
  )
}

/** Every string within the params, replaced one at a time by what `replace` makes of it. */
export function* mutations(
  params: unknown,
  replace: (text: string) => string,
): Generator<[path: string, params: unknown]> {
  if (typeof params === 'string') yield ['', replace(params)]
  if (typeof params !== 'object' || params === null || !isPlain(params)) return
  for (const [key, value] of Object.entries(params)) {
    for (const [path, changed] of mutations(value, replace)) {
      const copy = Array.isArray(params) ? [...params] : { ...params }
      Object.assign(copy, { [key]: changed })
      yield [path === '' ? key : `${key}.${path}`, copy]
    }
  }
}

function isPlain(value: object): boolean {
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
}

/** Commands of a host that applies call by name. */
export const hostCommands = [
  ...['useradd', 'usermod', 'userdel', 'groupadd', 'groupmod', 'groupdel', 'getent'],
  ...['systemctl', 'gem', 'git'],
]
const arenaCommands = [...hostCommands, 'printf', 'dpkg-query']

/** What was called with which arguments. */
export interface Recorded {
  /** Functions of ops, and commands that the arena knows. */
  readonly recorded: string
  /** Other programs: with bash alone. */
  readonly programs: string
  readonly complaints: string
  /** Something was run as code. */
  readonly touched: boolean
}

/** A folder where a shell can run text with no real command in reach; what is called is written down. */
export class Arena {
  readonly root = mkdtempSync(join(tmpdir(), 'ops-arena-'))
  readonly canary = join(this.root, 'canary')
  readonly #record = join(this.root, 'record')
  readonly #programs = join(this.root, 'programs')

  constructor() {
    mkdirSync(join(this.root, 'bin'))
    for (const name of arenaCommands) {
      writeFileSync(join(this.root, 'bin', name), `#!/bin/sh\nprintf '%s\\0' "$@" >>${this.#record}\n`)
      chmodSync(join(this.root, 'bin', name), 0o755)
    }
  }

  /** Runs the texts, each in its own subshell; the functions of ops that they call only record their arguments. */
  run(shell: TestShell, texts: readonly string[]): Recorded {
    rmSync(this.canary, { force: true })
    writeFileSync(this.#record, '')
    writeFileSync(this.#programs, '')
    const functions = new Set(texts.flatMap(text => text.match(/\bops_[a-z_]+/g) ?? []))
    // So does printf: shell without functions hands a secret on by it.
    const recorders = [...functions, 'printf'].map(name => `${name}() { command printf '%s\\0' "$@" >&7; }`)
    const script = [
      `exec 7>>${this.#record} 8>>${this.#programs}; OPS_MARK=mark OPS_STAGE=/nonexistent`,
      // Of bash: whatever else is called is a program.
      `command_not_found_handle() { command printf '%s\\0' "$@" >&8; }`,
      ...recorders,
      ...texts.map(text => `(\n${text}\n) </dev/null >/dev/null 2>&1`),
      `command printf 'the end' >&7`,
    ]
    const file = join(this.root, 'script')
    writeFileSync(file, script.join('\n'))
    const [program = '', ...rest] = shell.argv
    const done = spawnSync(program, [...rest, file], {
      cwd: this.root,
      env: { PATH: join(this.root, 'bin') },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 2 ** 26,
    })
    const [recorded = '', programs = ''] = [this.#record, this.#programs].map(each =>
      readFileSync(each, 'utf8'),
    )
    return { recorded, programs, complaints: done.stderr, touched: existsSync(this.canary) }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}
