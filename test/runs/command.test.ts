import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { describeReal } from '../hosts/available.ts'
import { useHost } from '../hosts/use-hosts.ts'
import { type WatchedRun, watchOps } from './ops-run.ts'

describeReal('ops run', () => {
  const host = useHost()
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())

  test('two users of one host are two targets, each with its own answer', async () => {
    const names = [host().name, `${host().name}-deploy`]
    const run = watchOps(folder, ['run', ...names, '-F', host().sshConfig, '--no-become', '--', 'id -un'])
    expect(await run.ended).toBe(0)
    const said = run.events.flatMap(each =>
      each.event === 'output' ? [`${each.host} ${each.text.trim()}`] : [],
    )
    expect(said.filter(each => !each.endsWith(' ')).sort()).toEqual([
      `${names[0]} root`,
      `${names[1]} deploy`,
    ])
  })

  describe.each(['ssh2', 'openssh'])('over %s', transport => {
    const start = (command: string): WatchedRun =>
      watchOps(folder, [
        ...['run', `${host().name}-deploy`, '-F', host().sshConfig],
        ...['--transport', transport, '--', command],
      ])
    const all = (run: WatchedRun) =>
      run.events.flatMap(each => (each.event === 'output' ? [each.text] : [])).join('')
    const said = (run: WatchedRun, text: string) =>
      run.seen(event => event.event === 'output' && event.text.includes(text))
    const survivors = async () => (await host().exec('pgrep -f "sleep 31[45]"')).stdout

    test('tells a line as soon as it is whole, though the command goes on', async () => {
      const run = start('echo one; until [ -e /tmp/go-on ]; do sleep 0.05; done; rm /tmp/go-on; printf two')
      await expect.poll(() => all(run)).toBe('one\n')
      await host().read('touch /tmp/go-on', { user: 'deploy' })
      expect(await run.ended).toBe(0)
      await expect.poll(() => all(run)).toBe('one\ntwo')
    })

    test('asks the command and all that it started to end on the first Ctrl-C', async () => {
      const run = start('trap "echo bye; exit 9" TERM; sleep 314 & echo began; wait')
      await said(run, 'began')
      run.child.kill('SIGINT')
      expect(await run.ended).toBe(130)
      expect(await said(run, 'bye')).toBeDefined()
      expect(run.events).toContainEqual(
        expect.objectContaining({
          event: 'error',
          error: expect.objectContaining({
            title: 'the command was asked to end, and has ended: exit code 9',
          }),
        }),
      )
      expect(await survivors()).toBe('')
    })

    test('asks again what was just forked, and lost the signal as it became another program', async () => {
      // The child stops between fork and exec, with the handler of its parent: what a loaded host does for a moment.
      const perl = `use POSIX ":sys_wait_h"; $| = 1; $SIG{TERM} = sub { kill CONT => $pid; exit 9 };
        $pid = fork; if (!$pid) { $SIG{TERM} = sub {}; kill STOP => $$; exec qw(sleep 314) }
        waitpid $pid, WUNTRACED; print "began\\n"; sleep 60`
      const run = start(`exec perl -e '${perl}'`)
      await said(run, 'began')
      run.child.kill('SIGINT')
      expect(await run.ended).toBe(130)
      expect(await survivors()).toBe('')
    })

    test('lets it take its time to end, and never calls that a success', async () => {
      const run = start(
        'trap "sleep 2.5; echo cleaned; exit 0" TERM; echo began; while :; do sleep 0.1; done',
      )
      await said(run, 'began')
      run.child.kill('SIGINT')
      expect(await run.ended).toBe(130)
      expect(await said(run, 'cleaned')).toBeDefined()
      expect(run.events.at(-1)).toMatchObject({ event: 'summary' })
    })

    test('waits for what it has started too', async () => {
      const slow = 'trap "sleep 1; echo late; exit 0" TERM; echo up; while :; do sleep 0.1; done'
      const run = start(`sh -c '${slow}' & echo began; wait`)
      await said(run, 'up')
      run.child.kill('SIGINT')
      expect(await run.ended).toBe(130)
      expect(await said(run, 'late')).toBeDefined()
    })

    test('kills what does not want to end on the second', async () => {
      const run = start('trap "echo no" TERM; echo began; while :; do sleep 315; done')
      await said(run, 'began')
      run.child.kill('SIGINT')
      expect(await said(run, 'no')).toBeDefined()
      run.child.kill('SIGINT')
      expect(await run.ended).toBe(130)
      expect(await survivors()).toBe('')
    })
  })
})
