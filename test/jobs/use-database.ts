/** A booted host with a MariaDB of its own, a folder to run ops in, and a client on the host itself that knows no ops. */
import { afterAll, beforeAll } from 'vitest'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import type { Host } from '../hosts/host.ts'
import { useHost } from '../hosts/use-hosts.ts'

export interface Database {
  readonly host: () => Host
  readonly folder: () => Folder
  /** What the server answers to these statements, without names of columns. */
  readonly mariadb: (statements: string) => Promise<string>
}

/** Boots `db1` before the tests of this suite. */
export function useDatabase(): Database {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({})
  })
  afterAll(() => folder?.remove())
  return {
    host,
    folder: () => folder,
    mariadb: statements => host().read('mariadb -BN', { input: statements }),
  }
}
