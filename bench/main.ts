/** `npm run bench`: ops and its peers on the same job, side by side in one run. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { realHosts } from '../test/hosts/available.ts'
import { benchArchive } from './archive.ts'
import { benchBeside } from './beside.ts'
import { besideLoad } from './beside-load.ts'
import { benchCheck } from './check.ts'
import { type Round, round, slowSeconds } from './compare.ts'
import type { Contender } from './contender.ts'
import { ansible, mitogen } from './contenders/ansible.ts'
import { floor } from './contenders/floor.ts'
import { mise } from './contenders/mise.ts'
import { ops, opsProgram } from './contenders/ops.ts'
import { pyinfra } from './contenders/pyinfra.ts'
import { benchCopy } from './copy.ts'
import { curve } from './curve.ts'
import { benchDump } from './dump.ts'
import { benchExamples } from './examples.ts'
import { benchLoad } from './load.ts'
import { benchLogs, logsParts } from './logs.ts'
import { measure } from './measure.ts'
import { benchPackages } from './packages.ts'
import { resultsFolder, root, storage } from './places.ts'
import { benchQueue } from './queue.ts'
import { scale, typical } from './scale.ts'
import { setUp } from './setup.ts'
import { benchSocks } from './socks.ts'
import { benchStore } from './store.ts'
import { type Row, scaleText, tableOf } from './table.ts'

const contenders: readonly Contender[] = [floor, ops, mise, pyinfra, mitogen, ansible]
/** Rounds of those that are slow. */
const roundsOfSlow = 3

const { values } = parseArgs({
  options: {
    setup: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    delay: { type: 'string', default: '25' },
    hosts: { type: 'string', default: '8' },
    memory: { type: 'boolean', default: false },
    originals: { type: 'string', default: '.' },
    example: { type: 'string' },
    sync: { type: 'string', default: '0' },
    'beside-load': { type: 'string', default: '0' },
    steps: { type: 'string' },
    lines: { type: 'string', default: '1000000' },
    beside: { type: 'string' },
    'table-rows': { type: 'string', default: '2000000' },
  },
})

if (values.setup) setUp()
else await bench()

