/** What overrides the language of a host is told beside the step that sets it. */
import { expect, test } from 'vitest'
import { locale } from '../../../src/resources/locale.ts'
import { parsed } from '../shells.ts'

test.each([
  ['LC_ALL=de_DE.UTF-8\n', ['/etc/default/locale says LC_ALL=de_DE.UTF-8, by which logins go']],
  ['LC_ALL="C.UTF-8"\n', []],
  ['LC_ALL=\n', []],
  ['', []],
])('%j beside LANG', (detail, told) => {
  const notes = locale.definition.notes?.(detail, parsed(locale, { lang: 'C.UTF-8' }), '', undefined) ?? []
  expect(notes).toEqual(told.map(each => expect.stringContaining(each)))
})
