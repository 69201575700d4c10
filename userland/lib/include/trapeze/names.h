/* SPDX-License-Identifier: MIT
 *
 * The protocol of the name server. A name has up to 31 bytes, in the four words of a
 * message, first byte lowest, padded with NUL. Who may register and who may look up
 * which name is init's list, by badge.
 */
#pragma once

#define NAMES_NAME_BYTES 32

/* The grant is an endpoint handle with RIGHT_SEND; a name's new handle takes the place
 * of the old one. Reply: label E_OK, E_RIGHTS (not this client's name), E_REFUSED (no
 * such handle came), E_NO_SLOT (too many names), E_INVALID (this is no name). What
 * clients have registered is gone when the name server has been started again. */
#define NAMES_REGISTER 1

/* Reply: label E_OK and a handle with a badge of the client's own, if the registered
 * one has none; E_RIGHTS (not for this client), E_GONE (nobody has registered it, or
 * its endpoint has ended), E_INVALID (this is no name). Set welcome. */
#define NAMES_LOOKUP 2
