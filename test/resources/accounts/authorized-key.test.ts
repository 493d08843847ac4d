/** Public keys of users: edited on three shells, and tried by logging in on a booted host. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorizedKey } from '../../../src/resources/authorized-key.ts'
import { folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { librariesOf, Place, shells } from '../shells.ts'

const one = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy+EEuRXKZYX'
const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFq5sjjClTUx5qeHpeFdqQXDededgiEYhY2c9UPkAGnI'

/** What is there, what is asked for, and what is there afterwards. */
const edits: readonly (readonly [string, string, readonly string[], string])[] = [
  ['comes last', `# mine\n${other} b\n`, [one, `${one} a`, '', 'named'], `# mine\n${other} b\n${one} a\n`],
  ['is found with its comment', `${one} a b c\n`, [one, one, '', ''], `${one} a b c\n`],
  ['gets options', `${one} a\n`, [one, `no-pty ${one}`, '', ''], `no-pty ${one} a\n`],
  [
    'is found behind options with blanks and quotes in them',
    `command="echo \\"ssh-rsa AAAA\\" x",no-pty ${one} a\n`,
    [one, one, '', ''],
    `${one} a\n`,
  ],
  [
    'is written once',
    `${one} a\r\n${other}\n${one} b\n`,
    [one, `${one} c`, '', 'named'],
    `${one} c\n${other}\n`,
  ],
  ['goes, and all others stay', `${other} b\nno-pty ${one}\n\n# end`, [one, ''], `${other} b\n\n# end\n`],
  ['stays alone', `${other} b\n# note\nno-pty ${other}\n`, [one, one, 'exclusive', ''], `# note\n${one}\n`],
  ['is not found in the middle of another', `${other} ${one}\n`, [one, ''], `${other} ${one}\n`],
]

describe.each(shells)('a key on $name', shell => {
  let place: Place
  beforeAll(() => {
    place = new Place(shell)
  })
  afterAll(() => place.remove())

  test.each(edits)('%s', (_title, before, words, after) => {
    writeFileSync(place.path('keys'), before)
    const text = {
      shell: `ops_key_lines edit ${words.map(word => `'${word}'`).join(' ')} <'${place.path('keys')}'`,
    }
    const done = place.execute(text, { libraries: librariesOf(authorizedKey.definition) })
    expect(done).toMatchObject({ code: 0, stderr: '', stdout: after })
  })
})

