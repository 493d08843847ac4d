/** Certificates of a real ACME server on a booted host: the web server that answers for one and is told of it, and what is refused. */
import { expect, test } from 'vitest'
import { describeWithPebble, live, usePebble } from './use-pebble.ts'

describeWithPebble('a certificate', () => {
  const { host, ops, apply, applied, undone, serial, kept } = usePebble()

  test('is what nginx serves after its hook, and a hook that fails is told', async () => {
    await apply({})
    await host().read(`cat >/etc/nginx/conf.d/tls.conf <<'END'
server { listen 443 ssl; server_name one.example.org; ssl_certificate ${live}/fullchain.pem; ssl_certificate_key ${live}/privkey.pem; }
END
nginx -t 2>/dev/null && systemctl reload nginx`)
    await applied({ names: ['one.example.org'], hook: 'systemctl reload nginx' })
    const served = () =>
      host().read(
        'openssl s_client -connect 127.0.0.1:443 -servername one.example.org </dev/null 2>/dev/null | openssl x509 -noout -serial',
      )
    await expect.poll(served, { timeout: 60_000 }).toBe(await serial())
    const failing = await ops('apply', { hook: 'sh -c "echo it is away >&2; exit 3"' })
    expect([failing.code, failing.stderr]).toEqual([1, expect.stringContaining('but its hook failed')])
    expect(failing.stderr).toContain('it is away')
    // It is owed until it has ended well, for this certificate alone, and nothing is issued for that.
    const issued = await serial()
    const still = {
      hook: 'sh -c "[ -e /root/mended ] || { echo still away >&2; exit 3; }; echo $RENEWED_DOMAINS >>/root/owed"',
    }
    for (const given of [{ hook: 'sh -c "echo it is away >&2; exit 3"' }, still]) {
      const again = await ops('apply', given)
      expect([again.code, again.stderr]).toEqual([
        1,
        expect.stringMatching(/away[\s\S]*failed with exit code 3|failed with exit code 3[\s\S]*away/),
      ])
      expect(again.stdout).toContain('hookRun: owed -> done')
    }
    await host().read('touch /root/mended')
    await applied(still)
    expect([await host().read('cat /root/owed'), await serial()]).toEqual([
      'one.example.org two.example.org\n',
      issued,
    ])
    // A run that was cut off before the hook owes it as well.
    await host().read('echo "issuing 0" >/var/lib/ops/certificates/one.example.org')
    await applied(still)
    expect(await host().read('wc -l </root/owed; ls /var/lib/ops/certificates')).toBe('2\n')
  }, 600_000)

  test.each([
    [
      'a name that is not its own',
      { names: ['one.example.org', 'nowhere.example.org'] },
      'nowhere.example.org',
    ],
    ['a port that is in use', { names: ['three.example.org'], webroot: undefined }, 'port 80 is in use'],
    [
      'a folder that is not there',
      { webroot: '/srv/none' },
      '/srv/none, from which the answers are to be served, is not there',
    ],
    ['a hook that is no program', { keyType: 'rsa', hook: 'no-such --now' }, 'no-such'],
    ['an ACME server that is down', { server: 'https://acme.test:14999/dir' }, 'Connection refused'],
  ])(
    'is refused for %s with the reason, and all is as it was',
    async (_what, given, words) => {
      const before = await kept()
      const refused = await ops('apply', given)
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(words)])
      expect(await kept()).toBe(before)
    },
    600_000,
  )

  test('listens itself where there is no web server, and goes by an undo and for good', async () => {
    await host().read('systemctl stop nginx')
    const other = { names: ['three.example.org'], webroot: undefined }
    await undone((await apply(other)).run)
    expect(await host().read('ls /etc/letsencrypt/live')).toBe('README\none.example.org\n')
    await applied(other)
    await applied({ ...other, state: 'absent' })
    expect(await host().read('ls /etc/letsencrypt/live /etc/letsencrypt/renewal')).not.toContain('three')
  }, 600_000)
})
