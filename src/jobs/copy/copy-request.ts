/** What a copy is asked for. */
import type { TableName } from '../../mysql/table-name.ts'
import type { PgTableName } from '../../postgres/table-name.ts'

export type Deletes = 'off' | 'hard' | 'soft'

export interface CopyRequest {
  readonly table: TableName
  readonly as: PgTableName
  /** Undefined: the table is copied whole each time. */
  readonly by: string | undefined
  readonly deletes: Deletes
  /** Whole, whatever was copied before. */
  readonly isFull: boolean
  /** More than half of the target's rows may go. */
  readonly acceptsShrink: boolean
  readonly scans: boolean
  readonly zone: string | undefined
  /** Files of contracts that must hold. */
  readonly contracts: readonly string[]
  readonly marginSeconds: number
  readonly isMarginGiven: boolean
  /** So many times what a turn on the server took is rested behind it; undefined: by what others there feel. */
  readonly sleepCoefficient: number | undefined
}