test.each([
  ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKhXN+zGxfhbrSDRXojyz/XY33RYZ2Ewxy', 'is cut short'],
  [one.replace('ssh-ed25519', 'ssh-rsa'), 'holds a key of another type'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----', 'is a private key'],
  [`no-pty ${one}`, 'is not a public key'],
])('%s is refused', (key, reason) => {
  const parsed = authorizedKey.definition.params.safeParse({ user: 'deploy', key })
  expect(parsed.error?.issues[0]?.message).toContain(reason)
})

const recipe = `import { authorizedKey, recipe, user, z } from 'ops-recipes'
export default recipe({
  summary: 'A key.',
  params: { name: z.string(), key: z.string(), options: z.string().default(''), state: z.enum(['present', 'absent']).default('present'), exclusive: z.boolean().default(false) },
  steps: ({ params: { name, ...given } }) => [user({ name, shell: '/bin/sh' }), authorizedKey({ user: name, ...given })],
})
`

describeReal('a key of a user', () => {
  const host = useHost()
  let keys: string
  beforeAll(() => {
    keys = mkdtempSync(join(tmpdir(), 'ops-keys-'))
    for (const name of ['one', 'two'])
      spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)])
  })
  afterAll(() => rmSync(keys, { recursive: true, force: true }))
  const publicKey = (name: string): string => readFileSync(join(keys, `${name}.pub`), 'utf8').trim()
  /** What a login with this key alone says. */
  const login = (user: string, key: string, command: string): string => {
    const { address, knownHosts } = host()
    const own = [
      '-F',
      'none',
      '-o',
      `UserKnownHostsFile=${knownHosts}`,
      '-o',
      'BatchMode=yes',
      '-o',
      'IdentitiesOnly=yes',
    ]
    const done = spawnSync('ssh', [...own, '-i', join(keys, key), `${user}@${address}`, command], {
      encoding: 'utf8',
    })
    return done.status === 0 ? done.stdout.trim() : 'refused'
  }

  test('lets in who has it, by its options, and nobody else; sshd itself is the judge', async () => {
    const folder = folderWith({ 'recipes/key.ts': recipe })
    try {
      const apply = (...argv: string[]) =>
        folder.answer([
          'apply',
          'key',
          host().name,
          '--name',
          'carla',
          ...argv,
          '--yes',
          '-F',
          host().sshConfig,
        ])
      // The user comes with the same run, and her home too.
      const first = await apply('--key', publicKey('one'))
      expect(first).toMatchObject({ code: 0, stderr: '' })
      expect(login('carla', 'one', 'id -un')).toBe('carla')
      expect(login('carla', 'two', 'id -un')).toBe('refused')
      expect((await apply('--key', publicKey('one'))).stdout).toContain('nothing to do')

      expect((await apply('--key', publicKey('two'), '--options', 'command="echo only this"')).code).toBe(0)
      expect(login('carla', 'two', 'id -un')).toBe('only this')

      // A folder that others may write in: sshd refuses the key that stands there, and so no look says ok.
      await host().read('chmod 0777 /home/carla/.ssh && chown root /home/carla/.ssh/authorized_keys')
      expect(login('carla', 'one', 'id -un')).toBe('refused')
      expect((await apply('--key', publicKey('one'))).code).toBe(0)
      expect(login('carla', 'one', 'id -un')).toBe('carla')
      expect(await host().read('stat -c "%a %U:%G" /home/carla/.ssh /home/carla/.ssh/authorized_keys')).toBe(
        '700 carla:carla\n600 carla:carla\n',
      )

      expect((await apply('--key', publicKey('one'), '--exclusive')).code).toBe(0)
      expect(login('carla', 'two', 'id -un')).toBe('refused')
      expect((await apply('--key', publicKey('one'), '--state', 'absent')).code).toBe(0)
      expect(login('carla', 'one', 'id -un')).toBe('refused')

      // sshd reads a second file, too: who stands there is not told as away.
      const second = '/home/carla/.ssh/authorized_keys2'
      await host().read(`echo '${publicKey('one')}' >${second} && chown carla: ${second}`)
      expect(login('carla', 'one', 'id -un')).toBe('carla')
      const stays = await apply('--key', publicKey('one'), '--state', 'absent')
      expect([stays.code, stays.stderr]).toEqual([1, expect.stringContaining(`sshd reads ${second} as well`)])
      const alone = await apply('--key', publicKey('two'), '--exclusive')
      expect([alone.code, alone.stderr]).toEqual([1, expect.stringContaining('other keys stand there')])
      await host().read(`rm ${second}`)

      // Where she leads root elsewhere, nothing is written.
      await host().read('mv /home/carla/.ssh /home/carla/was && ln -s /root/.ssh /home/carla/.ssh')
      const before = await host().read('sha256sum /root/.ssh/authorized_keys; stat -c %a:%u /root/.ssh')
      expect((await apply('--key', publicKey('one'))).code).toBe(1)
      expect(await host().read('sha256sum /root/.ssh/authorized_keys; stat -c %a:%u /root/.ssh')).toBe(before)
      await host().read('rm /home/carla/.ssh && mv /home/carla/was /home/carla/.ssh')

      // A key that no longer lets anybody in is not told as right, and no step of ours can mend that.
      expect((await apply('--key', publicKey('one'))).code).toBe(0)
      await host().read('chage -E 0 carla')
      expect(login('carla', 'one', 'id -un')).toBe('refused')
      const expired = await folder.answer([
        ...['check', 'key', host().name, '--name', 'carla'],
        ...['--key', publicKey('one'), '-F', host().sshConfig],
      ])
      expect([expired.code, expired.stderr]).toEqual([1, expect.stringContaining('the account has expired')])
      await host().read('chage -E -1 carla')
      expect((await apply('--key', publicKey('one'))).stdout).toContain('nothing to do')

      // sshd looks elsewhere, or for nobody's keys: no step here can be told as right. Whom it lets in is told beside it.
      const config = '/etc/ssh/sshd_config.d/10-keys.conf'
      for (const [setting, code, said] of [
        ['AuthorizedKeysFile /etc/ssh/keys/%u', 1, 'sshd looks for their keys elsewhere'],
        ['PubkeyAuthentication no', 1, 'PubkeyAuthentication no'],
        ['AuthorizedKeysFile /etc/ssh/keys/%u %h/.ssh/authorized_keys', 0, 'nothing to do'],
        ['AllowUsers root d*', 0, 'AllowUsers names others'],
        ['AllowUsers root carl?', 0, 'nothing to do'],
        ['UsePAM no', 0, 'UsePAM no, as the account is locked'],
        ['DenyGroups carla', 0, 'DenyGroups carla'],
        ['AuthenticationMethods password', 1, 'sshd takes no keys (AuthenticationMethods password)'],
        ['AuthenticationMethods publickey,password', 0, 'sshd also asks for another proof than a key'],
        ['AuthenticationMethods publickey publickey,password', 0, 'nothing to do'],
        ['PubkeyAcceptedAlgorithms rsa-sha2-512', 1, 'sshd takes no key of the type ssh-ed25519'],
        ['RevokedKeys /home/carla/.ssh/authorized_keys', 1, 'sshd no longer takes this key'],
        ['RevokedKeys /none', 1, 'RevokedKeys /none cannot be read'],
        ['Match Address 192.0.2.0/24\\nPubkeyAuthentication no', 0, 'nothing to do'],
      ] as const) {
        await host().read(`printf '%b\\n' '${setting}' >${config}`)
        const done = await apply('--key', publicKey('one'))
        expect([done.code, `${done.stdout}${done.stderr}`]).toEqual([code, expect.stringContaining(said)])
        if (said !== 'nothing to do') continue
        expect(await host().read(`rm ${config}`)).toBe('')
        expect(done.stdout).not.toContain('no key lets')
      }
      await host().read(`rm -f ${config}`)

      // What the account itself says: a shell that is not there, and a password that has expired.
      for (const [broken, mended, said] of [
        ['chsh -s /bin/none carla', 'chsh -s /bin/sh carla', 'the login shell /bin/none is not there'],
        [
          'chsh -s /usr/sbin/nologin carla',
          'chsh -s /bin/sh carla',
          'the login shell /usr/sbin/nologin ends each login of carla at once',
        ],
        [
          'cp -p /etc/shadow /root/shadow && sed -i /^carla:/d /etc/shadow',
          'cp -p /root/shadow /etc/shadow',
          '/etc/shadow has no line of carla that can be read',
        ],
        [
          'sed -i s/^carla:.*/carla:!/ /etc/shadow',
          'cp -p /root/shadow /etc/shadow',
          '/etc/shadow has no line of carla that can be read',
        ],
        ['chage -d 0 carla', 'chage -d 2026-01-01 carla', 'the password of carla has expired'],
      ] as const) {
        await host().read(`${broken} 2>&1`)
        expect(login('carla', 'one', 'id -un')).toBe('refused')
        expect((await apply('--key', publicKey('one'))).stdout).toContain(said)
        await host().read(mended)
        expect(login('carla', 'one', 'id -un')).toBe('carla')
      }

      // sshd does sftp for them without that shell.
      await host().read(`chsh -s /usr/sbin/nologin carla; echo 'ForceCommand internal-sftp' >${config}`)
      expect((await apply('--key', publicKey('one'))).stdout).not.toContain('the login shell')
      await host().read(`chsh -s /bin/sh carla; rm ${config}`)

      // Who comes in by no line of that file is told to whoever wants one key alone.
      await host().read(`echo 'TrustedUserCAKeys /etc/ssh/ssh_host_ed25519_key.pub' >${config}`)
      expect((await apply('--key', publicKey('one'), '--exclusive')).stdout).toContain(
        'certificates signed by',
      )
      expect((await apply('--key', publicKey('one'))).stdout).not.toContain('certificates')
      await host().read(`rm ${config}`)

      await host().read('chmod 0777 /home/carla')
      const refused = await apply('--key', publicKey('one'))
      expect([refused.code, refused.stderr]).toEqual([
        1,
        expect.stringContaining('/home/carla may be written by others'),
      ])
    } finally {
      folder.remove()
    }
  })
})
