/** Certificates of a real ACME server on a booted host: when one is issued, and what is seen of one that is there. */
import { expect, test } from 'vitest'
import { certificate } from '../../../src/resources/certificate.ts'
import { base, conf, describeWithPebble, live, usePebble } from './use-pebble.ts'

test.each([
  [{ names: ['*.example.org'] }, 'a wildcard needs a DNS plugin'],
  [{ names: ['localhost'] }, 'must be the whole name of a host'],
  [{ names: ['WWW.example.org'] }, 'in small letters'],
  [{ names: ['192.0.2.1'] }, 'must be the whole name of a host'],
  [{ names: ['a.example.org', 'a.example.org'] }, 'twice'],
  [{ names: ['a.example.org'], hook: `echo '''` }, 'put it into a script'],
  [{ names: ['a.example.org'], webroot: '/srv/a,b' }, 'without commas'],
])('%j is refused beforehand', (params, words) => {
  expect(certificate(params).problems.map(({ title }) => title)).toEqual([expect.stringContaining(words)])
})

describeWithPebble('a certificate', () => {
  const { host, ops, apply, applied, undone, serial, names } = usePebble()

  test('is issued by a webroot, asks for nothing more, and each place that differs is seen', async () => {
    const hook = `sh -c 'echo once, >>/root/hooked' # "as said"`
    await apply({ hook })
    expect(await names()).toBe('DNS:one.example.org, DNS:two.example.org\n')
    expect(await host().read('cat /root/hooked')).toBe('once,\n')
    const first = await serial()
    const again = await ops('apply', { hook, names: [...base.names].reverse().sort() }, '--json')
    const events = again.stdout
      .trimEnd()
      .split('\n')
      .map(text => JSON.parse(text))
    expect([again.code, Object.values(events.at(-1).trips)]).toEqual([0, [1]])
    // None of these is a reason for another certificate.
    await host().read('systemctl disable -q --now certbot.timer')
    expect((await ops('check', { hook })).code).toBe(2)
    await applied({ hook })
    expect(await host().read('systemctl is-enabled certbot.timer; systemctl is-active certbot.timer')).toBe(
      'enabled\nactive\n',
    )
    const { run } = await applied({})
    expect(await host().read(`grep -c renew_hook ${conf} || :`)).toBe('0\n')
    await undone(run)
    expect((await ops('check', { hook })).code).toBe(0)
    for (const other of ['echo a >>/root/other', `echo "a, b"`, `echo 'a'`]) {
      await applied({ hook: other })
      // As certbot's own reader has it.
      expect(
        await host().read(
          `python3 -c 'import configobj; print(configobj.ConfigObj("${conf}")["renewalparams"]["renew_hook"])'`,
        ),
      ).toBe(`${other}\n`)
    }
    expect([await serial(), await host().read('cat /root/hooked')]).toEqual([first, 'once,\n'])
  }, 600_000)

  test('is issued anew for other names, for another kind of key, and where its key is not the one', async () => {
    const before = await serial()
    const wider = { names: [...base.names, 'three.example.org'] }
    const { stdout } = await applied(wider)
    expect(stdout).toMatch(
      /the one that is there is of .*Pebble.*, for one.example.org two.example.org, until .*GMT/,
    )
    expect(await names()).toContain('DNS:three.example.org')
    expect(await serial()).not.toBe(before)
    await applied({})
    expect(await names()).toBe('DNS:one.example.org, DNS:two.example.org\n')
    await applied({ keyType: 'rsa' })
    expect(
      await host().read(
        `openssl x509 -in ${live}/cert.pem -noout -text | grep -c 'Algorithm: rsaEncryption'`,
      ),
    ).toBe('1\n')
    await host().read(`openssl genpkey -algorithm ed25519 >"$(readlink -f ${live}/privkey.pem)"`)
    expect((await ops('check', { keyType: 'rsa' })).code).toBe(2)
    await applied({ keyType: 'rsa' })
    // What certbot itself does with it later.
    await host().read('certbot renew --force-renewal --no-random-sleep-on-renew >/dev/null 2>&1 </dev/null')
    expect((await ops('check', { keyType: 'rsa' })).code).toBe(0)
    await apply({})
  }, 600_000)

  test('is issued anew once it has expired, and where certbot should have renewed it by now', async () => {
    for (const [from, until, valid] of [
      ['-91 days', '-1 day', 'no'],
      ['-80 days', '+10 days', 'soon'],
    ]) {
      await host().read(`set -e; cd /root/acme
openssl req -new -key ${live}/privkey.pem -subj /CN=one.example.org -addext subjectAltName=DNS:one.example.org,DNS:two.example.org -out csr
openssl ca -batch -selfsign -config ca.conf -keyfile ${live}/privkey.pem -in csr -startdate "$(date -u -d '${from}' +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d '${until}' +%Y%m%d%H%M%SZ)" -notext -out pem 2>/dev/null
cat pem >"$(readlink -f ${live}/cert.pem)"`)
      const old = await serial()
      const { stdout } = await applied({})
      expect(stdout).toContain(`valid: ${valid} -> yes`)
      expect(stdout).toContain('certbot should have renewed it by now')
      expect(await serial()).not.toBe(old)
    }
  }, 600_000)

  test('is told where only parts of it are there', async () => {
    await host().read(`mv ${live} /root/live`)
    const broken = await ops('plan', {})
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('certbot delete')])
    await host().read(`mv /root/live ${live}; mv ${conf} /root/conf`)
    for (const state of ['present', 'absent']) {
      const unknown = await ops('plan', { state })
      expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('certbot does not know')])
    }
    await host().read(`mv /root/conf ${conf}`)
    await host().read('systemctl stop acme')
    // Nothing is asked of the server for one that is right.
    expect((await ops('apply', {})).code).toBe(0)
  }, 600_000)
})
