/** Whether a host is as the workload wants it: seen with eyes of its own, not through any contender. */
import type { Host } from '../test/hosts/host.ts'
import { directories, files, iniFile, options, packages, units } from './workload.ts'

/** Throws when anything of the 50 is not as wanted. */
export async function verify(host: Host): Promise<void> {
  for (const path of directories) await expectText(host, `stat -c '%F %a' ${path}`, 'directory 755')
  for (const { path, content } of files) {
    await expectText(host, `cat ${path}; stat -c '%a %U' ${path}`, `${content}644 root`)
  }
  for (const { key, value } of options) {
    await expectText(host, `sed -n 's/^${key} *= *//p' ${iniFile}`, value)
  }
  for (const name of packages)
    await expectText(host, `dpkg-query -W -f '\${Status}' ${name}`, 'install ok installed')
  for (const unit of units)
    await expectText(host, `systemctl is-active ${unit}; systemctl is-enabled ${unit}`, 'active\nenabled')
}

async function expectText(host: Host, command: string, wanted: string): Promise<void> {
  const { stdout } = await host.exec(command)
  if (stdout.trim() !== wanted.trim()) {
    throw new Error(
      `not as wanted: ${command}\nsaid ${JSON.stringify(stdout)}, wanted ${JSON.stringify(wanted)}`,
    )
  }
}
