/** A named pipe: hands bytes to a reader in this process that takes a path, with nothing on a disk. */
import { execFile } from 'node:child_process'
import { closeSync, constants, open, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { promisify } from 'node:util'

export class Fifo {
  readonly path: string
  readonly #socket: Promise<Socket>

  private constructor(path: string) {
    this.path = path
    // Waits until somebody reads: what is written before, and the end, would be lost to a reader that comes later.
    this.#socket = promisify(open)(path, constants.O_WRONLY).then(fd => {
      const socket = new Socket({ fd, readable: false, writable: true })
      socket.on('error', () => {})
      return socket
    })
  }

  /** Makes the pipe; its reader opens the path as a file. */
  static async make(path: string): Promise<Fifo> {
    await promisify(execFile)('mkfifo', ['-m', '600', path])
    return new Fifo(path)
  }

  /** Resolves when the bytes may be changed; at once when nobody reads any more. */
  async write(bytes: Buffer): Promise<void> {
    const socket = await this.#socket
    if (socket.destroyed) return
    await new Promise<void>(resolve => {
      const settle = () => {
        socket.off('close', settle)
        resolve()
      }
      socket.once('close', settle)
      socket.write(bytes, settle)
    })
  }

  /** The end of what is read. */
  async close(): Promise<void> {
    const socket = await this.#socket
    if (socket.destroyed) return
    await new Promise<void>(resolve => {
      socket.once('close', () => resolve())
      socket.destroy()
    })
  }

  /** The reader has failed, and may never have come: nothing waits for it any more. */
  async abandon(): Promise<void> {
    const reader = openSync(this.path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      await this.close()
    } finally {
      closeSync(reader)
    }
  }
}
