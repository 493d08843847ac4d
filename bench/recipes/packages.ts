import { apt, recipe, z } from 'ops-recipes'

export default recipe({
  summary: 'A step for each package of the mirror that bench/packages.ts makes.',
  params: { count: z.number().int().min(1).describe('How many.') },
  steps: ({ params }) =>
    Array.from({ length: params.count }, (_, index) => apt({ packages: [`ops-bench-${index}`] })),
})
