/** A timer on a booted host, where systemd judges when and what. */
import { expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'

const dropIn = '/etc/systemd/system/report.timer.d/o.conf'
const otherTime = '[Timer]\\nOnCalendar=\\nOnCalendar=2030-01-01\\n'

const recipe = `import { directory, file, recipe, timer, user, z } from 'ops-recipes'
export default recipe({
  summary: 'A report.',
  params: { run: z.string().default('echo good'), at: z.string().default('daily'), own: z.boolean().default(false),
    user: z.string().default('root'), makes: z.boolean().default(false) },
  steps: ({ params: { own, makes, ...given } }) => [
    makes && user({ name: given.user }),
    directory({ path: '/srv/before' }),
    own && file({ path: '${dropIn}', content: '${otherTime}' }),
    timer({ name: 'report', ...given }),
  ],
})
`

describeReal('a timer', () => {
  const host = useHost()

  const ops = (folder: Folder, verb: string, ...argv: string[]) =>
    folder.answer([
      ...[verb, 'report', host().name, '-F', host().sshConfig, ...argv],
      ...(verb === 'apply' ? ['--yes'] : []),
    ])

  test('at a time that is none leaves the command and the time as they were', async () => {
    const folder = folderWith({ 'recipes/report.ts': recipe })
    try {
      const apply = (run: string, at: string) => ops(folder, 'apply', '--run', run, '--at', at)
      const units = () =>
        host().read(
          'cat /etc/systemd/system/report.*; systemctl show -p ExecStart report.service; systemctl is-active report.timer',
        )
      expect(await apply('echo good', 'Mon..Fri 03:00')).toMatchObject({ code: 0, stderr: '' })
      const before = await units()
      const bad = await apply('echo new', 'Blursday')
      expect([bad.code, bad.stderr]).toEqual([1, expect.stringContaining('Blursday')])
      expect(await units()).toBe(before)
      await host().read('rmdir /srv/before')
      expect((await apply('echo good', 'dayly')).stderr).toContain('systemd knows no time dayly')
      expect(await host().read('ls /srv; mkdir /srv/before')).toBe('')
      expect((await apply('echo good', 'Mon..Fri 03:00')).stdout).toContain('nothing to do')
      expect((await apply('echo new', 'daily')).code).toBe(0)
      expect(await units()).toContain('echo new')
      // What is loaded is what runs.
      expect((await apply('echo newest', 'daily')).code).toBe(0)
      expect(await host().read('systemctl show -p ExecStart report.service')).toContain('echo newest')
    } finally {
      folder.remove()
    }
  })

  test('of a user that is not there is refused by the plan and by a check, unless a step before makes the user', async () => {
    const folder = folderWith({ 'recipes/report.ts': recipe })
    const refused = [
      1,
      expect.stringContaining('there is no user ghost on the host, and no step before this'),
    ]
    try {
      const plan = await ops(folder, 'plan', '--user', 'ghost')
      expect([plan.code, plan.stderr]).toEqual(refused)
      expect((await ops(folder, 'apply', '--user', 'ghost', '--makes')).code).toBe(0)
      expect((await ops(folder, 'check', '--user', 'ghost')).code).toBe(0)
      await host().read('userdel ghost')
      const check = await ops(folder, 'check', '--user', 'ghost')
      expect([check.code, check.stderr]).toEqual(refused)
    } finally {
      folder.remove()
    }
  })

  test('that a drop-in of somebody else moves to another time is not told as right', async () => {
    const folder = folderWith({ 'recipes/report.ts': recipe })
    const write = (path: string, text: string) =>
      host().read(
        `mkdir -p ${path.replace(/[^/]*$/, '')} && printf '${text}' >${path} && systemctl daemon-reload && systemctl restart report.timer`,
      )
    try {
      expect((await ops(folder, 'apply')).code).toBe(0)
      await write(dropIn, otherTime)
      const moved = await ops(folder, 'check')
      expect([moved.code, moved.stderr]).toEqual([
        1,
        expect.stringContaining(`${dropIn} says when report.timer runs`),
      ])
      // What the recipe itself puts there is meant.
      const own = await ops(folder, 'check', '--own')
      expect([own.code, own.stdout]).toEqual([0, expect.not.stringContaining(dropIn)])
      await host().read(`rm ${dropIn}`)
      expect((await ops(folder, 'apply')).code).toBe(0)
      await write('/etc/systemd/system/report.service.d/mine.conf', '[Service]\\nNice=5\\n')
      const beside = await ops(folder, 'check')
      expect([beside.code, beside.stdout]).toEqual([
        0,
        expect.stringContaining('mine.conf adds to report.service or overrides it'),
      ])
      // What is for all timers or services counts where it says when or what.
      const all = '/etc/systemd/system/service.d/all.conf'
      await write(all, '[Service]\\nTimeoutStartSec=5\\n')
      expect((await ops(folder, 'check')).stdout).not.toContain(all)
      await write(all, '[Service]\\nExecStart=\\nExecStart=/bin/false\\n')
      expect((await ops(folder, 'check')).stdout).toContain(`${all} adds to report.service or overrides it`)
      const timers = '/etc/systemd/system/timer.d/all.conf'
      await write(timers, otherTime)
      const all2030 = await ops(folder, 'check')
      expect([all2030.code, all2030.stderr]).toEqual([
        1,
        expect.stringContaining(`${timers} says when report.timer runs`),
      ])
      await host().read(`rm ${all} ${timers}; systemctl daemon-reload`)
    } finally {
      folder.remove()
    }
  })

  test.each([
    '/etc/systemd/system/report.timer.d',
    '/etc/systemd/system/timer.d',
    '/run/systemd/system/report.service.d',
    '/usr/lib/systemd/system/service.d',
  ])('is told as not loaded where a file lies in %s, which systemd has yet to see', async unseen => {
    const folder = folderWith({ 'recipes/report.ts': recipe })
    const unit = unseen.includes('timer') ? 'report.timer' : 'report.service'
    const seen = () => host().read(`systemctl show --value -p DropInPaths ${unit}`)
    try {
      expect((await ops(folder, 'apply')).code).toBe(0)
      await host().read(
        `rm -rf ${unseen}; systemctl daemon-reload; mkdir ${unseen}; printf '[Unit]\\nDescription=Late\\n' >${unseen}/late.conf`,
      )
      expect((await ops(folder, 'check')).code).toBe(2)
      expect(await seen()).not.toContain('late.conf')
      expect((await ops(folder, 'apply')).code).toBe(0)
      expect(await seen()).toContain(`${unseen.replace('/usr', '')}/late.conf`)
      expect((await ops(folder, 'check')).code).toBe(0)
    } finally {
      folder.remove()
      await host().read(`rm -rf ${unseen}; systemctl daemon-reload`)
    }
  })

  test('is looked at alike where the login sets how programs read their options', async () => {
    const folder = folderWith({ 'recipes/report.ts': recipe })
    try {
      expect((await ops(folder, 'apply')).code).toBe(0)
      await host().read('sed -i "1i export POSIXLY_CORRECT=1 BLOCK_SIZE=human" /root/.bashrc')
      const { code, stdout, stderr } = await ops(folder, 'check')
      expect([code, stderr]).toEqual([0, ''])
      expect(stdout).toContain('ok')
    } finally {
      folder.remove()
    }
  })
})
