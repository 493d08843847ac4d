/** What a resource must be, checked without a host: each check answers with what is wrong, in words. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '../../src/base/secret.ts'
import { lookFunctions } from '../../src/shell/runtime.ts'
import { hasProgram } from '../needs.ts'
import { librariesOf, Place, shells, type TestShell } from '../resources/shells.ts'
import { withAptIndex } from './apt-index.ts'
import { Arena, attacks } from './hostile.ts'
import { type AnyResource, accepted, hashedParams, hostileCases, textsOf } from './resource-texts.ts'

const examplesOf = (resource: AnyResource) =>
  resource.examples.map(({ params }) => accepted(resource, params))

/** All shell of a resource: its libraries, and what it makes of its examples. */
export function shellOf(resource: AnyResource): string {
  return [librariesOf(resource), ...examplesOf(resource).flatMap(params => textsOf(resource, params))].join(
    '\n',
  )
}

const definition = /^[ \t]*(ops_\w+)\(\)/m
/** Where a command stands: at the beginning of one, or behind what lets another follow. */
const call =
  /(?:^|[;&|!]|(?<!\()\((?!\()|\{[ \t]|\b(?:then|do|else|elif|if|while|until)\b)[ \t]*(ops_\w*[a-z0-9])\b(?!\s*=|\()/gm
/** One that another function calls, handed on by its name: `ops_told ops_whole PATH`. */
const handedOn = /(?<=\bops_\w+ )(ops_\w*[a-z0-9])(?=[ \t;&|)]|$)/gm
const variable = /\b(ops_\w+)=|\$\{?(ops_\w+)\b|\bfor (ops_\w+) in\b|(?<=\bread (?:-r )?(?:\w+ )*)(ops_\w+)/g

/** Of the view library, called by a write that has `view=` alone; of the engine, called where steps are one act. */
const optional = ['ops_judge', 'ops_judge_late', 'ops_reached', 'ops_do_member']

const namesIn = (pattern: RegExp, text: string): readonly string[] =>
  [...text.matchAll(pattern)].flatMap(([, ...names]) => names.filter(name => name !== undefined))

/** Functions that its probe and apply come to call, and that neither its libraries nor the engine bring. */
export function missingFunctions(resource: AnyResource): readonly string[] {
  const libraries = librariesOf(resource)
  const texts = examplesOf(resource).flatMap(params => textsOf(resource, params))
  // Each function up to the next: what stands between two is run when the library is read.
  const [loose = '', ...parts] = `\n${lookFunctions}\n${libraries}`.split(
    new RegExp(`(?=${definition.source})`, 'm'),
  )
  const bodies = new Map(parts.map(part => [definition.exec(part)?.[1] ?? '', part]))
  const variables = new Set(namesIn(variable, libraries + texts.join('\n')))
  const called = (text: string) =>
    [...namesIn(call, text), ...namesIn(handedOn, text)].filter(name => !variables.has(name))
  const waiting = called([loose, ...texts].join('\n'))
  const reached = new Set<string>()
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    waiting.push(...called(bodies.get(name)?.replace(definition, '') ?? ''))
  }
  return [...reached]
    .filter(name => !bodies.has(name) && !optional.includes(name))
    .map(name => `${name} is in none of its libraries`)
}

/** `[ A -ef B ]`: in POSIX since 2024, and in all three shells. */
const sameFile = 3013

/** What shellcheck says of texts, of these codes alone, of each for itself: of one long text it takes much longer. Nothing where there is none. */
function shellchecked(texts: readonly string[], isMeant: (code: number) => boolean): readonly string[] {
  if (texts.length === 0 || !hasProgram('shellcheck')) return []
  const folder = mkdtempSync(join(tmpdir(), 'ops-shellcheck-'))
  try {
    const paths = texts.map((text, index) => {
      const path = join(folder, `${index}.sh`)
      writeFileSync(path, text)
      return path
    })
    const argv = ['--shell=sh', '--severity=info', '--format=json', ...paths]
    const { stdout } = spawnSync('shellcheck', argv, { encoding: 'utf8', maxBuffer: 1 << 26 })
    const found = JSON.parse(stdout) as readonly {
      file: string
      code: number
      line: number
      message: string
    }[]
    return found
      .filter(({ code }) => isMeant(code))
      .map(({ file, message, line }) => {
        const lines = texts[paths.indexOf(file)]?.split('\n')
        return `${message} ${lines?.[line - 1]?.trim()}`
      })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const isBashism = (code: number): boolean => code >= 3000 && code < 4000 && code !== sameFile
const isUnread = (code: number): boolean => code === 1072 || code === 1073
const isSplitWord = (code: number): boolean => code === 2086 || code === 2046

/** What is undefined in POSIX sh. */
export const bashisms = (...texts: readonly string[]): readonly string[] => shellchecked(texts, isBashism)

/** `$1` and `$(...)` without quotes: a value with a blank or a `*` in it becomes several words, or names of files. */
export const splitWords = (text: string): readonly string[] => shellchecked([text], isSplitWord)

/** Both, by one reading; and what cannot be read, as nothing is found behind that. */
export const bashismsAndSplitWords = (text: string): readonly string[] =>
  shellchecked([text], code => isBashism(code) || isSplitWord(code) || isUnread(code))

/** A `!` that is not last proves nothing, as `set -e` goes on behind it whatever became of it. */
export const unproved = (texts: readonly string[]): readonly string[] =>
  shellchecked(
    [`set -e\n${texts.map(text => `(\n${text}\n)`).join('\n')}`],
    code => code === 2251 || isUnread(code),
  )

/** What that shell cannot read: started by one small process, as each start from this one copies its whole map of memory. */
export function unreadable(texts: readonly string[], shell: TestShell): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-read-'))
  try {
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, `${index}.sh`), text)
    const each =
      'cd "$0" && for each in *.sh; do "$@" -n "$each" || { echo "$each:"; cat "$each"; }; done 2>&1'
    const { status, stdout, stderr } = spawnSync('sh', ['-c', each, folder, ...shell.argv], {
      encoding: 'utf8',
    })
    return status === 0 ? stdout : `${status}: ${stderr}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Looks at one example again and again while every clock goes on: what it prints must stay. */
export function unsteadyLooks(resource: AnyResource, shell: TestShell): readonly string[] {
  const place = new Place(shell)
  try {
    const clock = join(place.root, 'clock')
    const programs = join(place.root, 'programs')
    mkdirSync(programs)
    for (const name of ['date', 'uptime']) {
      writeFileSync(join(programs, name), `#!/bin/sh\necho x >>'${clock}'\nwc -c <'${clock}'\n`)
      chmodSync(join(programs, name), 0o755)
    }
    Object.assign(place.environment, withAptIndex(), { PATH: `${programs}:${process.env.PATH ?? ''}` })
    const libraries = librariesOf(resource)
    return examplesOf(resource).flatMap((params, index) => {
      const looks = [0, 1].map(() => place.execute(resource.probe(params), { libraries }))
      const [first, second] = looks.map(({ code, stdout }) => `${stdout}${code}`)
      return first === second
        ? []
        : [`example ${index} looked like this: ${first}\nand a moment later: ${second}`]
    })
  } finally {
    place.remove()
  }
}

/** Params that become code on a host, or that do not arrive as they were given: by each of these shells. */
export function unquotedParams(
  resource: AnyResource,
  shells: readonly TestShell[],
  strings: readonly string[] = attacks,
): Readonly<Record<string, readonly string[]>> {
  const arena = new Arena()
  try {
    const cases = strings.flatMap(template => hostileCases(resource, template.replaceAll('X', arena.canary)))
    const texts = [...new Set(cases.flatMap(each => each.texts))]
    return Object.fromEntries(shells.map(shell => [shell.name, unquoted(arena, shell, cases, texts)]))
  } finally {
    arena.remove()
  }
}

function unquoted(
  arena: Arena,
  shell: TestShell,
  cases: ReturnType<typeof hostileCases>,
  texts: readonly string[],
): readonly string[] {
  const done = arena.run(shell, texts)
  const lost = cases.filter(
    ({ where, value, texts }) =>
      !hashedParams.includes(where) &&
      texts.some(text => text.includes('ops_')) &&
      !done.recorded.includes(value.trim()),
  )
  return [
    ...(done.touched ? ['a param was run as code'] : []),
    ...(done.recorded.endsWith('the end') ? [] : ['a param ended the script']),
    ...(done.complaints === '' ? [] : [done.complaints]),
    ...lost.map(({ where, value }) => `${where} did not arrive: ${value}`),
  ]
}

/** Programs that its look and its change call with a secret as an argument, which every user of the host can read. */
export function secretsInArguments(resource: AnyResource): readonly string[] {
  const bash = shells.find(({ name }) => name === 'bash')
  if (bash === undefined) return []
  const text = 'seen by all users'
  const arena = new Arena()
  try {
    return resource.examples.flatMap(({ title, params }) => {
      const { programs } = arena.run(bash, textsOf(resource, accepted(resource, withSecrets(params, text))))
      return programs.includes(text) ? [`${title}: a secret is an argument of a program`] : []
    })
  } finally {
    arena.remove()
  }
}

/** The same params, with that text in place of each secret, however deep it stands. */
function withSecrets(given: unknown, text: string): unknown {
  if (given instanceof Secret) return new Secret(text)
  if (Array.isArray(given)) return given.map(each => withSecrets(each, text))
  if (typeof given !== 'object' || given === null) return given
  return Object.fromEntries(Object.entries(given).map(([key, held]) => [key, withSecrets(held, text)]))
}

/** Resources whose type is not the name that recipes call them by. */
export function misnamed(all: Readonly<Record<string, { readonly type: string }>>): readonly string[] {
  return Object.entries(all).flatMap(([name, { type }]) =>
    type === name ? [] : [`${name} has the type ${type}`],
  )
}

const accountFiles = /^\/etc\/(?:passwd|shadow|group|gshadow|subuid|subgid)-?$/

/** Paths that were written and that no claim tells of. */
export function unclaimed(paths: readonly string[], claims: readonly string[]): readonly string[] {
  const named = claims
    .filter(claim => claim.startsWith('path:'))
    .map(claim => claim.slice(5).replace(/#.*/s, ''))
  const isClaimed = (path: string): boolean =>
    named.some(name => path === name || (name.endsWith('/') && path.startsWith(name))) ||
    (accountFiles.test(path) && claims.some(claim => /^(?:user|group):/.test(claim))) ||
    claims.some(claim => claim.startsWith('user:') && path.startsWith(`/home/${claim.slice(5)}/`)) ||
    // Enabling a unit links it into a folder of others.
    claims.some(
      claim =>
        claim.startsWith('unit:') &&
        path.startsWith('/etc/systemd/system/') &&
        path.includes(`/${claim.slice(5)}`),
    )
  return paths.filter(path => !isClaimed(path))
}
