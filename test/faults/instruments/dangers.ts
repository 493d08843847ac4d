/** Changes that lock us out, as recipes: each with what was there before, and with a mended value that keeps access. */
import type { Host, User } from '../../hosts/host.ts'
import { Controller } from './controller.ts'
import { absent, directoryIs, fileIs, linkIs, type PathVersions } from './path-state.ts'

export interface Danger {
  readonly name: string
  /** The recipe's name; `--bad` makes it cut our access. */
  readonly recipe: string
  readonly user: User
  /** The step after which we are cut off. */
  readonly lastStep: string
  /** Seconds from the beginning of the first step until access is gone, where that is later than at once. */
  readonly cutsAfter?: number
  /** States of the files: before, and after the mended run. */
  readonly managed: readonly PathVersions[]
  /** What plain commands print on a host as it was. */
  readonly look: string
  readonly asBefore: string
  /** Params that depend on the host. */
  readonly words?: (host: Host, isBad: boolean) => readonly string[]
}

const portFile = '/etc/ssh/sshd_config.d/60-port.conf'
const rulesFile = '/etc/nftables.conf'
const sudoFile = '/etc/sudoers.d/deploy'
const networkFile = '/etc/systemd/network/10-host0.network'
const linkPath = '/etc/ssh/sshd_config.d/70-link.conf'
const slowFile = '/root/slow'
const slowScript = '/root/slow.sh'
const keyFile = '/home/deploy/.ssh/authorized_keys'

const emptyRules = '#!/usr/sbin/nft -f\nflush ruleset\ntable inet other {\n}\n'
const rules = (verdict: string, first: string) =>
  `#!/usr/sbin/nft -f\nflush ruleset\ntable inet filter {\n chain input {\n  type filter hook input priority 0;\n${first}  tcp dport 22 ${verdict}\n }\n}\n`
const sudoRule = 'deploy ALL=(ALL:ALL) NOPASSWD: ALL\n'
const mendedSudoRule = `# Deployments.\n${sudoRule}`

const recipe = (steps: string) => `
import { command, directory, file, line, link, recipe, service, user, z } from 'ops-recipes'
export default recipe({
  summary: 'A change that may lock us out.',
  params: {
    bad: z.boolean().default(false).describe('Lock us out.'),
    address: z.string().default('').describe('Of the host.'),
    established: z.boolean().default(false).describe('Let open connections live.'),
  },
  steps: ({ params }) => [${steps}],
})
`
const text = JSON.stringify

/** The files of a controller that has all of the recipes. */
const dangerRecipes: Readonly<Record<string, string>> = {
  'recipes/port.ts': recipe(`
    file({ path: '${portFile}', content: params.bad ? 'Port 2200\\n' : 'Port 22\\nPort 2200\\n' }),
    service({ unit: 'ssh', running: true, follows: ['/etc/ssh/sshd_config.d'], onChange: 'reload' }),`),
  'recipes/rules.ts': recipe(`
    file({ path: '${rulesFile}', content: params.bad ? (params.established ? ${text(rules('drop', '  ct state established accept\n'))} : ${text(rules('drop', ''))}) : ${text(rules('accept', ''))} }),
    service({ unit: 'nftables', running: true, enabled: true, follows: ['${rulesFile}'], onChange: 'reload' }),`),
  'recipes/sudo.ts': recipe(`
    file({ path: '${sudoFile}', content: params.bad ? 'deploy ALL=(ALL) NOPASSWD: /usr/bin/true\\n' : ${text(mendedSudoRule)} }),`),
  'recipes/many.ts': recipe(`
    params.bad
      ? [
          file({ path: '${portFile}', state: 'absent' }),
          link({ path: '${linkPath}', to: '/etc/ssh/ssh_config' }),
          directory({ path: '/home/deploy/.ssh', mode: '0777' }),
          directory({ path: '/etc/sudoers.d', mode: '0700', group: 'games' }),
          service({ unit: 'ssh.socket', enabled: true }),
          user({ name: 'deploy', shell: '/usr/sbin/nologin', groups: ['games'] }),
        ]
      : [file({ path: '${portFile}', content: 'Port 22\\nPort 2200\\n' })],`),
  'recipes/address.ts': recipe(`
    file({ path: '${portFile}', content: params.bad ? 'Port 22\\n' : 'Port 22\\nPort 2200\\n' }),
    line({ path: '${networkFile}', line: 'Address=' + params.address, match: '^Address=' }),
    command(
      { run: 'networkctl reload && networkctl reconfigure host0', unless: "ip -o address show dev host0 | grep -qF ' " + params.address + " '" },
      { access: {} },
    ),`),
  // The connection in use lives on: only a new login finds out.
  'recipes/slow.ts': recipe(`
    file({ path: '${slowScript}', content: params.bad ? ${text(`nft -f - <<E && sleep 55\n${rules('drop', '  ct state established accept\n')}E\n`)} : 'echo done >${slowFile}\\n' }),
    command({ run: 'sh ${slowScript}', creates: '${slowFile}' }, { access: { firewall: true, paths: ['${slowFile}'] } }),`),
  'recipes/late.ts': recipe(`
    file({ path: '${slowScript}', content: params.bad ? 'sleep 50; mv /root/.ssh /root/.ssh-away; sleep 5; echo done >${slowFile}\\n' : 'echo done >${slowFile}\\n' }),
    command(
      { run: 'sh ${slowScript}', creates: '${slowFile}' },
      { access: { paths: ['/root/.ssh/', '${slowFile}'], undo: 'rm -rf /root/.ssh-away' } },
    ),`),
  'recipes/key.ts': recipe(`
    file({ path: '${keyFile}', content: params.bad ? '# nobody\\n' : '# mended\\n' }),`),
}

