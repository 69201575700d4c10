/* SPDX-License-Identifier: MIT
 *
 * The protocol of init towards the shell: the servers that it supervises. A reply's
 * label is E_OK or a negative error: E_INVALID (no such server, group or request),
 * E_RIGHTS (init's list does not let this client do it). TRAPEZE_PING is answered.
 *
 * Servers are counted from 0 in the order of init's list; 0 is init itself. A name has
 * up to INIT_NAME_BYTES bytes, in two words, first byte lowest, padded with NUL.
 */
#pragma once

#define INIT_NAME_BYTES 16

/* words[0]: a server's place in the list. Reply: words[0], words[1]: its name;
 * words[2]: how often it was started again; words[3]: enum init_server_state; and, if
 * it is up, a handle to its process with RIGHT_INSPECT, which is the client's to close.
 * Set welcome. E_INVALID: the list ends before this place. */
#define INIT_LIST 1

enum init_server_state {
    INIT_SERVER_UP = 0,
    INIT_SERVER_WAITS = 1,    /* for the time to be started again */
    INIT_SERVER_FINISHED = 2, /* it ended, and is not to be started again */
};

/* words[0]: a server's place. How it ended last. Reply: words[0]: 1 + enum trapeze_end,
 * or INIT_END_UNRESPONSIVE, or 0 if it never ended; words[1]: the status, or scause;
 * words[2]: pc; words[3]: stval. */
#define INIT_LAST_END 2
#define INIT_END_UNRESPONSIVE 16 /* it did not answer a ping, so init ended it */

/* words[0]: a server's place; words[1]: a group of registers, as registers_read has
 * them. Reply: the four words, as they were when it last faulted. E_INVALID if it never
 * did. */
#define INIT_REGISTERS 3

/* words[0], words[1]: a server's name. Ends its process; init starts it again as its
 * list says. */
#define INIT_KILL 4

/* words[0]: a status, 0 to 255. Powers the machine off; comes back only with an error.
 */
#define INIT_POWER_OFF 5
