/** A program of its own that stores one file and proves it, as jobs do: to be measured. */
import { fileContent } from '../src/store/content.ts'
import { openStore } from '../src/store/open-store.ts'
import { putProved } from '../src/store/prove.ts'

const [url = '', key = '', file = '', endpoint = ''] = process.argv.slice(2)
// The server is on a bridge of this machine.
const store = openStore(url, endpoint === '' ? {} : { settings: { endpoint, tls: false } })
fileContent(file)
  .then(content => putProved(store, key, content))
  .finally(() => store.close())
