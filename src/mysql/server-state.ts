/** What a server says of itself that a job depends on. */
import { createHash } from 'node:crypto'
import { type Session, versionOf } from './session.ts'
import { sql } from './sql.ts'

export interface ServerState {
  readonly version: string
  readonly hostname: string
  /** One for each server, where it has one: MariaDB has none before 10.11. */
  readonly identity: string
  /** Tells it from every other: its server_uuid, or where it has none a hash of host name, port, data directory and server_id. */
  readonly ownId: string
  /** MariaDB's server_uid, made of the network card and the port; undefined: it has none. */
  readonly uid: string | undefined
  readonly isReadOnly: boolean
  readonly maxAllowedPacket: number
  readonly takesLocalInfile: boolean
  /** STATEMENT, ROW or MIXED; undefined: nothing is logged. */
  readonly binlogFormat: string | undefined
  /** The server's own zone as it names it, such as `CET`. */
  readonly zone: string
  /** Names of tables are told apart by case. */
  readonly caseMatters: boolean
}

/** Reads what the account may read; nothing here needs a right. */
export async function serverState(session: Session): Promise<ServerState> {
  const records = await session.records(
    sql`SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'hostname', 'server_uuid', 'server_uid', 'read_only',
      'super_read_only', 'max_allowed_packet', 'local_infile', 'log_bin', 'binlog_format', 'system_time_zone',
      'time_zone', 'lower_case_table_names', 'port', 'datadir', 'server_id')`,
    'asking the server what it is',
  )
  const values = new Map(records.map(record => [record.Variable_name ?? '', record.Value ?? '']))
  const isOn = (name: string): boolean => /^(1|ON|TRUE)$/i.test(values.get(name) ?? '')
  const hostname = values.get('hostname') ?? ''
  const zone = values.get('time_zone') ?? 'SYSTEM'
  return {
    version: versionOf(values.get('version') ?? '').text,
    hostname,
    identity:
      values.get('server_uuid') || values.get('server_uid') || `${hostname}:${values.get('port') ?? ''}`,
    ownId:
      values.get('server_uuid') ||
      createHash('sha256')
        .update(
          JSON.stringify(['hostname', 'port', 'datadir', 'server_id'].map(each => values.get(each) ?? '')),
        )
        .digest('hex')
        .slice(0, 32),
    uid: values.get('server_uid') || undefined,
    isReadOnly:
      /^(1|ON|READ_ONLY.*|NO_LOCK.*)$/i.test(values.get('read_only') ?? '') || isOn('super_read_only'),
    maxAllowedPacket: Number(values.get('max_allowed_packet') ?? 1024 * 1024),
    takesLocalInfile: isOn('local_infile'),
    binlogFormat: isOn('log_bin') ? values.get('binlog_format') : undefined,
    zone: zone === 'SYSTEM' ? (values.get('system_time_zone') ?? 'UTC') : zone,
    caseMatters: values.get('lower_case_table_names') === '0',
  }
}
