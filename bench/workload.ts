/** The 50 steps that every contender does: as data, so that nobody's version of them can drift. */

/** One file: its folder is one of `directories`. */
export interface FileStep {
  readonly path: string
  readonly content: string
}

/** One key of an ini-style file. */
export interface OptionStep {
  readonly path: string
  readonly section: string
  readonly key: string
  readonly value: string
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

/** Small servers, installed beforehand: what a first run changes are the files. */
export const packages = ['cron', 'nginx-light', 'memcached', 'rsyslog', 'tinyproxy'] as const

/** What the contenders need on the host: Ansible's modules are Python, and its apt module wants a library. */
export const hostPackages = [...packages, 'python3', 'python3-apt'] as const

export const units = ['cron', 'nginx', 'memcached', 'rsyslog', 'tinyproxy'] as const

export const directories: readonly string[] = numbers(10).map(index => `/etc/bench/part${index}`)

export const files: readonly FileStep[] = numbers(20).map(index => ({
  path: `${directories[index % 10]}/file${index}.conf`,
  content: numbers(6)
    .map(line => `setting_${line} = value ${index} ${line}\n`)
    .join(''),
}))

export const iniFile = '/etc/bench.ini'

export const options: readonly OptionStep[] = numbers(10).map(index => ({
  path: iniFile,
  section: 'bench',
  key: `key${index}`,
  value: `value${index}`,
}))

/** How many of the 50 a first run changes: packages and services are there already. */
export const changes = directories.length + files.length + options.length