async function bench(): Promise<void> {
  const real = realHosts()
  if (!real.available) return refuse(real.reason.replace('tests', 'benches'))
  const wanted = values.only?.split(',')
  const chosen = contenders.filter(
    ({ name }) => !wanted || wanted.some(word => name.toLowerCase().includes(word)),
  )
  const wantsSocks = !wanted || wanted.includes('socks')
  const delayMs = Number(values.delay)
  const syncMs = Number(values.sync)
  const loops = Number(values['beside-load'])
  const rows = await besideLoad(loops, () => compareAll(chosen, Number(values.rounds), { delayMs, syncMs }))
  const withOps = chosen.includes(ops)
  const versionSeconds = withOps ? typical(await versionRuns()).seconds : undefined
  const scales = (withOps || wanted?.includes('scale')) && Number(values.hosts) > 1
  if (scales) say(`ops on ${values.hosts} hosts ...`)
  const perHost = scales ? await scale(Number(values.hosts), 3) : undefined
  const results = {
    delayMs,
    syncMs,
    loops,
    storage,
    load: loadavg()[1] ?? 0,
    rows,
    ...(versionSeconds !== undefined && { versionSeconds }),
    ...(perHost && { scale: perHost }),
  }
  if (rows.length > 0) say(`\n${tableOf(results)}`)
  else if (perHost) say(scaleText(perHost))
  if (wantsSocks) say('\nops socks beside ssh -D, medians of five turns; a ratio above 1 is for ops')
  const socks = wantsSocks ? await benchSocks(say) : undefined
  // Only where they are asked for: one writes gigabytes, one takes minutes.
  const store = wanted?.includes('store') ? await benchStore(say, Number(values.rounds)) : undefined
  const archive = wanted?.includes('archive')
    ? await benchArchive(say, Number(values['table-rows']), Number(values.rounds))
    : undefined
  const foreground = wanted?.includes('foreground')
    ? await benchBeside(say, Number(values['table-rows']), Number(values.rounds), values.beside?.split(','))
    : undefined
  const dump = wanted?.includes('dump')
    ? await benchDump(say, Number(values['table-rows']), Number(values.rounds))
    : undefined
  const load = wanted?.includes('load')
    ? await benchLoad(say, Number(values['table-rows']), Number(values.rounds))
    : undefined
  const copy = wanted?.includes('copy')
    ? await benchCopy(say, Number(values['table-rows']), Number(values.rounds))
    : undefined
  const queue = wanted?.includes('queue')
    ? await benchQueue(say, Number(values['table-rows']), Number(values.rounds))
    : undefined
  const check = wanted?.includes('check') ? await benchCheck(say, Number(values.rounds)) : undefined
  const parts = logsParts.filter(part => wanted?.includes('logs') || wanted?.includes(`logs-${part}`))
  const logs =
    parts.length > 0 ? await benchLogs(say, parts, Number(values.lines), Number(values.rounds)) : undefined
  const beside = wanted?.includes('examples')
    ? await benchExamples(say, values.originals, values.example)
    : undefined
  const points = wanted?.includes('curve')
    ? await curve(say, values.steps?.split(',').map(Number))
    : undefined
  const packages = wanted?.includes('packages')
    ? await benchPackages(say, values.steps?.split(',').map(Number))
    : undefined
  mkdirSync(resultsFolder, { recursive: true })
  const file = join(resultsFolder, 'latest.json')
  const machine = { cpus: cpus().length, cpu: cpus()[0]?.model, node: process.version }
  writeFileSync(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), machine, ...results, ...(socks && { socks }), ...(points && { curve: points }), ...(packages && { packages }), ...(store && { store }), ...(archive && { archive }), ...(foreground && { foreground }), ...(dump && { dump }), ...(load && { load }), ...(copy && { copy }), ...(queue && { queue }), ...(check && { check }), ...(logs && { logs }), ...(beside && { examples: beside }) }, undefined, 2)}\n`,
  )
  say(`Written to ${file}`)
}

/** Round by round, so that whatever else the machine does meets all of them alike. */
async function compareAll(
  chosen: readonly Contender[],
  rounds: number,
  link: { readonly delayMs: number; readonly syncMs: number },
): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'ops-bench-'))
  const done = new Map<Contender, Round[]>(chosen.map(contender => [contender, []]))
  try {
    for (let number = 1; number <= rounds; number++) {
      for (const contender of chosen) {
        const own = done.get(contender) ?? []
        const slow = (own[0]?.noop[0]?.seconds ?? 0) > slowSeconds
        if (contender.missing() !== undefined || (slow && own.length >= roundsOfSlow)) continue
        const result = await round(
          contender,
          join(folder, `${own.length}-${contenders.indexOf(contender)}`),
          link,
          3,
        )
        own.push(result)
        say(
          `round ${number}: ${contender.name}: 40 changes ${result.first.seconds.toFixed(2)} s, ` +
            `no-op ${result.noop.map(run => run.seconds.toFixed(2)).join(' ')} s`,
        )
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return withRatios(chosen.map(contender => rowOf(contender, done.get(contender) ?? [])))
}

function rowOf(contender: Contender, rounds: readonly Round[]): Row {
  const { name, about } = contender
  const missing = contender.missing()
  if (missing !== undefined) {
    return { name, about, leftOut: `left out: needs ${missing} (npm run bench -- --setup)` }
  }
  const first = typical(rounds.map(each => each.first))
  const version = contender.version()
  return {
    name,
    about,
    version,
    first,
    noop: typical(rounds.flatMap(each => each.noop)),
    rounds: rounds.length,
  }
}

function withRatios(rows: readonly Row[]): Row[] {
  const base = rows.find(({ name }) => name === floor.name)
  if (base === undefined || 'leftOut' in base) return [...rows]
  const ratio = ({ seconds }: { readonly seconds: number }): number => seconds / base.noop.seconds
  return rows.map(row =>
    'leftOut' in row ? row : { ...row, noopRatio: ratio(row.noop), firstRatio: ratio(row.first) },
  )
}

async function versionRuns(): Promise<Awaited<ReturnType<typeof measure>>[]> {
  const runs = []
  while (runs.length < 11) runs.push(await measure({ argv: [...opsProgram, '--version'], cwd: root }))
  return runs
}

function refuse(reason: string): void {
  say(reason)
  process.exitCode = 3
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
