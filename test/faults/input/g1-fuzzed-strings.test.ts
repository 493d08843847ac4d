import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { attacks, fuzz, hostCommands } from '../../conformance/hostile.ts'
import { shells, type TestShell } from '../../resources/shells.ts'
import { allHold, BrokenInvariant } from '../instruments/broken.ts'
import { faultClass } from '../instruments/fault-class.ts'
import { type StringParam, stringParams } from '../instruments/string-params.ts'

/** How many strings each param is given; a few in `npm test`, where the conformance suite has its own. */
const all = Number(process.env.OPS_FUZZ ?? (process.env.OPS_FAULTS === 'all' ? 100_000 : 400))
/** Passwords are hashed here, thousands of times over, before a shell gets any of it. */
const hashedCount = 1000
const chunk = 4000
/** Stands before each text in the record: no string that is tried holds it. */
const mark = '\u0002'

describe('a string', () => {
  const root = mkdtempSync(join(tmpdir(), 'ops-fuzz-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  const canary = join(root, 'canary')
  mkdirSync(join(root, 'empty'))
  let made: readonly string[] = []

  /** Distinct strings, the hand-written attacks first. */
  const strings = (): readonly string[] => {
    if (made.length === all) return made
    const found = new Set<string>(attacks)
    for (let seed = 1; found.size < all; seed++) for (const each of fuzz(all, seed)) found.add(each)
    made = [...found].slice(0, all).map(each => each.replaceAll('X', canary))
    return made
  }

  const tryParam = async (param: StringParam): Promise<{ note: string }> => {
    let accepted = 0
    const count = param.isHashed ? Math.min(hashedCount, all) : all
    const wantsPaths = param.shellOf('/x/y') !== undefined && param.shellOf('y') === undefined
    for (let from = 0; from < count; from += chunk) {
      const values = strings().slice(from, Math.min(from + chunk, count))
      const tried = values.flatMap(each => {
        const value = wantsPaths ? `/x/${each}` : each
        const texts = param.shellOf(value)
        return texts === undefined ? [] : [{ value, texts }]
      })
      accepted += tried.length
      if (tried.length > 0) await allHold(shells.map(shell => () => runAll(shell, param, tried)))
    }
    return { note: `${count} strings, ${accepted} of them accepted and run on ${shells.length} shells` }
  }

  /** Runs all texts in one shell, where every command is a function that records its words and nothing else can run. */
  const runAll = async (
    shell: TestShell,
    { where, isHandedOver }: StringParam,
    tried: readonly { readonly value: string; readonly texts: readonly string[] }[],
  ): Promise<void> => {
    // A function may not have a hyphen in its name everywhere.
    const named = (text: string) => text.replaceAll('update-alternatives', 'update_alternatives')
    const lines = tried.flatMap(({ texts }) => ['next', ...texts.map(named)])
    const called = lines.join('\n').match(/\bops_[a-z_]+/g) ?? []
    const names = new Set([...called, ...commands].filter(name => !isFlag(name)))
    const file = join(root, `${shell.name}-script`)
    const record = join(root, `${shell.name}-record`)
    const script = [
      `exec 7>${record}; OPS_MARK=mark OPS_STAGE=/nonexistent`,
      ...[...names].map(name => `${name}() { printf '%s\\0' "$@" >&7; }`),
      // Of an account that is asked for: its home.
      `cut() { printf '%s\\0' "$@" >&7; echo /; }`,
      `next() { printf '${mark}' >&7; }`,
      ...lines,
      `printf '${mark}the end' >&7`,
    ]
    writeFileSync(file, script.join('\n'))
    const complaints = await complaintsOf([...shell.argv, file])
    if (existsSync(canary)) {
      rmSync(canary)
      throw new BrokenInvariant('I3', `${where} on ${shell.name}: a string was executed`)
    }
    const records = readFileSync(record, 'utf8').split(mark).slice(1)
    if (complaints !== '' || records.length !== tried.length + 1) {
      const words = complaints || `${records.length - 1} of ${tried.length} texts left a record`
      throw new BrokenInvariant('I3', `${where} on ${shell.name}: ${words}`)
    }
    const lost = tried.find(
      ({ value, texts }, index) =>
        isHandedOver && texts.some(text => text.includes('ops_')) && !records[index]?.includes(value.trim()),
    )
    if (lost) throw new BrokenInvariant('I3', `${where} on ${shell.name}: not handed over: ${lost.value}`)
  }

  const complaintsOf = ([program = '', ...rest]: readonly string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, rest, {
        cwd: root,
        env: { PATH: join(root, 'empty') },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (said.length < 2000) said += text
      })
      child.once('error', reject)
      child.once('close', () => resolve(said))
    })

  faultClass({
    id: 'G1',
    title: 'a string in any param of any resource or recipe reaches any shell as data, and is never executed',
    invariants: ['I3'],
    quick: 3,
    caseSeconds: 1800,
    cases: () => stringParams().map(param => ({ id: param.where, run: () => tryParam(param) })),
  })
})

/** Also what examples of `command` and `assertion` are made of. */
const commands = [...hostCommands, 'mv', 'openssl', 'runuser', 'timedatectl', 'uname', 'update_alternatives']
/** Variables, not functions. */
const isFlag = (name: string): boolean => name === 'ops_apt_names'
