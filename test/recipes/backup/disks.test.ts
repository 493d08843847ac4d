import { expect, onTestFinished, test } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import { attach, damages, detach, makeImages } from '../disks.ts'
import { usePlaces } from './use-places.ts'

describeReal('guarded-backup', () => {
  const { host, folder, place } = usePlaces({ loopDevices: true })

  test('a source on a damaged file system replaces nothing', async () => {
    const { source, to, apply, generations } = await place('rotten')
    await host().read(`${makeImages}\n${damages['ext4-inodes']}`)
    const [good = ''] = await attach(host(), ['ext4'])
    await host().read(`rm -r ${source}/*; mount -o ro ${good} ${source}`)
    expect((await apply()).code).toBe(0)
    await host().read(`umount ${source}`)
    await detach(host(), [good])
    const kept = await generations()
    const copy = await host().read(
      `cd ${to}/${kept[0]}${source} && find . -type f -exec sha256sum {} + | sort`,
    )

    const [bad = ''] = await attach(host(), ['ext4-inodes'])
    onTestFinished(() => detach(host(), [bad]))
    await host().read(`mount -o ro,noload ${bad} ${source}`)
    const refused = await apply()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /\/srv\/rotten cannot be read whole: rsync: .*(Bad message|Structure needs cleaning)/,
    )
    expect(await generations()).toEqual(kept)
    expect(
      await host().read(`cd ${to}/${kept[0]}${source} && find . -type f -exec sha256sum {} + | sort`),
    ).toBe(copy)
  })

  test('a destination that is full, or not mounted, keeps what it has', async () => {
    const { source, argv, generations } = await place('full')
    await host().read('truncate -s 20M /srv/small; mkfs.ext4 -q /srv/small; mkdir -p /backup/full')
    const unmounted = await folder().answer(['apply', ...argv, '--yes', '--mounted'])
    expect(unmounted.code).toBe(1)
    expect(unmounted.stderr).toContain('/backup/full is on the file system of /: is the backup disk mounted?')
    const device = (await host().read('losetup --find --show /srv/small')).trim()
    onTestFinished(() => detach(host(), [device]))
    await host().read(`mount ${device} /backup/full; rmdir /backup/full/lost+found`)
    expect((await folder().answer(['apply', ...argv, '--yes', '--mounted'])).code).toBe(0)
    const kept = await generations()
    await host().read(`head -c 40M /dev/urandom >${source}/big`)
    const full = await folder().answer(['apply', ...argv, '--yes', '--mounted'])
    expect(full.code).toBe(1)
    expect(full.stderr).toMatch(/No space left on device.*; the copies that were there are as they were/)
    expect(await generations()).toEqual(kept)
  })
})
