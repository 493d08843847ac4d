/** Tables of all sorts of columns and keys, the same ones each time: what they look like must not depend on the server. */

/** Where a type is there at all. */
export type Flavor = 'mariadb' | 'mysql56' | 'mysql'

export interface VariedTable {
  readonly name: string
  readonly create: string
}

interface Type {
  readonly sql: string
  /** What a key may have of it; undefined: it stands in no key. */
  readonly key?: string
  /** What follows NULL or NOT NULL. */
  readonly rest?: string
  /** What it is computed from: `base`, a number, and `word`, a text. */
  readonly from?: string
  readonly on?: readonly Flavor[]
}

const whole = (sql: string): Type => ({ sql, key: '' })
const withPrefix = (sql: string): Type => ({ sql, key: '(7)' })
const types: readonly Type[] = [
  ...['TINYINT', 'SMALLINT', 'MEDIUMINT', 'INT', 'BIGINT', 'INTEGER', 'BOOLEAN', 'INT(5)', 'TINYINT(1)'].map(
    whole,
  ),
  ...['TINYINT UNSIGNED', 'INT UNSIGNED', 'BIGINT(20) UNSIGNED', 'INT(7) UNSIGNED ZEROFILL'].map(whole),
  ...['DECIMAL', 'DECIMAL(12,2)', 'DECIMAL(30,10) UNSIGNED', 'NUMERIC(5)', 'FIXED(8,3)'].map(whole),
  ...['FLOAT', 'FLOAT(7,3)', 'DOUBLE', 'DOUBLE(10,2)', 'DOUBLE PRECISION', 'REAL', 'DOUBLE UNSIGNED'].map(
    whole,
  ),
  ...['BIT', 'BIT(1)', 'BIT(9)', 'BIT(64)', 'YEAR', 'DATE', 'TIME', 'TIME(3)', 'DATETIME', 'DATETIME(6)'].map(
    whole,
  ),
  ...['TIMESTAMP', 'TIMESTAMP(6)', 'CHAR', 'CHAR(3)', 'CHAR(0)', 'NCHAR(4)', 'NATIONAL VARCHAR(9)'].map(
    sql => ({ sql }),
  ),
  ...['VARCHAR(9)', 'VARCHAR(40)', 'VARCHAR(255)', 'VARCHAR(2000)', 'BINARY(16)', 'VARBINARY(40)'].map(
    withPrefix,
  ),
  ...[
    'TINYTEXT',
    'TEXT',
    'MEDIUMTEXT',
    'LONGTEXT',
    'TEXT(90)',
    'TINYBLOB',
    'BLOB',
    'MEDIUMBLOB',
    'LONGBLOB',
  ].map(withPrefix),
  ...['ascii', 'latin1', 'utf8', 'utf8mb4', 'koi8r', 'cp1250', 'ucs2', 'binary'].map(set =>
    withPrefix(`VARCHAR(12) CHARACTER SET ${set}`),
  ),
  ...['utf8mb4_bin', 'utf8mb4_unicode_ci', 'latin1_german2_ci'].map(collation => ({
    sql: `TEXT COLLATE ${collation}`,
  })),
  ...[`'a','b'`, `''`, `'it''s','q"','b,c'`, `'ä','漢'`, `'x ','(y)'`, `'b\\\\c'`].map(values => ({
    sql: `ENUM(${values})`,
  })),
  ...[`'a','b'`, `'it''s','c'`, `'ä'`].map(values => ({ sql: `SET(${values})` })),
  ...['GEOMETRY', 'POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'GEOMETRYCOLLECTION'].map(sql => ({ sql })),
  { sql: 'JSON', on: ['mariadb', 'mysql'] },
  ...[
    ['INT', 'DEFAULT 5'],
    ['BIGINT UNSIGNED', 'DEFAULT 18446744073709551615'],
    ['SMALLINT', 'DEFAULT -5'],
    ['BOOLEAN', 'DEFAULT TRUE'],
    ['INT(7) UNSIGNED ZEROFILL', 'DEFAULT 7'],
    ['DECIMAL(12,2)', 'DEFAULT 1.5'],
    ['DECIMAL(12,2)', 'DEFAULT 0'],
    ['DOUBLE', 'DEFAULT 1e3'],
    ['DOUBLE', 'DEFAULT 1e-30'],
    ['FLOAT', 'DEFAULT 0.1'],
    ['BIT(9)', "DEFAULT b'000101'"],
    ['YEAR', 'DEFAULT 2020'],
    ['DATE', "DEFAULT '2020-01-01'"],
    ['TIME(3)', "DEFAULT '10:00:00.5'"],
    ['DATETIME', "DEFAULT '2020-01-01'"],
    ['DATETIME(3)', "DEFAULT '0000-00-00'"],
    ['DATETIME', 'DEFAULT NOW()'],
    ['DATETIME(6)', 'DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)'],
    ['DATETIME', "DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP"],
    ['VARCHAR(60)', "DEFAULT 'it''s \\\\ \"x\" `y`, (NOT NULL DEFAULT 5)'"],
    ['VARCHAR(9)', "DEFAULT ''"],
    ['VARCHAR(9)', "DEFAULT 'NULL'"],
    ['VARCHAR(30)', "DEFAULT 'current_timestamp()'"],
    ['VARCHAR(30)', "DEFAULT 'a\\nb\\tc'"],
    ['CHAR(3) CHARACTER SET utf8mb4', "DEFAULT 'ä'"],
    ['VARCHAR(9) CHARACTER SET latin1', "DEFAULT 'ä'"],
    ['VARCHAR(9) CHARACTER SET ucs2', "DEFAULT 'ä'"],
    ['BINARY(3)', "DEFAULT 'ab'"],
    ['VARBINARY(9)', "DEFAULT 'a\\0b'"],
    ["ENUM('a','it''s')", "DEFAULT 'it''s'"],
    ["SET('a','b','c')", "DEFAULT 'a,c'"],
  ].map(([sql = '', rest = '']) => ({ sql, rest })),
  ...[
    ['INT', '(base + 1) * 2 - base % 3'],
    ['INT', 'IF(base > 3 AND base <> 5 OR word IS NULL, 0, CASE base WHEN 1 THEN 2 ELSE 3 END)'],
    ['VARCHAR(40)', "CONCAT(LOWER(word), 'it''s', SUBSTRING(word, 1, 3))"],
    ['VARCHAR(40)', "COALESCE(UPPER(word), 'e', TRIM(BOTH 'x' FROM word))"],
    ['INT', "word LIKE 'a%' AND base BETWEEN 1 AND 2 AND word IN ('a', 'b')"],
    ['INT', "word REGEXP '^a'"],
    ['DATE', "DATE(CONCAT('2020-01-', base)) + INTERVAL 1 DAY"],
    ['INT', 'ISNULL(word) || base != 3'],
  ].map(([sql = '', from = '']) => ({ sql, from, on: ['mariadb', 'mysql'] as const })),
  { sql: 'INT', rest: 'CHECK (base > 0 AND (base < 5 OR base IS NULL))', on: ['mariadb'] },
]
const foreignRules = ['', 'ON DELETE CASCADE', 'ON DELETE NO ACTION ON UPDATE SET NULL', 'ON UPDATE RESTRICT']
const partitions = [
  'RANGE (`own`) (PARTITION a VALUES LESS THAN (10), PARTITION z VALUES LESS THAN MAXVALUE)',
  'HASH (`own` + 1) PARTITIONS 3',
  'KEY (`own`) PARTITIONS 2',
  'LIST (`own`) (PARTITION a VALUES IN (1, 2), PARTITION b VALUES IN (3))',
  'RANGE COLUMNS (`own`) (PARTITION a VALUES LESS THAN (10))',
]

const charsets = ['utf8mb4', 'utf8mb4', 'latin1', 'utf8', 'ascii', 'binary']
const names = [
  'id',
  'created_at',
  'naïve',
  'a b',
  'a`b',
  'order',
  'UPPER',
  '1st',
  'x-y',
  '$price',
  "it's",
  '漢字',
]

/** What some of them refer to. */
export const parentTable = 'CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB'

/** `count` tables for a server of this kind; a table with a type that it lacks is left out, so numbers name the same ones. */
export function variedTables(count: number, flavor: Flavor): readonly VariedTable[] {
  const tables: VariedTable[] = []
  for (let number = 0; number < count; number++) {
    const pick = picker(number)
    // Each type comes in one of the first tables, whatever chance says.
    const used = [0, 1, 2, 3].slice(0, 1 + pick(4)).map(() => pick.of(types))
    used.unshift(types[number % types.length] ?? pick.of(types))
    if (used.some(each => each.on && !each.on.includes(flavor))) continue
    tables.push({ name: `varied_${number}`, create: createOf(`varied_${number}`, used, pick) })
  }
  return tables
}

function createOf(table: string, used: readonly Type[], pick: Picker): string {
  const first = pick(names.length)
  const columns = used.map((type, index) => ({
    ...type,
    name: `\`${(names[(first + index) % names.length] ?? '').replaceAll('`', '``')}\``,
    // A TIMESTAMP that says neither is what the server's settings make of it.
    isNullable: pick(2) === 0,
  }))
  const lines = columns.map(({ name, sql, isNullable, rest, from }) => {
    if (from !== undefined) return `${name} ${sql} AS (${from}) ${isNullable ? 'VIRTUAL' : 'STORED'}`
    const [type = '', charset] = sql.split(/ (?=CHARACTER SET|COLLATE)/)
    const stamp =
      type.startsWith('TIMESTAMP') && !isNullable ? ` DEFAULT CURRENT_TIMESTAMP${type.slice(9)}` : ''
    const comment = pick(4) === 0 ? " COMMENT 'it''s; -- \\\\'" : ''
    return `${name} ${type}${charset === undefined ? '' : ` ${charset}`} ${isNullable ? 'NULL' : 'NOT NULL'}${stamp}${comment} ${rest ?? ''}`
  })
  const inKeys = columns.filter(each => each.key !== undefined)
  const named = (from: typeof inKeys): string => from.map(({ name, key }) => `${name}${key}`).join(', ')
  const lead = inKeys.slice(0, 1 + pick(2))
  const kind = pick(5)
  if (kind === 0) lines.push('`own` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY')
  else if (kind === 1 && lead.length > 0 && lead.every(each => !each.isNullable && each.key === ''))
    lines.push(`PRIMARY KEY (${named(lead)})`)
  else if (kind === 2 && lead.length > 0) lines.push(`UNIQUE KEY some (${named(lead)})`)
  else if (kind === 3) lines.push('`own` INT NOT NULL', 'UNIQUE KEY own (`own`)')
  if (inKeys.length > 1 && pick(3) === 0) lines.push(`KEY plain (${named(inKeys.slice(1))})`)
  lines.push('base INT', 'word VARCHAR(20)')
  const charset = pick.of(charsets)
  const isPartitioned = kind === 3 && pick(2) === 0 && !used.some(each => isGeometry(each.sql))
  if (!isPartitioned && pick(4) === 0)
    lines.push(
      `up INT, CONSTRAINT ${table}_up FOREIGN KEY (up) REFERENCES parent (id) ${pick.of(foreignRules)}`,
    )
  const divided = isPartitioned ? ` PARTITION BY ${pick.of(partitions)}` : ''
  return `CREATE TABLE ${table} (${lines.join(', ')}) ENGINE=InnoDB DEFAULT CHARACTER SET ${charset}${divided}`
}

const isGeometry = (type: string): boolean => /GEOMETRY|POINT|LINESTRING|POLYGON/.test(type)

interface Picker {
  /** A whole number from 0 to below `end`. */
  (end: number): number
  of<Each>(list: readonly Each[]): Each
}

/** The same choices for the same number (mulberry32). */
function picker(seed: number): Picker {
  let state = (seed + 1) * 0x9e3779b9
  const next = (end: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end
  }
  const of = <Each>(list: readonly Each[]): Each => list[next(list.length)] as Each
  return Object.assign(next, { of })
}
