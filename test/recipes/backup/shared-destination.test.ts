import { expect, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { usePlaces } from './use-places.ts'

describeReal('guarded-backup', () => {
  const { host, folder, place } = usePlaces({ loopDevices: false })

  test('each path is held against its own newest copy, whatever other paths were copied there since', async () => {
    const { source, apply, argv, generations } = await place('turns')
    await apply()
    await host().read('mkdir -p /srv/other; echo other >/srv/other/file')
    const other = argv.map(each => (each === source ? '/srv/other' : each))
    expect((await folder().answer(['apply', ...other, '--yes'])).code).toBe(0)
    const kept = await generations()
    await host().read(
      `cp -a ${source} ${source}.good; cd ${source}; for i in *; do [ ! -f $i ] || : >$i; done`,
    )
    const refused = await apply()
    expect(refused.stderr).toMatch(/\/srv\/turns has shrunk to 11 files \(2 B\), its copy holds 11 files/)
    expect([refused.code, await generations()]).toEqual([1, kept])
    await host().read(`rm -rf ${source}; mv ${source}.good ${source}`)
    // The newest copy of this path is as the source is: that another one was made since changes nothing.
    expect((await apply()).stdout).toContain('nothing to do')
    expect(await generations()).toEqual(kept)
  })

  test('backups of other paths that share a destination push none of its copies out', async () => {
    const { source, to, apply, argv, generations } = await place('shared')
    await apply()
    const first = await generations()
    await host().read('mkdir -p /srv/beside; echo beside >/srv/beside/file')
    const beside = argv.map(each => (each === source ? '/srv/beside' : each))
    const both = [...argv, '--paths', '/srv/beside']
    for (let turn = 0; turn < 3; turn++) {
      await host().read(`echo ${turn} >>/srv/beside/file`)
      expect((await folder().answer(['apply', ...beside, '--yes', '--keep', '1'])).code).toBe(0)
    }
    const plan = await folder().answer(['plan', ...both, '--keep', '1'])
    expect(plan.stdout).toContain('2 generations hold other paths and stay')
    expect((await folder().answer(['apply', ...both, '--yes', '--keep', '1'])).code).toBe(0)
    const all = await generations()
    expect(all).toHaveLength(3)
    expect(all).toContain(first[0])
    expect(await host().read(`cat ${to}/${all[1]}/srv/beside/file ${to}/${all[2]}/srv/beside/file`)).toBe(
      'beside\n0\n1\n2\n'.repeat(2),
    )
    for (const argv of [both, beside]) {
      expect((await folder().answer(['apply', ...argv, '--yes', '--keep', '1'])).stdout).toContain(
        'nothing to do',
      )
    }
  })

  test('a backup of a folder and one of a folder in it share a destination, and guard each other', async () => {
    const { source, to, argv, apply, generations } = await place('nested')
    const inner = argv.map(each => (each === source ? `${source}/sub` : each))
    const applyInner = () => folder().answer(['apply', ...inner, '--yes', '--keep', '1'])
    expect((await apply('--keep', '1')).code).toBe(0)
    const [outerOne = ''] = await generations()
    for (let turn = 0; turn < 2; turn++) {
      await host().read(`echo ${turn} >>${source}/sub/more`)
      expect((await applyInner()).code).toBe(0)
    }
    expect(await generations()).toEqual([outerOne, expect.any(String)])
    expect(
      await host().read(`find ${to} -name f3 -links +1 | wc -l; ls ${to}/*/${source}/f3 | wc -l`),
    ).toMatch(/^0\n1/)
    await host().read(`cp -a ${source} ${source}.good; rm ${source}/f*`)
    const refused = await apply('--keep', '1')
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('has shrunk to')])
    await host().read(`rm -rf ${source}; mv ${source}.good ${source}; echo last >>${source}/sub/more`)
    expect((await apply('--keep', '1')).code).toBe(0)
    const kept = await generations()
    expect(kept).toHaveLength(2)
    expect(await host().read(`cat ${to}/${kept[0]}${source}/sub/more`)).toBe('0\n1\n')
    expect(await host().read(`stat -c %h ${to}/${kept[1]}${source}/f3`)).toBe('1\n')
  })
})
