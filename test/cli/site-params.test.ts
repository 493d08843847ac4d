import { expect, test } from 'vitest'
import { paramsOf } from '../../src/cli/site-recipe.ts'
import type { LoadedRecipe } from '../../src/recipe/load.ts'

test('params of a site keep apart what several entries give, also beside one that is numbered itself', () => {
  const of = (params: object) => ({
    entry: { loaded: { name: 'web-app' } as LoadedRecipe },
    params: params as Readonly<Record<string, unknown>>,
  })
  expect(paramsOf([of({ port: 1, port2: 2 }), of({ port: 3 }), of({ port: 4, port2: 5 })])).toEqual({
    webAppPort: 1,
    webAppPort2: 2,
    webAppPort3: 3,
    webAppPort4: 4,
    webAppPort22: 5,
  })
})
