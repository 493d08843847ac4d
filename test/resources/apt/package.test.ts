import { expect, test } from 'vitest'
import { namesOf, packageSpec, wrongName } from '../../../src/resources/apt/package.ts'

test.each([
  'nginx',
  'g++',
  'libstdc++-12-dev',
  'libc6:i386',
  'php8.2-fpm',
  '7zip',
  'dvd+rw-tools',
  'memtest86+',
  'libsigc++-2.0-dev',
])('%s is a package name', name => {
  expect(wrongName(name)).toBeUndefined()
})

test.each([
  ['nginx-', 'remove nginx'],
  ['nginx+', 'write nginx'],
  ['nginx=1.22', 'pin it'],
  ['nginx/stable', 'pin it'],
  ['./nginx_1.22_amd64.deb', 'is a file'],
  ['-y', 'is an option'],
  ['--purge', 'is an option'],
  ['nginx*', 'is a pattern'],
  ['^nginx$', 'is a pattern'],
  ['lamp-server^', 'is a pattern'],
  ['ngin?', 'is a pattern'],
  ['Nginx', 'is not a package name'],
  ['nginx git', 'is not a package name'],
  ['nginx;id', 'is not a package name'],
  ['nginx\ngit', 'is not a package name'],
  ['n', 'is not a package name'],
  ['', 'is empty'],
])('%j is refused, and it says why', (name, why) => {
  expect(wrongName(name)).toContain(why)
})

test('alternatives have one spelling', () => {
  expect(packageSpec.parse('mysql-server|default-mysql-server')).toBe('mysql-server | default-mysql-server')
  expect(packageSpec.parse('  nginx ')).toBe('nginx')
  expect(namesOf('a | b | c')).toEqual(['a', 'b', 'c'])
})

test('every alternative has to be a name', () => {
  expect(packageSpec.safeParse('nginx | apache2-').success).toBe(false)
  expect(packageSpec.safeParse('nginx |').success).toBe(false)
})
