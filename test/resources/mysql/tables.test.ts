import { expect, test } from 'vitest'
import { mysqlTables } from '../../../src/resources/mysql-tables.ts'

const findings = (observation: string): readonly string[] =>
  (mysqlTables.definition.findings?.(observation, { databases: [] }) ?? []).map(({ what }) => what)

test.each([
  ['every table in order', '', []],
  [
    'a broken table',
    'table\tshop.a\tKey in wrong position\n',
    ['the table shop.a is broken: Key in wrong position'],
  ],
  [
    'a server that does not answer',
    "silent\tCan't connect to local server\n",
    ["the database cannot be asked: Can't connect to local server"],
  ],
  [
    'no program that could check',
    'missing\n',
    ['the tables cannot be checked: neither mariadb-check nor mysqlcheck is there'],
  ],
])('%s', (_case, observation, expected) => {
  expect(findings(observation)).toEqual(expected)
})
