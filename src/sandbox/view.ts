/** The shell that turns fresh namespaces into a throw-away view of this machine. */
import viewText from './view.sh'

/**
 * Runs in new namespaces with the arguments: work folder, `kernel` or `fuse`, and the network.
 * The work folder holds the keys and the server's settings. It prints `pid N`, perhaps `note TEXT`, then
 * `ready` or `fail REASON`, and stays as the process whose namespaces are entered.
 */
export const viewScript = viewText
