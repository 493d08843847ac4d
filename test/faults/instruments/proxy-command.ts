/** The fault proxy as a program of its own: `--target HOST:PORT --delay MS`; prints its port, ends with its input. */
import { parseArgs } from 'node:util'
import { startProxy } from './proxy.ts'

const { values } = parseArgs({
  options: {
    target: { type: 'string', default: '127.0.0.1:22' },
    delay: { type: 'string', default: '0' },
    listen: { type: 'string', default: '0' },
  },
})
const [, host = '127.0.0.1', port = '22'] = /^(.*):(\d+)$/.exec(values.target) ?? []
const proxy = await startProxy({
  host,
  port: Number(port),
  delayMs: Number(values.delay),
  listenPort: Number(values.listen),
})
console.log(proxy.port)
process.stdin.resume().once('end', () => void proxy.close())
