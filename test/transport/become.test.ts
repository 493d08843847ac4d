/** Becoming another user on real hosts: sudo in all its moods, over both backends. */
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { type Become, connect, openShell, type Transport } from '../../src/transport/index.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { outcomeOf } from './programs.ts'

const knownPassword = 'correct horse'

describeReal('a shell as another user', () => {
  const host = useHost({ shells: { deploy: 'fish' } })
  const open: Transport[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map(transport => transport.close()))
  })

  const logIn = async (user: string, backend: 'ssh2' | 'openssh' = 'ssh2') => {
    const { name, sshConfig } = host()
    const destination = user === 'root' ? name : `${name}-${user}`
    const transport = await connect({ name: destination, destination, sshConfigFile: sshConfig, backend })
    open.push(transport)
    return transport
  }
  const idAs = async (transport: Transport, become?: Become) => {
    const shell = await openShell(transport, become)
    const { stdout } = await outcomeOf(shell, 'id -un\n')
    await shell.ready
    return stdout.trim()
  }
  const failureAs = async (transport: Transport, become?: Become) => {
    const shell = await openShell(transport, become)
    shell.stdin.end('touch /tmp/never-run\n')
    const error = await shell.ready.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(await text(shell.stdout)).toBe('')
    expect((await host().exec('ls /tmp/never-run')).code).not.toBe(0)
    if (!(error instanceof OpsError)) throw new Error('an OpsError was expected', { cause: error })
    return error.data
  }
  /** Changes the sudo rules for one test. */
  const withSudoers = async (rules: string) => {
    await host().exec('cat >/etc/sudoers.d/zz-test', { input: `${rules}\n` })
    onTestFinished(async () => {
      await host().exec('rm -f /etc/sudoers.d/zz-test')
    })
  }
  /** Gives `worker` another password for one test. */
  const withPassword = async (password: string) => {
    await host().exec('chpasswd', { input: `worker:${password}\n` })
    onTestFinished(async () => {
      await host().exec('chpasswd', { input: `worker:${knownPassword}\n` })
    })
  }
  const asking = (password: string, user = 'root') => {
    let times = 0
    const become: Become = {
      user,
      password: async () => {
        times++
        return password
      },
    }
    return { become, times: () => times }
  }

  describe.each(['ssh2', 'openssh'] as const)('over %s', backend => {
    test('needs no sudo where it is the login user already', async () => {
      expect(await idAs(await logIn('root', backend), { user: 'root' })).toBe('root')
      expect(await idAs(await logIn('deploy', backend))).toBe('deploy')
    })

    test('takes sudo without a password, behind a login shell that is fish', async () => {
      const transport = await logIn('deploy', backend)
      expect(await idAs(transport, { user: 'root' })).toBe('root')
      expect(await idAs(transport, { user: 'worker' })).toBe('worker')
      const { become, times } = asking('not needed')
      expect(await idAs(transport, become)).toBe('root')
      expect(times()).toBe(0)
    })

    test('gives the password when sudo asks, and only refuses once per run', async () => {
      const transport = await logIn('worker', backend)
      await host().exec('journalctl --rotate --vacuum-time=1s -q')
      const { become, times } = asking(knownPassword)
      expect(await idAs(transport, become)).toBe('root')
      expect(await idAs(transport, become)).toBe('root')
      expect(times()).toBe(2)
      const refused = await host().exec("journalctl -q -t sudo | grep -c 'a password is required'")
      expect(refused.stdout.trim()).toBe('1')
    })

    test('sends a long script again, whole, to the shell that the password opened', async () => {
      const transport = await logIn('worker', backend)
      const shell = await openShell(transport, asking(knownPassword).become)
      const { stdout } = await outcomeOf(shell, `${'# filler\n'.repeat(40_000)}id -un\necho end\n`)
      expect(stdout).toBe('root\nend\n')
    })
  })

  test('gives a person all the time that typing the password takes', async () => {
    const password = () => new Promise<string>(resolve => setTimeout(resolve, 6_000, knownPassword))
    const shell = await openShell(await logIn('worker'), { user: 'root', password }, 5_000)
    expect((await outcomeOf(shell, 'id -un\n')).stdout).toBe('root\n')
  })

  test.each([
    ['quotes \' " ` and $HOME; exit', 'it\'s "q" `id` $HOME; exit #'],
    ['unicode', 'pässwörd-密码-🔑'],
    ['backslashes and percent signs', '%p\\n%%u\\'],
    ['four hundred characters', 'x'.repeat(400)],
  ])('takes a password with %s', async (_name, password) => {
    await withPassword(password)
    expect(await idAs(await logIn('worker'), asking(password).become)).toBe('root')
  })

  test('never shows the password in an argument list or an environment on the host', async () => {
    await withPassword('needle-in-argv')
    const transport = await logIn('worker')
    const shell = await openShell(transport, asking('needle-in-argv').become)
    const script = `for each in /proc/[0-9]*; do tr '\\0' ' ' <$each/cmdline; tr '\\0' ' ' <$each/environ; done 2>/dev/null\n`
    const { stdout } = await outcomeOf(shell, script)
    expect(stdout).toContain('sudo')
    expect(stdout).not.toContain('needle-in-argv')
  })

  test('a wrong password is said to be wrong, and is not tried twice', async () => {
    const { become, times } = asking('wrong')
    const data = await failureAs(await logIn('worker'), become)
    expect(data).toMatchObject({
      code: 'authentication',
      title: 'the sudo password of worker is wrong',
      changed: 'no',
    })
    expect(data.said).not.toContain('ops-')
    expect(times()).toBe(1)
  })

  test('a password with a line break is refused before sudo sees any of it', async () => {
    const data = await failureAs(await logIn('worker'), asking('two\nlines').become)
    expect(data.title).toBe('cannot become root: a password for sudo cannot hold a line break or a NUL')
  })

  test('a wanted password that nobody can be asked for names the flag', async () => {
    const data = await failureAs(await logIn('worker'), { user: 'root' })
    expect(data).toMatchObject({ code: 'authentication', title: 'sudo asks worker for a password' })
    expect(data.next).toContain('--ask-become-pass')
  })

  test('a user without sudo rights is told which rule is missing', async () => {
    const data = await failureAs(await logIn('guest'), asking(knownPassword).become)
    expect(data.title).toBe('guest may not become root: the sudo rules of the host do not allow it')
    expect(data.next).toContain('guest ALL=(root) NOPASSWD: ALL')
  })

  test('requiretty is named, with the line that lifts it', async () => {
    await withSudoers('Defaults:deploy requiretty')
    const data = await failureAs(await logIn('deploy'), { user: 'root' })
    expect(data.title).toBe('sudo demands a terminal of deploy (requiretty)')
    expect(data.next).toContain('Defaults:deploy !requiretty')
  })

  test('an eager lecture is no answer', async () => {
    await withSudoers('Defaults lecture=always')
    expect(await idAs(await logIn('worker'), asking(knownPassword).become)).toBe('root')
  })

  test('sudo in its own terminal (use_pty) changes nothing', async () => {
    await withSudoers('Defaults use_pty')
    expect(await idAs(await logIn('worker'), asking(knownPassword).become)).toBe('root')
    expect(await idAs(await logIn('deploy'), { user: 'root' })).toBe('root')
  })

  test('a user that does not exist is named', async () => {
    const data = await failureAs(await logIn('deploy'), { user: 'nobody-here' })
    expect(data.title).toBe('there is no user nobody-here on the host')
  })

  test('a host without sudo is told apart from a refusal', async () => {
    await host().exec('mv /usr/bin/sudo /usr/bin/sudo.away')
    onTestFinished(async () => {
      await host().exec('mv /usr/bin/sudo.away /usr/bin/sudo')
    })
    const data = await failureAs(await logIn('deploy'), { user: 'root' })
    expect(data.title).toBe('there is no sudo on the host')
    expect(await idAs(await logIn('root'), { user: 'root' })).toBe('root')
  })

  test('an account without a shell is a clear error', async () => {
    await host().exec('usermod -s /usr/sbin/nologin guest')
    onTestFinished(async () => {
      await host().exec('usermod -s /bin/bash guest')
    })
    const data = await failureAs(await logIn('guest'))
    expect(data.title).toBe('guest has no usable login shell')
  })

  test.each(['ssh2', 'openssh'] as const)(
    'an expired account is an authentication error over %s',
    async backend => {
      await host().exec('chage -E 1 guest')
      onTestFinished(async () => {
        await host().exec('chage -E -1 guest')
      })
      await expect(logIn('guest', backend)).rejects.toMatchObject({ data: { code: 'authentication' } })
    },
  )

  test('noise of start-up files, on both streams, is not taken for output', async () => {
    await host().exec('cat >/home/worker/.bashrc', {
      input: 'echo Welcome; echo warning >&2; printf "no newline"\n',
    })
    expect(await idAs(await logIn('worker'), asking(knownPassword).become)).toBe('root')
  })
})
