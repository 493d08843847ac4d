/** Resources whose suites bring a server of their own, as the classes on programs that fail need them: on a host with that server. */
import type { HostCase } from '../../conformance/host-case.ts'
import { maySwap, swapFolder } from './own-kernel.ts'

export type SpoiltCase = Pick<HostCase, 'input' | 'setUp' | 'absent' | 'wrong' | 'holds'>

/** The program of an ACME server, as in `test/resources/certificate/use-pebble.ts`. */
export const pebble = process.env.OPS_TEST_PEBBLE

export const serverPackages = ['postgresql', 'certbot']

const settings = '/etc/postgresql/15/main/conf.d/zz-ops.conf'
const swap = `${swapFolder}/swap`
const restarted = 'systemctl restart postgresql@15-main'
const name = 'spoilt.example.org'
const acme = {
  pebble: {
    listenAddress: '127.0.0.1:14000',
    managementListenAddress: '127.0.0.1:15000',
    certificate: '/opt/acme/api.pem',
    privateKey: '/opt/acme/api.key',
    httpPort: 80,
    tlsPort: 443,
    retryAfter: { authz: 1, order: 1 },
  },
}

export const serverCases: Readonly<Record<string, SpoiltCase>> = {
  postgresSettings: {
    input: { settings: { work_mem: '8MB', max_connections: 42 } },
    absent: `rm -f ${settings}; ${restarted}`,
    wrong: [
      `sed -i "s/42/41/" ${settings}; ${restarted}`,
      `sed -i "s/8MB/9MB/" ${settings}; systemctl reload postgresql@15-main`,
      `chmod 0600 ${settings}`,
    ],
    holds: `cd /; test "$(runuser -u postgres -- psql -XAtc "select current_setting('work_mem')||current_setting('max_connections')")" = 8MB42`,
  },
  ...(maySwap && {
    swapFile: {
      input: { path: swap, size: '4M' },
      absent: `swapoff ${swap}; rm -f ${swap}*; sed -i '/ swap /d' /etc/fstab`,
      wrong: [`swapoff ${swap}`, `chmod 0644 ${swap}`, "sed -i '/ swap /d' /etc/fstab"],
      holds: `grep -q '^${swap} ' /proc/swaps; grep -q '^${swap} none swap ' /etc/fstab; test "$(stat -c %a ${swap})" = 600`,
    },
  }),
  ...(pebble !== undefined && {
    certificate: {
      input: { names: [name], server: 'https://acme.test:14000/dir', hook: 'touch /opt/acme/hooked' },
      setUp: `set -e; mkdir -p /opt/acme; cd /opt/acme; echo '${JSON.stringify(acme)}' >config.json
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout api.key -out api.pem -days 9 -subj /CN=acme.test -addext subjectAltName=DNS:acme.test
cp api.pem /usr/local/share/ca-certificates/acme.crt; update-ca-certificates
echo 127.0.0.1 acme.test ${name} >>/etc/hosts
systemd-run -q --unit acme -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_AUTHZREUSE=0 -E PEBBLE_WFE_NONCEREJECT=0 /opt/pebble -config /opt/acme/config.json
timeout 300 sh -c 'until openssl s_client -connect 127.0.0.1:14000 </dev/null >/dev/null 2>&1; do sleep 0.1; done'
certbot register --non-interactive --agree-tos --register-unsafely-without-email --server https://acme.test:14000/dir`,
      absent: `certbot delete --non-interactive --cert-name ${name}; rm -rf /etc/letsencrypt/live/${name} /etc/letsencrypt/archive/${name} /etc/letsencrypt/renewal/${name}.conf /var/lib/ops/certificates /opt/acme/hooked`,
      wrong: [
        `sed -i '/^renew_hook/d' /etc/letsencrypt/renewal/${name}.conf`,
        'systemctl disable --now certbot.timer',
        `openssl genpkey -algorithm ed25519 >"$(readlink -f /etc/letsencrypt/live/${name}/privkey.pem)"`,
      ],
      holds: `openssl x509 -in /etc/letsencrypt/live/${name}/cert.pem -noout -ext subjectAltName | grep -q ${name}; test -e /opt/acme/hooked; systemctl is-active certbot.timer`,
    },
  }),
}
