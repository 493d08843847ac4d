/**
 * Certificates of a real ACME server, Pebble of Let's Encrypt, on a booted host. OPS_TEST_PEBBLE names its program
 * (docs/testing.md).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificate } from '../../../src/resources/certificate.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { skippedFor } from '../../needs.ts'

const pebble = process.env.OPS_TEST_PEBBLE
if (pebble === undefined)
  skippedFor('tests of certificates need OPS_TEST_PEBBLE, the program of an ACME server (docs/testing.md)')

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

/** Of an authority that says itself from when to when. */
const ca = `[ca]\\ndefault_ca=d\\n[d]\\ndatabase=index\\nnew_certs_dir=.\\nrand_serial=yes\\nunique_subject=no\\ndefault_md=sha256\\npolicy=p\\ncopy_extensions=copy\\n[p]\\ncommonName=optional\\n`

const recipe = `
import { certificate, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A certificate, as the test says.',
  params: { given: z.string().describe('As JSON.') },
  steps: ({ params: { given } }) => [certificate(JSON.parse(given))],
})
`

describe.skipIf(pebble === undefined)('with Pebble', () => {
  describeReal('a certificate', () => {
    const host = useHost({
      storage: 'disk-without-sync',
      withPackages: ['certbot', 'nginx-light'],
      binds: [`${pebble}:/opt/pebble`],
    })
    let folder: Folder
    beforeAll(async () => {
      folder = folderWith({ 'recipes/certificate.ts': recipe })
      const config = {
        pebble: {
          listenAddress: '127.0.0.1:14000',
          managementListenAddress: '127.0.0.1:15000',
          certificate: '/root/acme/api.pem',
          privateKey: '/root/acme/api.key',
          httpPort: 80,
          tlsPort: 443,
        },
      }
      await host().read(`set -e; mkdir -p /root/acme; cd /root/acme; echo '${JSON.stringify(config)}' >config.json
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout api.key -out api.pem -days 9 -subj /CN=acme.test -addext subjectAltName=DNS:acme.test 2>/dev/null
cp api.pem /usr/local/share/ca-certificates/acme.crt; update-ca-certificates >/dev/null 2>&1
echo 127.0.0.1 acme.test one.example.org two.example.org three.example.org >>/etc/hosts
printf '${ca}' >ca.conf; : >index
systemd-run -q --unit acme -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_AUTHZREUSE=0 -E PEBBLE_WFE_NONCEREJECT=0 /opt/pebble -config /root/acme/config.json
timeout 300 sh -c 'until openssl s_client -connect 127.0.0.1:14000 </dev/null >/dev/null 2>&1; do sleep 0.1; done'`)
    }, 900_000)
    afterAll(() => folder?.remove())

    const base = {
      names: ['one.example.org', 'two.example.org'],
      server: 'https://acme.test:14000/dir',
      webroot: '/var/www/html',
    }
    const ops = (verb: string, given: Record<string, unknown>, ...more: readonly string[]) =>
      folder.ops([
        ...[verb, 'certificate', host().name, '-F', host().sshConfig, ...more],
        ...['--given', JSON.stringify({ ...base, ...given })],
        ...(verb === 'apply' ? ['--yes'] : []),
      ])
    /** Answers with the id of the run. */
    const applied = async (given: Record<string, unknown>) => {
      const { code, stdout, stderr } = await ops('apply', given)
      expect([code, stderr]).toEqual([0, ''])
      expect((await ops('check', given)).code).toBe(0)
      return /^run (\w+):/m.exec(stdout)?.[1] ?? ''
    }
    const undone = async (run: string) => {
      const { code, stderr } = await folder.ops(['undo', run, host().name, '-F', host().sshConfig, '--yes'])
      expect([code, stderr]).toEqual([0, ''])
    }
    const live = '/etc/letsencrypt/live/one.example.org'
    const conf = '/etc/letsencrypt/renewal/one.example.org.conf'
    const serial = () => host().read(`openssl x509 -in ${live}/cert.pem -noout -serial`)
    const names = () =>
      host().read(`openssl x509 -in ${live}/cert.pem -noout -ext subjectAltName | sed -n 's/^ *//; 2p'`)
    /** All that certbot serves and renews from, by content and mode. */
    const kept = () =>
      host().read(
        `cd /etc/letsencrypt && find live archive renewal -printf '%p %m %l %T@\n' | sort; find live archive renewal -type f -exec sha256sum {} + | sort`,
      )

    test('is issued by a webroot, asks for nothing more, and each place that differs is seen', async () => {
      const hook = `sh -c 'echo once, >>/root/hooked' # "as said"`
      await applied({ hook })
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
      const run = await applied({})
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
      const planned = await ops('plan', wider)
      expect(planned.stdout).toMatch(
        /the one that is there is of .*Pebble.*, for one.example.org two.example.org, until .*GMT/,
      )
      await applied(wider)
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
      await applied({})
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
        const plan = await ops('plan', {})
        expect(plan.stdout).toContain(`valid: ${valid} -> yes`)
        expect(plan.stdout).toContain('certbot should have renewed it by now')
        await applied({})
        expect(await serial()).not.toBe(old)
      }
    }, 600_000)

    test('is what nginx serves after its hook, and a hook that fails is told', async () => {
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
      }
      expect((await ops('plan', still)).stdout).toContain('hookRun: owed -> done')
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
      await applied({})
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
      await undone(await applied(other))
      expect(await host().read('ls /etc/letsencrypt/live')).toBe('README\none.example.org\n')
      await applied(other)
      await applied({ ...other, state: 'absent' })
      expect(await host().read('ls /etc/letsencrypt/live /etc/letsencrypt/renewal')).not.toContain('three')
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
})
