import { expect, test } from 'vitest'
import { librariesOf, mark, Place, shells } from '../resources/shells.ts'
import { withAptIndex } from './apt-index.ts'
import { unsteadyLooks } from './checks.ts'
import { describeKinds } from './kinds.ts'
import { accepted } from './resource-texts.ts'

describeKinds(resource => {
  const examples = resource.examples.map(({ params }) => accepted(resource, params))

  test.each(shells)('looks at its examples on this machine with $name, together as well as alone', shell => {
    const place = new Place(shell)
    Object.assign(place.environment, withAptIndex(), { PATH: process.env.PATH ?? '' })
    try {
      const libraries = librariesOf(resource)
      const single = examples.map(params => place.execute(resource.probe(params), { libraries }))
      for (const [index, done] of single.entries()) {
        if (done.code === 0) resource.parse(done.stdout, examples[index])
        else expect(done.stderr, `example ${index} failed without a word`).not.toBe('')
      }
      const answered = examples.filter((_params, index) => single[index]?.code === 0)
      if (!resource.probeMany || answered.length < 2) return
      const many = place.execute(resource.probeMany(answered), { libraries })
      const apart = single.filter(({ code }) => code === 0).map(({ stdout }) => `${stdout}${mark}\n`)
      expect(many.stdout).toBe(apart.join(''))
    } finally {
      place.remove()
    }
  })

  test.each(shells.slice(0, 1))('looks the same a moment later, with $name', shell => {
    expect(unsteadyLooks(resource, shell)).toEqual([])
  })
})
