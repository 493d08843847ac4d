import { describe, expect, test } from 'vitest'
import { OpsError } from '../../src/base/errors.ts'
import { bounded, EndlessRecipe, settled } from '../../src/recipe/bounded.ts'

const loop = (): never => {
  for (;;) {
    // What a recipe does when its author got a condition wrong.
  }
}

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (thrown) {
    return thrown
  }
}

describe('code of a recipe', () => {
  test('gives what it gives, and throws what it throws', () => {
    expect(bounded(() => 3)).toBe(3)
    const oh = new TypeError('oh')
    const stack = oh.stack
    expect(
      thrownBy(() =>
        bounded(() => {
          throw oh
        }),
      ),
    ).toBe(oh)
    expect(oh.stack).toBe(stack)
  })

  test('that loops for ever is ended at the deadline, although it catches everything', () => {
    const thrown = thrownBy(() =>
      bounded(() => {
        try {
          return loop()
        } catch {
          return 'caught'
        }
      }, 100),
    )
    expect(thrown).toBeInstanceOf(EndlessRecipe)
    expect((thrown as Error).message).toBe('it did not end within 0.1 s')
    expect(bounded(() => 'and the next one runs')).toBe('and the next one runs')
  })

  test('that waits for what never comes is given up at the deadline', async () => {
    await expect(settled(new Promise(() => {}), 50)).rejects.toBeInstanceOf(EndlessRecipe)
    await expect(settled(Promise.resolve(3), 50)).resolves.toBe(3)
    await expect(settled(Promise.reject(new OpsError({ code: 'input', title: 'x' })), 50)).rejects.toThrow(
      'x',
    )
  })
})
