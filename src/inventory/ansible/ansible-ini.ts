/** Reads an inventory of Ansible in its INI form: hosts with ranges and variables, `[group]`, `[group:children]`, `[group:vars]`. */
import { type ErrorData, InputErrors, inputError, type SourceLocation } from '../../base/errors.ts'
import { type AnsibleData, groupOf } from './ansible-groups.ts'
import { expandedHosts } from './host-range.ts'
import { shellWords } from './shell-words.ts'

/** As in ansible/plugins/inventory/ini.py. */
const header = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/
const child = /^([^:\]\s]+)\s*(?:#.*)?$/

/** @throws InputErrors with every line that Ansible would not take either. */
export function readAnsibleIni(text: string, file: string): AnsibleData {
  const data: AnsibleData = { groups: new Map(), hostVars: new Map() }
  const errors: ErrorData[] = []
  let [section, kind] = ['ungrouped', 'hosts']
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim()
    const where = { file, line: index + 1 }
    const refuse = (title: string, next: string) => errors.push(inputError(title, { where, next }).data)
    if (line === '' || /^[;#]/.test(line)) continue
    const [found, name = '', of = 'hosts'] = header.exec(line) ?? []
    if (found !== undefined) {
      if (!['hosts', 'children', 'vars'].includes(of))
        refuse(
          `[${name}:${of}] is no section of an inventory`,
          'Write [GROUP], [GROUP:children] or [GROUP:vars].',
        )
      ;[section, kind] = [name, of]
      groupOf(data, section, where)
    } else if (line.startsWith('[') && !line.includes(' ') && line.endsWith(']')) {
      refuse(`${line} is not a section`, 'Write [GROUP], [GROUP:children] or [GROUP:vars].')
    } else if (kind === 'vars') {
      const equals = line.indexOf('=')
      if (equals < 1) refuse(`${line} is no variable`, 'Write `name=value`.')
      else
        groupOf(data, section, where).vars[line.slice(0, equals).trim()] = plain(
          line.slice(equals + 1).trim(),
        )
    } else if (kind === 'children') {
      const inner = child.exec(line)?.[1]
      if (inner === undefined) refuse(`${line} is not the name of a group`, 'Write one group a line.')
      else {
        groupOf(data, inner, where)
        groupOf(data, section, where).children.push(inner)
      }
    } else hostLine(line, section, where, data, refuse)
  }
  if (errors.length > 0) throw new InputErrors(errors)
  return data
}

function hostLine(
  line: string,
  section: string,
  where: SourceLocation,
  data: AnsibleData,
  refuse: (title: string, next: string) => void,
): void {
  const [pattern = '', ...settings] = shellWords(line) ?? ['']
  const odd = settings.find(each => !/^[^=]+=/.test(each))
  const hosts = expandedHosts(pattern)
  if (pattern === '') refuse('a quotation mark has no partner', 'Write `host name=value`.')
  else if (odd !== undefined)
    refuse(`${odd} is not name=value`, 'Write `host name=value`, without blanks around the =.')
  else if ('problem' in hosts)
    refuse(`${pattern}: ${hosts.problem}`, 'Write a name, or a range such as web[01:20].')
  else {
    const vars = Object.fromEntries(settings.map(setting))
    for (const name of hosts.names) {
      groupOf(data, section, where).hosts.push(name)
      const known = data.hostVars.get(name) ?? { vars: {}, where }
      if (hosts.port !== undefined) known.vars.ansible_port = hosts.port
      Object.assign(known.vars, vars)
      data.hostVars.set(name, known)
    }
  }
}

function setting(word: string): readonly [string, string] {
  const equals = word.indexOf('=')
  return [word.slice(0, equals), plain(word.slice(equals + 1))]
}

/** A value is a literal of Python where it can be one: of a quoted text the quotes go, of a number a comment behind it. */
function plain(text: string): string {
  const quoted = /^(['"])(.*)\1\s*(?:#.*)?$/.exec(text)
  if (quoted?.[2] !== undefined && !quoted[2].includes(quoted[1] ?? '')) return quoted[2]
  return /^(\d+)\s*#/.exec(text)?.[1] ?? text
}
