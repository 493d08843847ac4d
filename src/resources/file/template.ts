/** Text with holes: a missing value is an error, and so is a value that would break out of its line. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Eta } from 'eta/core'
import { inputError, type SourceLocation } from '../../base/errors.ts'
import { Secret } from '../../base/secret.ts'
import { controlCharacters } from '../paths/params.ts'

/** Text that may span lines in a template, because the recipe says so. */
class Lines {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  toString(): string {
    return this.#text
  }
}

/** Lets a template value hold line breaks: `vars: { body: lines(text) }`. Without it such a value is refused. */
export function lines(text: string | readonly string[]): Lines {
  return new Lines(typeof text === 'string' ? text : text.join('\n'))
}

/**
 * Renders the template of that name: beside the recipe, or in `templates/` next to the recipe's folder.
 * Holes are `<%= it.name %>`; a line that holds only `<% code %>` leaves no empty line behind.
 * @throws OpsError `input` with the template's file and line.
 */
export function renderTemplate(
  name: string,
  vars: Readonly<Record<string, unknown>>,
  folder: string,
): string | Secret {
  const { file, source } = readTemplate(name, folder)
  let holdsSecret = false
  const engine = new Eta({
    autoEscape: false,
    autoFilter: true,
    autoTrim: false,
    debug: true,
    filterFunction: value => {
      holdsSecret ||= value instanceof Secret
      return fill(value)
    },
  })
  // The engine would turn CRLF into LF.
  const carriageReturn = `<${randomUUID()}>`
  const kept = withoutCodeLines(source).replaceAll('\r', carriageReturn)
  const rendered = refusing(file, () => engine.renderString(kept, strict(vars)))
  const text = rendered.replaceAll(carriageReturn, '\r')
  return holdsSecret ? new Secret(text) : text
}

function readTemplate(name: string, folder: string): { file: string; source: string } {
  const places = isAbsolute(name) ? [name] : [join(folder, name), join(folder, '..', 'templates', name)]
  for (const file of places) {
    try {
      return { file, source: readFileSync(file, 'utf8') }
    } catch {
      // The next place, or the error below that names them all.
    }
  }
  throw inputError(`template ${name}: cannot be read`, {
    detail: `Looked at: ${places.join(', ')}`,
    next: 'Put it at one of these places, or correct `template` in the recipe.',
  })
}

/** Lets a line of code take its line break with it. */
function withoutCodeLines(source: string): string {
  return source.replace(/^[ \t]*<%(?![=~])((?:(?!%>)[^\n])*?)-?%>[ \t]*(\r?)$/gm, '<%$1-%>')
}

/** Values by name; asking for one that is not there is an error, not an empty text. */
function strict(vars: Readonly<Record<string, unknown>>): object {
  return new Proxy(Object.assign(Object.create(null), vars), {
    get: (target, key) => {
      if (!(key in target)) throw new ReferenceError(`no value is given for ${String(key)}`)
      return target[key]
    },
  })
}

function fill(value: unknown): string {
  if (value instanceof Lines) return value.toString()
  const text = value instanceof Secret ? value.reveal() : value
  if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') {
    throw new TypeError(`a hole got ${text === null ? 'null' : typeof text} where text or a number belongs`)
  }
  if (typeof text === 'string' && controlCharacters.test(text)) {
    throw new TypeError('a value holds a line break or control character; wrap it in lines() if it may')
  }
  return String(text)
}

function refusing<Result>(file: string, render: () => Result): Result {
  try {
    return render()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const line = Number(/\bline (\d+)/.exec(message)?.[1] ?? 0)
    const where: SourceLocation | undefined = line > 0 ? { file, line } : undefined
    const said = message.trim().split('\n')
    const reason = (/^line \d/.test(message) ? said.at(-1) : said[0]) ?? message
    throw inputError(`template ${file}${where ? `:${line}` : ''}: ${reason}`, {
      ...(where && { where }),
      next: 'Change the value that the recipe gives, or the template.',
    })
  }
}
