import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { describeReal } from '../../hosts/available.ts'
import type { User } from '../../hosts/host.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { allHold, BrokenInvariant } from '../instruments/broken.ts'
import { Controller, type Ran } from '../instruments/controller.ts'
import { type FaultCase, faultClass } from '../instruments/fault-class.ts'
import { pidHere } from '../instruments/host-pid.ts'
import { anySteps, type StepSpec } from '../instruments/one-step.ts'
import { cannotFollow } from '../instruments/one-syscall.ts'
import { noLeftovers } from '../invariants/i7-no-leftovers.ts'
import { clearError } from '../invariants/i8-clear-error.ts'

const knownPassword = 'correct horse'
const token = 'canary-9c41d07be2'
const secretFile = '/srv/privilege/secret'

/** A recipe whose step holds a secret, and ways in which such a recipe can go wrong. */
const secretRecipe = `
import { command, file, option, recipe, secret, z } from 'ops-recipes'

export default recipe({
  summary: 'A secret, and what can go wrong around it.',
  params: {
    token: secret().describe('A secret.'),
    way: z.string().default('well').describe('What happens.'),
  },
  steps: ({ params: { token, way } }) => {
    if (way === 'throws') throw new Error('it is ' + token.reveal())
    if (way === 'throws no error') throw { token }
    const written = file({ path: '${secretFile}', content: token, mode: '0600', ...(way === 'validator tells' && { validate: 'cat %s; cat %s >&2; false' }) })
    return [
      written,
      way === 'option' && option({ path: '/srv/privilege/option', key: 'token', value: token }),
      way === 'bad step' && file({ path: 'no/path', content: token }),
      way === 'command tells' && command({ run: 'cat ${secretFile}; cat ${secretFile} >&2; false', unless: 'false' }),
      way === 'command tells in pieces' && command({ run: 'head -c 9 ${secretFile}; sleep 1.5; tail -c +10 ${secretFile}; false', unless: 'false' }),
      way === 'command tells and hangs' && command({ run: 'cat ${secretFile}; sleep 100', unless: 'false' }, { timeoutSeconds: 2 }),
      way === 'command does not converge' && command({ run: 'cat ${secretFile}', unless: 'cat ${secretFile}; false' }),
    ]
  },
})
`