/** Runs a case with a controller of its own: others run beside it. */
export async function withController<T>(
  authorized: string,
  use: (controller: Controller) => Promise<T>,
): Promise<T> {
  const controller = new Controller(recipesFor(authorized))
  try {
    return await use(controller)
  } finally {
    controller.remove()
  }
}

/** The keys of the host differ from lab to lab: the mended file keeps them and adds a line. */
function recipesFor(authorized: string): Readonly<Record<string, string>> {
  return {
    ...dangerRecipes,
    'recipes/key.ts': (dangerRecipes['recipes/key.ts'] ?? '').replace(
      `'# mended\\n'`,
      text(`${authorized}# mended\n`),
    ),
  }
}

export function dangersFor(authorized: string): readonly Danger[] {
  return [
    {
      name: 'sshd moved to another port',
      recipe: 'port',
      user: 'root',
      lastStep: 'service ssh',
      managed: [
        {
          path: portFile,
          before: fileIs('Port 22\n', '600'),
          between: [fileIs('Port 2200\n', '600')],
          after: fileIs('Port 22\nPort 2200\n', '600'),
        },
      ],
      look: `sshd -T | grep '^port'; systemctl is-active ssh; awk '$4 == "0A" { print $2 }' /proc/net/tcp | grep -c :0898`,
      asBefore: 'port 22\nactive\n0\n',
    },
    {
      name: 'a rule of nftables that drops us',
      recipe: 'rules',
      user: 'root',
      lastStep: 'service nftables',
      managed: [
        {
          path: rulesFile,
          before: fileIs(emptyRules, '755'),
          between: [
            fileIs(rules('drop', ''), '755'),
            fileIs(rules('drop', '  ct state established accept\n'), '755'),
          ],
          after: fileIs(rules('accept', ''), '755'),
        },
      ],
      look: 'nft list ruleset | tr -d "\\n\\t"; echo; systemctl is-active nftables; systemctl is-enabled nftables',
      asBefore: 'table inet other {}\ninactive\ndisabled\n',
    },
    {
      name: 'a sudo rule that takes root away',
      recipe: 'sudo',
      user: 'deploy',
      lastStep: `file ${sudoFile}`,
      managed: [
        {
          path: sudoFile,
          before: fileIs(sudoRule, '440'),
          between: [fileIs('deploy ALL=(ALL) NOPASSWD: /usr/bin/true\n', '440')],
          after: fileIs(mendedSudoRule, '440'),
        },
      ],
      look: 'runuser -u deploy -- sudo -n id -u',
      asBefore: '0\n',
    },
    {
      name: 'our key removed',
      recipe: 'key',
      user: 'deploy',
      lastStep: `file ${keyFile}`,
      managed: [
        {
          path: keyFile,
          before: fileIs(authorized, '600', 'deploy:deploy'),
          between: [fileIs('# nobody\n', '600', 'deploy:deploy')],
          after: fileIs(`${authorized}# mended\n`, '600', 'deploy:deploy'),
        },
      ],
      look: 'stat -c "%a %U" /home/deploy /home/deploy/.ssh',
      asBefore: '700 deploy\n700 deploy\n',
    },
    {
      name: 'account, folders, links and units at once',
      recipe: 'many',
      user: 'deploy',
      lastStep: 'user deploy',
      managed: [
        {
          path: portFile,
          before: fileIs('Port 22\n', '600'),
          between: [absent],
          after: fileIs('Port 22\nPort 2200\n', '600'),
        },
        { path: linkPath, before: absent, between: [linkIs('/etc/ssh/ssh_config')], after: absent },
        {
          path: '/home/deploy/.ssh',
          before: directoryIs('700', 'deploy:deploy'),
          between: [directoryIs('777', 'deploy:deploy')],
          after: directoryIs('700', 'deploy:deploy'),
        },
        {
          path: '/etc/sudoers.d',
          before: directoryIs('750'),
          between: [directoryIs('700', 'root:games')],
          after: directoryIs('750'),
        },
      ],
      look: 'sha256sum -c --status /root/accounts.before && echo accounts; systemctl is-enabled ssh.socket',
      asBefore: 'accounts\ndisabled\n',
    },
    {
      name: 'a slow step that drops us at once',
      recipe: 'slow',
      user: 'root',
      lastStep: `command sh ${slowScript}`,
      managed: [{ path: slowFile, before: absent, after: fileIs('done\n', '644') }],
      look: 'nft list ruleset | tr -d "\\n\\t"; echo',
      asBefore: 'table inet other {}\n',
    },
    {
      name: 'a slow step that takes our keys away at its end',
      recipe: 'late',
      user: 'root',
      lastStep: `command sh ${slowScript}`,
      cutsAfter: 50,
      managed: [{ path: slowFile, before: absent, after: fileIs('done\n', '644') }],
      look: 'stat -c "%a %U" /root/.ssh; ls -d /root/.ssh-away 2>/dev/null | wc -l',
      asBefore: '700 root\n0\n',
    },
    {
      name: 'another address',
      recipe: 'address',
      user: 'root',
      lastStep: 'command networkctl reload && networkctl reconfigure host0',
      managed: [
        { path: portFile, before: fileIs('Port 22\n', '600'), after: fileIs('Port 22\nPort 2200\n', '600') },
      ],
      look: `cmp ${networkFile} /root/network.before; getfacl -cpE ${networkFile} | grep nobody
grep -c "^Address=$(ip -o -4 address show dev host0 | awk '{ print $4 }')$" ${networkFile}`,
      asBefore: 'user:nobody:r--\n1\n',
      words: (host, isBad) => [
        '--address',
        // Its own, as several hosts of one network go there at once.
        `${isBad ? host.address.replace(/\d+$/, last => String(Number(last) + 200)) : host.address}/24`,
      ],
    },
  ]
}

