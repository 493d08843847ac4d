import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refusalOf } from '../../src/tunnel/may-forward.ts'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

describe('what keeps a host from leading on is named', () => {
  const key = 'ssh-ed25519 AAAA me'
  test.each<[said: string, isTotal: boolean, title: RegExp]>([
    [
      'allowtcpforwarding no',
      true,
      /^h forwards no connections: its sshd_config says AllowTcpForwarding no$/,
    ],
    ['allowtcpforwarding remote', true, /AllowTcpForwarding remote$/],
    ['allowtcpforwarding yes\ndisableforwarding yes', true, /DisableForwarding yes$/],
    ['permitopen none', true, /PermitOpen none$/],
    ['permitopen 10.0.0.1:22', false, /^h forwards to few destinations only: PermitOpen 10.0.0.1:22$/],
    [`key restrict ${key}`, true, /authorized_keys says restrict before the key$/],
    [`key no-pty,no-port-forwarding ${key}`, true, /authorized_keys says no-port-forwarding before the key$/],
    [`key restrict,port-forwarding,permitopen="a:1" ${key}`, false, /permitopen="a:1" in authorized_keys$/],
    [`key restrict ${key}\nkey ${key}`, false, /refused a first connection through it/],
    ['', false, /refused a first connection through it/],
  ])('%j', (said, isTotal, title) => {
    const refusal = refusalOf('h', 'why', said)
    expect(refusal.isTotal).toBe(isTotal)
    expect(refusal.error.title).toMatch(title)
  })
})

describeReal('ops socks to a host that leads nothing on', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  const tried = (name: string, transport = 'ssh2') =>
    folder.ops([
      'socks',
      'exec',
      name,
      '-F',
      host().sshConfig,
      '--transport',
      transport,
      '--',
      'echo',
      'went',
    ])
  const setting = async (lines: string) => {
    await host().read(`cat >/etc/ssh/sshd_config.d/50-test.conf <<'E'\n${lines}\nE\nsystemctl reload ssh`)
  }

  test.each(['ssh2', 'openssh'])(
    'names AllowTcpForwarding over %s and ends, as no connection would work',
    async transport => {
      await setting('AllowTcpForwarding no')
      const { code, stdout, stderr } = await tried(host().name, transport)
      expect(stderr).toContain('forwards no connections: its sshd_config says AllowTcpForwarding no')
      expect([code, stdout]).toEqual([4, ''])
    },
  )

  test('tells where an account may not look what it cannot know, and goes on', async () => {
    await setting('Match User deploy\n  PermitOpen 127.0.0.1:22')
    const { code, stdout, stderr } = await tried(`${host().name}-deploy`)
    expect(stderr).toContain('refused a first connection through it')
    expect(stderr).toContain('PermitOpen')
    expect([code, stdout]).toEqual([0, 'went\n'])
  })

  test('finds `restrict` before the key', async () => {
    await setting('')
    await host().read("sed -i.was 's/^/restrict /' /home/deploy/.ssh/authorized_keys")
    const { code, stderr } = await tried(`${host().name}-deploy`)
    await host().read('mv /home/deploy/.ssh/authorized_keys.was /home/deploy/.ssh/authorized_keys')
    expect(stderr).toContain('authorized_keys says restrict before the key')
    expect(code).toBe(4)
  })

  test('says nothing where the host leads on', async () => {
    await setting('')
    expect(await tried(host().name)).toEqual({ code: 0, stdout: 'went\n', stderr: '' })
  })
})
