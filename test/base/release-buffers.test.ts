import { afterEach, expect, test, vi } from 'vitest'
import { releaseBuffers } from '../../src/base/release-buffers.ts'

afterEach(() => vi.restoreAllMocks())

test('collects all where 18 MB more are in use than ever since the last time, or 6 MB though the young were collected three times', () => {
  const collects = (...megabytes: readonly number[]): boolean => {
    const answers = megabytes.map(each => ({ arrayBuffers: each * 1024 * 1024 }) as NodeJS.MemoryUsage)
    const asked = vi.spyOn(process, 'memoryUsage').mockReset()
    for (const each of answers) asked.mockReturnValueOnce(each)
    releaseBuffers()
    // It looks once more after it has collected.
    return asked.mock.calls.length === 2
  }
  expect(collects(5)).toBe(false)
  expect(collects(30, 29)).toBe(true)
  expect(collects(34)).toBe(false)
  // V8 let go of more only after that.
  expect(collects(2)).toBe(false)
  for (let times = 1; times <= 3; times++) expect(collects(9)).toBe(false)
  expect(collects(9, 3)).toBe(true)
  expect(collects(8)).toBe(false)
  expect(collects(9)).toBe(false)
  // It was enough, and it is counted anew.
  expect(collects(8)).toBe(false)
  for (let times = 1; times <= 3; times++) expect(collects(9)).toBe(false)
  expect(collects(9, 3)).toBe(true)
  expect(collects(21, 3)).toBe(true)
})
