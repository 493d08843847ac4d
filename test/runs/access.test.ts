import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'

const forgetful = `
import { command, recipe } from 'ops-recipes'
export default recipe({
  summary: 'A step that makes the host forget what it watches.',
  params: {},
  steps: () => [
    command(
      { run: 'rm -rf /var/lib/ops/access/*; echo done >/etc/forgetful', creates: '/etc/forgetful' },
      { access: { paths: ['/etc/forgetful'] } },
    ),
  ],
})
`

describeReal('a host that was to wait for a login that confirms', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/forgetful.ts': forgetful })
  })
  afterAll(() => folder?.remove())

  test('and knows nothing of it any more is no success: the run is lost, and the next one sees what is there', async () => {
    const argv = ['apply', 'forgetful', host().name, '-F', host().sshConfig, '--yes']
    const run = await folder.ops(argv)
    expect([run.code, run.stdout + run.stderr]).toEqual([
      5,
      expect.stringContaining('keeps no verdict of this run any more'),
    ])
    const next = await folder.ops(argv)
    expect([next.code, next.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
  })
})
