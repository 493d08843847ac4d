/** One write in a place of its own, as the engine would run it: done, disturbed, looked at, and done again. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { togetherFunctions } from '../../../src/engine/together/together-shell.ts'
import { quote } from '../../../src/shell/quote.ts'
import { asIs, librariesOf, type Output, Place, type TestShell } from '../../resources/shells.ts'
import { picture } from './picture.ts'
import type { Write } from './writes.ts'

const end = 'the end'
/** Not every shell says by itself that it could not write, and the end is our own. */
const lastWord = `printf '${end}' || { echo 'the end could not be told' >&2; exit 1; }`
const lost = 255

export class StartedWrite {
  readonly write: Write
  readonly path: string
  readonly #place: Place
  readonly #params: unknown

  /** `prepare` may make another place of the folder that the file will be in. */
  constructor(write: Write, shell: TestShell, prepare: (folder: string) => void = () => undefined) {
    this.write = write
    this.#place = new Place(shell)
    prepare(this.folder)
    this.path = this.#place.path('app.conf')
    this.#params = write.params(this.path)
    write.before(this.path)
    if (write.instead) this.again('feedfacefeedface')
  }

  get folder(): string {
    return this.#place.files
  }

  /** Runs the write, once, by a command line that holds the shell's. As for the engine: without an end, no success. */
  runBy(
    wrap: (argv: readonly string[]) => readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Output {
    const { shell, run, root } = this.#place
    const wrapped = new Place({ ...shell, argv: [...wrap(shell.argv)] })
    try {
      const done = wrapped.execute(asIs(`${this.#text()}\n${lastWord}`), {
        libraries: librariesOf(this.write.resource),
        environment: { OPS_DIR: run, OPS_STATE: join(root, 'state'), ...environment },
      })
      if (done.code === 0 && !done.stdout.endsWith(end)) return { ...done, code: lost, stderr: 'lost' }
      return done
    } finally {
      wrapped.remove()
    }
  }

  #text(): string {
    const { write, path } = this
    if (write.instead) return write.instead(path)
    const all = this.#all.map(params => this.#textOf(params))
    if (!write.together) return all.join('\n')
    const applies = all.map((text, index) => `ops_apply_${index}=${quote(text)}`)
    return [
      togetherFunctions,
      ...applies,
      `ops_group_at=0; ops_do_members ${[...all.keys()].join(' ')}`,
    ].join('\n')
  }

  get #all(): readonly unknown[] {
    return [this.#params, ...(this.write.together?.(this.path) ?? [])]
  }

  #textOf(params: unknown): string {
    const { resource } = this.write
    const actual = this.#place.look(resource, params)
    const desired = resource.desired(params)
    const keys = Object.entries(desired).flatMap(([key, to]) =>
      actual[key] === to ? [] : [{ key, from: actual[key], to }],
    )
    const parts = resource.apply?.({ actual, desired, keys }, params) ?? []
    return parts.map(part => part.shell).join('\n')
  }

  /** An undisturbed run with a name of its own: sweeps, looks, and does what is left to do. */
  again(nonce: string): Output & { readonly keys: readonly string[] } {
    const run = this.write.instead ? this.#place.run : join(this.#place.root, `run-${nonce}`)
    mkdirSync(run, { recursive: true })
    const environment = { OPS_DIR: run, OPS_NONCE: nonce }
    this.#place.execute(asIs('ops_sweep'), { libraries: librariesOf(this.write.resource), environment })
    const done = this.#all.map(params => this.#place.apply(this.write.resource, params, environment))
    const failed = done.find(each => each.code !== 0)
    return { code: 0, stdout: '', stderr: '', ...failed, keys: done.flatMap(each => each.keys) }
  }

  /** Type, mode, owner and bytes of all managed names; the stages of running writes are none. */
  managed(): string {
    return picture(this.folder, name => name.startsWith('.ops.'))
  }

  /** All that is there, leftovers included. */
  everything(): string {
    const folders = ['files', 'state', 'run'].map(name => picture(join(this.#place.root, name)))
    return folders.join('\n').replaceAll(this.#place.root, '')
  }

  remove(): void {
    this.#place.remove()
  }
}
