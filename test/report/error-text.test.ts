import { expect, test } from 'vitest'
import { errorsText, errorText } from '../../src/report/error-text.ts'
import { plainStyle } from '../../src/report/style.ts'

test.each<[title: string, host: string, step: string | undefined, head: string]>([
  ['file /srv/web/a did not converge', 'web', 'file /srv/web/a', 'web: file /srv/web/a did not converge'],
  ['the command failed', 'web', 'command ssh web uptime', 'web: command ssh web uptime: the command failed'],
  ['web cannot be reached', 'web', undefined, 'web cannot be reached'],
  ['web1.example.org cannot be reached', 'web1', undefined, 'web1: web1.example.org cannot be reached'],
  [
    '192.0.2.10 port 22 cannot be reached',
    '192.0.2.1',
    undefined,
    '192.0.2.1: 192.0.2.10 port 22 cannot be reached',
  ],
  ['root@web is locked', 'web', undefined, 'web: root@web is locked'],
  ['service web: the unit is gone', 'web', 'service web', 'web: service web: the unit is gone'],
])('an error block names its host, whatever its title holds: %s', (title, host, step, head) => {
  const text = errorText({ code: 'failed', title, host, ...(step !== undefined && { step }) }, plainStyle)
  expect(text).toBe(`error[failed] ${head}`)
})

test('what is to be done about several errors that stand together is said once, below the last of them', () => {
  const [next, other] = ['Mend the file.', 'Name another.']
  const errors = [next, next, other].map((each, at) => ({
    code: 'input' as const,
    title: `wrong ${at}`,
    changed: 'no' as const,
    next: each,
  }))
  expect(errorsText(errors, plainStyle).split('\n')).toEqual([
    'error[input] wrong 0',
    '',
    'error[input] wrong 1',
    '  next  Mend the file.',
    '',
    'error[input] wrong 2',
    '  next  Name another.',
  ])
})
