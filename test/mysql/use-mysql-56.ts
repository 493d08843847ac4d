/** Suites of `ops db` on MySQL 5.6 on this machine, which is `old` to ops in a folder of theirs. */
import { afterAll, beforeAll, describe } from 'vitest'
import { connect } from '../../src/transport/index.ts'
import { type Folder, folderWith } from '../cli/run-ops.ts'
import { type Eyes, hostileSql, openEyes } from './eyes.ts'
import { type Mysql56, startMysql56, whyNoMysql56 } from './mysql-56.ts'

/** It logs the statements themselves, as servers of its time do, and not the rows. */
export const logsStatements = ['--log-bin=log', '--server-id=1', '--binlog-format=STATEMENT']

/** Two tables of a database `lab`, which hold what jobs get wrong, with a date to walk by. */
export const hostileTables = `CREATE DATABASE lab CHARACTER SET utf8mb4; USE lab; ${hostileSql('mysql56')}
  ALTER TABLE hostile ADD at TIMESTAMP NOT NULL DEFAULT '2020-02-29 12:00:00', ADD KEY (at);
  ALTER TABLE hostile_key ADD at DATE NOT NULL DEFAULT '2020-02-29', ADD KEY (at)`

/** A suite that is skipped where that server cannot be started, and says why. */
export function describeMysql56(title: string, suite: () => void): void {
  const why = whyNoMysql56()
  describe.skipIf(why !== undefined)(`${title} on MySQL 5.6${why === undefined ? '' : ` (${why})`}`, suite)
}

export interface Database56 {
  readonly eyes: () => Eyes
  readonly folder: () => Folder
  /** Logs in once more, until the suite ends. */
  readonly moreEyes: () => Promise<Eyes>
  /** Of a table of `lab`, as the server tells it. */
  readonly checksum: (table: string) => Promise<string | null | undefined>
}

/** Starts it before the tests of this suite, and makes of its empty database what the statements say. */
export function useMysql56(statements: string, options: readonly string[] = []): Database56 {
  let server: Mysql56 | undefined
  let folder: Folder | undefined
  const opened: Eyes[] = []
  const moreEyes = async (): Promise<Eyes> => {
    const local = await connect({ name: 'local', destination: 'local', backend: 'local' })
    const eyes = await openEyes(await local.forwardSocket(started(server).socket))
    opened.push(eyes)
    return eyes
  }
  beforeAll(async () => {
    server = await startMysql56(options)
    folder = folderWith({ 'ops.ini': `[db old]\nsocket = ${server.socket}\nuser = root\n` })
    await (await moreEyes()).run(statements)
  })
  afterAll(async () => {
    for (const eyes of opened) await eyes.close()
    await server?.stop()
    folder?.remove()
  })
  const eyes = () => started(opened[0])
  return {
    eyes,
    folder: () => started(folder),
    moreEyes,
    checksum: async table => (await eyes().rows(`CHECKSUM TABLE lab.${table} EXTENDED`))[0]?.[1],
  }
}

function started<T>(what: T | undefined): T {
  if (what === undefined) throw new Error('the server is there only while tests run')
  return what
}
