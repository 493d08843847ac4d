/** A mirror of packages on this machine that can go bad: what a host's apt gets from it is the test's to say. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Host } from '../../hosts/host.ts'

/** How packages are served: whole, not at all, with other bytes, with a cut, or never to an end. */
export type Service = 'well' | 'not found' | 'server error' | 'other bytes' | 'cut' | 'never'

/** A package that a test makes: files by path, maintainer scripts and control fields. */
export interface MadePackage {
  readonly name: string
  readonly version: string
  readonly files?: Readonly<Record<string, string>>
  /** Such as `postinst`, `config`, `templates`, `conffiles`. */
  readonly control?: Readonly<Record<string, string>>
  readonly depends?: string
}

export class PackageMirror {
  service: Service = 'well'
  readonly #packages = new Map<string, { readonly deb: Buffer; readonly entry: string }>()
  readonly #server: Server
  /** A line for sources.list, once it listens. */
  source = ''

  constructor() {
    this.#server = createServer(({ url = '' }, response) =>
      this.#answer(url.replace(/^\/(\.\/)?/, ''), response),
    )
  }

  /** Listens where the host can reach it: at the address of its gateway. */
  async listen(host: Host): Promise<void> {
    const gateway = (await host.read("ip -4 route show default | sed 's/.* via \\([0-9.]*\\).*/\\1/'")).trim()
    this.#server.listen(0, gateway)
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    this.source = `deb [trusted=yes] http://${gateway}:${port} ./`
  }

  /** Builds a package on the host, with its own dpkg, and offers it. */
  async offer(host: Host, { name, version, files = {}, control = {}, depends }: MadePackage): Promise<void> {
    const fields = [
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: Nobody <nobody@example.com>',
      ...(depends === undefined ? [] : [`Depends: ${depends}`]),
      'Description: made by a test',
    ].join('\n')
    const inside = {
      'DEBIAN/control': `${fields}\n`,
      ...prefixed('DEBIAN/', control),
      ...prefixed('.', files),
    }
    const put = Object.entries(inside).map(
      ([path, text]) =>
        `mkdir -p "$(dirname '${path}')"; echo ${Buffer.from(text).toString('base64')} | base64 -d >'${path}'`,
    )
    const script = `set -e; rm -rf /root/made; mkdir -p /root/made; cd /root/made; ${put.join('; ')}
      for each in preinst postinst prerm postrm config; do [ ! -e DEBIAN/$each ] || chmod 755 DEBIAN/$each; done
      dpkg-deb --root-owner-group --build . /root/made.deb >/dev/null; base64 -w 0 /root/made.deb`
    const deb = Buffer.from(await host.read(script), 'base64')
    const sum = createHash('sha256').update(deb).digest('hex')
    const file = `${name}_${version}_all.deb`
    this.#packages.set(file, {
      deb,
      entry: `${fields}\nFilename: ./${file}\nSize: ${deb.length}\nSHA256: ${sum}\n`,
    })
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  #answer(path: string, response: ServerResponse): void {
    if (path === 'Packages') {
      response.end([...this.#packages.values()].map(({ entry }) => entry).join('\n'))
      return
    }
    const found = this.#packages.get(path)
    if (!found || this.service === 'not found') response.writeHead(404).end()
    else if (this.service === 'server error') response.writeHead(503).end()
    else if (this.service === 'other bytes') response.end(Buffer.alloc(found.deb.length, 'x'))
    else if (this.service === 'well') response.end(found.deb)
    else {
      response.writeHead(200, { 'content-length': found.deb.length })
      response.write(found.deb.subarray(0, 100), () => {
        if (this.service === 'cut') response.socket?.destroy()
      })
    }
  }
}

const prefixed = (prefix: string, texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([path, text]) => [`${prefix}${path}`, text]))
