import { apt, directory, file, option, recipe, service } from 'ops-recipes'
import { directories, files, options, packages, units } from '../workload.ts'

export default recipe({
  summary: 'The 50 steps of the bench.',
  params: {},
  steps: () => [
    packages.map(name => apt({ packages: [name] })),
    directories.map(path => directory({ path, mode: '0755' })),
    files.map(each => file({ ...each, mode: '0644' })),
    options.map(each => option(each)),
    units.map(unit => service({ unit, running: true, enabled: true })),
  ],
})
