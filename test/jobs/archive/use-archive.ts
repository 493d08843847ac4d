/** A booted host with a MariaDB that ops.ini calls `shop`, and archives of it as a person makes them. */
import { afterAll, beforeAll } from 'vitest'
import { type Folder, folderWith, type Outcome } from '../../cli/run-ops.ts'
import type { Host } from '../../hosts/host.ts'
import { useHost } from '../../hosts/use-hosts.ts'

export interface Archive {
  readonly host: () => Host
  readonly folder: () => Folder
  /** What the server's own client answers, without names of columns. */
  readonly mariadb: (statements: string) => Promise<string>
  /** `ops db archive ARGV`. */
  readonly archive: (...argv: string[]) => Promise<Outcome>
  /** Archives what is older than six months by `at`. */
  readonly archiveOld: (table: string, to: string, ...argv: string[]) => Promise<Outcome>
}

/** That what is older by `at` is archived. */
export const older = (age: string, to: string): readonly string[] => [
  ...['--older-than', age, '--by', 'at', '--to', to, '--yes'],
]

/** Boots `db1` before the tests of this suite. */
export function useArchive(): Archive {
  const host = useHost({ name: 'db1', withPackages: ['mariadb-server'] })
  let folder: Folder
  beforeAll(() => {
    folder = folderWith({ 'ops.ini': '[db shop]\nhost = db1\n' })
  })
  afterAll(() => folder?.remove())
  const archive = (...argv: string[]): Promise<Outcome> =>
    folder.answer(['db', 'archive', ...argv, ...(argv[0] === 'verify' ? [] : ['-F', host().sshConfig])])
  return {
    host,
    folder: () => folder,
    mariadb: statements => host().read('mariadb --default-character-set=utf8mb4 -BN', { input: statements }),
    archive,
    archiveOld: (table, to, ...argv) => archive('shop', table, ...older('6mo', to), ...argv),
  }
}
