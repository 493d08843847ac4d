/** What overrides the language of a host is told beside the step that sets it. */
import { expect, test } from 'vitest'
import { locale } from '../../../src/resources/locale.ts'
import { parsed } from '../shells.ts'

test.each([
  [
    '/etc/default/locale LC_ALL=de_DE.UTF-8\n',
    ['/etc/default/locale says LC_ALL=de_DE.UTF-8, by which logins go'],
  ],
  [
    '/etc/environment LC_ALL="POSIX"\n/etc/default/locale LC_ALL=C.UTF-8\n',
    ['/etc/environment says LC_ALL=POSIX, by which logins go'],
  ],
  ['/etc/default/locale LC_ALL="C.UTF-8"\n', []],
  ['/etc/default/locale LC_ALL=\n', []],
  ['', []],
])('%j beside LANG', (detail, told) => {
  const notes = locale.definition.notes?.(detail, parsed(locale, { lang: 'C.UTF-8' }), '', undefined) ?? []
  expect(notes).toEqual(told.map(each => expect.stringContaining(each)))
})
