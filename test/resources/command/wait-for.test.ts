/** How a host asks for a URL: as it is, once, and by no setting of its own. */
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect } from 'vitest'
import { folderWith } from '../../cli/run-ops.ts'
import { testWith } from '../../needs.ts'

const functions = readFileSync(
  new URL('../../../src/resources/wait-for/wait-for.sh', import.meta.url),
  'utf8',
)
const asked: string[] = []
const server = createServer((request, response) => {
  asked.push(decodeURI(request.url ?? ''))
  response.end('ready\n')
})
// Settings that would lead elsewhere, or add to what is read.
const home = folderWith({
  '.curlrc': 'proxy = http://127.0.0.1:1\ninclude\n',
  '.wgetrc': 'use_proxy = on\nhttp_proxy = http://127.0.0.1:1/\n',
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.close()
  home.remove()
})

for (const program of ['curl', 'wget']) {
  testWith(program)(
    `a URL with braces and brackets is asked for once and as it is, and settings of the host change nothing: ${program}`,
    async () => {
      const tools = folderWith({})
      try {
        for (const name of [program, 'sed', 'head']) symlinkSync(pathOf(name), join(tools.path, name))
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/{a,b}?[1-3]`
        asked.length = 0
        const { stdout } = await promisify(execFile)(
          '/bin/sh',
          ['-c', `${functions}\nops_wait_ask "$1" no; printf '%s' "$ops_status"`, 'sh', url],
          { env: { PATH: tools.path, HOME: home.path, LC_ALL: 'C' } },
        )
        expect({ stdout, asked }).toEqual({ stdout: '200', asked: ['/{a,b}?[1-3]'] })
      } finally {
        tools.remove()
      }
    },
  )
}

const pathOf = (name: string): string =>
  execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
