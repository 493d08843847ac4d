/** Rows of the fault list that other tests prove on real hosts, in every `npm test`: named in the report, not counted. */

export interface ProvedElsewhere {
  readonly row: string
  /** Below test/. */
  readonly file: string
  /** As it stands in the file. */
  readonly title: string
}

const apt = 'resources/apt/hosts.test.ts'
const service = 'resources/service/hosts.test.ts'
const failover = 'recipes/nginx-failover/nginx-failover.test.ts'
const mysql = 'recipes/mysql-remote/settings.test.ts'
const tunnel = 'tunnel/tunnel.test.ts'

const transport = 'transport/conformance.ts'

export const provedElsewhere: readonly ProvedElsewhere[] = [
  { row: 'A3', file: transport, title: 'notices within 20 seconds that the peer has fallen silent' },
  { row: 'A8', file: transport, title: 'knows hashed names, patterns, aliases and the name without a port' },
  {
    row: 'A10',
    file: transport,
    title: 'opens a second program where the server allows one session a connection',
  },
  { row: 'A14', file: transport, title: 'survives a change of keys in mid-stream' },
  {
    row: 'E1',
    file: 'runs/many-hosts.test.ts',
    title: 'of two operators at once one proceeds, and the other is told who holds the host',
  },
  { row: 'B1', file: apt, title: 'waits for %s, and names its holder when it gives up' },
  { row: 'B2', file: apt, title: 'finishes what an interrupted dpkg left, with what is missing' },
  {
    row: 'F1',
    file: service,
    title: 'a reload that looks like success while nginx kept its old workers is noticed and taken back',
  },
  {
    row: 'F1',
    file: failover,
    title: 'a reload that looks like success while the port is taken is noticed: the old file comes back',
  },
  {
    row: 'F1',
    file: failover,
    title: '%s is found in a staged copy, before the live configuration is touched',
  },
  {
    row: 'F2',
    file: failover,
    title: 'with %s all requests go to web1, to web2 while web1 is dead, and back: no client sees an error',
  },
  { row: 'F2', file: failover, title: 'a primary that vanished without a word costs no request' },
  {
    row: 'F3',
    file: mysql,
    title:
      'a later file that sets another address is named, nothing is changed, and it may be edited on request',
  },
  { row: 'F4', file: mysql, title: 'a server that does not come back gets its old file, and runs again' },
  {
    row: 'F4',
    file: 'resources/service/stays-up.test.ts',
    title: 'a unit that dies half a second after its start was never proved: file and service come back',
  },
  {
    row: 'G5',
    file: tunnel,
    title: 'a thousand clients that never say what they want keep nobody out, and are sent away',
  },
  {
    row: 'G5',
    file: tunnel,
    title: 'answers HTTP with the PAC file or a clear word, and everything else with the end',
  },
  {
    row: 'G5',
    file: 'tunnel/real-clients.test.ts',
    title: 'shows everything that is wrong at once, before anything is contacted',
  },
]
