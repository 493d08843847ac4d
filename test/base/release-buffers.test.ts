import { afterEach, expect, test, vi } from 'vitest'
import { releaseBuffers } from '../../src/base/release-buffers.ts'

afterEach(() => vi.restoreAllMocks())

test('collects where 6 MB more are in use than ever since the last time, also where V8 let go of more only after that', () => {
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
  expect(collects(2)).toBe(false)
  expect(collects(9, 3)).toBe(true)
  expect(collects(8)).toBe(false)
})
