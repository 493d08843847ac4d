/** What the rest of ops uses of the transport. */
export { type ComingShell, connectShell, openShell, type ShellProcess } from './become.ts'
export { checkRoute, connect } from './connect.ts'
export { type HostKeyProblem, hostKeyProblemOf } from './host-keys.ts'
export type { Become, ConnectTarget, Ending, RemoteProcess, Transport } from './transport.ts'
export { type UploadRequest, type UploadResult, upload } from './upload.ts'
