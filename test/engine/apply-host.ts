/** What a run does on a host, whatever the shell there. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { look } from '../../src/engine/look/look.ts'
import { makePlan } from '../../src/engine/plan/make-plan.ts'
import { command } from '../../src/resources/command.ts'
import { Interrupt } from '../../src/run/interrupt.ts'
import { failing, fifo, item, manyItem, restless } from './item.ts'
import { makePlace, type OpenShell, type Place, runHere } from './shell-session.ts'

let place: Place
let at: (name: string) => string

const read = (path: string) => readFileSync(path, 'utf8').trim()
const list = (count: number, value = '1') =>
  Array.from({ length: count }, (_, index) => manyItem({ path: at(`f${index}`), value }))

/** The suite of a shell: each has a file of its own, as most of its time is deadlines that pass on the host. */
export function appliesOn(shell: string): void {
  beforeEach(() => {
    place = makePlace()
    at = name => join(place.folder, name)
  })
  afterEach(() => place.remove())

  test('fifty steps that change nothing cost one trip', async () => {
    await runHere(place, list(50), { shell })
    const again = await runHere(place, list(50), { shell })
    expect(again.trips).toBe(1)
    expect(again.planned.map(each => each.plan.status)).toEqual(Array(50).fill('ok'))
  })

  test('forty independent changes cost one trip more', async () => {
    await runHere(place, list(10), { shell })
    const run = await runHere(place, list(50), { shell })
    expect(run.trips).toBe(2)
    expect(run.result?.status).toBe('ok')
    expect(run.result?.outcomes.filter(each => each === 'changed')).toHaveLength(40)
    expect(read(at('f49'))).toBe('1')
  })

  test('each announced surprise costs one trip more', async () => {
    const steps = [
      item({ path: at('a'), value: '1', also: `echo 2 > ${at('b')}`, moves: [at('b')] }),
      item({ path: at('b'), value: '1' }),
      item({ path: at('c'), value: '1', also: `echo 3 > ${at('d')}`, moves: [at('d')] }),
      item({ path: at('d'), value: '1' }),
    ]
    writeFileSync(at('b'), '1\n')
    const run = await runHere(place, steps, { shell })
    expect(run.planned.map(each => each.plan.status)).toEqual(['change', 'may-change', 'change', 'change'])
    expect(run.result?.status).toBe('ok')
    expect(run.trips).toBe(4)
    expect(['a', 'b', 'c', 'd'].map(name => read(at(name)))).toEqual(['1', '1', '1', '1'])
  })

  test('a step that fails stops the host there and says what it printed', async () => {
    const steps = [
      item({ path: at('a'), value: '1' }),
      item({ path: at('b'), value: '1', instead: 'echo out of luck >&2; exit 3' }),
      item({ path: at('c'), value: '1' }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('failed')
    expect(run.result?.outcomes).toEqual(['changed', 'failed', 'skipped'])
    expect(run.result?.errors[0]).toMatchObject({ code: 'failed', said: 'out of luck', changed: 'unknown' })
    expect(existsSync(at('c'))).toBe(false)
  })

  test('a step that ends well and changes nothing did not converge, and the host stops there', async () => {
    const steps = [item({ path: at('a'), value: '1', instead: 'true' }), item({ path: at('b'), value: '1' })]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.errors[0]).toMatchObject({ code: 'not-converged', changed: 'unknown' })
    expect(run.result?.outcomes).toEqual(['failed', 'skipped'])
    expect(existsSync(at('b'))).toBe(false)
  })

  test('a step that brings about something else did not converge', async () => {
    const run = await runHere(place, [item({ path: at('a'), value: '1', instead: `echo 2 > ${at('a')}` })], {
      shell,
    })
    expect(run.result?.errors[0]).toMatchObject({ code: 'not-converged', changed: 'yes' })
    expect(run.result?.errors[0]?.title).toContain('value is 2, not 1')
  })

  test('a command whose check still says no may have changed anything, and what the check says is told', async () => {
    const unless = `echo "no such key in ${at('a')}" >&2; false`
    const run = await runHere(place, [command({ run: `echo 1 >${at('b')}`, unless })], { shell })
    expect(run.planned[0]?.plan.notes).toEqual([`its check says: no such key in ${at('a')}`])
    expect(run.result?.errors[0]).toMatchObject({
      code: 'not-converged',
      changed: 'unknown',
      said: `no such key in ${at('a')}`,
    })
    expect(read(at('b'))).toBe('1')
  })

  test('a step that a later one undid is an error that names both', async () => {
    const steps = [
      item({ path: at('a'), value: '1' }),
      item({ path: at('b'), value: '1', also: `echo 2 > ${at('a')}`, moves: [at('a')] }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('failed')
    expect(run.result?.errors[0]?.title).toBe(`item ${at('a')} was undone by item ${at('b')}`)
  })

  test('what somebody else moved before the batch is not overwritten, and nothing is applied', async () => {
    const run = await runHere(place, list(3), { shell, between: () => writeFileSync(at('f1'), 'foreign\n') })
    expect(run.result?.status).toBe('moved')
    expect(run.result?.outcomes).toEqual(['skipped', 'skipped', 'skipped'])
    expect(read(at('f1'))).toBe('foreign')
    expect(existsSync(at('f0'))).toBe(false)
  })

  test.each([
    ['a blank at the end', '1 '],
    ['one more line end', '1\\n'],
    ['no line end', '1\\c'],
    ['a backslash', '1\\\\'],
    ['a star', '*'],
    ['what is no ASCII', 'é'],
  ])('a guard that the shell compares itself sees %s', async (_what, foreign) => {
    writeFileSync(at('b'), '1\n')
    const steps = [
      manyItem({ path: at('a'), value: '1', also: `printf '%b\\n' '${foreign}' > ${at('b')}` }),
      manyItem({ path: at('b'), value: '1' }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('moved')
    expect(run.result?.outcomes).toEqual(['changed', 'skipped'])
  })

  test('among steps that are looked at together, the one that moved stops the host', async () => {
    await runHere(place, list(5), { shell })
    const steps = [item({ path: at('a'), value: '1', also: `echo foreign > ${at('f3')}` }), ...list(5)]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('moved')
    expect(run.result?.outcomes).toEqual(['changed', 'ok', 'ok', 'ok', 'skipped', 'skipped'])
    expect(run.result?.errors.map(each => each.step)).toEqual([`many-item ${at('f3')}`])
  })

  test('steps that are looked at together and did not move let the host go on', async () => {
    await runHere(place, list(5), { shell })
    const around = [item({ path: at('a'), value: '1' }), ...list(5), item({ path: at('z'), value: '1' })]
    const run = await runHere(place, around, { shell })
    expect(run.result?.outcomes).toEqual(['changed', 'ok', 'ok', 'ok', 'ok', 'ok', 'changed'])
    expect(run.trips).toBe(2)
  })

  test('what somebody else moves during the batch stops the host before that step', async () => {
    const steps = [
      item({ path: at('a'), value: '1', also: `echo foreign > ${at('b')}` }),
      item({ path: at('b'), value: '1' }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('moved')
    expect(run.result?.outcomes).toEqual(['changed', 'skipped'])
    expect(read(at('b'))).toBe('foreign')
  })

  test('what moved and is as wanted by now is gone on from, whoever did it', async () => {
    const steps = [
      item({ path: at('a'), value: '1', also: `echo 1 > ${at('b')}` }),
      item({ path: at('b'), value: '1' }),
      item({ path: at('c'), value: '1' }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('ok')
    expect(run.result?.outcomes).toEqual(['changed', 'ok', 'changed'])
  })

  test('what a step redirects is announced, and what it only sets going never writes over contents', async () => {
    const moving = (how: object) => [
      item({ path: at('a'), value: '1', also: `echo foreign > ${at('b')}`, ...how }),
      item({ path: at('b'), value: '1' }),
    ]
    const set = await runHere(place, moving({ stirs: [`path:${at('')}`] }), { shell })
    expect(set.result?.status).toBe('moved')
    expect([read(at('b')), set.result?.errors[0]?.detail]).toEqual([
      'foreign',
      expect.stringContaining('nothing is overwritten before you have seen it'),
    ])
    await runHere(place, [item({ path: at('a'), value: '2' }), item({ path: at('b'), value: '2' })], {
      shell,
    })
    const redirected = await runHere(place, moving({ redirects: [`${place.folder}/`] }), { shell })
    expect(redirected.planned[1]?.plan.because).toEqual([`item ${at('a')}`])
    expect(redirected.result?.status).toBe('ok')
    expect(read(at('b'))).toBe('1')
  })

  test('a probe that never prints the same twice is called unstable or moved, never applied blindly', async () => {
    const run = await runHere(place, [restless({ path: at('a'), value: '1' })], { shell })
    expect(run.result?.status).toBe('moved')
    expect(existsSync(at('a'))).toBe(false)
  })

  test('a step that outlives its deadline is ended by the host, with all that it started', async () => {
    const hang = item({ path: at('a'), value: '1', instead: hanging() }, { timeoutSeconds: 1 })
    const run = await runHere(place, [hang], { shell })
    expect(run.result?.errors[0]?.title).toContain('took longer than 1 s and was ended')
    expect(isAlive(Number(read(at('pid'))))).toBe(false)
  })

  test('stopped twice, the running step is ended with all that it started', async () => {
    const interrupt = stopsWhen(() => existsSync(at('pid')), 2)
    const run = await runHere(place, [item({ path: at('a'), value: '1', instead: hanging() })], {
      shell,
      interrupt,
    })
    expect(run.result?.status).toBe('interrupted')
    expect(isAlive(Number(read(at('pid'))))).toBe(false)
  })

  test('settling is awaited, and a settling that fails fails the step', async () => {
    const good = item({ path: at('a'), value: '1', settle: `[ -f ${at('a')} ]` })
    expect((await runHere(place, [good], { shell })).result?.status).toBe('ok')
    const bad = item({ path: at('b'), value: '1', settle: 'echo never up >&2; exit 1' })
    const run = await runHere(place, [bad], { shell })
    expect(run.result?.errors[0]).toMatchObject({ code: 'failed', said: 'never up', changed: 'yes' })
  })

  test('a greedy reader and a syntax error harm no other step', async () => {
    const steps = [
      item({ path: at('a'), value: '1', also: 'cat >/dev/null' }),
      item({ path: at('b'), value: '1', instead: 'if then (' }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.outcomes).toEqual(['changed', 'failed'])
  })

  test('a step that an earlier one made impossible counts as failed, and those after it as not reached', async () => {
    const steps = [
      item({ path: at('a'), value: '1', also: `mkdir ${at('b')}`, moves: [at('b')] }),
      fifo({ path: at('b'), value: '1' }),
      item({ path: at('c'), value: '1' }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.errors).toMatchObject([{ step: `fifo ${at('b')}`, changed: 'yes' }])
    expect(run.result?.outcomes).toEqual(['changed', 'failed', 'skipped'])
  })

  test('stopped once, it ends after the running step and leaves the rest', async () => {
    const interrupt = new Interrupt()
    const steps = [
      item({ path: at('a'), value: '1', also: `until [ -e ${at('go')} ]; do sleep 0.05; done` }),
      item({ path: at('b'), value: '1' }),
    ]
    const run = await runHere(place, steps, {
      shell,
      interrupt,
      onEvent: event => {
        if (event.event !== 'step' || event.status !== 'running') return
        interrupt.raise()
        void until(isToldToStop).then(() => writeFileSync(at('go'), ''))
      },
    })
    expect(run.result?.status).toBe('interrupted')
    expect(run.result?.outcomes).toEqual(['changed', 'skipped'])
  })

  test('the lock is held by one run and free as soon as that one is killed', async () => {
    let holder: OpenShell | undefined
    const slow = [item({ path: at('a'), value: '1', also: 'sleep 300' })]
    const first = runHere(place, slow, { shell, keep: open => (holder = open) })
    await until(() => existsSync(at('a')))
    const second = await runHere(place, [item({ path: at('b'), value: '1' })], { shell })
    expect(second.result?.status).toBe('locked')
    expect(second.result?.errors[0]?.detail).toContain('a test')
    process.kill(-(holder?.child.pid ?? 0), 'SIGKILL')
    const lost = await first
    expect(lost.result).toMatchObject({
      status: 'lost',
      errors: [{ code: 'lost', step: `item ${at('a')}`, changed: 'unknown' }],
    })
    const third = await runHere(place, [item({ path: at('b'), value: '1' })], { shell })
    expect(third.result?.status).toBe('ok')
    expect(third.events).toContainEqual(
      expect.objectContaining({ event: 'note', text: expect.stringContaining('died half-way') }),
    )
  })

  test('what was proved before the connection was lost counts as changed, and only what the host said is told', async () => {
    let open: OpenShell | undefined
    const steps = [
      item({ path: at('a'), value: '1' }),
      item({ path: at('b'), value: '1', also: 'echo out of it >&2; sleep 300' }),
      item({ path: at('c'), value: '1' }),
    ]
    const first = runHere(place, steps, { shell, keep: each => (open = each) })
    await until(() => existsSync(at('b')))
    process.kill(-(open?.child.pid ?? 0), 'SIGKILL')
    const { result, events } = await first
    expect(result).toMatchObject({ status: 'lost', errors: [{ code: 'lost', step: `item ${at('b')}` }] })
    expect(result?.outcomes).toEqual(['changed', 'skipped', 'skipped'])
    expect(result?.errors[0]?.said ?? '').not.toContain('@')
    const ends = events.flatMap(each =>
      each.event === 'step' && each.status !== 'running' && each.step === `item ${at('a')}`
        ? [each.status]
        : [],
    )
    expect(ends).toEqual(['changed'])
  })

  test('who holds the lock is told once, however long it is waited for', async () => {
    let holder: OpenShell | undefined
    let waiting: OpenShell | undefined
    const slow = [item({ path: at('a'), value: '1', also: 'sleep 300' })]
    const first = runHere(place, slow, { shell, keep: open => (holder = open) })
    await until(() => existsSync(at('a')))
    const second = runHere(place, [item({ path: at('b'), value: '1' })], {
      shell,
      waitForLock: true,
      keep: open => (waiting = open),
    })
    await until(() => (waiting?.session.trips ?? 0) >= 4)
    process.kill(-(holder?.child.pid ?? 0), 'SIGKILL')
    await first
    const { result, events } = await second
    expect(result?.status).toBe('ok')
    expect(events.filter(each => each.event === 'waiting')).toHaveLength(1)
  })

  test('a controller that goes away lets the running step end and starts no other', async () => {
    let open: OpenShell | undefined
    const steps = [
      item({
        path: at('a'),
        value: '1',
        also: `until [ -e ${at('go')} ]; do sleep 0.05; done; echo done > ${at('end')}`,
      }),
      item({ path: at('b'), value: '1' }),
    ]
    const run = runHere(place, steps, { shell, keep: each => (open = each) }).catch(error => error)
    await until(() => existsSync(at('a')))
    open?.child.stdin?.destroy()
    await until(isToldToStop)
    writeFileSync(at('go'), '')
    await run
    expect(read(at('end'))).toBe('done')
    expect(existsSync(at('b'))).toBe(false)
    await until(() => open?.child.exitCode !== null || open?.child.signalCode !== null)
  })

  test('a failing line of a step for another user fails that step', async () => {
    chmodSync(place.folder, 0o777)
    const steps = [command({ run: `false\ntouch ${at('done')}`, creates: at('done') }, { user: 'nobody' })]
    const run = await runHere(place, steps, { shell })
    expect(run.result?.status).toBe('failed')
    expect(existsSync(at('done'))).toBe(false)
  })

  test('an exit code that means something to ops means nothing when a command returns it', async () => {
    for (const code of [96, 97, 124]) {
      const run = await runHere(place, [command({ run: `exit ${code}`, creates: at('never') })], { shell })
      expect(run.result).toMatchObject({ status: 'failed', errors: [{ changed: 'unknown' }] })
      expect(run.result?.errors[0]?.title).toContain(`failed with exit code ${code}`)
    }
  })

  test('stopped before the batch was sent, it applies nothing', async () => {
    const interrupt = new Interrupt()
    const run = await runHere(place, list(9), { shell, interrupt, between: () => interrupt.raise() })
    expect(run.result?.status).toBe('interrupted')
    expect(existsSync(at('f0'))).toBe(false)
  })

  test('a probe that hangs is ended by the host when the operator says so', async () => {
    const interrupt = new Interrupt()
    const steps = [
      item({ path: at('a'), value: '1', also: `rm -f ${at('b')}; mkfifo ${at('b')}; touch ${at('hangs')}` }),
      fifo({ path: at('b'), value: '1' }),
    ]
    void until(() => existsSync(at('hangs'))).then(() => {
      interrupt.raise()
      interrupt.raise()
    })
    const run = await runHere(place, steps, { shell, interrupt })
    expect(['interrupted', 'moved']).toContain(run.result?.status)
    expect((await runHere(place, [item({ path: at('c'), value: '1' })], { shell })).result?.status).toBe('ok')
  })

  test('a probe that hangs in a look is ended by the host at its deadline, and the others are looked at', async () => {
    execFileSync('mkfifo', [at('pipe')])
    writeFileSync(at('file'), '1\n')
    const hanging = `sh -c 'trap "" TERM; echo $$ > ${at('pid')}; cat ${at('pipe')}'`
    const steps = [
      item({ path: at('file'), value: '1' }),
      command({ run: 'true', unless: hanging }),
      fifo({ path: at('pipe'), value: '1' }),
      item({ path: at('none'), value: '1' }),
    ]
    const { session } = place.open(shell)
    const seen = await look(session, steps, { wantsDetail: false, probeSeconds: 1 })
    const planned = makePlan('here', steps, seen)
    expect(planned.map(each => each.plan.status)).toEqual(['ok', 'ok', 'ok', 'change'])
    expect(planned.map(each => each.error?.said?.includes('did not answer in time'))).toEqual([
      undefined,
      true,
      true,
      undefined,
    ])
    expect(isAlive(Number(read(at('pid'))))).toBe(false)
    const again = await look(session, [item({ path: at('file'), value: '1' })], { wantsDetail: false })
    expect(again.observations[0]?.code).toBe(0)
    session.close()
  })

  test('a step that ignores its end is gone before the lock is free', async () => {
    const stubborn = `sh -c 'trap "" TERM; echo $$ > ${at('pid')}; sleep 300'`
    const step = item({ path: at('a'), value: '1', instead: stubborn }, { timeoutSeconds: 1 })
    const run = await runHere(place, [step], { shell })
    expect(run.result?.status).toBe('failed')
    expect(isAlive(Number(read(at('pid'))))).toBe(false)
  })

  test('a probe that fails before a step that mends it plans, and is looked at in its turn', async () => {
    const steps = [
      item({ path: at('a'), value: '1', moves: [at('b')] }),
      failing({ path: at('b'), value: '1', reads: [at('a')] }),
    ]
    const run = await runHere(place, steps, { shell })
    expect(run.planned.map(each => each.plan.status)).toEqual(['change', 'may-change'])
    expect(run.result?.status).toBe('ok')
    expect(read(at('b'))).toBe('1')
  })

  test('nothing is left behind by a run that ended', async () => {
    await runHere(place, list(5), { shell })
    expect(readdirSync(join(place.folder, 'run/ops')).sort()).toEqual(['holder', 'lock'])
    expect(readdirSync(join(place.folder, 'lib'))).toEqual([])
  })
}

/** A command that hangs, with a child whose pid it writes down. */
const hanging = () => `sh -c 'sleep 300 & echo $! > ${at('pid')}; wait'`

/** Whether the host has raised its flag for a run: no other step starts. */
function isToldToStop(): boolean {
  const runs = join(place.folder, 'run/ops')
  return readdirSync(runs).some(name => name.startsWith('run.') && existsSync(join(runs, name, 'stop')))
}

/** A zombie that nobody has reaped yet is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Raises the interrupt `times` times, once the condition holds. */
function stopsWhen(condition: () => boolean, times: number): Interrupt {
  const interrupt = new Interrupt()
  void until(condition).then(() => {
    for (let count = 0; count < times; count++) interrupt.raise()
  })
  return interrupt
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 20))
}
