/** A program of its own that puts one object and prints what came of it: to be killed, or to meet errors of the system. */
import { contentOf } from '../../src/store/content.ts'
import { FolderStore } from '../../src/store/folder.ts'
import { retrying } from '../../src/store/retrying.ts'
import { isStoreError } from '../../src/store/store-error.ts'

const [folder = '', key = '', replace = ''] = process.argv.slice(2)
const store = retrying(new FolderStore(folder), { tries: 2, firstMs: 1, longestMs: 1 })
const bytes = Buffer.alloc(300_000, key)
store.put(key, contentOf(bytes), { replace: replace === 'replace' }).then(
  ({ outcome }) => process.stdout.write(JSON.stringify({ outcome })),
  error =>
    process.stdout.write(
      JSON.stringify(
        isStoreError(error) ? { kind: error.kind, ...error.data } : { crash: String(error?.stack) },
      ),
    ),
)
