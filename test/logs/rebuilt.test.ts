import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { folderWith, program } from '../cli/run-ops.ts'
import { hasPython, readCsv } from './read-csv.ts'

const whole =
  '192.0.2.7 - john smith [28/Nov/2026:08:15:00 +0100] "GET /a b?x=1,2 HTTP/1.1" 200 17 "http://r/" "UA (x, y); z"'
const pieces = [
  '"',
  ' ',
  '[',
  ']',
  '] "',
  ' [',
  '" ',
  ',',
  '-',
  '\r',
  '\0',
  '\xff',
  '" "',
  'x',
  '28/Nov/2026:08:15:00 +0100',
  'HTTP/1.1',
  '',
]

/** Lines that were damaged at up to four places, the same at each call. */
function damaged(count: number): readonly string[] {
  let seed = 11
  const next = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (seed >> 8) % below
  }
  return Array.from({ length: count }, () => {
    let line = whole
    for (let times = next(5); times > 0; times--) {
      const at = next(line.length + 1)
      line = line.slice(0, at) + pieces[next(pieces.length)] + line.slice(at + (next(5) >> 1))
    }
    return line
  })
}

const withoutReturn = (line: string) => line.replace(/\r$/, '')

describe.skipIf(!hasPython)('damaged lines', () => {
  const folder = folderWith({})
  afterAll(() => folder.remove())

  test('each is rejected as it was, or is a row from which it can be built again', () => {
    const lines = damaged(20_000)
    writeFileSync(join(folder.path, 'damaged.log'), `${lines.join('\n')}\n`, 'latin1')
    const shell = 'exec "$0" "$@" > out.csv'
    const argv = [program, 'logs', 'csv', '--format', 'combined', '--rejects', 'bad.log', 'damaged.log']
    spawnSync('sh', ['-c', shell, process.execPath, ...argv], { cwd: folder.path })
    const built = readCsv(join(folder.path, 'out.csv'))
      .slice(1)
      .map(
        ([address, ident, user, time, request, method, target, protocol, status, bytes, referer, agent]) => {
          if (method !== '')
            expect(request).toBe(`${method} ${target}${protocol === '' ? '' : ` ${protocol}`}`)
          return `${address} ${ident} ${user} [${time}] "${request}" ${status} ${bytes} "${referer}" "${agent}"`
        },
      )
    const bad = readFileSync(join(folder.path, 'bad.log'), 'latin1').split('\n').slice(0, -1)
    expect(built.length).toBeGreaterThan(5000)
    expect(bad.length).toBeGreaterThan(5000)
    expect([...built, ...bad].map(withoutReturn).sort()).toEqual(lines.map(withoutReturn).sort())
  })
})
