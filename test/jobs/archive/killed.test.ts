/**
 * An archive that is killed again and again while others write: of every key that was ever committed, the newest form is in
 * the table or in the archive, never in both and never in none. A ledger that triggers keep is what is compared with. Of a
 * row that a writer itself changed and then deleted while it was being archived, the form that was saved is all there is.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { program } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { ledgerSays, ledgerSeed, nothingWrong, oldRowsOf } from '../ledger.ts'
import { useDatabase } from '../use-database.ts'

/** For an hour of it, a kill every ten seconds: `OPS_ARCHIVE_KILLS=360 OPS_ARCHIVE_EVERY_MS=10000 OPS_ARCHIVE_LATE=10`. */
const kills = Number(process.env.OPS_ARCHIVE_KILLS ?? 3)
const longestPauseMs = Number(process.env.OPS_ARCHIVE_PAUSE_MS ?? 150)
const leastMs = Number(process.env.OPS_ARCHIVE_EVERY_MS ?? 0)
const rows = Number(process.env.OPS_ARCHIVE_ROWS ?? 60_000)
/** Rows of each insert of a writer, all of them old: what there is to archive goes on coming. */
const late = Number(process.env.OPS_ARCHIVE_LATE ?? 1)

const oldRows = oldRowsOf(rows)
const seed = ledgerSeed(rows, late)

describeReal('ops db archive, killed', () => {
  const { host, folder, mariadb } = useDatabase()

  test(`${kills} times beside three writers, loses no row and keeps none twice`, async () => {
    await mariadb(seed)
    const writers = [1, 2, 3].map(() => host().exec('mariadb app -e "CALL writer()"'))
    const argv = [
      ...['db', 'archive', 'db1', 'app.t', '--older-than', '6mo', '--by', 'at', '--to', 'archive', '--yes'],
      ...['-F', host().sshConfig],
    ]
    const written = (): number =>
      ['receipts', 'done']
        .map(each => join(folder().path, 'archive', each))
        .reduce((sum, each) => sum + (existsSync(each) ? readdirSync(each).length : 0), 0)
    let killed = 0
    const ended: string[] = []
    while (killed < kills) {
      const rest = pause(leastMs)
      const child = spawn(process.execPath, [program, ...argv], {
        cwd: folder().path,
        env: { PATH: process.env.PATH, HOME: folder().path },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let said = ''
      for (const each of [child.stdout, child.stderr])
        each.setEncoding('utf8').on('data', text => (said += text))
      const closed = once(child, 'close')
      // Killed at work, however fast the machine is: some time after the first thing that it writes.
      const before = written()
      while (written() === before && child.exitCode === null) await pause(5)
      await Promise.race([closed, pause(Math.random() * longestPauseMs)])
      child.kill('SIGKILL')
      const [code] = (await closed) as [number | null]
      await rest
      if (code === null) {
        killed += 1
        continue
      }
      // One that was quicker than the kill leaves nothing to do for the next; one may find that the server still holds the lock of the one before.
      ended.push(`exit code ${code}: ${said}`)
      expect([0, 6], said).toContain(code)
      expect(ended.length, ended.join('\n')).toBeLessThan(kills * 10)
      if (code === 0) await mariadb(`USE app; ${oldRows}`)
    }
    await mariadb('INSERT INTO app.stop VALUES (1)')
    for (const writer of await Promise.all(writers)) expect(writer.code).toBe(0)
    let last = await folder().answer(argv)
    for (let tries = 0; last.code === 6 && tries < 50; tries++) {
      await pause(200)
      last = await folder().answer(argv)
    }
    expect(last.stderr).toBe('')
    expect(last.code).toBe(0)
    expect((await folder().answer(['db', 'archive', 'verify', 'archive'])).code).toBe(0)
    const restored = await folder().answer([
      ...['db', 'archive', 'restore', 'archive', '--into', 'app.again', '--yes', '-F', host().sshConfig],
    ])
    expect(restored.stderr).toBe('')
    expect(await mariadb(ledgerSays)).toBe(nothingWrong)
    const [archived] = (await mariadb('SELECT COUNT(*) FROM app.again')).trim().split('\t')
    // However slow the machine is: writers make many rows new meanwhile.
    expect(Number(archived)).toBeGreaterThan(rows / 10)
  }, 7_200_000)

  test.each([1, 2])(
    '%i signals end it, one after a chunk and two at once; the same command finishes what was left',
    async signals => {
      const base = `ended${signals}`
      const half = rows / 2
      await mariadb(`CREATE DATABASE ${base}; USE ${base}; CREATE TABLE t (id INT PRIMARY KEY, v CHAR(100), at DATETIME, KEY (at));
      INSERT INTO t SELECT seq, MD5(seq), '2020-01-01' FROM seq_1_to_${half}`)
      const argv = [
        ...['db', 'archive', 'db1', `${base}.t`, '--older-than', '6mo', '--by', 'at', '--to', base, '--yes'],
        ...['-F', host().sshConfig],
      ]
      // Its deletes wait for this lock, so that it cannot end by itself before the signal.
      const holder = host().exec(`mariadb ${base} -e "LOCK TABLES t READ; DO SLEEP(600)"`)
      const holding = "SELECT MAX(ID) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'DO SLEEP(600)%'"
      while ((await mariadb(holding)).trim() === 'NULL') await pause(50)
      const release = async (): Promise<void> => {
        await mariadb(`SELECT CONCAT('KILL ', (${holding})) INTO @k; EXECUTE IMMEDIATE @k`)
        await holder
      }
      const child = spawn(process.execPath, [program, ...argv], {
        cwd: folder().path,
        env: { PATH: process.env.PATH, HOME: folder().path },
        stdio: 'ignore',
      })
      const ended = once(child, 'exit')
      const receipts = join(folder().path, base, 'receipts')
      const hasSaved = (): boolean => existsSync(receipts) && readdirSync(receipts).length > 0
      while (!hasSaved() && child.exitCode === null) await pause(10)
      child.kill('SIGINT')
      // Two equal ones may arrive as one.
      if (signals === 2) child.kill('SIGTERM')
      if (signals === 1) await release()
      expect(await ended).toEqual([130, null])
      if (signals === 2) await release()
      expect(Number(await mariadb(`SELECT COUNT(*) FROM ${base}.t`))).toBeGreaterThan(0)
      let last = await folder().answer(argv)
      // The server may not have noticed yet that the connection of the lock is gone.
      for (let tries = 0; last.code === 6 && tries < 50; tries++) {
        await pause(200)
        last = await folder().answer(argv)
      }
      expect(last.stderr).toBe('')
      expect(await mariadb(`SELECT COUNT(*) FROM ${base}.t`)).toBe('0\n')
      expect((await folder().answer(['db', 'archive', 'verify', base])).code).toBe(0)
      await folder().answer([
        ...['db', 'archive', 'restore', base, '--into', `${base}.again`, '--yes', '-F', host().sshConfig],
      ])
      expect(await mariadb(`SELECT COUNT(*), SUM(v = MD5(id)) FROM ${base}.again`)).toBe(`${half}\t${half}\n`)
    },
  )
})
