/** A check as `zabbix-check` installs it beside `mariadb -BNe`, and `ops db check` from here beside two starts of Node and an ssh. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHost } from '../test/hosts/start.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

export interface CheckRow {
  readonly who: string
  readonly milliseconds: number
  /** Of what it is compared with. */
  readonly ratio?: number
}

const calls = 50
const select = 'SELECT 1 FROM bench.imports WHERE day = CURDATE()'
const seed = `CREATE DATABASE bench; CREATE TABLE bench.imports (day DATE PRIMARY KEY); INSERT INTO bench.imports VALUES (CURDATE());
  CREATE USER zabbix@localhost IDENTIFIED VIA unix_socket; GRANT SELECT ON bench.* TO zabbix@localhost`

/** Measures; needs root. */
export async function benchCheck(tell: (text: string) => void, rounds = 5): Promise<readonly CheckRow[]> {
  const host = await startHost({ withPackages: ['mariadb-server', 'zabbix-agent'] })
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-check-'))
  const program = [process.execPath, join(root, 'dist/cli.js')]
  const here = async (...argv: readonly string[]): Promise<number> =>
    (await measure({ argv, cwd: folder, env: { HOME: folder } })).seconds * 1_000
  /** The mean of some calls, as the agent makes them. */
  const there = async (command: string): Promise<number> => {
    const loop = `i=0; while [ $i -lt ${calls} ]; do said=$(${command}) && [ "$said" = 1 ] || exit 1; i=$((i + 1)); done`
    const file = '/var/tmp/bench-check'
    await host.read(`cat >${file}`, { input: loop })
    const begun = Number(await host.read(`date +%s%N`))
    return (Number(await host.read(`runuser -u zabbix -- sh ${file} && date +%s%N`)) - begun) / 1e6 / calls
  }
  const ways: readonly (readonly [string, () => Promise<number>])[] = [
    ['mariadb -BNe, on the server', () => there(`mariadb -BNe '${select}'`)],
    ['the item of zabbix-check, on the server', () => there('/etc/zabbix/ops-checks/bench')],
    ['node -e 0', () => here(process.execPath, '-e', '0')],
    ['ssh HOST true', () => here('ssh', '-F', host.sshConfig, host.name, 'true')],
    ['ops db check', () => here(...program, 'db', 'check', host.name, select, '-F', host.sshConfig)],
  ]
  try {
    await host.read('mariadb', { input: seed })
    await here(
      ...program,
      ...['apply', 'zabbix-check', host.name, '--key', 'bench', '--query', select, '--yes'],
      ...['-F', host.sshConfig],
    )
    const taken = new Map<string, number[]>()
    for (let round = 0; round < rounds; round++) {
      for (const [who, take] of ways) taken.set(who, [...(taken.get(who) ?? []), await take()])
      tell(
        `round ${round + 1}: ${[...taken].map(([who, each]) => `${who} ${each.at(-1)?.toFixed(1)} ms`).join(', ')}`,
      )
    }
    const typical = (at: number): number => median(taken.get(ways[at]?.[0] ?? '') ?? [])
    const against: Readonly<Record<number, number>> = {
      1: typical(0),
      4: 2 * typical(2) + typical(3),
    }
    const rows = ways.map(([who], at) => ({
      who,
      milliseconds: typical(at),
      ...(against[at] !== undefined && { ratio: typical(at) / against[at] }),
    }))
    for (const { who, milliseconds, ratio } of rows)
      tell(`${who}: ${milliseconds.toFixed(1)} ms${ratio === undefined ? '' : `, ratio ${ratio.toFixed(2)}`}`)
    return rows
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
