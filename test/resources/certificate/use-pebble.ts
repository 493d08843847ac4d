/** A booted host with certbot and Pebble, Let's Encrypt's ACME server for tests, which OPS_TEST_PEBBLE names (docs/testing.md). */
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { skippedFor } from '../../needs.ts'

const pebble = process.env.OPS_TEST_PEBBLE
if (pebble === undefined)
  skippedFor('tests of certificates need OPS_TEST_PEBBLE, the program of an ACME server (docs/testing.md)')

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

/** A suite that runs where there is a Pebble. */
export const describeWithPebble = (name: string, tests: () => void) =>
  describe.skipIf(pebble === undefined)('with Pebble', () => {
    describeReal(name, tests)
  })

export const live = '/etc/letsencrypt/live/one.example.org'
export const conf = '/etc/letsencrypt/renewal/one.example.org.conf'
export const base = {
  names: ['one.example.org', 'two.example.org'],
  server: 'https://acme.test:14000/dir',
  webroot: '/var/www/html',
}

/** Boots the host; beforeAll and afterAll of the suite. */
export function usePebble() {
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
        // Else certbot waits for three.
        retryAfter: { authz: 1, order: 1 },
      },
    }
    await host().read(`set -e; mkdir -p /root/acme; cd /root/acme; echo '${JSON.stringify(config)}' >config.json
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout api.key -out api.pem -days 9 -subj /CN=acme.test -addext subjectAltName=DNS:acme.test 2>/dev/null
cat api.pem >>/etc/ssl/certs/ca-certificates.crt
echo 127.0.0.1 acme.test one.example.org two.example.org three.example.org >>/etc/hosts
printf '${ca}' >ca.conf; : >index
systemd-run -q --unit acme -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_AUTHZREUSE=0 -E PEBBLE_WFE_NONCEREJECT=0 /opt/pebble -config /root/acme/config.json
timeout 300 sh -c 'until openssl s_client -connect 127.0.0.1:14000 </dev/null >/dev/null 2>&1; do sleep 0.1; done'`)
  }, 900_000)
  afterAll(() => folder?.remove())

  const ops = (verb: string, given: Record<string, unknown>, ...more: readonly string[]) =>
    folder.answer([
      ...[verb, 'certificate', host().name, '-F', host().sshConfig, ...more],
      ...['--given', JSON.stringify({ ...base, ...given })],
      ...(verb === 'apply' ? ['--yes'] : []),
    ])
  /** Answers with the id of the run and all that it said. */
  const apply = async (given: Record<string, unknown>) => {
    const { code, stdout, stderr } = await ops('apply', given)
    expect([code, stderr]).toEqual([0, ''])
    return { run: /^run (\w+):/m.exec(stdout)?.[1] ?? '', stdout }
  }
  /** The same, and nothing is left to do. */
  const applied = async (given: Record<string, unknown>) => {
    const done = await apply(given)
    expect((await ops('check', given)).code).toBe(0)
    return done
  }
  const undone = async (run: string) => {
    const { code, stderr } = await folder.answer(['undo', run, host().name, '-F', host().sshConfig, '--yes'])
    expect([code, stderr]).toEqual([0, ''])
  }
  const serial = () => host().read(`openssl x509 -in ${live}/cert.pem -noout -serial`)
  const names = () =>
    host().read(`openssl x509 -in ${live}/cert.pem -noout -ext subjectAltName | sed -n 's/^ *//; 2p'`)
  /** All that certbot serves and renews from, by content and mode. */
  const kept = () =>
    host().read(
      `cd /etc/letsencrypt && find live archive renewal -printf '%p %m %l %T@\n' | sort; find live archive renewal -type f -exec sha256sum {} + | sort`,
    )
  return { host, ops, apply, applied, undone, serial, names, kept }
}
