/** What a browser or a curious person gets who speaks HTTP to the SOCKS port: the PAC file, or a clear word. */
import { pacType } from './pac.ts'

export const pacPath = '/proxy.pac'

/** The whole answer to one request. Every answer ends its connection. */
export function httpAnswer(method: string, path: string, pac: string, proxy: string): Buffer {
  const isPac = path.replace(/[?#].*$/s, '') === pacPath
  if (isPac && (method === 'GET' || method === 'HEAD')) return answer('200 OK', pacType, pac, method)
  const text = [
    `This is a SOCKS proxy (SOCKS 5, 4 and 4a), not an HTTP proxy or a web server.`,
    `Set it as a SOCKS host: socks5h://${proxy}`,
    `Or as automatic proxy configuration: http://${proxy}${pacPath}`,
    '',
  ].join('\n')
  return answer('400 Bad Request', 'text/plain; charset=utf-8', text, method)
}

function answer(status: string, type: string, text: string, method: string): Buffer {
  const body = Buffer.from(text)
  const head = [
    `HTTP/1.1 ${status}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    'Cache-Control: no-cache',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    '',
  ].join('\r\n')
  return method === 'HEAD' ? Buffer.from(head) : Buffer.concat([Buffer.from(head), body])
}
