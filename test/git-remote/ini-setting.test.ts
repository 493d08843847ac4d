import { describe, expect, test } from 'vitest'
import { withSetting } from '../../src/git-remote/ini-setting.ts'
import { parseInventory } from '../../src/inventory/parse.ts'

const set = (text: string, value = '~/git'): string => withSetting(text, 'git-remote', 'base', value)

describe('one key in an ops.ini', () => {
  test.each([
    ['an empty file', '', '[git-remote]\nbase = ~/git\n'],
    ['no such section', '; mine\n[hosts]\na = b', '; mine\n[hosts]\na = b\n\n[git-remote]\nbase = ~/git\n'],
    [
      'a section in the middle',
      '[git-remote]\nhost = a\n\n[hosts]\n',
      '[git-remote]\nhost = a\nbase = ~/git\n\n[hosts]\n',
    ],
    ['the key', '[git-remote]\nbase = /x ; old\n# end\n', '[git-remote]\nbase = ~/git\n# end\n'],
    ['the key elsewhere', '[socks]\nbase = 1\n', '[socks]\nbase = 1\n\n[git-remote]\nbase = ~/git\n'],
    ['a commented key', '[git-remote]\n; base = 1\n', '[git-remote]\n; base = 1\nbase = ~/git\n'],
    ['CRLF', '[git-remote]\r\nhost = a\r\n', '[git-remote]\r\nhost = a\r\nbase = ~/git\r\n'],
  ])('%s', (_case, before, after) => {
    expect(set(before)).toBe(after)
    expect(set(after)).toBe(after)
  })

  test.each(['~/my git', '/srv/git;x', '/srv/#1', '/a = b', '"quoted"'])(
    '%s is read back as it is',
    value => {
      const entries = parseInventory(set('', value), 'ops.ini').settingsOf('git-remote')
      expect(entries.map(entry => entry.value)).toEqual([value])
    },
  )
})
