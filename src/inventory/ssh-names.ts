/** Which names the ssh config knows: for listing and for telling a typing error from a host, never for connecting. */
import { readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { SourceLocation } from '../base/errors.ts'
import { matchesGlob } from './glob.ts'

export interface SshNames {
  /** Names without wildcards, in the order of the files. */
  readonly literal: ReadonlyMap<string, SourceLocation>
  /** `web-*`; not `*` alone, which says nothing of what exists. */
  readonly patterns: readonly string[]
  /** Whether any name may stand for another: then only `ssh -G` knows which two are one. */
  readonly renames: boolean
  /** A `Match exec` without a name beside it: any name may be known to its program. */
  readonly asksPrograms: boolean
}

const deepestInclude = 16

/** With `file`, that one alone is read, as `ssh -F` does; otherwise the user's and the system's. */
export function sshNames(file?: string): SshNames {
  const literal = new Map<string, SourceLocation>()
  const patterns: string[] = []
  let renames = false
  let asksPrograms = false
  const learn = (names: readonly string[], where: SourceLocation): void => {
    for (const name of names) {
      if (/^[^*?!]+$/.test(name)) {
        if (!literal.has(name)) literal.set(name, where)
      } else if (!name.startsWith('!') && /[^*?]/.test(name)) patterns.push(name)
    }
  }
  const read = (path: string, includeFolder: string, depth: number): void => {
    for (const [index, line] of readLines(path).entries()) {
      const [keyword = '', ...values] = words(line)
      switch (keyword.toLowerCase()) {
        case 'host':
          learn(values, { file: path, line: index + 1 })
          break
        case 'match': {
          renames = true
          const { names, exec } = matchNames(values)
          learn(names, { file: path, line: index + 1 })
          asksPrograms ||= exec && names.length === 0
          break
        }
        case 'hostname':
        case 'canonicalizehostname':
          renames = true
          break
        case 'include':
          if (depth < deepestInclude) {
            for (const value of values)
              for (const found of expand(value, includeFolder)) read(found, includeFolder, depth + 1)
          }
          break
      }
    }
  }
  if (file !== undefined) read(file, join(homedir(), '.ssh'), 0)
  else {
    read(join(homedir(), '.ssh', 'config'), join(homedir(), '.ssh'), 0)
    read('/etc/ssh/ssh_config', '/etc/ssh', 0)
  }
  return { literal, patterns, renames, asksPrograms }
}

/** The names in `Match originalhost a,b host c*`, and whether a program is asked, too. */
function matchNames(values: readonly string[]): {
  readonly names: readonly string[]
  readonly exec: boolean
} {
  const names: string[] = []
  let exec = false
  for (let at = 0; at < values.length; at++) {
    const [keyword = '', attached] = (values[at] ?? '').split(/=(.*)/s)
    const criterion = keyword.toLowerCase()
    if (['all', 'canonical', 'final'].includes(criterion.replace(/^!/, ''))) continue
    const value = attached ?? values[++at] ?? ''
    exec ||= criterion === 'exec'
    if (criterion === 'host' || criterion === 'originalhost') names.push(...value.split(','))
  }
  return { names, exec }
}

/** `Keyword value "quoted value"`, also `Keyword=value`. */
function words(line: string): readonly string[] {
  const content = line.trim()
  if (content.startsWith('#')) return []
  const found = /^(\S+?)(?:\s*=\s*|\s+)(.*)$/.exec(content)
  if (!found) return [content]
  const values = [...(found[2] ?? '').matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2] ?? '')
  const comment = values.findIndex(value => value.startsWith('#'))
  return [found[1] ?? '', ...(comment < 0 ? values : values.slice(0, comment))]
}

/** Wildcards only in the last part: what people write in Include. */
function expand(value: string, folder: string): readonly string[] {
  const home = value.replace(/^~(?=\/)/, homedir())
  const path = isAbsolute(home) ? home : join(folder, home)
  if (!/[*?]/.test(path)) return [path]
  try {
    return readdirSync(dirname(path))
      .filter(name => matchesGlob(basename(path), name) && !name.startsWith('.'))
      .sort()
      .map(name => join(dirname(path), name))
  } catch {
    return []
  }
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
