/** Reads an inventory of Ansible in its YAML form: groups with `hosts`, `vars` and `children`, ranges, values of its vault. */
import { createRequire } from 'node:module'
import type { Document, LineCounter, Pair, YAMLMap } from 'yaml'
import { type ErrorData, InputErrors, inputError, type SourceLocation } from '../../base/errors.ts'
import { type AnsibleData, groupOf } from './ansible-groups.ts'
import { expandedHosts } from './host-range.ts'

type Yaml = typeof import('yaml')
type Refuse = (node: unknown, title: string, next: string) => void

/** @throws InputErrors with all that Ansible would not take either, each with its line. */
export function readAnsibleYaml(text: string, file: string): AnsibleData {
  // Late, as few inventories are YAML.
  const yaml: Yaml = createRequire(import.meta.url)('yaml')
  const lines = new yaml.LineCounter()
  // As PyYAML reads it: `yes` is true, and << merges.
  const document = yaml.parseDocument(text, { version: '1.1', lineCounter: lines, customTags: tagsOf() })
  const errors: ErrorData[] = document.errors.map(({ message, pos }) => {
    const where = placeAt(lines, file, pos[0])
    const title = `this is not YAML: ${message.split('\n')[0]?.replace(/ at line .*$/, '')}`
    return inputError(title, { where, next: 'Ansible would not read it either.' }).data
  })
  if (errors.length > 0) throw new InputErrors(errors)
  const reader = new Reader(yaml, document, lines, file, errors)
  const data = reader.read()
  if (errors.length > 0) throw new InputErrors(errors)
  return data
}

/** What stands for a value that cannot be known here, as the login refuses it by this. */
const unknowable = '{{ vault }}'

function tagsOf() {
  const text = (tag: string, resolve: (value: string) => string) => ({ tag, resolve, identify: () => false })
  return (tags: readonly unknown[]) =>
    [
      ...tags,
      text('!vault', () => unknowable),
      text('!vault-encrypted', () => unknowable),
      text('!unsafe', value => value),
    ] as never
}

const deepest = 50

class Reader {
  readonly data: AnsibleData = { groups: new Map(), hostVars: new Map() }
  readonly #refuse: Refuse

  constructor(
    readonly yaml: Yaml,
    readonly document: Document,
    readonly lines: LineCounter,
    readonly file: string,
    errors: ErrorData[],
  ) {
    this.#refuse = (node, title, next) =>
      void errors.push(inputError(title, { where: this.#where(node), next }).data)
  }

  read(): AnsibleData {
    const root = this.document.contents
    if (root === null) return this.data
    const next = 'Write groups, each with `hosts`, `vars` or `children` below it.'
    for (const [name, value, at] of this.#entries(root, 'the inventory is no map of groups', next))
      this.#group(name, value, at)
    return this.data
  }

  #group(name: string, value: unknown, at: unknown, depth = 0): void {
    if (depth > deepest) {
      this.#refuse(at, `group ${name} is nested deeper than ${deepest} levels`, 'Does an alias hold itself?')
      return
    }
    const group = groupOf(this.data, name, this.#where(at))
    const next = 'Below a group stand `hosts`, `vars` and `children`, each a map.'
    for (const [key, part, place] of this.#entries(value, `group ${name} is no map`, next)) {
      if (key === 'hosts') this.#hosts(name, part)
      else if (key === 'vars')
        Object.assign(group.vars, this.#variables(part, `vars of group ${name} are no map`))
      else if (key === 'children')
        for (const [child, inner, where] of this.#entries(
          part,
          `children of group ${name} are no map`,
          next,
        )) {
          group.children.push(child)
          this.#group(child, inner, where, depth + 1)
        }
      else this.#refuse(place, `group ${name} has ${key}, which is neither hosts, vars nor children`, next)
    }
  }

  #hosts(name: string, value: unknown): void {
    const next = 'Write each host with a colon behind it, its variables below.'
    for (const [pattern, vars, at] of this.#entries(value, `hosts of group ${name} are no map`, next)) {
      const hosts = expandedHosts(pattern)
      if ('problem' in hosts) {
        this.#refuse(at, `${pattern}: ${hosts.problem}`, 'Write a name, or a range such as web[01:20].')
        continue
      }
      const given = this.#variables(vars, `variables of ${pattern} are no map`)
      for (const host of hosts.names) {
        groupOf(this.data, name, this.#where(at)).hosts.push(host)
        const known = this.data.hostVars.get(host) ?? { vars: {}, where: this.#where(at) }
        if (hosts.port !== undefined) known.vars.ansible_port = hosts.port
        Object.assign(known.vars, given)
        this.data.hostVars.set(host, known)
      }
    }
  }

  /** Nested values are kept as JSON: ops reads none, and knows that they are there. */
  #variables(node: unknown, title: string): Record<string, string> {
    const found = this.#entries(node, title, 'Write `name: value`, one a line.').flatMap(([name, value]) => {
      const plain: unknown = this.yaml.isNode(value) ? value.toJS(this.document) : value
      if (plain === null || plain === undefined) return []
      return [[name, typeof plain === 'object' ? JSON.stringify(plain) : String(plain)]]
    })
    return Object.fromEntries(found)
  }

  /** Key, value and place of each entry; of nothing, none. A single word is a map with nothing below it, as for Ansible. */
  #entries(node: unknown, title: string, next: string): readonly (readonly [string, unknown, unknown])[] {
    const { isAlias, isMap, isScalar } = this.yaml
    const inner = isAlias(node) ? node.resolve(this.document) : node
    if (inner === null || inner === undefined || (isScalar(inner) && inner.value === null)) return []
    if (isScalar(inner) && typeof inner.value === 'string') return [[inner.value, null, inner]]
    if (isMap(inner)) return this.#merged(inner)
    this.#refuse(node, title, next)
    return []
  }

  /** What `<<` brings comes first, so that what is written beside it wins. */
  #merged(map: YAMLMap): readonly (readonly [string, unknown, unknown])[] {
    const { isAlias, isMap, isScalar, isSeq } = this.yaml
    const keyOf = ({ key }: Pair): string => String(isScalar(key) ? (key.source ?? key.value) : key)
    const resolved = (node: unknown): unknown => (isAlias(node) ? node.resolve(this.document) : node)
    const brought = map.items
      .filter(pair => keyOf(pair) === '<<')
      .flatMap(({ value }) => {
        const from = resolved(value)
        return (isSeq(from) ? [...from.items].reverse() : [from]).map(resolved)
      })
      .flatMap(from => (isMap(from) ? this.#merged(from) : []))
    const own = map.items
      .filter(pair => keyOf(pair) !== '<<')
      .map(pair => [keyOf(pair), pair.value, pair.key] as const)
    const ownKeys = new Set(own.map(([key]) => key))
    return [...brought.filter(([key]) => !ownKeys.has(key)), ...own]
  }

  #where(node: unknown): SourceLocation {
    const at = this.yaml.isNode(node) ? node.range?.[0] : undefined
    return at === undefined ? { file: this.file, line: 1 } : placeAt(this.lines, this.file, at)
  }
}

function placeAt(lines: LineCounter, file: string, at: number): SourceLocation {
  const { line, col } = lines.linePos(at)
  return { file, line: Math.max(1, line), column: Math.max(1, col) }
}
