import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { recipeLibrary } from '../../src/cli/recipe-library.ts'
import { evaluate } from '../../src/recipe/evaluate.ts'
import { loadRecipe } from '../../src/recipe/load.ts'

describe.each(['verify-filesystems', 'guarded-backup'])('%s', name => {
  test('every example of its docs makes steps', async () => {
    const loaded = await loadRecipe(name, { library: recipeLibrary })
    const examples = loaded.recipe.examples ?? []
    expect(examples.length).toBeGreaterThan(1)
    for (const { title, params } of examples) {
      const given = z.object(loaded.recipe.params as z.ZodRawShape).parse(params)
      const made = evaluate(loaded, given, { name: 'web1', address: '192.0.2.1', groups: [] })
      expect('steps' in made && made.steps.length, title).toBeGreaterThan(0)
    }
  })
})
