import { directory, file, option, recipe, z } from 'ops-recipes'

/** Steps by their kind: half of them files, in folders of a hundred; four of ten keys, fifty to a file; the rest directories. */
export default recipe({
  summary: 'As many steps as are asked for.',
  params: { steps: z.number().int().min(10).describe('How many.') },
  steps: ({ params }) => {
    const numbers = (count: number) => Array.from({ length: Math.round(count) }, (_, index) => index)
    return [
      ...numbers(params.steps * 0.1).map(each => directory({ path: `/etc/curve/d${each}`, mode: '0755' })),
      ...numbers(params.steps * 0.5).map(each =>
        file({
          path: `/etc/curve/d${each % Math.ceil(params.steps / 200)}/f${each}`,
          content: `value ${each}\n`.repeat(10),
          mode: '0644',
        }),
      ),
      ...numbers(params.steps * 0.4).map(each =>
        option({
          path: `/etc/curve/o${Math.floor(each / 50)}.ini`,
          section: 's',
          key: `key${each}`,
          value: `value${each}`,
        }),
      ),
    ]
  },
})
