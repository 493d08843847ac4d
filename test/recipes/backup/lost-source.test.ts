import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { usePlaces } from './use-places.ts'

describeReal('guarded-backup', () => {
  const { host, place } = usePlaces({ loopDevices: false })

  test('a source that is empty, shrunken, emptied or away replaces nothing, unless that was meant', async () => {
    const { source, apply, check, generations } = await place('guard')
    await apply()
    const kept = await generations()
    const refusal = async (damage: string, expected: RegExp) => {
      await host().read(`cp -a ${source} ${source}.good; cd ${source}; ${damage}`)
      const refused = await apply()
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(expected)
      expect(refused.stderr).toContain(`(the copy of ${kept[0]} is kept)`)
      expect((await check()).code).not.toBe(0)
      expect(await generations()).toEqual(kept)
      await host().read(`rm -rf ${source}; mv ${source}.good ${source}`)
    }
    await refusal(
      'rm -r ./*',
      /\/srv\/guard is empty now, its copy holds 11 files \(176 KiB\): add --accept-shrink/,
    )
    await refusal('for i in *; do [ ! -f $i ] || : >$i; done', /\/srv\/guard has shrunk to 11 files \(2 B\)/)
    await refusal(
      'rm f1 f2 f3 f4 f5 f6',
      /\/srv\/guard has shrunk to 5 files \(59 KiB\), its copy holds 11 files \(176 KiB\)/,
    )
    await refusal(
      ': >f2',
      /1 file below \/srv\/guard became empty, first \/srv\/guard\/f2: add --accept-shrink/,
    )
    await refusal(`mv ${source} ${source}.away`, /\/srv\/guard is not there: is its disk mounted\?/)
    await host().read(`rm -rf ${source}.away`)
    await refusal(
      `cd /; mv ${source} ${source}.real; ln -s ${source}.real ${source}`,
      /is a symbolic link to \/srv\/guard.real/,
    )
    expect((await apply()).stdout).toContain('nothing to do')

    // A log may be emptied, and a small loss is everyday life.
    await host().read(`cd ${source}; : >app.log; rm f7`)
    expect((await apply()).code).toBe(0)
    await host().read(`cd ${source}; rm f1 hard f2 f3 f4 f5`)
    expect((await apply()).code).toBe(1)
    expect((await apply('--accept-shrink')).code).toBe(0)
    expect((await apply()).stdout).toContain('nothing to do')
    expect(await generations()).toHaveLength(3)
  })

  test('one dump that dwindled or holds nothing replaces nothing, however large its neighbours are', async () => {
    const { source, apply, generations } = await place('dumps')
    await host().read(`cd ${source}; head -c 3000000 /dev/urandom >big.tar
      head -c 60000 /dev/urandom | od -An -tx1 >shop.sql; gzip -kf shop.sql
      for day in 18 19 20; do cp shop.sql day-2026-11-$day.sql; done`)
    expect((await apply()).code).toBe(0)
    const kept = await generations()
    const refusal = async (damage: string, expected: RegExp) => {
      await host().read(`cp -a ${source} ${source}.good; cd ${source}; ${damage}`)
      const refused = await apply()
      expect(refused.code).toBe(1)
      expect(refused.stderr).toMatch(expected)
      expect(await generations()).toEqual(kept)
      await host().read(`rm -rf ${source}; mv ${source}.good ${source}`)
    }
    await refusal(
      'gzip -c </dev/null >shop.sql.gz',
      /first \/srv\/dumps\/shop.sql.gz with 20 B where .* is usual/,
    )
    await refusal(
      'head -c 50000 shop.sql >shop.new; mv shop.new shop.sql',
      /first \/srv\/dumps\/shop.sql with 49 KiB where 179 KiB is usual/,
    )
    await refusal(
      'head -c 9000 shop.sql >day-2026-11-21.sql',
      /first \/srv\/dumps\/day-2026-11-21.sql with 8.8 KiB/,
    )
    await refusal(
      'gzip -c </dev/null >new.sql.gz',
      /\/srv\/dumps\/new.sql.gz: it unpacks to nothing: run the dump again/,
    )
    await refusal('echo "pg_dump: error: no" >new.dump', /it holds only a message: pg_dump: error: no/)
    await host().read(`cd ${source}; cp shop.sql day-2026-11-21.sql`)
    expect((await apply()).code).toBe(0)
  })
})
