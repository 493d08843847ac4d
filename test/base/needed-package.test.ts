/** A package that is missing is told as that. */
import { expect, test } from 'vitest'
import { neededPackage } from '../../src/base/needed-package.ts'

test('a package that is not installed is named, with what it is needed for and the way out', async () => {
  const name = 'a-package-that-nobody-has'
  await expect(neededPackage(name, 'speak to PostgreSQL', () => import(name))).rejects.toMatchObject({
    data: {
      code: 'input',
      title: `the package ${name} is not installed, without which ops cannot speak to PostgreSQL`,
      next: expect.stringContaining('Install ops again'),
    },
  })
})
