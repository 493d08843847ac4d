/** The statements for PostgreSQL and Redshift as whole texts, and the lines that COPY reads. */
import { describe, expect, test } from 'vitest'
import { rowOf } from '../../src/mysql/wire-row.ts'
import { holds } from '../../src/postgres/catalog.ts'
import { targetType } from '../../src/postgres/column-types.ts'
import { CopyTextEncoder } from '../../src/postgres/copy-text.ts'
import { ddlText } from '../../src/postgres/create-table.ts'
import { redshiftStatements } from '../../src/postgres/redshift.ts'
import { parsePgTableName } from '../../src/postgres/table-name.ts'
import { column } from '../mysql/column.ts'

describe('types', () => {
  test.each([
    ['tinyint(1)', 'smallint', 'smallint'],
    ['smallint(5) unsigned', 'integer', 'integer'],
    ['int(10) unsigned', 'bigint', 'bigint'],
    ['bigint(20) unsigned', 'numeric(20,0)', 'numeric(20,0)'],
    ['bigint(20)', 'bigint', 'bigint'],
    ['decimal(65,30)', 'numeric(65,30)', 'varchar(68)'],
    ['decimal(12,4)', 'numeric(12,4)', 'numeric(12,4)'],
    ['bit(1)', 'boolean', 'boolean'],
    ['bit(9)', 'bit(9)', 'varchar(9)'],
    ["enum('a','b')", 'text', 'varchar(65535)'],
    ["set('a','b')", 'text', 'varchar(65535)'],
    ['json', 'jsonb', 'super'],
    // MariaDB's JSON is a text with a check, and its catalog says so.
    ['longtext', 'text', 'varchar(65535)'],
    ['binary(16)', 'bytea', 'varbyte(16)'],
    ['longblob', 'bytea', 'varbyte(1024000)'],
    ['datetime(6)', 'timestamp', 'timestamp'],
    ['timestamp(6)', 'timestamptz', 'timestamptz'],
    ['time(6)', 'interval', 'interval day to second'],
    ['date', 'date', 'date'],
    ['year(4)', 'smallint', 'smallint'],
    ['float', 'real', 'real'],
    ['double', 'double precision', 'double precision'],
    ['char(3)', 'varchar(3)', 'varchar(12)'],
    ['varchar(20)', 'varchar(20)', 'varchar(80)'],
    ['varchar(20000)', 'varchar(20000)', 'varchar(65535)'],
    ['point', 'bytea', 'varbyte(1024000)'],
    ['nobody', undefined, undefined],
  ])('%s is %s in PostgreSQL and %s in Redshift', (type, postgres, redshift) => {
    expect(targetType(column('c', type), 'postgres')).toBe(postgres)
    expect(targetType(column('c', type), 'redshift')).toBe(redshift)
  })

  test.each([
    ['bigint', 'integer', true],
    ['integer', 'bigint', false],
    ['text', 'character varying(20)', true],
    ['character varying(19)', 'character varying(20)', false],
    ['character varying(20)', 'text', false],
    ['numeric(22,2)', 'numeric(20,0)', true],
    ['numeric(20,2)', 'numeric(20,0)', false],
    ['timestamp without time zone', 'timestamp with time zone', false],
  ])('whether a column of %s holds %s: %s', (actual, planned, answer) => {
    expect(holds(actual, planned)).toBe(answer)
  })
})

const users = [
  column('id', 'int(10) unsigned', { isNullable: false }),
  column('Na"me', 'varchar(40)', { isNullable: false }),
  column('full', 'varchar(80)', { isGenerated: true }),
  column('updated_at', 'timestamp', { isNullable: false }),
]
const as = { schema: 'staging', table: 'users' }

test('--ddl is the whole table; a day that is none becomes NULL, so that column takes it', () => {
  expect(ddlText({ columns: users }, ['id'], as, 'postgres', true)).toBe(`CREATE TABLE "staging"."users" (
  "id" bigint NOT NULL,
  "Na""me" varchar(40) NOT NULL,
  "full" varchar(80),
  "updated_at" timestamptz,
  "ops_deleted_at" timestamptz,
  PRIMARY KEY ("id")
);
`)
})

