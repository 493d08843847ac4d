/** What a load says of its plan and of its end: for people as facts, for programs as data. */

import { counted, grouped } from '../../base/counted.ts'
import type { ErrorData } from '../../base/errors.ts'
import type { Governor } from '../../mysql/governor.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { JobEnd, JobFact, JobPlan } from '../../run/job-events.ts'
import { sizeText } from '../size-text.ts'
import { waitedFact } from '../waited-fact.ts'
import type { Input } from './input.ts'
import type { LoadOutcome } from './load-outcome.ts'
import type { LoadPlan } from './plan.ts'

export function loadPlanEvent(
  source: string,
  plan: LoadPlan,
  input: Input,
  makes: readonly JobFact[],
  { notWatched }: Pick<Governor, 'notWatched'>,
): JobPlan {
  const { request, table, state, opened, targets, method, whyInserts, rebuilt, whyKept, owed, isEmpty } = plan
  const columns = targets.targets.map(each => each.column.name)
  const columnsOf = (dataType: string): readonly string[] =>
    targets.targets.filter(each => each.column.dataType === dataType).map(each => each.column.name)
  const isNull = ['\\N']
  if (opened.name === 'ndjson') isNull[0] = 'null'
  if (request.nullWord !== undefined) isNull.push(request.nullWord)
  const emptyNull = targets.targets.filter(each => each.emptyIsNull).map(each => each.column.name)
  const facts: JobFact[] = [
    {
      name: 'from',
      text: `${input.name} (${opened.name}${input.isPacked ? ', gzip' : ''}${input.sizeBytes === undefined ? '' : `, ${sizeText(input.sizeBytes)}`})`,
    },
    {
      name: 'into',
      text: `${tableText(table)}${isEmpty ? ', which is empty' : `, which has about ${counted(table.estimate.rows, 'row')}`}`,
    },
    { name: 'columns', text: columns.join(', ') },
    {
      name: 'NULL',
      text: `${isNull.join(', ')}${emptyNull.length === 0 ? '' : `; ${opened.name === 'ndjson' ? '""' : 'an empty field'} in ${emptyNull.join(', ')}`}`,
    },
    {
      name: 'method',
      text: `${method === 'infile' ? 'LOAD DATA LOCAL' : 'INSERTs'}${whyInserts === undefined ? '' : ` (${whyInserts})`}, in one transaction: all rows or none`,
    },
    {
      name: 'key there',
      text: {
        fail: 'such a row is refused, and nothing is loaded',
        skip: 'such a row is left out',
        replace: 'such a row replaces the one in the table, whole',
      }[request.onDuplicate],
    },
    ...timeFacts(columnsOf('datetime'), columnsOf('timestamp')),
    ...(rebuilt.length === 0
      ? []
      : [{ name: 'indexes', text: `${rebuilt.join(', ')}: taken away for the load and built again` }]),
    ...makes,
  ]
  return {
    job: 'load',
    source,
    title: `load ${tableText(table)}`,
    facts,
    notes: [
      ...(owed.length === 0
        ? []
        : [`an earlier load still owes indexes, which are put back first: ${owed.join(', ')}`]),
      ...(whyKept === undefined ? [] : [`indexes stay while it loads: ${whyKept}`]),
      ...targets.leftOut.map(({ name, why }) =>
        why === 'computed'
          ? `${name} is computed by the server: what the input has for it is not used`
          : `the field ${name} is left out`,
      ),
      ...(targets.byDefault.length === 0
        ? []
        : [`not in the input, so by default: ${targets.byDefault.map(each => each.name).join(', ')}`]),
      ...table.triggers
        .filter(each => each.event === 'INSERT' || request.onDuplicate === 'replace')
        .map(each => `the trigger ${each.name} fires with each row (${each.timing} ${each.event})`),
      ...plan.unseen,
      ...plan.contractWords.notes,
      ...(state.binlogFormat === undefined
        ? []
        : [
            'not watched: replicas (they get it in one piece, after the commit, and are behind while they take it in)',
          ]),
      ...((request.sleepCoefficient ?? 0) > 0
        ? ['it rests as --sleep-coef says, and its one transaction stays open so much longer']
        : []),
      ...notWatched.map(what => `not watched: ${what}`),
    ],
    remarks: plan.contractWords.remarks,
    data: {
      table: tableText(table),
      input: input.name,
      format: opened.name,
      sizeBytes: input.sizeBytes ?? null,
      columns,
      leftOut: targets.leftOut.map(each => each.name),
      byDefault: targets.byDefault.map(each => each.name),
      method,
      onDuplicate: request.onDuplicate,
      rebuiltIndexes: rebuilt,
      owedIndexes: owed,
    },
  }
}

