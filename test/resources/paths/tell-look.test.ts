import { afterAll, describe, expect, test } from 'vitest'
import { tellLookLibrary } from '../../../src/resources/paths/tell-look.ts'
import { sh } from '../../../src/shell/sh.ts'
import { Place, shells } from '../shells.ts'

describe.each(shells)('what is told of a secret with $name', shell => {
  const place = new Place(shell)
  place.environment.PATH = process.env.PATH ?? ''
  afterAll(() => place.remove())
  const told = (...words: readonly string[]) =>
    place.execute(sh`ops_tell_secret key ${words}`, { libraries: tellLookLibrary.text })

  test.each([
    ['same', 'a * \\ "b"', 'a * \\ "b"'],
    ['other', '*', 'anything'],
    ['other', '', 'x'],
    ['none', 'x', ''],
    ['same', '', ''],
  ])('%s where %j is wanted and %j is there', (said, wanted, there) => {
    expect(told(wanted, 'printf', '%s\\n', there)).toMatchObject({ code: 0, stdout: `key=${said}\n` })
  })

  test('a program that fails is no answer', () => {
    expect(told('x', 'false')).toMatchObject({ code: 1, stdout: '' })
  })

  test('a program that is not there is told of as none', () => {
    const { stdout } = place.execute(sh`ops_tell_program one sh; ops_tell_program two no-such-program`, {
      libraries: tellLookLibrary.text,
    })
    expect(stdout).toBe('one=yes\ntwo=none\n')
  })
})
