import { expect, test } from 'vitest'
import { unitAccounts } from '../../../src/resources/unit/accounts.ts'

test.each([
  ['[Service]\nUser=app\nGroup = web\n', ['user:app', 'group:web']],
  ['[Service]\nUser=first\nUser=last\n', ['user:last']],
  ['[Service]\nUser=app\nUser=\n', []],
  ['[Service]\nSupplementaryGroups=a b\nSupplementaryGroups=c\n', ['group:a', 'group:b', 'group:c']],
  ['[Socket]\nSocketUser=app\nSocketGroup=web\n', ['user:app', 'group:web']],
  ['[Service]\n# User=no\n;Group=no\nExecStart=/bin/x \\\nUser=no\n', []],
  ['[Service]\nExecStart=/bin/x \\\n# said\nUser=no\nUser=app\n', ['user:app']],
  ['[Service]\nUser=%i\nGroup=1000\n', []],
  ['[Service]\nDynamicUser=yes\nUser=app\nSupplementaryGroups=adm\n', ['group:adm']],
  ['[Service]\nDynamicUser=no\nUser=app\n', ['user:app']],
])('the accounts of the unit file %j are %j', (content, accounts) => {
  expect(unitAccounts(content)).toEqual(accounts)
})