/** In which zone times are read. */
function timeFacts(datetimes: readonly string[], timestamps: readonly string[]): readonly JobFact[] {
  const texts = [
    ...(datetimes.length === 0
      ? []
      : [`${datetimes.join(', ')}: stored as written; one that names a zone (Z, +02:00) becomes UTC`]),
    ...(timestamps.length === 0 ? [] : [`${timestamps.join(', ')}: UTC, unless they name a zone`]),
  ]
  return texts.length === 0 ? [] : [{ name: 'times', text: texts.join('; ') }]
}

/** `outcome` undefined: it failed, and nothing is stored. With an `error` beside it all is stored, but not all indexes are back. */
export function loadEnd(
  source: string,
  title: string,
  { table, method, rebuilt }: LoadPlan,
  input: Input,
  outcome: LoadOutcome | undefined,
  error?: ErrorData,
): JobEnd {
  const base = { job: 'load', source, title }
  if (!outcome) {
    const isUnknown = error?.changed === 'unknown'
    return {
      ...base,
      status: statusOf(error),
      facts: [{ name: 'loaded', text: isUnknown ? 'not known' : 'nothing' }],
      notes: [],
      data: { table: tableText(table), loadedRows: isUnknown ? null : 0 },
    }
  }
  const { loaded, milliseconds, indexMs } = outcome
  const rate = Math.round(loaded.stored / Math.max(0.001, milliseconds / 1000))
  return {
    ...base,
    status: error ? statusOf(error) : 'ok',
    facts: [
      {
        name: 'loaded',
        text: `${counted(loaded.stored, 'row')} by ${method === 'infile' ? 'LOAD DATA LOCAL' : 'INSERTs'} in ${seconds(milliseconds)}, ${grouped(rate)} rows/s, ${sizeText(input.takenBytes)}; the server's counts agree`,
      },
      ...(loaded.skipped === 0
        ? []
        : [{ name: 'left out', text: `${counted(loaded.skipped, 'row')}: their key was there` }]),
      ...(loaded.replaced === 0
        ? []
        : [{ name: 'replaced', text: `${counted(loaded.replaced, 'row')} of the table` }]),
      ...(rebuilt.length === 0
        ? []
        : [
            {
              name: 'indexes',
              text: `${rebuilt.join(', ')} ${error ? 'are still owed' : `built again in ${seconds(indexMs)}`}`,
            },
          ]),
      ...waitedFact(outcome.pausedMs, outcome.restedMs),
      ...profileFacts(outcome),
    ],
    notes: [
      ...(loaded.stored + loaded.skipped + loaded.replaced === 0
        ? [`0 rows: ${input.name} has names of columns, and no row behind them`]
        : []),
      ...(loaded.rounded === 0
        ? []
        : [
            `${counted(loaded.rounded, 'value was', 'values were')} rounded, cut or lost blanks at their end; one of them: ${loaded.firstRounded}`,
          ]),
      ...(outcome.emptyLines === 0 ? [] : [`${counted(outcome.emptyLines, 'empty line')} in the input`]),
      ...(outcome.endsOpen && input.isFile ? ['the last line has no line feed, and was taken as whole'] : []),
      ...(outcome.noStages === undefined ? [] : [`the server tells no stages: ${outcome.noStages}`]),
    ],
    data: {
      table: tableText(table),
      loadedRows: loaded.stored,
      takenBytes: input.takenBytes,
      skippedRows: loaded.skipped,
      replacedRows: loaded.replaced,
      roundedValues: loaded.rounded,
      emptyLines: outcome.emptyLines,
      method,
      milliseconds: Math.round(milliseconds),
      rowsPerSecond: rate,
      indexMs: Math.round(indexMs),
      rebuiltIndexes: rebuilt,
      ...(outcome.stages.length > 0 && {
        stages: Object.fromEntries(outcome.stages.map(each => [each.name, each.seconds])),
      }),
    },
  }
}

function statusOf(error: ErrorData | undefined): JobEnd['status'] {
  return error?.code === 'interrupted' || error?.code === 'lost' ? error.code : 'failed'
}

/** Stages that took next to nothing say nothing. */
const worthTelling = 0.01

function profileFacts({
  stages,
  serverMs,
  inputMs,
  commitMs,
  milliseconds,
}: LoadOutcome): readonly JobFact[] {
  if (stages.length === 0) return []
  const all = stages.reduce((sum, each) => sum + each.seconds, 0)
  return [
    {
      name: 'time',
      text: `server ${seconds(serverMs)}, commit ${seconds(commitMs)}; waiting for the input ${seconds(inputMs)}; in all ${seconds(milliseconds)}`,
    },
    ...stages
      .filter(each => each.seconds >= all * worthTelling)
      .map(each => ({
        name: 'stage',
        text: `${each.name}: ${each.seconds.toFixed(2)} s (${Math.round((each.seconds / all) * 100)} %)`,
      })),
  ]
}

const seconds = (milliseconds: number): string =>
  `${(milliseconds / 1000).toFixed(milliseconds < 9_950 ? 2 : 1)} s`
