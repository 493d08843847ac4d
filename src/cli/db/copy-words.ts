/** What `ops db copy` and `ops db copy audit` are told alike: the table, the target, its two names, and by what rows are stamped. */
import type { Command } from 'commander'
import { inputError } from '../../base/errors.ts'
import type { CopyRequest, Deletes } from '../../jobs/copy/plan.ts'
import { isZone } from '../../jobs/time-words.ts'
import { parsePgTableName } from '../../postgres/table-name.ts'
import { type GivenWords, tableOperand } from './on-source.ts'

export function addCopyFlags(command: Command): Command {
  return command
    .option(
      '--to <target>',
      'a section [db NAME] with engine = postgres, a host, or postgres://USER@HOST/DB?via=HOST',
    )
    .option('--as <table>', 'SCHEMA.TABLE there; a name with dots or quotes in double quotes')
    .option(
      '--by <column>',
      'the column that says when a row was changed: only rows from the watermark on are read again',
    )
    .option(
      '--deletes <how>',
      'what becomes of rows that are gone: off, hard (deleted too), soft (ops_deleted_at)',
    )
    .option(
      '--tz <zone>',
      "whose clock wrote a DATETIME, as Europe/Berlin (default: the server's or UTC, whichever is behind)",
    )
    .option('--margin <time>', 'how much older than its transaction a stamp may be: 10s (default), 5min, 1h')
    .option('--scan', 'read the whole table where no index begins with the column')
}

const spans: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 }
const usualMarginSeconds = 10

/** Adds to the errors what is wrong. */
export function readCopyRequest(given: GivenWords): CopyRequest {
  const { options, errors, operands } = given
  const refuse = (title: string, next: string): void => void errors.push(inputError(title, { next }).data)
  const optional = (key: string): string | undefined =>
    typeof options[key] === 'string' && options[key] !== '' ? options[key] : undefined
  const table = tableOperand(given)
  if (operands.length > 1)
    refuse(`copy takes one table, not also ${operands.slice(1).join(' ')}`, 'Copy each table for itself.')
  const asWord = optional('as')
  const as = asWord === undefined ? undefined : parsePgTableName(asWord)
  if (!as) refuse('--as is missing', 'Write --as SCHEMA.TABLE: no schema is guessed.')
  else if ('problem' in as)
    refuse(
      `--as: ${as.problem}`,
      'Write SCHEMA.TABLE, each of at most 63 bytes, a name with dots or quotes in double quotes.',
    )
  const deletes = optional('deletes') ?? 'off'
  if (!['off', 'hard', 'soft'].includes(deletes))
    refuse(`--deletes ${deletes} is not known`, 'Write off, hard or soft.')
  const zone = optional('tz')
  if (zone !== undefined && !isZone(zone))
    refuse(`--tz ${zone}: there is no such zone`, 'Write a name as Europe/Berlin, or UTC.')
  const margin = optional('margin')
  const [, count, unit = ''] = /^(\d{1,6})(s|min|h|d)$/.exec(margin ?? '') ?? []
  const marginSeconds = Number(count) * (spans[unit] ?? 0)
  if (margin !== undefined && !(marginSeconds >= 1))
    refuse(`--margin ${margin} is no time`, 'Write 10s, 5min, 1h or 1d; at least 1s.')
  return {
    table,
    as: as && 'table' in as ? as : { schema: '', table: '' },
    by: optional('by'),
    deletes: deletes as Deletes,
    isFull: options.full === true,
    scans: options.scan === true,
    zone,
    marginSeconds: margin === undefined ? usualMarginSeconds : marginSeconds,
    isMarginGiven: margin !== undefined,
  }
}
