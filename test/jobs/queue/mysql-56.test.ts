/** `ops db queue` on Oracle's MySQL 5.6, which waits for locks instead of leaving rows out, by its socket on this machine. */
import { expect, test } from 'vitest'
import type { Outcome } from '../../cli/run-ops.ts'
import { describeMysql56, useMysql56 } from '../../mysql/use-mysql-56.ts'

const jobs = `CREATE DATABASE rails; USE rails; CREATE TABLE delayed_jobs (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        priority INT NOT NULL DEFAULT 0, handler TEXT NOT NULL, run_at DATETIME, locked_at DATETIME, failed_at DATETIME,
        locked_by VARCHAR(255), queue VARCHAR(255), KEY delayed_jobs_priority (priority, run_at)) DEFAULT CHARSET=utf8;
        INSERT INTO delayed_jobs (handler, run_at, queue) VALUES ${Array.from({ length: 3_000 }, () => "('x', NOW(), 'mail')").join(',')}`

describeMysql56('ops db queue', () => {
  const { eyes, folder, moreEyes } = useMysql56(jobs)
  const queue = (verb: string, ...argv: string[]): Promise<Outcome> =>
    folder().answer(['db', 'queue', verb, 'old', 'rails.delayed_jobs', '--queue', 'mail', ...argv])

  test('parks around jobs that a worker is just reserving or is at, and brings all back', async () => {
    const worker = await moreEyes()
    await worker.run(`USE rails; UPDATE delayed_jobs SET locked_at = NOW(), locked_by = 'v' WHERE id = 2200;
      START TRANSACTION; UPDATE delayed_jobs SET locked_at = NOW(), locked_by = 'w' WHERE id = 1500;
      UPDATE delayed_jobs SET handler = 'y' WHERE id = 2200`)
    const parking = queue('park', '--yes', '--batch', '100')
    // Its moves go past the job that is held, and is no row of theirs to lock, down to those of the one that seems to wait, and wait there.
    const down = 'SELECT COUNT(*) FROM rails.delayed_jobs WHERE id > 1600 AND id <> 2200'
    await expect.poll(() => eyes().rows(down), { interval: 20, timeout: 300_000 }).toEqual([['0']])
    await worker.run('COMMIT')
    const parked = await parking
    expect(parked.stderr).toBe('')
    expect(parked.stdout).toMatch(/parked +2,998 jobs/)
    expect(await eyes().rows('SELECT id, locked_by FROM rails.delayed_jobs')).toEqual([
      ['1500', 'w'],
      ['2200', 'v'],
    ])
    // By their number, which goes up to 3,000: asked for in many places by one statement.
    const sizes = await folder().answer(['db', 'sizes', 'old', 'rails', '--json'])
    expect(sizes.stdout).toMatch(
      /"table":"rails.delayed_jobs_parked",.*"rows":(29|30)\d\d,.*"ageFrom":"key",.*"archive":null/,
    )
    const back = await queue('drip', '--yes', '--watch', '--when-below', '100000')
    expect(back.stderr).toBe('')
    expect(await eyes().rows('SELECT COUNT(*), COUNT(DISTINCT id) FROM rails.delayed_jobs')).toEqual([
      ['3000', '3000'],
    ])
    const status = await queue('status')
    expect(status.stdout).toContain(
      '3,000 up to number 3000, the newest when parking began = 3,000 live + 0 parked + 0 done at least; 0 newer',
    )
  })

  test('a column that comes while jobs are parked ends it, and no job loses what it has there', async () => {
    await eyes().run(
      `USE rails; CREATE TABLE noted LIKE delayed_jobs; INSERT INTO noted (handler, queue) VALUES ('x', 'mail'), ('y', 'mail')`,
    )
    const parking = folder().answer([
      'db',
      'queue',
      'park',
      'old',
      'rails.noted',
      '--queue',
      'mail',
      '--yes',
      '--watch',
    ])
    const live = async () => (await eyes().rows('SELECT COUNT(*) FROM rails.noted'))[0]?.[0]
    await expect.poll(live, { timeout: 60_000 }).toBe('0')
    // It comes to the job when the column is there.
    await eyes().run(
      `USE rails; ALTER TABLE noted ADD note TEXT; INSERT INTO noted (handler, queue, note) VALUES ('z', 'mail', 'precious')`,
    )
    const ended = await parking
    expect(ended.stderr).toContain('it has the new column note')
    expect(ended.code).toBe(8)
    expect(await eyes().rows('SELECT handler, note FROM rails.noted')).toEqual([['z', 'precious']])
    expect(await eyes().rows('SELECT COUNT(*) FROM rails.noted_parked')).toEqual([['2']])
    const argv = ['old', 'rails.noted', '--queue', 'mail', '--yes']
    expect((await folder().answer(['db', 'queue', 'drip', ...argv])).stderr).toContain(
      'no longer has the columns',
    )
    await eyes().run('ALTER TABLE rails.noted_parked ADD note TEXT')
    expect(await folder().answer(['db', 'queue', 'park', ...argv])).toMatchObject({ code: 0, stderr: '' })
    expect(await folder().answer(['db', 'queue', 'drip', ...argv])).toMatchObject({ code: 0, stderr: '' })
    expect(await eyes().rows('SELECT COUNT(*), MAX(note) FROM rails.noted')).toEqual([['3', 'precious']])
  })
})
