/** `ops db queue` parks a flood and brings it back, beside the three statements by hand; then how long workers wait meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startHost } from '../test/hosts/start.ts'
import { measure } from './measure.ts'
import { median } from './median.ts'
import { root } from './places.ts'

/** A ratio above 1: it takes that many times longer than by hand. */
export interface QueueRow {
  readonly who: string
  readonly parkSeconds: number
  readonly dripSeconds: number
  readonly ratio: number
  readonly peakMegabytes?: number
  /** The longest UPDATE by which one of four workers took a job meanwhile. */
  readonly longestReserveMs?: number
}

const batch = 10_000
const table = `(id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, priority INT NOT NULL DEFAULT 0, attempts INT NOT NULL DEFAULT 0,
  handler TEXT NOT NULL, last_error TEXT, run_at DATETIME, locked_at DATETIME, failed_at DATETIME, locked_by VARCHAR(255),
  queue VARCHAR(255), created_at DATETIME, updated_at DATETIME, KEY delayed_jobs_priority (priority, run_at)) DEFAULT CHARSET=utf8mb4`
const waits = `queue = 'mail' AND locked_at IS NULL AND locked_by IS NULL AND failed_at IS NULL`

/** Where a batch ends, INSERT ... SELECT and DELETE, each batch a transaction; with the workers' UPDATE of delayed_job. */
export const jobsSql = (jobs: number): string => `USE bench;
CREATE TABLE seed ${table}; CREATE TABLE waits (ms DOUBLE); CREATE TABLE stop (now INT);
INSERT INTO seed (priority, handler, run_at, queue, created_at, updated_at)
  SELECT seq % 3, CONCAT('--- !ruby/object:Mail ', REPEAT(MD5(seq), 5)), NOW() - INTERVAL 1 HOUR, 'mail', NOW(), NOW() FROM seq_1_to_${jobs};
DELIMITER //
CREATE PROCEDURE park() BEGIN
  CREATE TABLE hand_parked LIKE hand;
  REPEAT
    SET @last = NULL;
    START TRANSACTION;
    SELECT MIN(id) INTO @last FROM (SELECT id FROM hand WHERE ${waits} ORDER BY id DESC LIMIT ${batch}) AS newest;
    INSERT INTO hand_parked SELECT * FROM hand WHERE id >= @last AND ${waits};
    DELETE FROM hand WHERE id >= @last AND ${waits};
    COMMIT;
  UNTIL @last IS NULL END REPEAT;
END //
CREATE PROCEDURE drip() BEGIN
  REPEAT
    SET @last = NULL;
    START TRANSACTION;
    SELECT MAX(id) INTO @last FROM (SELECT id FROM hand_parked ORDER BY id LIMIT ${batch}) AS oldest;
    INSERT INTO hand SELECT * FROM hand_parked WHERE id <= @last;
    DELETE FROM hand_parked WHERE id <= @last;
    COMMIT;
  UNTIL @last IS NULL END REPEAT;
END //
CREATE PROCEDURE worker(me VARCHAR(50)) BEGIN
  DECLARE CONTINUE HANDLER FOR 1205, 1213 SET @lost = 1;
  WHILE (SELECT COUNT(*) FROM stop) = 0 DO
    SET @now = NOW(), @begun = SYSDATE(6);
    UPDATE ops SET locked_at = @now, locked_by = me WHERE ((run_at <= @now AND (locked_at IS NULL OR
      locked_at < @now - INTERVAL 14400 SECOND) OR locked_by = me) AND failed_at IS NULL) AND queue IN ('mail')
      ORDER BY priority ASC, run_at ASC LIMIT 1;
    INSERT INTO waits VALUES (TIMESTAMPDIFF(MICROSECOND, @begun, SYSDATE(6)) / 1000);
    DO SLEEP(0.01);
    DELETE FROM ops WHERE locked_by = me;
  END WHILE;
END //
DELIMITER ;`

