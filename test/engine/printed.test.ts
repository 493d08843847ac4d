import { expect, test } from 'vitest'
import { mask } from '../../src/base/secret.ts'
import { printed } from '../../src/engine/printed.ts'

const read = printed('state', 'why?', 'password!', 'token!?')

test('a key that may be missing may be, and a secret is what the host made of it', () => {
  expect(read('state=on\npassword=same\n')).toEqual({ state: 'on', password: mask })
  expect(read('state=on\nwhy=a=b\npassword=other\ntoken=none\n')).toEqual({
    state: 'on',
    why: 'a=b',
    password: `not ${mask}`,
    token: 'none',
  })
})

test.each([
  ['another line', 'state=on\npassword=same\nmore\n', /another line: more/],
  ['another key', 'state=on\npassword=same\nmore=1\n', /another line: more=1/],
  ['a key twice', 'state=on\nstate=on\npassword=same\n', /state twice/],
  ['a key too few', 'password=same\n', /no state/],
])('%s is an error', (_name, observation, said) => expect(() => read(observation)).toThrow(said))

test('what may be a secret is not in the error', () => {
  expect(() => read('state=on\npassword=hunter2\n')).toThrow(
    'the probe printed of password more than same, other or none',
  )
})
