/** Reads an object that a receipt vouches for, long after it was saved: what is wrong with it by then is told as what it is now. */

import { counted } from '../../base/counted.ts'
import { OpsError } from '../../base/errors.ts'
import { tableText } from '../../mysql/table-name.ts'
import type { Store } from '../../store/store.ts'
import { isStoreError } from '../../store/store-error.ts'
import type { ArchivedChunk } from './chunks-of.ts'
import type { Receipt, WithReceipt } from './records.ts'
import { readBack } from './save-chunk.ts'

/** `part`: its own rows, or those of another table that were saved with them. @throws as `readBack` does. */
export async function readSaved(
  store: Store,
  { receipt, done }: Pick<ArchivedChunk, 'receipt' | 'done'>,
  part: Receipt | WithReceipt = receipt,
  seen: Parameters<typeof readBack>[4] = {},
): ReturnType<typeof readBack> {
  try {
    return await readBack(store, part.object, part, part, seen)
  } catch (error) {
    const isOther = isStoreError(error) && !isStoreError(error, 'wrong', 'absent')
    if (!(error instanceof OpsError) || error.data.code !== 'failed' || isOther) throw error
    throw new OpsError({ ...error.data, next: nextFor(receipt, done !== undefined, part) }, { cause: error })
  }
}

function nextFor(
  receipt: Receipt,
  isDeleted: boolean,
  { object, rows, table }: Receipt | WithReceipt,
): string {
  const [first, last] = [keyText(receipt.first), keyText(receipt.last)]
  const keys = `(${receipt.key.join(', ')}) from (${first}) to (${last})`
  const which = table === receipt.table ? `, ${keys}` : `, of ${tableText(receipt.table)} ${keys}`
  const fate = isDeleted ? 'were deleted from the table' : 'may be deleted from the table in part'
  return `Bring ${object} back from a version or a copy of the store. It holds ${counted(rows, 'row')} of ${tableText(table)}${which}, which ${receipt.deletes ? fate : 'its run left in the table (--no-delete): a later run that deletes saves them first'}.`
}

/** Cells as the server wrote them; what is no text stays hex. */
export function keyText(cells: Receipt['first']): string {
  return cells
    .map(hex => {
      if (hex === null) return 'NULL'
      const text = Buffer.from(hex, 'hex').toString('latin1')
      return /^[ -~]*$/.test(text) ? text : `0x${hex}`
    })
    .join(', ')
}
