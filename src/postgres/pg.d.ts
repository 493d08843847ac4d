/** The parts of pg and pg-copy-streams that driver.ts uses; their versions are pinned. */
declare module 'pg' {
  import { EventEmitter } from 'node:events'
  import type { Writable } from 'node:stream'

  export interface QueryAnswer {
    readonly rows: (string | null)[][]
    readonly rowCount: number | null
    readonly fields: readonly { readonly name: string }[]
  }
  export class Client extends EventEmitter {
    constructor(config: object)
    connect(): Promise<unknown>
    query<Stream extends Writable>(stream: Stream): Stream
    query(config: object): Promise<QueryAnswer | QueryAnswer[]>
    end(): Promise<void>
    readonly processID: number | null
  }
  const pg: { readonly Client: typeof Client }
  export default pg
}

declare module 'pg-copy-streams' {
  import type { Writable } from 'node:stream'

  export function from(text: string): Writable & { readonly rowCount: number }
}
