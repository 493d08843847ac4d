import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Folder } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { origin, push } from './origin.ts'
import { comesAbout, examplesFolder, runOn } from './set-up.ts'
import { putVendorRepository } from './vendor-repository.ts'

const program = '/opt/node-of-this-machine'

describeReal('an application of Node', () => {
  const host = useHost({
    withPackages: ['git'],
    storage: 'disk-without-sync',
    binds: [`${process.execPath}:${program}`],
  })
  let folder: Folder
  beforeAll(() => {
    folder = examplesFolder()
  })
  afterAll(() => folder?.remove())

  const answer = () =>
    host().read(
      'perl -MIO::Socket::INET -e \'$s = IO::Socket::INET->new("127.0.0.1:80") or die; print $s "GET / HTTP/1.0\\r\\nHost: app.example.org\\r\\n\\r\\n"; print <$s>\' | tail -n 1',
    )

  test('is done in one run, answers through nginx with its secret, and a new commit is the next answer', async () => {
    await push(host(), 1)
    const vendor = await putVendorRepository(host(), '/srv/vendor', program)
    const ops = runOn(folder, host(), 'node-app', { OPS_PARAM_TOKEN: 'token-of-the-test' })
    const apply = () =>
      ops.apply(
        ...['--repository', origin, '--domain', 'app.example.org', '--vendor', 'file:/srv/vendor'],
        ...['--vendor-key', vendor.key, '--fingerprint', vendor.fingerprint],
      )
    await comesAbout(apply)
    expect(await answer()).toBe('app.example.org token-of-the-test true 1')
    await push(host(), 2)
    const next = await apply()
    expect([next.code, next.stdout]).toEqual([0, expect.not.stringContaining('token-of-the-test')])
    expect(await answer()).toBe('app.example.org token-of-the-test true 2')
    await host().read('systemctl start app-nightly.service')
    expect(await host().read('cat /var/lib/app/ran')).toBe('yes')
  }, 600_000)
})