describeReal('privilege', () => {
  const host = useHost()
  let controller: Controller
  const folder = mkdtempSync(join(tmpdir(), 'ops-privilege-'))
  const passwordFile = join(folder, 'password')
  const tokenFile = join(folder, 'token')
  beforeAll(async () => {
    controller = new Controller({ ...anySteps, 'recipes/secrets.ts': secretRecipe })
    writeFileSync(tokenFile, token)
    await host().read('mkdir -p /srv/privilege')
  })
  afterAll(() => {
    controller?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const file = '/srv/privilege/file'
  const steps: readonly StepSpec[] = [['file', { path: file, content: 'wanted\n' }]]

  /** Runs ops as a user of the host, with a password on its standard input. */
  const runAs = (
    user: User,
    password: string | undefined,
    argv: readonly string[],
    through: readonly string[] = [],
  ): Promise<Ran> => {
    writeFileSync(passwordFile, password === undefined ? '' : `${password}\n`)
    const alias = user === 'root' ? host().name : `${host().name}-${user}`
    const [verb = '', recipe = '', ...more] = argv
    const words = [verb, recipe, alias, ...more, '-F', host().sshConfig]
    if (password !== undefined) words.push('--ask-become-pass')
    const withInput = ['sh', '-c', `exec "$@" <${passwordFile}`, 'sh']
    return controller.run(words, { through: [...through, ...withInput] })
  }
  const apply = (user: User, password?: string): Promise<Ran> =>
    runAs(user, password, ['apply', 'steps', '--steps', JSON.stringify(steps), '--yes'])

  /** Everywhere that a secret could be but for the file that it is for. */
  const places = '/tmp /var/tmp /run /var/log /var/lib/ops /etc /root /home /srv'
  const isNowhere = async (secret: string, ran: Ran): Promise<void> => {
    const look = `cat >/dev/shm/pattern; { grep -rlaF -f /dev/shm/pattern ${places} 2>/dev/null
      for each in /proc/[0-9]*; do if cat $each/cmdline $each/environ 2>/dev/null | grep -qaF -f /dev/shm/pattern; then echo $each; fi; done; }
      journalctl -q --no-pager 2>/dev/null | grep -aF -f /dev/shm/pattern | head -n 1
      rm /dev/shm/pattern`
    const { stdout } = await host().exec(look, { input: secret })
    const found = stdout
      .split('\n')
      .filter(line => line !== '' && line !== secretFile && line !== '/srv/privilege/option')
    if (`${ran.stdout}${ran.stderr}`.includes(secret)) found.push('what ops printed')
    if (found.length > 0) throw new BrokenInvariant('I6', `the secret is in ${found.join(', ')}`)
  }
  const isWanted = async (): Promise<void> => {
    const seen = await host().exec(`cat ${file}`)
    if (seen.stdout !== 'wanted\n')
      throw new BrokenInvariant('I2', `exit 0, but the file holds ${seen.stdout}`)
  }

  interface Mood {
    readonly id: string
    readonly user: User
    /** Of the user, and given to ops, unless ops is given another one. */
    readonly password?: string
    readonly given?: string
    readonly sudoers?: string
    /** On the host before. */
    readonly before?: string
    readonly exits: readonly number[]
    readonly says?: RegExp
  }

  const asked = (id: string, password: string): Mood => ({
    id: `a password with ${id}`,
    user: 'worker',
    password,
    exits: [0],
  })
  const moods: readonly Mood[] = [
    { id: 'no password is wanted', user: 'deploy', exits: [0] },
    { id: 'no password is wanted, and one is given', user: 'deploy', given: 'never used', exits: [0] },
    { id: 'a password is wanted', user: 'worker', given: knownPassword, exits: [0] },
    { id: 'a password is wanted, and nobody has one', user: 'worker', exits: [4], says: /--ask-become-pass/ },
    {
      id: 'the password is wrong',
      user: 'worker',
      given: 'not the one',
      exits: [4],
      says: /password of worker is wrong/,
    },
    { id: 'the password is empty', user: 'worker', given: '', exits: [3, 4] },
    {
      id: 'no rule allows it',
      user: 'guest',
      given: knownPassword,
      exits: [4],
      says: /may not become root|is wrong/,
    },
    {
      id: 'a lecture, always',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults lecture=always',
      exits: [0],
    },
    { id: 'a lecture, without a password', user: 'deploy', sudoers: 'Defaults lecture=always', exits: [0] },
    {
      id: 'a password that sudo remembers',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults timestamp_type=global',
      before: `echo '${knownPassword}' | runuser -u worker -- sudo -S true`,
      exits: [0],
    },
    {
      id: 'a password that sudo remembers, and nobody has one',
      user: 'worker',
      sudoers: 'Defaults timestamp_type=global',
      before: `echo '${knownPassword}' | runuser -u worker -- sudo -S true`,
      exits: [0],
    },
    {
      id: 'a password that sudo never remembers',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults timestamp_timeout=0',
      exits: [0],
    },
    {
      id: 'one try',
      user: 'worker',
      given: 'not the one',
      sudoers: 'Defaults passwd_tries=1',
      exits: [4],
      says: /is wrong/,
    },
    {
      id: 'insults',
      user: 'worker',
      given: 'not the one',
      sudoers: 'Defaults insults',
      exits: [4],
      says: /is wrong/,
    },
    {
      id: 'a prompt of the host',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults passprompt_override, passprompt="Wie lautet dein Kennwort? "',
      exits: [0, 4],
    },
    {
      id: 'a prompt with a pattern',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults passprompt="[%u@%h] %p: "',
      exits: [0],
    },
    {
      id: 'requiretty',
      user: 'deploy',
      sudoers: 'Defaults:deploy requiretty',
      exits: [4],
      says: /requiretty/,
    },
    {
      id: 'a terminal of its own',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults use_pty',
      exits: [0],
    },
    {
      id: 'a log of all input',
      user: 'worker',
      given: knownPassword,
      sudoers: 'Defaults log_subcmds',
      exits: [0],
    },
    asked('single quotes', "it's 'quoted'"),
    asked('double quotes', 'say "friend" and "enter"'),
    asked('a dollar', '$HOME and $(id) and ${x}'),
    asked('backticks', '`touch /srv/privilege/canary`'),
    asked('semicolons', 'a; touch /srv/privilege/canary;'),
    asked('backslashes', 'a\\nb\\\\c\\'),
    asked('percent signs', '%p%u%n%s'),
    asked('blanks at both ends', '  in between  '),
    asked('a hash and an exclamation mark', '#!no!!'),
    asked('UTF-8', 'pässwörd-密码-🔑'),
    asked('a tab', 'a\tb'),
    asked('a leading dash', '-n --help'),
    asked('250 letters', 'x'.repeat(250)),
    asked('500 letters', 'y'.repeat(500)),
    {
      id: 'a password of 1 kB, which this sudo cannot take',
      user: 'worker',
      given: 'z'.repeat(1024),
      exits: [4],
    },
    { id: 'a password of 100 kB', user: 'worker', given: 'z'.repeat(100_000), exits: [3, 4] },
  ]

  const moodCase = ({
    id,
    user,
    password,
    given = password,
    sudoers,
    before,
    exits,
    says,
  }: Mood): FaultCase => ({
    id,
    run: async () => {
      try {
        await host().read(`rm -f ${file} /srv/privilege/canary; rm -rf /run/sudo/ts/*`)
        if (password !== undefined) await host().exec('chpasswd', { input: `worker:${password}\n` })
        if (sudoers) await host().exec('cat >/etc/sudoers.d/zz-test', { input: `${sudoers}\n` })
        if (before) await host().read(before)
        const ran = await apply(user, given)
        await allHold([
          () => clearError(ran, exits),
          () => {
            if (says && !says.test(`${ran.stdout}${ran.stderr}`))
              throw new BrokenInvariant('I8', `not said: ${says}: ${ran.tail}`)
          },
          () => (ran.code === 0 ? isWanted() : undefined),
          () =>
            given !== undefined && given.length > 3 && given.length < 5000 && given !== 'not the one'
              ? isNowhere(given, ran)
              : undefined,
          async () => {
            if ((await host().exec('ls /srv/privilege/canary')).code === 0)
              throw new BrokenInvariant('I3', 'a password was executed')
          },
          () => noLeftovers(host(), controller, 30_000),
        ])
        return { exit: ran.code }
      } finally {
        await host().exec('rm -f /etc/sudoers.d/zz-test')
        await host().exec('chpasswd', { input: `worker:${knownPassword}\n` })
      }
    },
  })

  faultClass({
    id: 'D1',
    title: 'sudo in every mood and with any password either opens a shell or is told by what it wants',
    invariants: ['I2', 'I3', 'I5', 'I6', 'I7', 'I8'],
    quick: 2,
    cases: () => moods.map(moodCase),
  })

  const strace = ['strace', '-f', '-qq', '-v', '-s', '200000', '-e', 'trace=execve', '-o']

  /** Writes down every program that a login on the host starts, with arguments and environment. */
  const traceHost = async (log: string): Promise<ChildProcess> => {
    const sshd = Number(await host().read('systemctl show --property MainPID --value ssh'))
    const child = spawn(
      'strace',
      [...strace.slice(1).filter(word => word !== '-qq'), log, '-p', String(pidHere(host(), sshd))],
      {
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    await once(child.stderr as NodeJS.ReadableStream, 'data')
    return child
  }

  const tracedCase = (
    id: string,
    user: User,
    password: string | undefined,
    argv: readonly string[],
  ): FaultCase => ({
    id,
    run: async () => {
      const [here, there] = [join(folder, 'here'), join(folder, 'there')]
      await host().read(`rm -f ${secretFile}`)
      const tracer = await traceHost(there)
      const ended = once(tracer, 'close')
      let ran: Ran
      try {
        ran = await runAs(user, password, argv, [...strace, here])
      } finally {
        tracer.kill('SIGINT')
        await ended
      }
      const told = [here, there].map(log => readFileSync(log, 'utf8'))
      await allHold([
        () => {
          if (ran.code !== 0) throw new BrokenInvariant('I8', `it ends with ${ran.tail}`)
        },
        ...[token, ...(password === undefined ? [] : [password])].flatMap(secret => [
          () => {
            const line = told
              .join('\n')
              .split('\n')
              .find(each => each.includes(secret))
            if (line) throw new BrokenInvariant('I6', `a program was given the secret: ${line.slice(0, 300)}`)
          },
          () => isNowhere(secret, ran),
        ]),
        () => {
          if (!told[1]?.includes('execve(')) throw new Error('nothing was traced on the host')
        },
      ])
      return { exit: ran.code, note: `${told.join('').match(/execve\(/g)?.length} programs were started` }
    },
  })
  const secrets = ['--token', `@${tokenFile}`]
  const skip = cannotFollow()

  faultClass({
    id: 'D2',
    title: 'no program on either side is given a secret as an argument or in its environment',
    invariants: ['I6'],
    quick: 1,
    ...(skip !== undefined && { skip }),
    cases: () =>
      (['ssh2', 'openssh'] as const).flatMap(backend => {
        const more = [...secrets, '--transport', backend]
        return [
          tracedCase(`apply as root over ${backend}`, 'root', undefined, [
            'apply',
            'secrets',
            '--yes',
            ...more,
          ]),
          tracedCase(`apply by sudo over ${backend}`, 'deploy', undefined, [
            'apply',
            'secrets',
            '--yes',
            ...more,
          ]),
          tracedCase(`apply by sudo with a password over ${backend}`, 'worker', knownPassword, [
            'apply',
            'secrets',
            '--yes',
            ...more,
          ]),
          tracedCase(`an option by sudo with a password over ${backend}`, 'worker', knownPassword, [
            'apply',
            'secrets',
            '--way',
            'option',
            '--yes',
            ...more,
          ]),
          tracedCase(`plan by sudo with a password over ${backend}`, 'worker', knownPassword, [
            'plan',
            'secrets',
            ...more,
          ]),
        ]
      }),
  })

  const ways = [
    { way: 'well', exits: [0] },
    { way: 'option', exits: [0] },
    { way: 'throws', exits: [3] },
    { way: 'throws no error', exits: [3] },
    { way: 'bad step', exits: [3] },
    { way: 'validator tells', exits: [1] },
    { way: 'command tells', exits: [1] },
    { way: 'command tells in pieces', exits: [1] },
    { way: 'command tells and hangs', exits: [1] },
    { way: 'command does not converge', exits: [1] },
  ] as const

  faultClass({
    id: 'D3',
    title: 'a secret is in no output, log or temporary file, however the run ends and however much it tells',
    invariants: ['I6', 'I8'],
    quick: 2,
    cases: () =>
      ways.flatMap(({ way, exits }) =>
        [['-v'], []].map(flags => ({
          id: `${way}${flags.length > 0 ? ', verbose' : ''}`,
          fault: way,
          run: async () => {
            // What a command tells of a file that is left is masked by what the recipe knows to be secret.
            await host().read('rm -rf /srv/privilege/*; rm -rf /var/lib/ops/kept')
            const ran = await runAs('root', undefined, [
              'apply',
              'secrets',
              '--yes',
              '--way',
              way,
              ...flags,
              ...secrets,
            ])
            await allHold([() => clearError(ran, exits), () => isNowhere(token, ran)])
            return { exit: ran.code }
          },
        })),
      ),
  })

  /** What `guest` does in a folder of their own while root writes there, for as long as the run takes. */
  const attacks: Readonly<Record<string, string>> = {
    'replaces the stage by a link': 'rename($_, "$_.away") && symlink("/srv/privilege/victim", $_)',
    'replaces the target by a link': 'unlink("target"); symlink("/srv/privilege/victim/file", "target")',
    'replaces the target by a directory': 'unlink("target"); mkdir("target")',
    'removes the stage': 'rename($_, "gone.$$." . $n++)',
    'makes the target a second name of a foreign file':
      'unlink("target"); link("/srv/privilege/open/foreign", "target")',
  }
  const attackCase = (what: string, act: string): FaultCase => ({
    id: `a user who ${what}`,
    run: async () => {
      await host().read(`systemctl stop attack 2>/dev/null; chattr -R -i /home/guest/d 2>/dev/null; rm -rf /home/guest/d /srv/privilege/*
        mkdir -p /srv/privilege/victim /srv/privilege/open /home/guest/d; chown guest /home/guest/d
        echo victim >/srv/privilege/victim/file; chmod 600 /srv/privilege/victim/file
        echo foreign >/srv/privilege/open/foreign; chmod 644 /srv/privilege/open/foreign
        sha256sum /srv/privilege/victim/file /srv/privilege/open/foreign >/root/sums; stat -c '%a %U %n' /srv/privilege/*/* >>/root/sums`)
      const loop = `chdir "/home/guest/d"; my $n = 0; while (1) { opendir(my $d, "."); for (grep { /^\\.ops\\.[0-9a-f]+$/ } readdir $d) { ${act} } }`
      await host().exec('cat >/srv/attack.pl; chmod 755 /srv/attack.pl', { input: loop })
      await host().read('systemd-run -q --unit=attack --uid=guest perl /srv/attack.pl')
      const given: readonly StepSpec[] = [
        ['file', { path: '/home/guest/d/target', content: 'wanted\n', mode: '0644', owner: 'root' }],
      ]
      const argv = ['apply', 'steps', '--steps', JSON.stringify(given), '--yes']
      const codes: number[] = []
      try {
        for (let times = 0; times < 5; times++) {
          const ran = await runAs('root', undefined, argv)
          codes.push(ran.code)
          clearError(ran, [0, 1, 8])
        }
      } finally {
        await host().exec('systemctl stop attack')
      }
      const same = await host().exec(
        `{ sha256sum /srv/privilege/victim/file /srv/privilege/open/foreign; stat -c '%a %U %n' /srv/privilege/*/*; } | cmp - /root/sums; ls -A /srv/privilege/victim`,
      )
      if (same.stdout !== 'file\n')
        throw new BrokenInvariant('I3', `a foreign file was touched: ${same.stdout}${same.stderr}`)
      await host().read('rm -rf /home/guest/d/* /home/guest/d/.ops.*')
      const calm = await runAs('root', undefined, argv)
      if (calm.code !== 0) throw new BrokenInvariant('I4', `in peace it ends with ${calm.tail}`)
      return { note: `exit codes under attack: ${codes.join(', ')}` }
    },
  })

  const taken = (id: string, before: string, mend: string): FaultCase => ({
    id,
    run: async () => {
      const given: readonly StepSpec[] = [['file', { path: '/home/deploy/target', content: 'wanted\n' }]]
      const argv = ['apply', 'steps', '--steps', JSON.stringify(given), '--yes', '--no-become']
      await host().read(
        `rm -rf /home/deploy/target /srv/privilege/victim /tmp/ops-* /var/tmp/ops-*; mkdir -p /srv/privilege/victim; chmod 777 /srv/privilege/victim; ${before}`,
      )
      try {
        const ran = await runAs('deploy', undefined, argv)
        clearError(ran, [0, 1])
        const victim = await host().read('ls -A /srv/privilege/victim')
        if (victim !== '') throw new BrokenInvariant('I3', `it wrote where a stranger led it: ${victim}`)
      } finally {
        await host().read(mend)
      }
      const calm = await runAs('deploy', undefined, argv)
      if (calm.code !== 0) throw new BrokenInvariant('I4', `in peace it ends with ${calm.tail}`)
    },
  })
  const runFolder = '$(id -u deploy)'

  faultClass({
    id: 'D4',
    title: 'a hostile local user at the names that ops uses gets nothing written or read elsewhere',
    invariants: ['I3', 'I4', 'I8'],
    quick: 1,
    cases: () => [
      ...Object.entries(attacks).map(([what, act]) => attackCase(what, act)),
      taken(
        'the folder of a run, made by another user',
        `install -d -o guest -m 777 /tmp/ops-${runFolder}`,
        'rm -rf /tmp/ops-*',
      ),
      taken(
        'the folder of a run, a link of another user',
        `runuser -u guest -- ln -sfn /srv/privilege/victim /tmp/ops-${runFolder}`,
        'rm -rf /tmp/ops-*',
      ),
      taken(
        'the place of kept contents, a link of another user',
        `rm -rf /home/deploy/.local; runuser -u guest -- ln -sfn /srv/privilege/victim /var/tmp/ops-${runFolder}`,
        'rm -rf /var/tmp/ops-*',
      ),
    ],
  })
})
