/** What `ops db copy`, its audit and its `--ddl` are told alike. */
import type { CopyRequest } from '../../jobs/copy/copy-request.ts'
import { copyKind } from '../../jobs/copy/options.ts'
import type { ValuesOf } from '../../jobs/options.ts'
import type { TableName } from '../../mysql/table-name.ts'
import { parsePgTableName } from '../../postgres/table-name.ts'
import { commonSettings } from '../flags.ts'
import { argvPlaces, checkFields, fieldsOfArgv } from './job-fields.ts'
import { type GivenWords, tableOperand } from './on-source.ts'
import type { ChosenSource } from './source.ts'
import { chooseTarget } from './target-server.ts'

const usualMarginSeconds = 10

/** Of options that were checked. */
export function copyRequest(values: ValuesOf<typeof copyKind.options>, table: TableName): CopyRequest {
  const as = parsePgTableName(values.as)
  if ('problem' in as) throw new RangeError(as.problem)
  const { by, deletes, tz, margin, scan, full, acceptShrink, sleepCoef } = values
  return {
    table,
    as,
    by,
    deletes,
    isFull: full,
    acceptsShrink: acceptShrink,
    scans: scan,
    zone: tz,
    contracts: values.contract,
    marginSeconds: margin ?? usualMarginSeconds,
    isMarginGiven: margin !== undefined,
    sleepCoefficient: sleepCoef,
  }
}

export interface CopyWords {
  readonly copy: CopyRequest
  readonly target: ChosenSource
}

/** Undefined where something is wrong, which is added to the errors. */
export async function readCopyWords(given: GivenWords): Promise<CopyWords | undefined> {
  const { operands, options, errors } = given
  const fields = fieldsOfArgv(copyKind, ['source', ...operands], options, errors)
  const values = checkFields(copyKind, fields, argvPlaces(copyKind), errors)
  const table = values && tableOperand(given)
  const target = values && (await chooseTarget(values.to, commonSettings(options, []), errors))
  return values && table && target && { copy: copyRequest(values, table), target }
}
