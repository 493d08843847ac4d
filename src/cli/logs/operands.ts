/** Tells the files of this machine from those of hosts in `FILE... HOST:GLOB...`. */
import { existsSync } from 'node:fs'

export interface HostFiles {
  /** A host, a group or a glob of hosts, as everywhere. */
  readonly host: string
  /** Undefined: whatever access logs its own servers write. */
  readonly glob: string | undefined
}

export interface LogOperands {
  readonly files: readonly string[]
  readonly hostFiles: readonly HostFiles[]
}

/** As scp does: a colon before any slash ends a host, unless a file of that name is here. A port goes before the glob. */
const remote = /^((?:[^/:[\]]+@)?(?:\[[^\]/]+\]|[^/:[\]]+)(?::\d{1,5}(?=:))?):([\s\S]+)$/

/** With `takesHosts`, a word that is no file and has no slash is a host. */
export function logOperands(words: readonly string[], takesHosts = false): LogOperands {
  const files: string[] = []
  const hostFiles: HostFiles[] = []
  for (const word of words) {
    const [, host, glob] = remote.exec(word) ?? []
    const isFile = existsSync(word) || word === '-'
    if (!isFile && takesHosts && host === undefined && !word.includes('/')) {
      hostFiles.push({ host: word, glob: undefined })
    } else if (isFile || host === undefined || glob === undefined) files.push(word)
    else hostFiles.push({ host, glob })
  }
  return { files, hostFiles }
}