/** Measures; needs root. */
export async function benchQueue(
  tell: (text: string) => void,
  jobs = 200_000,
  rounds = 5,
): Promise<readonly QueueRow[]> {
  const host = await startHost({ withPackages: ['mariadb-server'] })
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-queue-'))
  const sql = (input: string): Promise<string> => host.read('mariadb -BN bench', { input })
  const count = async (name: string): Promise<number> => Number(await sql(`SELECT COUNT(*) FROM ${name}`))
  let peakBytes = 0
  const ops = async (direction: 'park' | 'drip'): Promise<number> => {
    const program = [process.execPath, join(root, 'dist/cli.js'), 'db', 'queue', direction, host.name]
    const more = direction === 'drip' ? ['--when-below', '999999999', '--watch'] : []
    const argv = [...program, 'bench.ops', '--queue', 'mail', '--yes', ...more, '-F', host.sshConfig]
    const { seconds, peakBytes: peak } = await measure({ argv, cwd: folder, env: { HOME: folder } })
    peakBytes = Math.max(peakBytes, peak)
    return seconds
  }
  const hand = (direction: 'park' | 'drip'): Promise<number> =>
    measure({
      argv: ['ssh', '-F', host.sshConfig, host.name, `mariadb bench -e 'CALL ${direction}()'`],
      cwd: folder,
    }).then(({ seconds }) => seconds)
  const ways = [
    ['by hand', 'hand', hand],
    ['ops', 'ops', ops],
  ] as const
  const fill = (name: string): Promise<string> =>
    sql(
      `DROP TABLE IF EXISTS ${name}, ${name}_parked, ${name}_parked_counts; CREATE TABLE ${name} LIKE seed; INSERT INTO ${name} SELECT * FROM seed`,
    )
  const park = new Map<string, number[]>()
  const drip = new Map<string, number[]>()
  const add = (to: Map<string, number[]>, who: string, value: number): void =>
    void to.set(who, [...(to.get(who) ?? []), value])
  const checkAt = async (name: string, live: number): Promise<void> => {
    const found = [await count(name), await count(`${name}_parked`)]
    if (found[0] !== live || found[1] !== jobs - live)
      throw new Error(`${name}: ${found.join(' and ')} of ${jobs} jobs: the round is void`)
  }
  try {
    tell(`making ${jobs.toLocaleString('en')} jobs ...`)
    await host.read('mariadb', { input: `CREATE DATABASE bench; ${jobsSql(jobs)}` })
    for (let round = 0; round < rounds; round++) {
      for (const [who, name, move] of ways) {
        await fill(name)
        add(park, who, await move('park'))
        await checkAt(name, 0)
        add(drip, who, await move('drip'))
        await checkAt(name, jobs)
      }
      tell(
        `round ${round + 1}: ${ways.map(([who]) => `${who} park ${park.get(who)?.at(-1)?.toFixed(2)} s, drip ${drip.get(who)?.at(-1)?.toFixed(2)} s`).join('; ')}`,
      )
    }
    await fill('ops')
    const workers = [1, 2, 3, 4].map(number => host.read(`mariadb bench -e "CALL worker('${number}')"`))
    try {
      await ops('park')
      await ops('drip')
    } finally {
      await sql('INSERT INTO stop VALUES (1)')
      await Promise.all(workers)
    }
    const longest = Number(await sql('SELECT MAX(ms) FROM waits'))
    tell(`beside four workers: their longest UPDATE took ${Math.round(longest)} ms`)
    const total = (who: string): number => median(park.get(who) ?? []) + median(drip.get(who) ?? [])
    return ways.map(([who]) => ({
      who,
      parkSeconds: median(park.get(who) ?? []),
      dripSeconds: median(drip.get(who) ?? []),
      ratio: total(who) / total('by hand'),
      ...(who === 'ops' && {
        peakMegabytes: Math.round(peakBytes / 1e6),
        longestReserveMs: Math.round(longest),
      }),
    }))
  } finally {
    await host.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
