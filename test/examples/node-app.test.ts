import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Folder } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { comesAbout, examplesFolder, runOn } from './set-up.ts'
import { putVendorRepository } from './vendor-repository.ts'

const program = '/opt/node-of-this-machine'

const server = `require('node:http').createServer((request, response) => {
  response.end([request.headers.host, process.env.API_TOKEN, process.getuid() !== 0, VERSION].join(' '))
}).listen(process.env.PORT, '127.0.0.1')
`

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

  /** What the branch holds from now on. */
  const push = (version: number) =>
    host().read(`set -e; [ -d /srv/origin.git ] || git init -q --bare -b main /srv/origin.git
[ -d /root/work ] || git clone -q /srv/origin.git /root/work 2>/dev/null; cd /root/work; git checkout -q -B main
echo ${Buffer.from(server.replace('VERSION', String(version))).toString('base64')} | base64 -d >server.js
echo 'require("node:fs").writeFileSync(process.env.HOME ? "/var/lib/app/ran" : "", "yes")' >nightly.js
git add .; git -c user.name=x -c user.email=x@example.com commit -qm ${version}; git push -q origin main`)
  const answer = () =>
    host().read(
      'perl -MIO::Socket::INET -e \'$s = IO::Socket::INET->new("127.0.0.1:80") or die; print $s "GET / HTTP/1.0\\r\\nHost: app.example.org\\r\\n\\r\\n"; print <$s>\' | tail -n 1',
    )

  test('is done in one run, answers through nginx with its secret, and a new commit is the next answer', async () => {
    await push(1)
    const vendor = await putVendorRepository(host(), '/srv/vendor', program)
    const ops = runOn(folder, host(), 'node-app', { OPS_PARAM_TOKEN: 'token-of-the-test' })
    const apply = () =>
      ops.apply(
        ...['--repository', '/srv/origin.git', '--domain', 'app.example.org', '--vendor', 'file:/srv/vendor'],
        ...['--vendor-key', vendor.key, '--fingerprint', vendor.fingerprint],
      )
    await comesAbout(apply)
    expect(await answer()).toBe('app.example.org token-of-the-test true 1')
    await push(2)
    const next = await apply()
    expect([next.code, next.stdout]).toEqual([0, expect.not.stringContaining('token-of-the-test')])
    expect(await answer()).toBe('app.example.org token-of-the-test true 2')
    await host().read('systemctl start app-nightly.service')
    expect(await host().read('cat /var/lib/app/ran')).toBe('yes')
  }, 600_000)
})
