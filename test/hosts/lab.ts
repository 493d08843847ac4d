/** A lab by hand: boots hosts, says how to reach them, and keeps them until it is stopped. */
import { parseArgs } from 'node:util'
import { type Release, release } from './apt-config.ts'
import { stopAll } from './session.ts'
import { startHosts } from './start.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', short: 'n', default: '1' },
    package: { type: 'string', multiple: true, default: [] },
    fish: { type: 'boolean', default: false },
    release: { type: 'string', default: release },
  },
})

const hosts = await startHosts({
  count: Number(values.count),
  withPackages: values.package,
  release: values.release as Release,
  ...(values.fish ? { shells: { deploy: 'fish' } } : {}),
})
for (const host of hosts) {
  console.log(
    `${host.name}  ssh -F ${host.sshConfig} ${host.name}   (${host.address}, also as ${host.name}-deploy, -worker, -guest)`,
  )
}
console.log(
  `key ${hosts[0]?.keyFile}\nknown hosts ${hosts[0]?.knownHosts}\nCtrl-C, or kill ${process.pid}, ends them.`,
)
setInterval(() => undefined, 2 ** 30)
process.once('beforeExit', stopAll)
