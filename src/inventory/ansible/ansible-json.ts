/** Reads what an inventory program of Ansible prints for `--list`, as `ansible-inventory --list` does. */
import { InputErrors, inputError } from '../../base/errors.ts'
import { type AnsibleData, groupOf } from './ansible-groups.ts'

type Values = Readonly<Record<string, unknown>>

/** `from` is what is read, for errors. @throws InputErrors where it is no such listing. */
export function readAnsibleJson(text: string, from: string): AnsibleData {
  const where = { file: from, line: 1 }
  const refuse = (title: string): InputErrors => {
    const next = 'It has to be what `ansible-inventory --list` prints.'
    return new InputErrors([inputError(title, { where, next }).data])
  }
  const whole = parsed(text)
  if (!isRecord(whole)) throw refuse(`${from} is no JSON object of groups`)
  const data: AnsibleData = { groups: new Map(), hostVars: new Map() }
  for (const [name, value] of Object.entries(whole)) {
    if (name === '_meta') continue
    const {
      hosts = [],
      children = [],
      vars = {},
    } = Array.isArray(value) ? { hosts: value } : isRecord(value) ? value : { hosts: 0 }
    const members = isRecord(hosts) ? Object.keys(hosts) : hosts
    if (!isNames(members) || !isNames(children) || !isRecord(vars))
      throw refuse(`${from}: group ${name} has no lists of hosts and children`)
    const group = groupOf(data, name, where)
    group.hosts.push(...members)
    group.children.push(...children)
    Object.assign(group.vars, texts(vars))
    for (const inner of children) groupOf(data, inner, where)
  }
  const meta = isRecord(whole._meta) ? whole._meta.hostvars : undefined
  for (const [host, vars] of Object.entries(isRecord(meta) ? meta : {}))
    data.hostVars.set(host, { vars: texts(isRecord(vars) ? vars : {}), where })
  return data
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(each => typeof each === 'string')
}

/** Of nested values nothing is read but texts of Ansible's own: one of a vault is there, and cannot be known. */
function texts(values: Values): Record<string, string> {
  const found = Object.entries(values).flatMap(([name, value]) => {
    const plain = isRecord(value)
      ? '__ansible_vault' in value
        ? '{{ vault }}'
        : value.__ansible_unsafe
      : value
    return ['string', 'number', 'boolean'].includes(typeof plain) ? [[name, String(plain)]] : []
  })
  return Object.fromEntries(found)
}
