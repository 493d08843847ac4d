import { expect, test } from 'vitest'
import { isSameText, textKinds } from '../../src/mysql/character-sets.ts'

/** As three servers said it of one table. */
const columns = (ucs2: string, utf8: string): string =>
  `CREATE TABLE \`c\` (
  \`id\` int(11) DEFAULT NULL,
  \`a\` varchar(10) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'COLLATE x',
  \`e\` enum('a CHARACTER SET latin1','b''') DEFAULT NULL,
  \`t\` text CHARACTER SET ucs2${ucs2},
  \`u\` varchar(3) CHARACTER SET ${utf8} DEFAULT NULL COMMENT 'CHARACTER SET z',
  \`g\` int(11) GENERATED ALWAYS AS ((\`id\` + 1)) VIRTUAL,
  KEY \`a\` (\`a\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

test.each([
  [
    'MySQL 5.7',
    `${columns('', 'utf8')} COMMENT='COLLATE=zz'`,
    { ucs2: undefined, utf8: ['utf8', undefined], usual: undefined },
  ],
  [
    'MySQL 8.0',
    `${columns(' COLLATE ucs2_general_ci', 'utf8 COLLATE utf8_general_ci')} COLLATE=utf8mb4_0900_ai_ci COMMENT='COLLATE=zz'`,
    { ucs2: 'ucs2_general_ci', utf8: ['utf8', 'utf8_general_ci'], usual: 'utf8mb4_0900_ai_ci' },
  ],
  [
    'MariaDB 10.11',
    `${columns(' COLLATE ucs2_general_ci DEFAULT NULL', 'utf8mb3 COLLATE utf8mb3_general_ci')} COLLATE=utf8mb4_general_ci COMMENT='COLLATE=zz'`,
    { ucs2: 'ucs2_general_ci', utf8: ['utf8mb3', 'utf8mb3_general_ci'], usual: 'utf8mb4_general_ci' },
  ],
])('the character sets of the columns that %s tells', (_, createTable, { ucs2, utf8, usual }) => {
  expect(Object.fromEntries(textKinds(createTable))).toEqual({
    a: { characterSet: 'latin1', collation: 'latin1_bin' },
    e: { characterSet: 'utf8mb4', collation: usual },
    t: { characterSet: 'ucs2', collation: ucs2 },
    u: { characterSet: utf8[0], collation: utf8[1] },
  })
})

test('the character set of a compressed column of MariaDB stands behind a comment', () => {
  const createTable = `CREATE TABLE \`cc\` (
  \`v\` varchar(40) /*M!100301 COMPRESSED*/ CHARACTER SET latin1 COLLATE latin1_swedish_ci DEFAULT NULL,
  \`t\` text /*M!100301 COMPRESSED*/ DEFAULT NULL,
  \`e\` set('a','b') CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`
  const latin1 = { characterSet: 'latin1', collation: 'latin1_swedish_ci' }
  const usual = { characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' }
  expect(Object.fromEntries(textKinds(createTable))).toEqual({ v: latin1, t: usual, e: latin1 })
})

test.each([
  ['utf8mb4', 'utf8mb4', true],
  ['utf8', 'utf8mb3', true],
  ['utf8mb3', 'utf8mb4', true],
  ['utf8mb4', 'utf8', true],
  ['ascii', 'latin1', true],
  ['ascii', 'utf16', false],
  ['latin1', 'utf8mb4', false],
  ['utf8mb4', 'latin1', false],
  ['latin1', 'latin2', false],
])('bytes of %s are the same text in %s: %s', (saved, there, isSame) => {
  expect(isSameText(saved, there)).toBe(isSame)
})
