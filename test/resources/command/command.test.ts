import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import { command } from '../../../src/resources/command.ts'
import { joinShell, sh } from '../../../src/shell/sh.ts'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const token = new Secret("it's $(secret)")

describe('a command', () => {
  test('is named without the secrets in it, and runs with them as one word', () => {
    const step = command({ run: joinShell([sh`set -e`, sh`printf %s ${token} >${'/a b'}`]), unless: 'false' })
    expect([step.problems, step.name]).toEqual([[], "command set -e\nprintf %s [secret] >'/a b'"])
    const [made] = step.resource.apply?.({ actual: {}, desired: {}, keys: [] }, step.params) ?? []
    expect(made?.shell).toBe("set -e\nprintf %s 'it'\\''s $(secret)' >'/a b'")
    expect(JSON.stringify(step.params)).not.toContain('secret)')
  })

  test.each([
    [sh`printf %s ${token} | tool`, 0],
    [sh`TOKEN=${token} tool`, 0],
    [sh`echo x; tool -p ${token}`, 1],
    [sh`mysql --password=${token}`, 1],
    [sh`export TOKEN=${token}; tool`, 0],
    ['tool', 0],
  ])('is told of a secret that others could read meanwhile', (run, count) => {
    const { resource, params } = command({ run, creates: '/x' })
    expect(resource.notes?.('', params)).toHaveLength(count)
  })
})

const recipes = {
  'recipes/token.ts': `
import { command, recipe, secret, sh } from 'ops-recipes'
export default recipe({
  summary: 'A token in a file.',
  params: { token: secret().describe('What is stored.') },
  steps: ({ params: { token } }) => [
    command({ run: sh\`umask 077; printf %s \${token} >/root/token\`, unless: sh\`printf %s \${token} | cmp -s - /root/token\` }),
  ],
})
`,
  'recipes/unsure.ts': `
import { command, recipe } from 'ops-recipes'
export default recipe({
  summary: 'A check that cannot tell.',
  params: {},
  steps: () => [
    command({ run: 'echo wanted >/root/unsure', unless: 'grep -q wanted /root/unsure' }),
    command({ run: 'touch /home/deploy/made', creates: '/root/made' }, { user: 'deploy' }),
  ],
})
`,
}

describeReal('a command on a host', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith(recipes)
  })
  afterAll(() => folder?.remove())
  const value = "it's 100% $HOME"
  const ops = (...argv: string[]) =>
    folder.answer([...argv, '-F', host().sshConfig], { env: { OPS_PARAM_TOKEN: value } })

  test('gets a secret, which no plan, saved plan or report holds', async () => {
    const planned = await ops('plan', 'token', host().name, '-o', 'saved')
    const saved = readFileSync(join(folder.path, 'saved'), 'utf8')
    const applied = await ops('apply', 'saved', '--yes', '-v')
    expect([applied.code, await host().read('cat /root/token')]).toEqual([0, value])
    const again = await ops('check', 'token', host().name)
    expect(again.code).toBe(0)
    const all = [planned, applied, again].map(({ stdout, stderr }) => stdout + stderr).join('') + saved
    expect(all).not.toContain('100%')
    expect(all).toContain('printf %s [secret] >/root/token')
  })

  test('says that it does not know where its check cannot tell, and why', async () => {
    const planned = await ops('plan', 'unsure', host().name)
    expect(planned.stdout).toMatch(/done: unknown, as its check ended with exit code 2 -> yes/)
    expect(planned.stdout).toContain('its check says: grep: /root/unsure: No such file or directory')
    expect(planned.stdout).toContain('its check says: not allowed to look into /root')
    const applied = await ops('apply', 'unsure', host().name, '--yes')
    expect([applied.code, applied.stdout + applied.stderr]).toEqual([
      1,
      expect.stringMatching(/did not converge[\s\S]*not allowed to look into \/root[\s\S]*changed +unknown/),
    ])
  })
})
