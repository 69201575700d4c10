/* SPDX-License-Identifier: MIT
 *
 * Does nothing, for those who measure what starting and ending a program costs.
 */
int main(void) { return 0; }
