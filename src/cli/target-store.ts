/** The store that a `--to` names, opened with what [s3] of ops.ini says. */
import type { Inventory } from '../inventory/inventory.ts'
import { openStore } from '../store/open-store.ts'
import { readS3Settings } from '../store/s3-settings.ts'
import type { Store } from '../store/store.ts'

/** Opens it; nothing is contacted yet. @throws input errors. Whoever opened it closes it. */
export function openTargetStore(to: string, inventory: Inventory, sse?: string): Store {
  return openStore(to, {
    settings: readS3Settings(inventory.settingsOf('s3')),
    ...(sse === undefined ? {} : { sse }),
  })
}
