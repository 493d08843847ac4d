/** The web as seen from a sandbox with a network of its own: an HTTP proxy whose port exists only in there. */
import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { connect, Server, type Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'

/** Where programs in the sandbox find it. */
export const proxyUrl = 'http://127.0.0.1:3128'

/** Listens inside and hands the listening socket out; its connections then arrive in this process. */
const listenInside = `
const server = require('net').createServer()
server.listen(3128, '127.0.0.1', () => process.send('listening', server))
process.on('disconnect', () => process.kill(process.pid))
`

export interface WebProxy {
  close(): void
}

/** Opens the proxy; `enterNetwork` are the words in front of a command that is to run in the sandbox's network. */
export async function openWebProxy(
  enterNetwork: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<WebProxy> {
  const listener = await takeListener(enterNetwork, env)
  const web = createServer(carry)
  web.on('connect', tunnel)
  const open = new Set<Socket>()
  listener.on('connection', socket => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    web.emit('connection', socket)
  })
  listener.unref()
  return {
    close() {
      listener.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function takeListener(enterNetwork: readonly string[], env: NodeJS.ProcessEnv): Promise<Server> {
  const [command = '', ...args] = enterNetwork
  const helper = spawn(command, [...args, process.execPath, '-e', listenInside], {
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  return new Promise((resolve, reject) => {
    let said = ''
    helper.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    helper.once('error', reject)
    helper.once('close', () =>
      reject(new Error(`the sandbox has no way to the web: ${said.trim().slice(-500)}`)),
    )
    helper.once('message', (_, handle) => {
      helper.removeAllListeners('close')
      helper.disconnect()
      if (handle instanceof Server) resolve(handle)
      else reject(new Error('the sandbox has no way to the web: no listening socket came'))
    })
  })
}

/** A plain request, as apt makes them for http mirrors. */
function carry(incoming: IncomingMessage, answer: ServerResponse): void {
  const target = URL.canParse(incoming.url ?? '') ? new URL(incoming.url ?? '') : undefined
  if (target?.protocol !== 'http:' || isThisMachine(target.hostname)) {
    answer.writeHead(403).end('the sandbox reaches other machines only, over http and https\n')
    return
  }
  const { 'proxy-connection': _, ...headers } = incoming.headers
  const outgoing = request(target, { method: incoming.method, headers }, response => {
    answer.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(answer)
    response.once('error', () => answer.destroy())
  })
  outgoing.once('error', error => {
    if (answer.headersSent) answer.destroy()
    else answer.writeHead(502).end(`${error.message}\n`)
  })
  answer.once('close', () => outgoing.destroy())
  incoming.pipe(outgoing)
}

/** A tunnel, as every program makes them for https. */
function tunnel(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
  const [, host = '', port = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(incoming.url ?? '') ?? []
  if (host === '' || isThisMachine(host)) {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    return
  }
  const outside = connect(Number(port), host, () => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    outside.write(head)
    outside.pipe(socket).pipe(outside)
  })
  outside.once('error', () => socket.destroy())
  socket.once('error', () => outside.destroy())
  socket.once('close', () => outside.destroy())
}

/** What listens on this machine is not part of the copy, and must not be changed from in there. */
function isThisMachine(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  const own = Object.values(networkInterfaces()).flatMap(list => list?.map(({ address }) => address) ?? [])
  return own.includes(bare) || /^(localhost|127\..*|0\.0\.0\.0|0|::|::1|::ffff:.*)$/.test(bare)
}
