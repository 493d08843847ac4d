/** Looks of a resource on this machine while each program that they start fails in turn, or is not there. */
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { changeOf } from '../../src/engine/diff.ts'
import { folderOfRun } from '../hosts/once-a-run.ts'
import { librariesOf, type Output, Place, type TestShell } from '../resources/shells.ts'
import { withAptIndex } from './apt-index.ts'
import { type AnyResource, accepted } from './resource-texts.ts'

/** An exit code that no program gives as an answer. */
const failing = '#!/bin/sh\necho "${0##*/}: out of order" >&2\nexit 71\n'

/** Links to all programs of this machine, and in front of them nothing yet. */
class Programs {
  readonly root = folderOfRun()
  readonly #links = join(this.root, 'links')
  readonly #traced = join(this.root, 'traced')
  readonly #aside = join(this.root, 'aside')
  readonly #log = join(this.root, 'log')
  readonly #targets = new Map<string, string>()
  constructor() {
    for (const folder of [this.#links, this.#traced]) mkdirSync(folder)
    writeFileSync(join(this.root, 'failing'), failing, { mode: 0o755 })
    for (const folder of (process.env.PATH ?? '').split(':').filter(existsSync)) {
      for (const name of readdirSync(folder)) {
        if (!this.#targets.has(name) && isProgram(join(folder, name)))
          this.#targets.set(name, join(folder, name))
      }
    }
    for (const [name, target] of this.#targets) symlinkSync(target, join(this.#links, name))
  }

  /** What `run` starts: a first run with wrappers that write themselves down. */
  started(run: (path: string) => void): readonly string[] {
    if (readdirSync(this.#traced).length === 0) {
      // One file by all their names: to make thousands of files takes longer than the looks.
      const traced = join(this.root, 'writes-itself-down')
      const text = `#!/bin/sh\necho "\${0##*/}" >>'${this.#log}'\nexec '${this.#links}'/"\${0##*/}" "$@"\n`
      writeFileSync(traced, text, { mode: 0o755 })
      for (const name of this.#targets.keys()) linkSync(traced, join(this.#traced, name))
    }
    writeFileSync(this.#log, '')
    run(this.#traced)
    return [...new Set(readFileSync(this.#log, 'utf8').split('\n'))].filter(name => name !== '').sort()
  }

  /** Runs with one program spoilt. */
  without<T>(name: string, how: 'fails' | 'is missing', run: (path: string) => T): T {
    renameSync(join(this.#links, name), this.#aside)
    if (how === 'fails') symlinkSync(join(this.root, 'failing'), join(this.#links, name))
    try {
      return run(this.#links)
    } finally {
      rmSync(join(this.#links, name), { force: true })
      renameSync(this.#aside, join(this.#links, name))
    }
  }
}

/** For all files that this process runs. */
let programs: Programs | undefined

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const faults = ['fails', 'is missing'] as const

/** Values that say that nobody knows. */
const unknown = /^(?:unknown|not told)\b/

/** What its looks take for true while a program fails, in words: an error, a refusal, or the truth are fine. */
export function deafLooks(resource: AnyResource, shell: TestShell): readonly string[] {
  programs ??= new Programs()
  const all = programs
  const place = new Place(shell)
  const libraries = librariesOf(resource)
  try {
    const tried = new Set<string>()
    return resource.examples.flatMap((example, index) => {
      const params = accepted(resource, example.params)
      const look = (path: string): Output => {
        Object.assign(place.environment, withAptIndex(), { PATH: path })
        return place.execute(resource.probe(params), { libraries })
      }
      const sound = look(process.env.PATH ?? '')
      if (sound.code !== 0) return []
      const actual = resource.parse(sound.stdout, params)
      // Each once: in all that a look may find, they are broken by the fault class B12.
      const names = all.started(look).filter(name => !tried.has(name))
      for (const name of names) tried.add(name)
      return names.flatMap(name =>
        (index === 0 ? faults : faults.slice(0, 1)).flatMap(how => {
          const spoilt = all.without(name, how, look)
          if (spoilt.code !== 0 || spoilt.stdout === sound.stdout) return []
          const seen = stateOf(resource, spoilt.stdout, params)
          if (seen === undefined) return []
          // What no decision rests on may be missing.
          const wrong = Object.keys(resource.desired(params)).filter(
            key => actual[key] !== seen[key] && !unknown.test(String(seen[key])),
          )
          return wrong.map(
            key => `example ${index}, where ${name} ${how}: ${key} is ${seen[key]}, and not ${actual[key]}`,
          )
        }),
      )
    })
  } finally {
    place.remove()
  }
}

/** Undefined where the look is an error or a refusal. */
function stateOf(resource: AnyResource, observation: string, params: unknown) {
  try {
    const seen = resource.parse(observation, params)
    const change = changeOf(resource, seen, resource.desired(params))
    return change && resource.impossible?.(seen, params) !== undefined ? undefined : seen
  } catch {
    return undefined
  }
}
