/** After every edit of a unit, the manager of a booted host has loaded what was asked, and all else as before. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { Place, shells } from '../shells.ts'
import { type Chance, equals, indents } from './oracle/chance.ts'
import { asks, type Dialect, same } from './oracle/dialect.ts'
import type { Reader } from './oracle/readers.ts'
import { sweep } from './oracle/sweep.ts'

const edits = Number(process.env.OPS_ORACLE ?? 40)

const values = {
  Description: ['a b', 'x # y', 'p ; q', 'k=v'],
  User: ['nobody', 'daemon'],
  SyslogIdentifier: ['abc', 'def'],
  ExecStart: ['/bin/echo a', '/bin/true', '/bin/echo "b c"'],
  Environment: ['A=1', 'B=2 C=3'],
} as const
type Key = keyof typeof values
const sectionOf = (key: Key): string => (key === 'Description' ? 'Unit' : 'Service')

function lines(given: Chance): readonly string[] {
  if (given.percent(15)) return [given.pick(['', `# ${given.mark()}`, ` ; ${given.mark()}`, '#User=x'])]
  const key = given.pick(Object.keys(values)) as Key
  const value = given.percent(15) ? '' : given.pick<string>(values[key])
  const isBroken = value.includes(' ') && given.percent(50)
  const comment = given.percent(30) ? `\n# ${given.mark()}` : ''
  const written = isBroken ? value.replace(' ', ` \\${comment}\n  `) : value
  const section = sectionOf(key)
  return [
    `[${section}]`,
    `${given.pick(indents)}${key}${given.pick(equals)}${written}${given.pick(['', '', ' '])}`,
  ]
}

const unit: Dialect = {
  file: 'a.service',
  readers: [],
  made: 50,
  text(given) {
    const first = ['[Service]', 'Type=oneshot', 'RemainAfterExit=yes', 'ExecStop=/bin/true']
    return [...first, ...given.times(0, 7, () => lines(given)).flat()].map(line => `${line}\n`).join('')
  },
  asked(given) {
    const key = given.pick(Object.keys(values)) as Key
    const read = same(...values[key]).map(([value, meaning]) => [value, meaning.replaceAll('"', '')] as const)
    return asks(given, {
      wanted: { format: 'systemd', section: sectionOf(key), key },
      name: key,
      values: read,
    })
  },
}

/** Loads all files as units of the host, and asks its manager for them. */
const manager =
  (leader: () => number | undefined): Reader =>
  files => {
    const names = files.map((_, index) => `ops-oracle-${index}.service`)
    const script = [
      'rm -f /run/systemd/system/ops-oracle-*',
      ...files.map(
        (file, index) =>
          `echo ${readFileSync(file).toString('base64') || 'Cg=='} | base64 -d >/run/systemd/system/${names[index]}`,
      ),
      `systemctl daemon-reload && systemctl show -p Id,LoadState,${Object.keys(values).join()} ${names.join(' ')}`,
    ].join('\n')
    const enter = ['-t', String(leader()), '-a', '--', '/bin/sh']
    const { stdout, status, stderr } = spawnSync('nsenter', enter, { input: script, encoding: 'utf8' })
    if (status !== 0) throw new Error(`the manager did not answer: ${stderr}`)
    return stdout
      .trim()
      .split('\n\n')
      .map(block => {
        const found = new Map(block.split('\n').map(line => line.split(/=(.*)/s) as [string, string]))
        const commands = [...block.matchAll(/argv\[\]=(.*?) ;/g)].map(([, argv]) => argv)
        if (found.get('LoadState') !== 'loaded') return undefined
        found.set('ExecStart', commands.join(' | '))
        const id = found.get('Id')
        return new Map([...found].filter(([key, value]) => key !== 'Id' && value !== '' && value !== id))
      })
  }

describeReal('a unit', () => {
  const host = useHost()

  test('means to systemd what an option of it says', { timeout: 120_000 + 500 * edits }, () => {
    const place = new Place(shells[0] ?? { name: 'sh', argv: ['/bin/sh'] })
    onTestFinished(() => place.remove())
    const own = manager(() => host().leader)
    const { made, asWanted, wrong } = sweep(place, { ...unit, own }, 1, edits)
    expect(wrong.slice(0, 3).join('\n\n')).toBe('')
    expect((100 * (made + asWanted)) / edits).toBeGreaterThanOrEqual(unit.made)
  })
})
