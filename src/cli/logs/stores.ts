/** Opens the place that `ops logs push --to` and a Hive engine name: a folder that the cluster sees too. */
import { inputError } from '../../base/errors.ts'
import { FolderStore } from '../../store/folder.ts'
import { retrying } from '../../store/retrying.ts'
import type { Store } from '../../store/store.ts'

/** @throws OpsError `input` for what is no such place. */
export function openPlace(text: string): Store {
  if (!/^\w+:\/\//.test(text)) return retrying(new FolderStore(text))
  throw inputError(`${text}: logs are pushed to folders so far`, {
    next: 'Name a folder that the cluster sees too, such as a mounted bucket or NFS.',
  })
}