/** The host as it is before every case. */
export async function resetDangers(host: Host, authorized: string): Promise<void> {
  await host.read(
    `set -e
until [ ! -e /var/lib/ops/access/armed ] && [ ! -e /var/lib/ops/access/restoring ]; do sleep 0.1; done
systemctl disable --now --quiet nftables
rm -rf ${slowFile} ${slowScript} /var/lib/ops /run/ops/loaded /run/ops/run.* ${linkPath}
# networkd leaves an address alone that an earlier self of it has set.
ip address del ${host.address.replace(/\d+$/, last => String(Number(last) + 200))}/24 dev host0 2>/dev/null || :
[ -e /root/network.before ] || { setfacl -m u:nobody:r ${networkFile}; cp -a ${networkFile} /root/network.before; chmod 0750 /etc/sudoers.d; sha256sum /etc/passwd /etc/shadow /etc/group /etc/gshadow >/root/accounts.before; }
printf 'Port 22\\n' >${portFile}; chmod 0600 ${portFile}
printf '%s' ${quoted(emptyRules)} >${rulesFile}; chmod 0755 ${rulesFile}; nft -f ${rulesFile}
printf '%s' ${quoted(sudoRule)} >${sudoFile}.new; chmod 0440 ${sudoFile}.new; mv ${sudoFile}.new ${sudoFile}
chmod 0700 /home/deploy /home/deploy/.ssh
cat >${keyFile}; chmod 0600 ${keyFile}; chown deploy:deploy ${keyFile}
systemctl restart ssh`,
    { input: authorized },
  )
  await host.answered()
}

const quoted = (words: string) => `'${words.replaceAll("'", "'\\''")}'`
