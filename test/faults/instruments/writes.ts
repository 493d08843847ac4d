/** The changes of files that ops can make, as data: what is there before, and the shell that changes it. */
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import type { Resource } from '../../../src/engine/resource.ts'
import { file } from '../../../src/resources/file.ts'
import { line } from '../../../src/resources/line.ts'
import { link } from '../../../src/resources/link.ts'
import { option } from '../../../src/resources/option.ts'
import { parsed } from '../../resources/shells.ts'

/** Larger than any buffer on the way, so that it is written in several calls. */
const [oldText, newText] = ['old content\n'.repeat(14_000), 'new content, longer\n'.repeat(12_000)]
const settings = '# mine\r\n[server]\nport = 1\nport = 2\n!includedir /etc/x\n[client]\nport=3'
const owner = process.getuid?.() === 0 ? '77' : undefined

// biome-ignore lint/suspicious/noExplicitAny: params of several resources meet here.
type AnyResource = Resource<any, any>

export interface Write {
  readonly name: string
  readonly resource: AnyResource
  /** Puts there what a host would have before. */
  before(path: string): void
  params(path: string): unknown
  /** The shell that is put to the test, where that is not what the engine would send. */
  readonly instead?: (path: string) => string
  /** Further steps of the resource that are done together with this one. */
  readonly together?: (path: string) => readonly unknown[]
}

const conf = (path: string, text: string, mode: number): void => {
  writeFileSync(path, text)
  chmodSync(path, mode)
}

export const writes: readonly Write[] = [
  {
    name: 'a file is replaced',
    resource: file.definition,
    before: path => conf(path, oldText, 0o600),
    params: path => parsed(file, { path, content: newText, mode: '0640', validate: 'test -s %s' }),
  },
  {
    name: 'a file is made',
    resource: file.definition,
    before: () => undefined,
    params: path => parsed(file, { path, content: newText, mode: '0600', ...(owner && { owner }) }),
  },
  {
    name: 'mode and owner change',
    resource: file.definition,
    before: path => conf(path, oldText, 0o640),
    params: path => parsed(file, { path, mode: '0600', ...(owner && { owner }) }),
  },
  {
    name: 'a file is removed',
    resource: file.definition,
    before: path => conf(path, oldText, 0o640),
    params: path => parsed(file, { path, state: 'absent' }),
  },
  {
    name: 'one key of a file is set',
    resource: option.definition,
    before: path => conf(path, settings, 0o640),
    params: path => parsed(option, { path, section: 'server', key: 'port', value: '4' }),
  },
  {
    name: 'one line of a file is replaced',
    resource: line.definition,
    before: path => conf(path, 'a\nPort 22\nb', 0o600),
    params: path => parsed(line, { path, line: 'Port 2222', match: '^Port ' }),
  },
  {
    name: 'a link is replaced',
    resource: link.definition,
    before: path => symlinkSync('old', path),
    params: path => parsed(link, { path, to: 'new' }),
  },
  {
    name: 'links are replaced and made as one',
    resource: link.definition,
    before: path => symlinkSync('old', path),
    params: path => parsed(link, { path, to: 'new' }),
    together: path =>
      ['more', 'most', 'last'].map(each => parsed(link, { path: `${path}.${each}`, to: each })),
  },
  {
    name: 'three files are written as one',
    resource: file.definition,
    before: path => conf(path, oldText, 0o640),
    params: path => parsed(file, { path, content: newText }),
    together: path => [
      parsed(file, { path: `${path}.more`, content: 'one more\n', mode: '0600', ...(owner && { owner }) }),
      parsed(file, { path: `${path}.most`, content: newText }),
    ],
  },
  {
    name: 'files are written, removed and validated as one',
    resource: file.definition,
    before: path => {
      conf(path, oldText, 0o640)
      conf(`${path}.gone`, 'old\n', 0o640)
    },
    params: path => parsed(file, { path, content: newText }),
    together: path => [
      parsed(file, { path: `${path}.gone`, state: 'absent' }),
      parsed(file, { path: `${path}.most`, content: newText, validate: 'test -s %s' }),
    ],
  },
  {
    name: 'keys of two files are set as one',
    resource: option.definition,
    before: path => conf(path, settings, 0o640),
    params: path => parsed(option, { path, section: 'server', key: 'port', value: '4' }),
    together: path => [
      parsed(option, { path, section: 'client', key: 'host', value: 'h' }),
      parsed(option, { path: `${path}.more`, key: 'a', value: '1' }),
    ],
  },
  {
    name: 'a file is put back',
    resource: file.definition,
    before: path => conf(path, oldText, 0o600),
    params: path => parsed(file, { path, content: newText, mode: '0640' }),
    instead: path => `ops_restore ${path}`,
  },
]
