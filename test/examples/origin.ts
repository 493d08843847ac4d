/** The repository of an application of Node, on the host that is to run it. */
import type { Host } from '../hosts/host.ts'

export const origin = '/srv/origin.git'

const server = `require('node:http').createServer((request, response) => {
  response.end([request.headers.host, process.env.API_TOKEN, process.getuid() !== 0, VERSION].join(' '))
}).listen(process.env.PORT, '127.0.0.1')
`

/** What the branch holds from now on. */
export async function push(host: Host, version: number): Promise<void> {
  await host.read(`set -e; [ -d ${origin} ] || git init -q --bare -b main ${origin}
[ -d /root/work ] || git clone -q ${origin} /root/work 2>/dev/null; cd /root/work; git checkout -q -B main
echo ${Buffer.from(server.replace('VERSION', String(version))).toString('base64')} | base64 -d >server.js
echo 'require("node:fs").writeFileSync(process.env.HOME ? "/var/lib/app/ran" : "", "yes")' >nightly.js
git add .; git -c user.name=x -c user.email=x@example.com commit -qm ${version}; git push -q origin main`)
}
