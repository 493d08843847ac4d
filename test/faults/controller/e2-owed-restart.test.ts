import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Folder, folderWith } from '../../cli/run-ops.ts'
import { describeReal } from '../../hosts/available.ts'
import { useHost } from '../../hosts/use-hosts.ts'
import { watchOps } from '../../runs/ops-run.ts'
import { chosen } from '../instruments/fault-class.ts'

/** Moments of a kill, evenly spread over those that `npm run faults` tries. */
const rounds = chosen(
  Array.from({ length: 50 }, (_, round) => round),
  4,
)

/** Steps between the write and the reload give a kill somewhere to fall. */
const web = `
import { command, file, recipe, service, z } from 'ops-recipes'

export default recipe({
  summary: 'A page that nginx returns.',
  params: { word: z.string().describe('What the page says.') },
  steps: ({ params }) => [
    file({ path: '/etc/nginx/conf.d/page.conf', content: \`server { listen 8080; return 200 "\${params.word}"; }\\n\` }),
    command({ run: \`echo \${params.word} > /run/between\`, unless: \`grep -qx \${params.word} /run/between\` }),
    service({ unit: 'nginx', running: true, follows: ['/etc/nginx'], onChange: 'reload' }),
  ],
})
`

describeReal('E2 a controller that is killed between the write of a config and the reload', () => {
  const host = useHost({ withPackages: ['nginx', 'curl'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'recipes/web.ts': web })
  })
  afterAll(() => folder?.remove())

  const argv = (word: string) => [
    'apply',
    'web',
    host().name,
    '-F',
    host().sshConfig,
    '--yes',
    '--word',
    word,
  ]
  const served = async () => (await host().exec('curl -s http://127.0.0.1:8080/')).stdout
  const onDisk = async () => (await host().exec('cat /etc/nginx/conf.d/page.conf')).stdout
  const workers = async () => (await host().read('pgrep -P "$(cat /run/nginx.pid)" | sort')).trim()

  test(`at ${rounds.length} moments: a plain second run ends with nginx running the new config, and a third does nothing`, async () => {
    expect((await folder.ops(argv('first'))).code).toBe(0)
    const left = { owed: 0, untouched: 0, done: 0 }
    for (let at = 0; at < rounds.length || (left.owed === 0 && at < 200); at++) {
      const round = rounds[at] ?? at
      const word = `word${round}`
      const run = watchOps(folder, argv(word))
      await run.seen(
        event => event.event === 'step' && event.step.startsWith('file ') && event.status === 'running',
      )
      // Spread over the time that the three steps take, a little before the write to a little after the reload.
      await pause((round * 7) % 120)
      run.child.kill('SIGKILL')
      await run.ended
      const [isWritten, isServed] = [(await onDisk()).includes(`"${word}"`), (await served()) === word]
      if (!isWritten) left.untouched++
      else if (isServed) left.done++
      else left.owed++

      const second = await folder.ops([...argv(word), '--wait'])
      expect([round, second.code, second.stderr, await served()]).toEqual([round, 0, expect.anything(), word])
      // Enough to see that a run that owes nothing leaves the workers alone, without doubling the time of the sweep.
      if (at % 5 !== 0) continue
      const before = await workers()
      const third = await folder.ops(argv(word))
      expect([third.code, third.stdout]).toEqual([0, expect.stringContaining('nothing to do')])
      expect(await workers()).toBe(before)
    }
    // A sweep in which no kill ever left a reload owed would prove nothing.
    expect(left.owed).toBeGreaterThan(0)
    console.info(`killed ${rounds.length} times: ${JSON.stringify(left)}`)
  }, 400_000)
})
