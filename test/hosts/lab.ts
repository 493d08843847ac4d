/** A lab by hand: boots hosts, says how to reach them, and keeps them until it is stopped. */
import { parseArgs } from 'node:util'
import { type Release, release } from './apt-config.ts'
import { stopAll } from './session.ts'
import { startHosts } from './start.ts'

const usage = `node test/hosts/lab.mjs [-n COUNT] [--package NAME]... [--fish] [--release ${release}]

Boots hosts, says how to reach them, and keeps them until it is stopped.`

function given() {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: 'string', short: 'n', default: '1' },
        package: { type: 'string', multiple: true, default: [] },
        fish: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        release: { type: 'string', default: release },
      },
    })
    if (!/^[1-9]\d{0,2}$/.test(values.count)) throw new Error(`-n ${values.count}: not a number of hosts`)
    return values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const values = given()
if (typeof values === 'string' || values.help) {
  if (typeof values === 'string') console.error(`${values}\n`)
  console.log(usage)
  process.exit(typeof values === 'string' ? 3 : 0)
}

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
