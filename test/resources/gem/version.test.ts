import { expect, test } from 'vitest'
import { compareVersions, isRequirement, satisfies } from '../../../src/resources/gem/version.ts'

/** As `Gem::Requirement` and `Gem::Version` of Ruby 3.1 answer. */
test.each([
  ['1.6.3', '1.6.3', true],
  ['1.6', '1.6.0', true],
  ['1.6.3', '1.6.4', false],
  ['7.0.8', '~> 7.0', true],
  ['7.9', '~> 7.0', true],
  ['8.0', '~> 7.0', false],
  ['7.0.9', '~> 7.0.1', true],
  ['7.1.0', '~> 7.0.1', false],
  ['7.0.0', '~> 7.0.1', false],
  ['7', '~> 7', true],
  ['7.9', '~> 7', true],
  ['8', '~> 7', false],
  ['1.10', '>= 1.9', true],
  ['1.10.0', '> 1.10', false],
  ['2.0', '>= 1.0, < 2.0', false],
  ['1.9', '>= 1.0, < 2.0', true],
  ['1.0', '!= 1.0', false],
  ['1.0.pre', '>= 1.0', false],
  ['1.0', '> 1.0.pre', true],
])('%s against %s: %s', (version, requirement, met) => {
  expect(satisfies(version, requirement)).toBe(met)
})

test('versions are ordered as numbers, with pre-releases before their release', () => {
  const sorted = ['1.10', '1.9', '1.0', '1.0.beta', '1.0.alpha', '0.9.10', '0.9.9'].sort(compareVersions)
  expect(sorted).toEqual(['0.9.9', '0.9.10', '1.0.alpha', '1.0.beta', '1.0', '1.9', '1.10'])
})

test.each(['latest', '', '1.0; id', '=> 1', '~>', '1..2', '-1'])('%j is no requirement', text => {
  expect(isRequirement(text)).toBe(false)
})