test('Redshift is given one row a key, by COPY from S3 and MERGE', () => {
  const columns = [
    { name: 'id', type: 'bigint', isNullable: false },
    { name: 'Na"me', type: 'varchar(160)', isNullable: true },
  ]
  const load = {
    table: as,
    columns,
    key: ['id'],
    from: 's3://acme/users/',
    role: 'arn:aws:iam::1:role/r',
    region: 'eu-west-1',
  }
  expect(redshiftStatements(load).join(';\n')).toBe(`BEGIN;
CREATE TEMP TABLE ops_raw AS SELECT "id", "Na""me", CAST(0 AS bigint) AS ops_number FROM "staging"."users" WHERE false;
COPY ops_raw ("id", "Na""me", "ops_number") FROM 's3://acme/users/'
  IAM_ROLE 'arn:aws:iam::1:role/r' REGION 'eu-west-1'
  FORMAT AS CSV GZIP NULL AS '@ops null@' DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF;
CREATE TEMP TABLE ops_stage AS SELECT "id", "Na""me" FROM
  (SELECT *, ROW_NUMBER() OVER (PARTITION BY "id" ORDER BY ops_number DESC) AS ops_rank FROM ops_raw) AS ranked WHERE ops_rank = 1;
MERGE INTO "staging"."users" USING ops_stage ON "staging"."users"."id" = ops_stage."id"
  WHEN MATCHED THEN UPDATE SET "Na""me" = ops_stage."Na""me"
  WHEN NOT MATCHED THEN INSERT ("id", "Na""me") VALUES (ops_stage."id", ops_stage."Na""me");
COMMIT`)
})

test.each([
  ['staging.users', { schema: 'staging', table: 'users' }],
  ['Staging."a.b"', { schema: 'Staging', table: 'a.b' }],
  ['"say ""hi"""."t"', { schema: 'say "hi"', table: 't' }],
])('%s is two names', (text, names) => expect(parsePgTableName(text)).toEqual(names))

test('cells become lines of COPY, and what is lost is counted by column', () => {
  const encoder = new CopyTextEncoder([
    { name: 'plain', kind: 'plain' },
    { name: 'day', kind: 'date' },
    { name: 'text', kind: 'text' },
    { name: 'bytes', kind: 'bytes' },
    { name: 'flag', kind: 'boolean' },
    { name: 'bits', kind: 'bits', bits: 9 },
    { name: 'json', kind: 'json' },
  ])
  const row = (day: string, text: Buffer, json: string) =>
    rowOf([
      Buffer.from('1'),
      Buffer.from(day),
      text,
      Buffer.from([0, 255]),
      Buffer.from([1]),
      Buffer.from([1, 85]),
      Buffer.from(json),
    ])
  const rows = [
    row('2024-02-29', Buffer.from('a\tb\nc\\d\re'), '{"a":"\\\\u0000"}'),
    row('2026-02-29', Buffer.from([0x61, 0, 0xff, 0x62]), '{"a":"x\\u0000y"}'),
    row('0000-00-00', Buffer.from('ä😀'), 'null'),
    rowOf([null, null, null, null, null, null, null]),
  ]
  expect(encoder.encode(rows).toString()).toBe(
    [
      '1\t2024-02-29\ta\\tb\\nc\\\\d\\re\t\\\\x00ff\tt\t101010101\t{"a":"\\\\\\\\u0000"}',
      '1\t\\N\ta\ufffdb\t\\\\x00ff\tt\t101010101\t{"a":"xy"}',
      '1\t\\N\tä😀\t\\\\x00ff\tt\t101010101\tnull',
      '\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n',
    ].join('\n'),
  )
  expect(
    Object.fromEntries([...encoder.losses].map(([name, kinds]) => [name, Object.fromEntries(kinds)])),
  ).toEqual({
    day: { date: 2 },
    text: { nul: 1, utf8: 1 },
    json: { nul: 1 },
  })
})
